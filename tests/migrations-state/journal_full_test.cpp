// No space: an error that says so, nothing half written, and the journal goes on once there is space.
#include "journal_fixture.h"

#include "migrations-state/journal_errors.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <sys/resource.h>

#include <csignal>

#include <gmock/gmock.h>

namespace lantern_migrate::migrations_state {
namespace {

// A limit on the size of this process's files, as systemd's LimitFSIZE= or a shell's `ulimit -f` sets. It works without privileges and
// without a file system of its own.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        former_handler_ = std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &former_);
        rlimit limited = former_;
        limited.rlim_cur = bytes;
        if (setrlimit(RLIMIT_FSIZE, &limited) != 0) throw std::runtime_error("setrlimit");
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &former_);
        std::signal(SIGXFSZ, former_handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit former_{};
    void (*former_handler_)(int) = nullptr;
};

class AFullDisk : public JournalTest {};

TEST_F(AFullDisk, IsToldAndTheJournalGoesOnOnceThereIsSpace) {
    const Job job = words();
    const TableId items = two_tables(job.id)[0].id;
    journal_.begin_chunk(items, 0);
    std::int64_t last_event = 0;
    {
        const FileSizeLimit limit(std::filesystem::file_size(file_.string() + "-wal") + 40'000);
        const JournalError error = error_of([&] {
            for (int i = 0; i < 1000; ++i) last_event = journal_.add_event(job.id, Severity::info, "filler", std::string(1000, 'x'));
            return 0;
        });
        EXPECT_EQ(error.kind(), JournalErrorKind::full) << error.what();
        EXPECT_EQ(error.what(), "journal " + file_.string() + ": no space left to write (SQLITE_IOERR_WRITE)");
        EXPECT_EQ(error.hint(), "free space on the file system of " + directory_.path().string() + "; the daemon resumes by itself");
        // Nothing of the failed call, all of the calls before; reading works.
        EXPECT_EQ(journal_.events(job.id, 0, 2000).back().id, last_event);
        EXPECT_EQ(journal_.job(job.id).name, "words");
        // Several commits in a row fail alike.
        EXPECT_EQ(error_of([&] {
                      journal_.add_event(job.id, Severity::info, "filler", std::string(50'000, 'x'));
                      return 0;
                  }).kind(),
                  JournalErrorKind::full);
    }
    journal_.end_chunk(items, 0, some_totals);
    EXPECT_GT(journal_.add_event(job.id, Severity::info, "again", ""), last_event);
    reopen();
    EXPECT_EQ(journal_.chunks(job.id)[0].totals, some_totals);
    EXPECT_EQ(journal_.events(job.id, last_event).at(0).kind, "again");
}

TEST_F(AFullDisk, LeavesAManyRowedCallUndoneAsAWhole) {
    const Job job = words();
    NewTable big{.schema = "public", .name = "big"};
    big.chunks.resize(20'000);
    {
        const FileSizeLimit limit(std::filesystem::file_size(file_.string() + "-wal") + 100'000);
        EXPECT_EQ(error_of([&] {
                      journal_.save_tables(job.id, {&big, 1});
                      return 0;
                  }).kind(),
                  JournalErrorKind::full);
        EXPECT_TRUE(journal_.tables(job.id).empty());
    }
    journal_.save_tables(job.id, {&big, 1});
    EXPECT_EQ(journal_.chunks(job.id).size(), 20'000U);
}

TEST_F(AFullDisk, AtTheCreationLeavesNoJournal) {
    const auto fresh = directory_.path() / "fresh.db";
    {
        const FileSizeLimit limit(20'000);
        EXPECT_THROW(Journal::open(fresh), JournalError);
        EXPECT_FALSE(std::filesystem::exists(fresh));
    }
    EXPECT_TRUE(Journal::open(fresh).jobs().empty());
}

// SQLite's own SQLITE_FULL, which a file system without space gives.
TEST(JournalErrorText, NamesTheFileTheCauseAndSQLitesWord) {
    SQLite::Database database(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec("PRAGMA max_page_count = 2; CREATE TABLE t (x)");
    try {
        database.exec("INSERT INTO t VALUES (zeroblob(100000))");
        FAIL() << "not full";
    } catch (const SQLite::Exception& e) {
        const JournalError error = sqlite_error("/var/lib/lantern-migrate/journal.db", e, 0);
        EXPECT_EQ(error.kind(), JournalErrorKind::full);
        EXPECT_STREQ(error.what(), "journal /var/lib/lantern-migrate/journal.db: no space left to write (SQLITE_FULL)");
        EXPECT_EQ(error.hint(), "free space on the file system of /var/lib/lantern-migrate; the daemon resumes by itself");
    }
}

TEST(JournalErrorText, TellsAFailingDiskFromAFullOne) {
    const SQLite::Exception write_error("disk I/O error", 778 /* SQLITE_IOERR_WRITE */);
    EXPECT_EQ(sqlite_error("/j/journal.db", write_error, EDQUOT).kind(), JournalErrorKind::full);
    const JournalError failing = sqlite_error("/j/journal.db", write_error, EIO);
    EXPECT_EQ(failing.kind(), JournalErrorKind::io);
    EXPECT_STREQ(failing.what(), "journal /j/journal.db: disk I/O error, Input/output error (SQLITE_IOERR_WRITE)");
    EXPECT_EQ(failing.hint(), "check the file system of /j");
}

}  // namespace
}  // namespace lantern_migrate::migrations_state
