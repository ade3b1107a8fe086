// schema.existing: what becomes of tables that are on the target already.
#include "tests/integration/scenario.h"

#include <gtest/gtest.h>

#include <sstream>

namespace lantern_migrate::test {
namespace {

// The report breaks its lines; an event's text is looked for as one.
bool says(const Finished& finished, const std::string& text) {
    std::istringstream words(finished.out + " " + finished.err);
    std::string all;
    for (std::string word; words >> word;) all += (all.empty() ? "" : " ") + word;
    return all.contains(text);
}

TEST(ExistingTables, StopTheJobBeforeAnythingIsTouched) {
    Scenario scenario;
    scenario.load("small_source.sql");
    query(scenario.target_url(), "CREATE TABLE notes (mine text); INSERT INTO notes VALUES ('kept')");
    const std::string before = dump(scenario.target_url());
    const Finished finished = scenario.run_job(scenario.write_job());
    EXPECT_EQ(finished.ending.exit_code, 1) << finished.out << finished.err;
    EXPECT_TRUE(says(finished, "table public.notes: it exists on the target already")) << finished.err;
    EXPECT_TRUE(says(finished, "drop it there, or set `schema.existing` to use or replace")) << finished.err;
    EXPECT_EQ(dump(scenario.target_url()), before);
}

// Partitions go with their parents, and what depends on a table goes with it.
TEST(ExistingTables, AreReplacedIfTheJobSaysSo) {
    Scenario scenario;
    scenario.load("small_source.sql");
    query(scenario.source_url(),
          "CREATE TABLE parted (id integer, v vector(3)) PARTITION BY RANGE (id);"
          "CREATE TABLE parted_high PARTITION OF parted FOR VALUES FROM (100) TO (1000);"
          "CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (100);"
          "INSERT INTO parted SELECT i, '[1,2,3]' FROM generate_series(0, 299) i;"
          "CREATE INDEX parted_v ON parted USING hnsw (v vector_l2_ops)");
    const Finished first = scenario.run_job(scenario.write_job());
    ASSERT_EQ(first.ending.exit_code, 0) << first.out << first.err;
    query(scenario.target_url(),
          "CREATE TABLE other (note text); INSERT INTO other VALUES ('kept'); CREATE VIEW on_items AS SELECT * FROM items;"
          "DELETE FROM parted WHERE id < 200; ALTER TABLE items ADD COLUMN more integer");
    const Finished second = scenario.run_job(scenario.write_job("schema: {existing: replace}\n", "again"));
    ASSERT_EQ(second.ending.exit_code, 0) << second.out << second.err;
    EXPECT_EQ(query_text(scenario.target_url(), "SELECT note FROM other"), "kept");
    query(scenario.target_url(), "DROP TABLE other");
    EXPECT_EQ(joined(compare_tables(scenario.source_url(), scenario.target_url())), "");
    EXPECT_EQ(query_text(scenario.target_url(), "SELECT to_regclass('on_items') IS NULL"), "t");
    EXPECT_TRUE(says(second,
                     "dropped on the target, as the job says: "
                     "public.items, public.notes, public.parted, public.parted_high, public.parted_low"))
        << second.out << second.err;
}

constexpr const char* own_tables =
    "CREATE TABLE items (id integer, name text, v real[], made timestamptz DEFAULT now()); CREATE TABLE notes (item integer, note text)";

TEST(ExistingTables, AreFilledIfTheJobSaysSo) {
    Scenario scenario;
    scenario.load("small_source.sql");
    query(scenario.target_url(), own_tables);
    const Finished finished = scenario.run_job(scenario.write_job("schema: {existing: use}\n"));
    ASSERT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    EXPECT_EQ(query_text(scenario.target_url(), "SELECT count(*) FROM items WHERE made IS NOT NULL"), "500");
    EXPECT_EQ(query_text(scenario.target_url(), "SELECT count(*) FROM notes"), "300");
    EXPECT_EQ(
        query_text(scenario.target_url(),
                   "SELECT string_agg(indexrelid::regclass::text, ' ' ORDER BY indexrelid::regclass::text) FROM pg_index WHERE indrelid IN "
                   "('items'::regclass, 'notes'::regclass)"),
        "items_cosine items_l2")
        << "only vector indexes are added";
}

struct Unusable {
    const char* sql;
    const char* reason;
};

TEST(ExistingTables, AreNotFilledWhereThatCouldLoseOrDoubleRows) {
    Scenario scenario;
    scenario.load("small_source.sql");
    const Unusable cases[] = {
        {"INSERT INTO notes VALUES (1, 'mine')", "table public.notes of the target has rows, and `schema.existing: use` wants it empty"},
        {"CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER t BEFORE INSERT ON notes FOR "
         "EACH ROW EXECUTE FUNCTION f()",
         "table public.notes of the target has triggers or foreign keys, which would act on every copied row"},
        {"DROP TABLE notes", "table public.notes: `schema.existing: use` expects it on the target, and it is not there"},
    };
    int number = 0;
    for (const Unusable& c : cases) {
        const std::string database = "case_" + std::to_string(++number);
        scenario.target().create_database(database);
        const std::string url = scenario.target().url(database);
        query(url, own_tables);
        query(url, c.sql);
        const auto file = scenario.scratch() / (database + ".yaml");
        write_file(file, "source:\n  url: " + scenario.source_url() + "\ntarget:\n  url: " + url + "\nschema: {existing: use}\n");
        const Finished finished = scenario.run_job(file);
        EXPECT_EQ(finished.ending.exit_code, 1) << finished.out << finished.err;
        EXPECT_TRUE(says(finished, c.reason)) << finished.err;
        EXPECT_EQ(query_text(url, "SELECT count(*) FROM items"), "0") << c.sql;
    }
}

}  // namespace
}  // namespace lantern_migrate::test
