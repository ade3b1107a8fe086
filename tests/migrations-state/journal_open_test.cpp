#include "journal_fixture.h"

#include "migrations-state/journal_schema.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include <map>

namespace lantern_migrate::migrations_state {
namespace {

namespace fs = std::filesystem;

class OpeningAJournal : public testing::Test {
protected:
    TemporaryDirectory directory_;
    fs::path file_ = directory_.path() / "journal.db";

    // Every file of the directory with its bytes, but the lock.
    std::map<std::string, std::string> everything() const {
        std::map<std::string, std::string> files;
        for (const auto& entry : fs::directory_iterator(directory_.path())) {
            if (entry.path().extension() != ".lock") files[entry.path().filename()] = bytes_of(entry.path());
        }
        return files;
    }

    // Refused, with nothing in the directory changed, added or removed.
    JournalError refused() {
        const auto before = everything();
        const JournalError error = error_of([&] { return Journal::open(file_); });
        EXPECT_TRUE(everything() == before) << "the refusal changed the directory";
        return error;
    }

    std::string whole_journal() {
        {
            Journal journal = Journal::open(file_);
            const Job job = journal.create_job({.name = "words"});
            for (int i = 0; i < 50; ++i) journal.add_event(job.id, Severity::info, "filler", std::string(500, 'x'));
        }
        return bytes_of(file_);
    }

    // Runs `work` with a new, open journal in a child that is then killed: its write-ahead log stays.
    void kill_after(void (*work)(Journal&)) {
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            Journal journal = Journal::open(file_);
            work(journal);
            raise(SIGKILL);
        }
        int status = 0;
        waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status));
        ASSERT_GT(fs::file_size(file_.string() + "-wal"), 0U);
    }
};

TEST_F(OpeningAJournal, CreatesItForTheOwnerAloneWhateverTheUmask) {
    for (const mode_t mask : {mode_t{0}, mode_t{0777}}) {
        fs::remove(file_);
        const mode_t before = umask(mask);
        Journal journal = Journal::open(file_);
        journal.create_job({.name = "words"});
        umask(before);
        struct stat status{};
        ASSERT_EQ(stat(file_.c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777U, 0600U);
        ASSERT_EQ(stat((file_.string() + "-wal").c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777U, 0600U);
        EXPECT_FALSE(fs::exists(file_.string() + "-shm"));
        EXPECT_EQ(journal.file(), file_);
    }
}

TEST_F(OpeningAJournal, LeavesNothingBesideItAtTheEndButItsLock) {
    static_cast<void>(whole_journal());
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory_.path())) names.insert(entry.path().filename());
    EXPECT_THAT(names, testing::ElementsAre("journal.db", "journal.db.lock"));
}

TEST_F(OpeningAJournal, TakesAnEmptyFileForANewOne) {
    write_bytes(file_, "");
    Journal journal = Journal::open(file_);
    EXPECT_EQ(journal.create_job({.name = "words"}).id, 1);
}

TEST_F(OpeningAJournal, GoesOnWithoutWhatAKilledCreationLeft) {
    write_bytes(file_.string() + ".new", "half a journal");
    write_bytes(file_.string() + ".new-journal", "and its rollback journal");
    EXPECT_TRUE(Journal::open(file_).jobs().empty());
    EXPECT_EQ(everything().size(), 1U);
}

TEST_F(OpeningAJournal, TakesPathsWithCharactersThatMeanSomethingInAUri) {
    file_ = directory_.path() / "a?mode=ro#b%20c.db";
    Journal::open(file_).create_job({.name = "words"});
    EXPECT_EQ(Journal::open(file_).jobs().size(), 1U);
}

TEST_F(OpeningAJournal, TakesUpTheLogOfAKilledProcess) {
    kill_after([](Journal& journal) { journal.create_job({.name = "words"}); });
    EXPECT_EQ(Journal::open(file_).jobs().at(0).name, "words");
}

TEST_F(OpeningAJournal, RefusesALogWhoseJournalIsGone) {
    kill_after([](Journal& journal) { journal.create_job({.name = "words"}); });
    fs::remove(file_);
    const JournalError error = refused();
    EXPECT_EQ(error.kind(), JournalErrorKind::damaged);
    EXPECT_EQ(error.what(),
              "journal " + file_.string() + ": damaged: the file is gone, and " + file_.string() + "-wal, which belongs to it, is not");
}

TEST_F(OpeningAJournal, RefusesAFileThatIsNoDatabase) {
    for (const std::string& bytes : {std::string("hello"), std::string(8192, 'x'), std::string("SELECT 1;\n")}) {
        write_bytes(file_, bytes);
        const JournalError error = refused();
        EXPECT_EQ(error.kind(), JournalErrorKind::foreign);
        EXPECT_EQ(error.what(), "journal " + file_.string() + ": not a journal, nor any SQLite file");
        EXPECT_EQ(error.hint(), "it was left as it is; move it away, or choose another state_dir");
    }
}

TEST_F(OpeningAJournal, RefusesADatabaseOfSomebodyElse) {
    for (const char* mark : {"0", "252006673"}) {
        for (const char* mode : {"DELETE", "WAL"}) {
            fs::remove(file_);
            {
                SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
                database.exec("PRAGMA application_id = " + std::string(mark));
                static_cast<void>(database.execAndGet("PRAGMA journal_mode = " + std::string(mode)));
                database.exec("CREATE TABLE job (id INTEGER)");
            }
            const JournalError error = refused();
            EXPECT_EQ(error.kind(), JournalErrorKind::foreign);
            EXPECT_EQ(error.what(), "journal " + file_.string() + ": an SQLite file of another program");
        }
    }
}

TEST_F(OpeningAJournal, RefusesAJournalOfALaterVersion) {
    static_cast<void>(whole_journal());
    {
        SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
        database.exec("PRAGMA user_version = 7");
    }
    const JournalError error = refused();
    EXPECT_EQ(error.kind(), JournalErrorKind::newer);
    EXPECT_EQ(error.what(), "journal " + file_.string() +
                                ": written by a later version of lantern-migrate (its schema is 7, this program knows up to 2)");
    EXPECT_EQ(error.hint(), "it was left as it is; run the later version, or choose another state_dir");
}

// The file's own header says what we know: only the log, which a killed process of the later version left, says 7.
TEST_F(OpeningAJournal, RefusesALaterVersionThatOnlyTheLogTellsOf) {
    static_cast<void>(whole_journal());
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
        database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA user_version = 7");
        raise(SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    ASSERT_EQ(bytes_of(file_)[63], 2);
    EXPECT_EQ(refused().kind(), JournalErrorKind::newer);
}

TEST_F(OpeningAJournal, RefusesATruncatedFile) {
    const std::string whole = whole_journal();
    for (const std::size_t size : {std::size_t{1}, std::size_t{16}, std::size_t{50}, std::size_t{100}, std::size_t{3000}, std::size_t{4096},
                                   std::size_t{5000}, whole.size() / 2, whole.size() - 1}) {
        write_bytes(file_, std::string_view(whole).substr(0, size));
        const JournalError error = refused();
        EXPECT_EQ(error.kind(), JournalErrorKind::damaged) << size << " bytes: " << error.what();
        EXPECT_EQ(error.hint(), "it was left as it is; restore it from a backup, or move it away and submit the jobs anew");
    }
}

TEST_F(OpeningAJournal, RefusesAFileWhoseHeaderIsLost) {
    const std::string whole = whole_journal();
    const std::pair<std::size_t, char> losses[] = {{16, '\0'}, {4096, '\0'}, {16, '\xA5'}};
    for (const auto& [size, byte] : losses) {
        write_bytes(file_, std::string(size, byte) + whole.substr(size));
        const JournalError error = refused();
        EXPECT_EQ(error.kind(), JournalErrorKind::damaged);
        EXPECT_EQ(error.what(), "journal " + file_.string() + ": damaged: its header is lost");
    }
}

TEST_F(OpeningAJournal, RefusesAFileWithADamagedPage) {
    const std::string whole = whole_journal();
    std::string damaged = whole;
    for (std::size_t at = 4096; at < damaged.size(); at += 4096) damaged.replace(at, 64, std::string(64, '\xEE'));
    write_bytes(file_, damaged);
    const JournalError error = refused();
    EXPECT_EQ(error.kind(), JournalErrorKind::damaged);
    EXPECT_THAT(error.what(), testing::StartsWith("journal " + file_.string() + ": damaged: "));
}

TEST_F(OpeningAJournal, RefusesADamagedFileAndKeepsTheLogBesideIt) {
    static_cast<void>(whole_journal());
    kill_after([](Journal& journal) { journal.set_paused(journal.jobs().at(0).id); });
    std::string damaged = bytes_of(file_);
    // From the third page on: the log has its own copy of those that it changed, but not of all.
    for (std::size_t at = 2 * 4096; at < damaged.size(); at += 4096) damaged.replace(at, 64, std::string(64, '\xEE'));
    write_bytes(file_, damaged);
    EXPECT_EQ(refused().kind(), JournalErrorKind::damaged);
}

TEST_F(OpeningAJournal, NeedsItsDirectory) {
    file_ = directory_.path() / "missing" / "journal.db";
    const JournalError error = error_of([&] { return Journal::open(file_); });
    EXPECT_EQ(error.kind(), JournalErrorKind::cannot_open);
    EXPECT_EQ(error.what(), "journal " + file_.string() + ": the directory " + file_.parent_path().string() + " does not exist");
    EXPECT_EQ(error.hint(), "check `state_dir`: it must be a directory that this user may write to");
}

TEST_F(OpeningAJournal, NeedsAFileInItsPlace) {
    fs::create_directory(file_);
    EXPECT_EQ(error_of([&] { return Journal::open(file_); }).what(), "journal " + file_.string() + ": a directory is in its place");
    fs::remove(file_);
    ASSERT_EQ(mkfifo(file_.c_str(), 0600), 0);
    const JournalError error = error_of([&] { return Journal::open(file_); });
    EXPECT_EQ(error.kind(), JournalErrorKind::cannot_open);
    EXPECT_EQ(error.what(), "journal " + file_.string() + ": not a regular file");
}

// Root may write anywhere, so a child becomes somebody else where it can.
TEST_F(OpeningAJournal, NeedsPermission) {
    static_cast<void>(whole_journal());
    fs::permissions(directory_.path(), fs::perms::owner_read | fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) _exit(9);
        try {
            static_cast<void>(Journal::open(directory_.path() / "new.db"));
        } catch (const JournalError& e) {
            const bool right = e.kind() == JournalErrorKind::cannot_open &&
                               e.what() == "journal " + (directory_.path() / "new.db").string() + ": Permission denied";
            _exit(right ? 0 : 1);
        }
        _exit(2);
    }
    int status = 0;
    waitpid(child, &status, 0);
    fs::permissions(directory_.path(), fs::perms::owner_all);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(OpeningAJournal, IsForOneProcessAtATime) {
    const Journal first = Journal::open(file_);
    // In this process and in another.
    const JournalError here = error_of([&] { return Journal::open(file_); });
    EXPECT_EQ(here.kind(), JournalErrorKind::busy);
    EXPECT_EQ(here.what(), "journal " + file_.string() + ": in use by another process");
    EXPECT_EQ(here.hint(), "stop the other lantern-migrated or `lantern-migrate run`, or give this one another state_dir");
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        try {
            static_cast<void>(Journal::open(file_));
        } catch (const JournalError& e) {
            _exit(e.kind() == JournalErrorKind::busy ? 0 : 1);
        }
        _exit(2);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

// An sqlite3 shell knows nothing of our lock, and is kept out by SQLite's own; a refused second opening has not loosened that.
TEST_F(OpeningAJournal, KeepsOtherProgramsOut) {
    Journal journal = Journal::open(file_);
    journal.create_job({.name = "words"});
    static_cast<void>(error_of([&] { return Journal::open(file_); }));
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        try {
            SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
            static_cast<void>(database.execAndGet("SELECT count(*) FROM job"));
        } catch (const SQLite::Exception& e) {
            _exit(e.getErrorCode() == 5 /* SQLITE_BUSY */ ? 0 : 1);
        }
        _exit(2);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(OpeningAJournal, WaitsForAnotherProgramOnlySoLong) {
    static_cast<void>(whole_journal());
    SQLite::Database shell(file_.string(), SQLite::OPEN_READWRITE);
    shell.exec("BEGIN IMMEDIATE");
    const JournalError error = error_of([&] { return Journal::open(file_); });
    EXPECT_EQ(error.kind(), JournalErrorKind::busy);
    shell.exec("ROLLBACK");
}

}  // namespace
}  // namespace lantern_migrate::migrations_state
