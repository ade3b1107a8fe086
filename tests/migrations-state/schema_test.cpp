#include "journal_fixture.h"

#include "migrations-state/journal_open.h"
#include "migrations-state/journal_schema.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <gmock/gmock.h>

namespace lantern_migrate::migrations_state {
namespace {

constexpr std::string_view three_versions[] = {
    "CREATE TABLE a (x INTEGER)",
    "ALTER TABLE a ADD COLUMN y INTEGER; UPDATE a SET y = 2 * x",
    "CREATE TABLE b (z INTEGER); INSERT INTO b SELECT y + 1 FROM a",
};

int version_of(SQLite::Database& database) { return database.execAndGet("PRAGMA user_version").getInt(); }

TEST(SchemaUpgrade, TakesAnOlderFileThroughEveryVersionAfterItsOwn) {
    SQLite::Database database(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    upgrade_schema(database, std::span(three_versions).first(1));
    EXPECT_EQ(version_of(database), 1);
    database.exec("INSERT INTO a VALUES (20)");
    upgrade_schema(database, three_versions);
    EXPECT_EQ(version_of(database), 3);
    EXPECT_EQ(database.execAndGet("SELECT z FROM b").getInt(), 41);
    upgrade_schema(database, three_versions);
    EXPECT_EQ(database.execAndGet("SELECT count(*) FROM b").getInt(), 1);
}

TEST(SchemaUpgrade, IsAllOrNothing) {
    constexpr std::string_view second_fails[] = {three_versions[0], three_versions[1],
                                                 "CREATE TABLE c (x INTEGER); CREATE TABLE a (again INTEGER)"};
    SQLite::Database database(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    upgrade_schema(database, std::span(second_fails).first(1));
    EXPECT_THROW(upgrade_schema(database, second_fails), SQLite::Exception);
    EXPECT_EQ(version_of(database), 1);
    EXPECT_EQ(database.execAndGet("SELECT count(*) FROM pragma_table_info('a')").getInt(), 1);
    EXPECT_FALSE(database.tableExists("c"));
    // Rolled back, and usable.
    database.exec("INSERT INTO a VALUES (1)");
}

// A journal from before the first version: our mark and nothing else.
TEST(SchemaUpgrade, HappensWhenAnOlderJournalIsOpened) {
    const TemporaryDirectory directory;
    const auto file = directory.path() / "journal.db";
    {
        SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        database.exec("PRAGMA application_id = " + std::to_string(journal_application_id));
    }
    Journal::open(file).create_job({.name = "words"});
    SQLite::Database database(file.string(), SQLite::OPEN_READONLY);
    EXPECT_EQ(version_of(database), static_cast<int>(journal_upgrades().size()));
    EXPECT_EQ(database.execAndGet("SELECT name FROM job").getString(), "words");
}

TEST(Schema, IsWrittenAheadAndMarkedAsOurs) {
    const TemporaryDirectory directory;
    const auto file = directory.path() / "journal.db";
    static_cast<void>(Journal::open(file));
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
    EXPECT_EQ(database.execAndGet("PRAGMA journal_mode").getString(), "wal");
    EXPECT_EQ(database.execAndGet("PRAGMA application_id").getInt(), 0x4C4D4A31);
    EXPECT_EQ(database.execAndGet("PRAGMA user_version").getInt(), 2);
}

// What survives power loss no test here can cut the power for; that the settings it depends on are those in force, it can.
TEST(OpenDatabase, HasTheSettingsThatDurabilityDependsOn) {
    const TemporaryDirectory directory;
    auto database = open_database(directory.path() / "journal.db");
    EXPECT_EQ(database.execAndGet("PRAGMA journal_mode").getString(), "wal");
    EXPECT_EQ(database.execAndGet("PRAGMA synchronous").getInt(), 2);  // FULL
    EXPECT_EQ(database.execAndGet("PRAGMA locking_mode").getString(), "exclusive");
    EXPECT_EQ(database.execAndGet("PRAGMA foreign_keys").getInt(), 1);
}

// A word of a later version that slipped into a journal of this one: no guess at what it means.
TEST(Schema, HasNoRoomForWordsWeDoNotKnow) {
    const TemporaryDirectory directory;
    const auto file = directory.path() / "journal.db";
    const JobId job = Journal::open(file).create_job({.name = "words"}).id;
    {
        SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
        database.exec("UPDATE job SET step = 'teleport'");
    }
    const Journal journal = Journal::open(file);
    const JournalError error = error_of([&] { return journal.job(job); });
    EXPECT_EQ(error.kind(), JournalErrorKind::damaged);
    EXPECT_STREQ(error.what(), "the journal has an unknown word: `teleport`");
}

}  // namespace
}  // namespace lantern_migrate::migrations_state
