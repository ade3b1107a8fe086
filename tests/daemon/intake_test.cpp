#include "daemon/intake.h"

#include "daemon_fixture.h"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <sstream>

namespace lantern_migrate::daemon {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace test;
using testing::ElementsAre;

// The daemon without its signals and its socket.
struct Dropped {
    Scratch scratch;
    boost::asio::io_context io;
    Spool spool{scratch / "spool"};
    migrations_state::Journal journal = migrations_state::Journal::open(scratch / "journal.db");
    std::shared_ptr<FakeEngines> engines = std::make_shared<FakeEngines>();
    Intake intake{spool, journal, quiet_log()};
    Scheduler scheduler{io,
                        journal,
                        fake_factory(engines),
                        {.max_jobs = 1, .runner = runner_options({})},
                        {.before_retry = [this](const Job& job) { intake.bring_back(job); },
                         .ended = [this](const JobStatus& status) { intake.file_away(status.job); }},
                        quiet_log()};

    Dropped() { intake.attach(scheduler); }

    void drop(const std::string& name, const std::string& text) {
        write(spool.incoming() / name, text);
        intake.take(name);
    }
    void run() {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        do {
            io.restart();
            io.run_for(std::chrono::milliseconds(5));
        } while ((scheduler.running() > 0 || scheduler.queued() > 0) && std::chrono::steady_clock::now() < deadline);
    }
    json::object report(const std::string& where) { return json::parse(read(spool.dir() / (where + ".report.json"))).as_object(); }
    bool there(const std::string& where) { return fs::exists(fs::symlink_status(spool.dir() / where)); }
};

TEST(Intake, MakesAJobOfAFileAndFilesItAwayWhenItIsDone) {
    Dropped dropped;
    dropped.drop("words.yaml", good_job);
    EXPECT_TRUE(dropped.there("active/words.yaml"));
    EXPECT_EQ(dropped.journal.find_job("words")->source, "url postgresql://reader@old.example/app");
    dropped.run();
    EXPECT_TRUE(dropped.there("done/words.yaml"));
    EXPECT_FALSE(dropped.there("active/words.yaml"));
    EXPECT_EQ(dropped.report("done/words.yaml").at("disposition"), "done");
    EXPECT_TRUE(dropped.there("done/words.yaml.report.html"));
    EXPECT_EQ(dropped.journal.find_job("words")->file, (dropped.spool.dir() / "done/words.yaml").string());
}

TEST(Intake, TakesAFileWithoutAFinalNewline) {
    Dropped dropped;
    dropped.drop("words.yaml", good_job.substr(0, good_job.size() - 1));
    EXPECT_TRUE(dropped.journal.find_job("words").has_value());
}

TEST(Intake, RefusesABadFileWithEveryMistakeAndGoesOn) {
    Dropped dropped;
    dropped.drop("bad.yaml", "source: 7\ncopy: {workers: many}\nfoo: bar\n");
    const json::object report = dropped.report("failed/bad.yaml");
    EXPECT_EQ(report.at("disposition"), "refused");
    EXPECT_GE(report.at("mistakes").as_array().size(), 4U);
    std::vector<std::string> keys;
    for (const json::value& mistake : report.at("mistakes").as_array()) keys.emplace_back(mistake.at("key").as_string());
    EXPECT_THAT(keys, testing::IsSupersetOf({"source", "copy.workers", "foo"}));
    dropped.drop("good.yaml", good_job);
    EXPECT_TRUE(dropped.journal.find_job("good").has_value());
}

// Anybody of the spool's group may drop files; the log must not be swept away by one of them.
TEST(Intake, LogsTheFirstMistakesOfAFileAndReportsAll) {
    Dropped dropped;
    std::ostringstream log_text;
    const auto log = std::make_shared<spdlog::logger>("intake", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_text));
    Intake intake(dropped.spool, dropped.journal, log);
    intake.attach(dropped.scheduler);
    std::string text = good_job;
    for (int i = 0; i < 50; ++i) text += "key" + std::to_string(i) + ": 1\n";
    write(dropped.spool.incoming() / "wide.yaml", text);
    intake.take("wide.yaml");
    EXPECT_EQ(dropped.report("failed/wide.yaml").at("mistakes").as_array().size(), 50U);
    EXPECT_THAT(log_text.str(), testing::HasSubstr(" key=key19 "));
    EXPECT_THAT(log_text.str(), testing::Not(testing::HasSubstr(" key=key20 ")));
    EXPECT_THAT(
        log_text.str(),
        testing::HasSubstr("job file has more mistakes file=" + (dropped.spool.dir() / "failed/wide.yaml").string() + " not_logged=30\n"));
}

TEST(Intake, RefusesEmptyBinaryAndHugeFiles) {
    Dropped dropped;
    dropped.drop("empty.yaml", "");
    dropped.drop("binary.yaml", std::string("\x7f"
                                            "ELF\0\0\0\1",
                                            8));
    dropped.drop("huge.yaml", std::string(std::size_t{2} << 20, 'a'));
    dropped.drop("half.yaml", good_job.substr(0, good_job.size() / 2 - 8));
    for (const char* name : {"empty", "binary", "huge", "half"}) {
        const std::string where = std::string("failed/") + name + ".yaml";
        ASSERT_TRUE(dropped.there(where)) << name;
        EXPECT_FALSE(dropped.report(where).at("mistakes").as_array().empty()) << name;
    }
    EXPECT_TRUE(dropped.journal.jobs().empty());
}

TEST(Intake, RefusesWhatIsNoRegularFileWithoutBlocking) {
    Dropped dropped;
    ASSERT_EQ(::mkfifo((dropped.spool.incoming() / "pipe.yaml").c_str(), 0600), 0);
    dropped.intake.take("pipe.yaml");
    EXPECT_EQ(dropped.report("failed/pipe.yaml").at("reason"), "a pipe, and only regular files are taken");
    fs::create_symlink("/etc/passwd", dropped.spool.incoming() / "link.yaml");
    dropped.intake.take("link.yaml");
    EXPECT_TRUE(dropped.there("failed/link.yaml"));
    fs::create_directory(dropped.spool.incoming() / "directory.yaml");
    dropped.intake.take("directory.yaml");
    EXPECT_TRUE(dropped.there("failed/directory.yaml"));
    dropped.drop("notes.txt", "remember");
    EXPECT_EQ(dropped.report("failed/notes.txt").at("reason"), "not a job file: its name ends neither in .yaml nor in .yml");
    EXPECT_TRUE(fs::is_empty(dropped.spool.incoming()));
}

TEST(Intake, RefusesASecondJobOfANameAndNamesTheOther) {
    Dropped dropped;
    dropped.engines->runs = {[](FakeRun& run) { return run.until_stopped(); }};
    dropped.drop("words.yaml", good_job);
    dropped.drop("words.yaml", good_job);
    EXPECT_TRUE(dropped.there("active/words.yaml"));
    EXPECT_EQ(
        dropped.report("failed/words.1.yaml").at("reason").as_string(),
        "an unfinished job is named words already: " + (dropped.spool.dir() / "active/words.yaml").string() + ", queued at step connect");
    EXPECT_EQ(dropped.report("failed/words.1.yaml").at("hint"), "give this job another `name`, or first let words end, retry or cancel it");
    dropped.drop("words.yaml", good_job + "name: words2\n");
    EXPECT_EQ(dropped.journal.find_job("words2")->file, (dropped.spool.active() / "words.1.yaml").string());
}

TEST(Intake, TakesANameAgainOnceItsJobIsDone) {
    Dropped dropped;
    for (int i = 0; i < 2; ++i) {
        dropped.drop("words.yaml", good_job);
        dropped.run();
    }
    EXPECT_TRUE(dropped.there("done/words.yaml"));
    EXPECT_TRUE(dropped.there("done/words.1.yaml"));
    EXPECT_EQ(dropped.journal.jobs().size(), 2U);
}

TEST(Intake, FilesAFailedJobAndBringsItBackForARetry) {
    Dropped dropped;
    dropped.engines->runs = {[](FakeRun&) -> steps::Outcome { throw disk_full(); }, [](FakeRun& run) { return run.done(); }};
    dropped.drop("words.yaml", good_job);
    dropped.run();
    EXPECT_EQ(dropped.report("failed/words.yaml").at("sqlstate"), "53100");
    write(dropped.spool.dir() / "failed/words.yaml", good_job + "copy: {workers: 2}\n");
    EXPECT_EQ(dropped.scheduler.act("words", Action::retry).kind, ActionResult::Kind::accepted);
    EXPECT_TRUE(dropped.there("active/words.yaml"));
    dropped.run();
    EXPECT_TRUE(dropped.there("done/words.yaml"));
    EXPECT_FALSE(dropped.there("failed/words.yaml.report.json"));
}

TEST(Intake, PutsRightWhatACrashLeftBetweenSpoolAndJournal) {
    Dropped dropped;
    // Claimed, but not yet a job.
    write(dropped.spool.active() / "claimed.yaml", good_job);
    // A job that ended, but whose file was not yet moved.
    write(dropped.spool.active() / "ended.yaml", good_job);
    const auto ended = dropped.journal.create_job({.name = "ended", .file = dropped.spool.active() / "ended.yaml"});
    dropped.journal.set_cancelled(ended.id);
    // A job that is to be retried: its file was moved to failed/ and back no more.
    write(dropped.spool.dir() / "failed/moved.yaml", good_job);
    const auto moved = dropped.journal.create_job({.name = "moved", .file = dropped.spool.active() / "moved.yaml"});
    dropped.intake.reconcile();
    EXPECT_TRUE(dropped.journal.find_job("claimed").has_value());
    EXPECT_TRUE(dropped.there("failed/ended.yaml"));
    EXPECT_EQ(dropped.report("failed/ended.yaml").at("disposition"), "cancelled");
    EXPECT_EQ(dropped.journal.job(moved.id).file, (dropped.spool.dir() / "failed/moved.yaml").string());
}

}  // namespace
}  // namespace lantern_migrate::daemon
