// The spool: which files are taken, when, and where they end.
#include "tests/integration/daemon_process.h"
#include "tests/integration/held_lock.h"
#include "tests/integration/scenario.h"

#include <gmock/gmock.h>

#include <fstream>

namespace lantern_migrate::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Spool, TakesFilesThatAreRenamedInOrClosedAfterWritingAndNoOthers) {
    Scenario scenario;
    scenario.load("small_source.sql");
    scenario.target().create_database("second");
    const std::string first = read_file(scenario.write_job());
    const std::string second =
        "source: {url: \"" + scenario.source_url() + "\"}\ntarget: {url: \"" + scenario.target().url("second") + "\"}\n";
    DaemonProcess daemon(scenario.scratch().path());
    daemon.drop(".hidden.yaml", second);
    daemon.drop("later.yaml.tmp", second);
    std::ofstream growing(daemon.spool("incoming") / "second.yaml");
    growing << second.substr(0, 40) << std::flush;
    daemon.drop("first.yaml", first);
    ASSERT_EQ(daemon.wait_for("first", "done"), "done");
    EXPECT_THAT(daemon.files("incoming"), ElementsAre(".hidden.yaml", "later.yaml.tmp", "second.yaml"));

    growing << second.substr(40);
    growing.close();
    ASSERT_EQ(daemon.wait_for("second", "done"), "done");
    ASSERT_TRUE(eventually([&] { return daemon.files("done").size() == 6; }));
    EXPECT_THAT(daemon.files("done"), ElementsAre("first.yaml", "first.yaml.report.html", "first.yaml.report.json", "second.yaml",
                                                  "second.yaml.report.html", "second.yaml.report.json"));
    EXPECT_TRUE(read_file(daemon.spool("done") / "first.yaml.report.html").starts_with("<!doctype html>\n"));
    EXPECT_THAT(daemon.files("incoming"), ElementsAre(".hidden.yaml", "later.yaml.tmp"));
    EXPECT_THAT(daemon.files("active"), IsEmpty());
    EXPECT_THAT(daemon.files("failed"), IsEmpty());
    EXPECT_EQ(read_file(daemon.spool("done") / "first.yaml"), first);
    EXPECT_EQ(read_file(daemon.spool("done") / "second.yaml"), second);
    const auto report = daemon.report("done", "second.yaml");
    EXPECT_EQ(text_at(report, "disposition"), "done");
    EXPECT_EQ(text_at(report, "rows"), "800");
    EXPECT_EQ(text_at(report, "different"), "false");
    EXPECT_EQ(text_at(report, "exit_status"), "0");
    EXPECT_EQ(report.at("tables").as_array().size(), 2U);
    EXPECT_EQ(report.at("indexes").as_array().size(), 2U);
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target().url("second")), IsEmpty());
    EXPECT_EQ(daemon.stop(), (Ending{0, 0}));
}

TEST(Spool, TakesWhatWasDroppedWhileNoDaemonRan) {
    Scenario scenario;
    scenario.load("small_source.sql");
    DaemonProcess daemon(scenario.scratch().path());
    EXPECT_EQ(daemon.stop(), (Ending{0, 0}));
    const std::string job = scenario.write_job();
    const Finished submitted = daemon.ask({"submit", job});
    EXPECT_EQ(submitted.ending.exit_code, 0) << submitted.err;
    EXPECT_EQ(submitted.out, "submitted words as " + (daemon.spool("incoming") / "words.yaml").string() + "\n");
    EXPECT_EQ(daemon.ask({"list"}).ending.exit_code, 5);
    EXPECT_THAT(daemon.files("incoming"), ElementsAre("words.yaml"));
    daemon.start();
    EXPECT_EQ(daemon.wait_for("words", "done"), "done");
}

TEST(Spool, RefusesASecondJobOfAnUnfinishedJobsNameAndRetriesAFailedOne) {
    Scenario scenario;
    scenario.load("small_source.sql");
    const std::string job = scenario.write_job();
    DaemonProcess daemon(scenario.scratch().path());
    auto held = std::make_unique<HeldLock>(scenario.source_url(), "items");
    daemon.drop("words.yaml", read_file(job));
    daemon.wait_until("words",
                      [](const auto& status) { return text_at(status, "progress.activity").starts_with("waiting for SHARE locks"); });

    const Finished submitted = daemon.ask({"submit", job});
    EXPECT_EQ(submitted.ending.exit_code, 2);
    EXPECT_EQ(submitted.err,
              "lantern-migrate: an unfinished job is named words already: running at step stop_source\n"
              "hint: give this job another `name`, or first let words end, retry or cancel it\n");
    daemon.drop("other.yaml", "name: words\n" + read_file(job));
    ASSERT_TRUE(eventually([&] { return daemon.files("failed").contains("other.yaml.report.json"); })) << daemon.log();
    const auto refused = daemon.report("failed", "other.yaml");
    EXPECT_EQ(text_at(refused, "reason"), "an unfinished job is named words already: " + (daemon.spool("active") / "words.yaml").string() +
                                              ", running at step stop_source");
    EXPECT_EQ(text_at(refused, "hint"), "give this job another `name`, or first let words end, retry or cancel it");
    held.reset();
    EXPECT_EQ(daemon.wait_for("words", "done"), "done");

    // Its name is free again; but the tables are there now.
    daemon.drop("words.yaml", read_file(job));
    ASSERT_EQ(daemon.wait_for("words", "failed"), "failed");
    ASSERT_TRUE(eventually([&] { return daemon.files("failed").contains("words.yaml.report.json"); }));
    EXPECT_EQ(text_at(daemon.report("failed", "words.yaml"), "reason"),
              "table public.items: it exists on the target already (and 1 more of `lantern-migrate plan`)");
    EXPECT_EQ(daemon.ask({"status", "words"}).ending.exit_code, 1);
    query(scenario.target_url(), "DROP TABLE items, notes");
    const Finished retried = daemon.ask({"retry", "words"});
    EXPECT_EQ(retried.out, "job words is queued\n");
    EXPECT_EQ(daemon.wait_for("words", "done"), "done");
    ASSERT_TRUE(eventually([&] { return daemon.files("done").contains("words.1.yaml.report.json"); }));
    EXPECT_FALSE(daemon.files("failed").contains("words.yaml")) << "its file went with it";
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target_url()), IsEmpty());
}

}  // namespace
}  // namespace lantern_migrate::test
