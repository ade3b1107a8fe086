// What the operator says to the daemon, and what it tells.
#include "tests/integration/held_lock.h"
#include "tests/integration/slow_copy.h"

#include <gmock/gmock.h>

namespace lantern_migrate::test {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::StartsWith;

bool waits_for_locks(const json::object& status) { return text_at(status, "progress.activity").starts_with("waiting for SHARE locks"); }

std::string job_text(Scenario& scenario, const std::string& database, const std::string& more = "") {
    return "source: {url: \"" + scenario.source_url() + "\"}\ntarget: {url: \"" + scenario.target().url(database) + "\"}\n" + more;
}

TEST(Control, RunsMaxJobsAtATimeAndQueuesTheRest) {
    Scenario scenario;
    scenario.load("small_source.sql");
    for (const char* database : {"one", "two", "three"}) scenario.target().create_database(database);
    DaemonProcess daemon(scenario.scratch().path(), {.settings = "max_jobs: 2\n"});
    auto held = std::make_unique<HeldLock>(scenario.source_url(), "items");
    daemon.drop("one.yaml", job_text(scenario, "one"));
    daemon.drop("two.yaml", job_text(scenario, "two"));
    EXPECT_TRUE(waits_for_locks(daemon.wait_until("one", waits_for_locks)));
    EXPECT_TRUE(waits_for_locks(daemon.wait_until("two", waits_for_locks)));
    daemon.drop("three.yaml", job_text(scenario, "three"));
    EXPECT_EQ(daemon.wait_for("three", "queued"), "queued");
    const Finished list = daemon.ask({"list"});
    EXPECT_EQ(list.ending.exit_code, 0);
    EXPECT_THAT(list.out, MatchesRegex("job +state +step +copied +rows +left\n"
                                       "one +running +stop_source +0% +0 +-\n"
                                       "two +running +stop_source +0% +0 +-\n"
                                       "three +queued +connect +- +0 +-\n"));
    held.reset();
    for (const char* name : {"one", "two", "three"}) {
        EXPECT_EQ(daemon.wait_for(name, "done"), "done");
        EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target().url(name)), IsEmpty()) << name;
    }
    EXPECT_EQ(daemon.ask({"watch"}).ending.exit_code, 0);
}

TEST(Control, PausesResumesAndCancels) {
    Scenario scenario;
    scenario.load("slow_source.sql");
    const std::string source_before = dump(scenario.source_url());
    DaemonProcess daemon(scenario.scratch().path());
    daemon.drop("words.yaml", read_file(scenario.write_job(slow_copy)));
    ASSERT_TRUE(eventually([&] { return chunks_done(scenario.target_url()) >= 2; })) << daemon.log();
    EXPECT_EQ(daemon.ask({"pause", "words"}).out, "job words pauses once the chunks in hand are copied; say it again to give them up\n");
    EXPECT_EQ(daemon.wait_for("words", "paused"), "paused");
    EXPECT_EQ(daemon.ask({"status", "words"}).ending.exit_code, 3);
    EXPECT_EQ(daemon.ask({"watch", "words"}).ending.exit_code, 3);
    const int done = chunks_done(scenario.target_url());
    EXPECT_EQ(query_text(scenario.source_url(), "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'lantern-migrate%'"),
              "0")
        << "a paused job holds no session and no lock";
    const Finished wrong = daemon.ask({"retry", "words"});
    EXPECT_EQ(wrong.ending.exit_code, 1);
    EXPECT_EQ(wrong.err, "lantern-migrate: job words is paused, it has not failed\nhint: lantern-migrate resume words\n");
    EXPECT_EQ(chunks_done(scenario.target_url()), done);
    // A paused job stays so through a restart.
    EXPECT_EQ(daemon.stop(), (Ending{0, 0}));
    daemon.start();
    EXPECT_EQ(daemon.wait_for("words", "paused"), "paused");
    EXPECT_EQ(daemon.ask({"resume", "words"}).out, "job words is queued\n");
    EXPECT_EQ(daemon.wait_for("words", "done"), "done");
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target_url()), IsEmpty());

    scenario.target().create_database("second");
    daemon.drop("second.yaml", job_text(scenario, "second", std::string(slow_copy) + "source_writes: read_only\n"));
    ASSERT_TRUE(eventually([&] { return chunks_done(scenario.target().url("second")) >= 2; })) << daemon.log();
    EXPECT_EQ(query_text(scenario.source_url(), "SHOW default_transaction_read_only"), "on");
    EXPECT_EQ(daemon.ask({"cancel", "second"}).out,
              "job second is being cancelled; what the job made on the target stays there; "
              "`lantern-migrate cancel second --drop-target-objects` drops it\n");
    EXPECT_EQ(daemon.wait_for("second", "cancelled"), "cancelled");
    EXPECT_EQ(daemon.ask({"status", "second"}).ending.exit_code, 1);
    EXPECT_EQ(query_text(scenario.source_url(), "SHOW default_transaction_read_only"), "off") << "the source is given back";
    ASSERT_TRUE(eventually([&] { return daemon.files("failed").contains("second.yaml.report.json"); }));
    EXPECT_EQ(text_at(daemon.report("failed", "second.yaml"), "disposition"), "cancelled");
    EXPECT_EQ(dump(scenario.source_url()), source_before);
    const Finished unknown = daemon.ask({"pause", "nobody"});
    EXPECT_EQ(unknown.ending.exit_code, 1);
    EXPECT_EQ(unknown.err, "lantern-migrate: there is no job named nobody\nhint: `lantern-migrate list` shows all jobs\n");
}

TEST(Control, HoldsTheCutoverUntilTheWordIsGiven) {
    Scenario scenario;
    scenario.load("small_source.sql");
    DaemonProcess daemon(scenario.scratch().path());
    daemon.drop("words.yaml", read_file(scenario.write_job("cutover: wait\n")));
    ASSERT_EQ(daemon.wait_for("words", "waiting"), "waiting");
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target_url()), IsEmpty()) << "everything is there already";
    EXPECT_EQ(query_text(scenario.target_url(), "SELECT to_regclass('lantern_migrate.ledger') IS NOT NULL"), "t");
    EXPECT_EQ(daemon.ask({"watch", "words"}).ending.exit_code, 3);
    const auto waiting = daemon.status("words");
    EXPECT_EQ(text_at(waiting, "reason"), "everything is copied, built and verified; cutover waits for the operator");
    EXPECT_THAT(text_at(waiting, "hint"), StartsWith("say `lantern-migrate cutover words` when the application is ready"));
    // While it waits, the source may be written to: that table is copied again first.
    query(scenario.source_url(), "INSERT INTO notes VALUES (1, 'late')");
    // Through a restart it waits on.
    EXPECT_EQ(daemon.stop(), (Ending{0, 0}));
    daemon.start();
    EXPECT_EQ(daemon.wait_for("words", "waiting"), "waiting");
    EXPECT_EQ(daemon.ask({"cutover", "words"}).out, "job words goes on with the cutover\n");
    EXPECT_EQ(daemon.wait_for("words", "done"), "done");
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target_url()), IsEmpty());
    EXPECT_EQ(query_text(scenario.target_url(), "SELECT count(*) FROM pg_namespace WHERE nspname = 'lantern_migrate'"), "0");
    EXPECT_THAT(daemon.ask({"events", "words"}).out, HasSubstr("table public.notes starts again: "));
}

TEST(Control, TellsOfAJobInTextAndInJson) {
    Scenario scenario;
    scenario.load("small_source.sql");
    DaemonProcess daemon(scenario.scratch().path());
    EXPECT_EQ(daemon.ask({"list"}).out, "no jobs\n");
    EXPECT_EQ(daemon.ask({"submit", scenario.write_job(), "--json"}).out,
              "{\"job\":\"words\",\"file\":\"" + (daemon.spool("incoming") / "words.yaml").string() + "\"}\n");
    EXPECT_EQ(daemon.wait_for("words", "done"), "done");
    const auto document = [&](const std::vector<std::string>& arguments) {
        const Finished finished = daemon.ask(arguments);
        EXPECT_EQ(finished.ending.exit_code, 0) << finished.err;
        return json::parse(finished.out).as_object();
    };
    EXPECT_THAT(daemon.ask({"list"}).out, MatchesRegex("job +state +step +copied +rows +left\nwords +done +cutover +100% +800 +-\n"));
    const auto list = document({"list", "--json"});
    ASSERT_EQ(list.at("jobs").as_array().size(), 1U);
    EXPECT_EQ(text_at(list.at("jobs").at(0).as_object(), "name"), "words");
    EXPECT_THAT(daemon.ask({"status", "words"}).out, StartsWith("words: done\n[========================] 100%  800 rows  "));
    const auto status = document({"status", "words", "--json"});
    EXPECT_EQ(text_at(status, "source"), "url " + scenario.source_url());
    EXPECT_EQ(text_at(status, "progress.rows"), "800");
    EXPECT_EQ(text_at(status, "progress.builds_done"), text_at(status, "progress.builds"));
    const Finished report = daemon.ask({"report", "words"});
    EXPECT_THAT(report.out, StartsWith("job words: done\n"));
    for (const char* heading : {"\nWhat moved\n", "\nHow long it took\n", "\nVerification\n", "\nVector indexes, before and after\n",
                                "\nFindings\n", "\nWhat the application must change\n"}) {
        EXPECT_THAT(report.out, HasSubstr(heading));
    }
    const auto report_document = document({"report", "words", "--json"});
    EXPECT_EQ(text_at(report_document, "disposition"), "done");
    EXPECT_EQ(report_document.at("steps").as_array().size(), 11U);
    const auto events = document({"events", "words", "--json"});
    EXPECT_EQ(text_at(events.at("events").at(0).as_object(), "text"), "created extension lantern on the target");
    EXPECT_THAT(daemon.ask({"events", "words"}).out, HasSubstr("info     extension created: created extension lantern on the target\n"));
    const std::string last = text_at(events.at("events").as_array().back().as_object(), "id");
    EXPECT_EQ(daemon.ask({"events", "words", "--after", last}).out, "");
    EXPECT_THAT(daemon.ask({"indexes", "words"}).out,
                HasSubstr("\nCREATE INDEX items_l2 ON public.items USING lantern_hnsw (v public.dist_l2sq_ops) WITH ("));
    EXPECT_EQ(document({"indexes", "words", "--json"}).at("indexes").as_array().size(), 2U);
    EXPECT_EQ(daemon.ask({"watch", "words"}).out.substr(0, 18), "words: done; 100% ");
    EXPECT_EQ(daemon.stop(), (Ending{0, 0}));
    const Finished unreachable = daemon.ask({"list"});
    EXPECT_EQ(unreachable.ending.exit_code, 5);
    EXPECT_EQ(unreachable.err,
              "lantern-migrate: the daemon does not answer at " + (scenario.scratch() / "control.sock").string() +
                  ": No such file or directory\nhint: is lantern-migrated running? `--socket` or `--config` names another socket\n");
}

}  // namespace
}  // namespace lantern_migrate::test
