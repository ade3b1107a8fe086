// What Prometheus is told by a daemon whose jobs are in every state.
#include "tests/integration/daemon_process.h"
#include "tests/integration/held_lock.h"
#include "tests/integration/scenario.h"

#include <gmock/gmock.h>

namespace lantern_migrate::test {
namespace {

using testing::HasSubstr;

std::string scraped(const Scenario& scenario) {
    return run_checked(
        {"curl", "--silent", "--show-error", "--fail", "--unix-socket", scenario.scratch() / "control.sock", "http://localhost/metrics"});
}

bool has_state(const std::string& metrics, const std::string& job, const std::string& state) {
    return metrics.contains("lantern_migrate_job_state{migration=\"" + job + "\",state=\"" + state + "\"} 1\n");
}

TEST(Metrics, OfJobsInEveryStatePassPrometheussOwnCheck) {
    Scenario scenario;
    scenario.load("small_source.sql");
    const auto target = [&](const std::string& database) {
        scenario.target().create_database(database);
        return "target: {url: \"" + scenario.target().url(database) + "\"}\n";
    };
    const std::string source = "source: {url: \"" + scenario.source_url() + "\"}\n";
    const std::string nobody = "source: {url: \"postgresql://reader@127.0.0.1:1/app\"}\n";
    DaemonProcess daemon(scenario.scratch().path(), {.settings = "max_jobs: 1\n"});
    daemon.drop("finished.yaml", source + target("finished"));
    ASSERT_EQ(daemon.wait_for("finished", "done"), "done");
    daemon.drop("waiting.yaml", source + target("waiting") + "cutover: wait\n");
    ASSERT_EQ(daemon.wait_for("waiting", "waiting"), "waiting");
    daemon.drop("broken.yaml", source + "target: {url: \"" + scenario.target().url("finished") + "\"}\n");
    ASSERT_EQ(daemon.wait_for("broken", "failed"), "failed");
    for (const char* action : {"pause", "cancel"}) {
        const std::string name = std::string("to-") + action;
        daemon.drop(name + ".yaml", nobody + target(action));
        daemon.wait_until(name, [](const auto& status) { return text_at(status, "disposition") == "failed"; });
        EXPECT_EQ(daemon.ask({action, name}).ending.exit_code, 0);
    }
    ASSERT_EQ(daemon.wait_for("to-pause", "paused"), "paused");
    ASSERT_EQ(daemon.wait_for("to-cancel", "cancelled"), "cancelled");
    daemon.drop("trying.yaml", nobody + target("trying"));
    ASSERT_TRUE(eventually([&] { return has_state(scraped(scenario), "trying", "retrying"); })) << scraped(scenario);
    HeldLock held(scenario.source_url(), "items");
    daemon.drop("busy.yaml", source + target("busy"));
    ASSERT_TRUE(eventually([&] { return has_state(scraped(scenario), "busy", "running"); })) << scraped(scenario);
    daemon.drop("next.yaml", source + target("next"));
    ASSERT_TRUE(eventually([&] { return has_state(scraped(scenario), "next", "queued"); })) << scraped(scenario);

    const std::string metrics = scraped(scenario);
    write_file(scenario.scratch() / "metrics", metrics);
    const Finished check = run({"sh", "-c", "promtool check metrics <\"$0\"", scenario.scratch() / "metrics"});
    EXPECT_EQ(check.ending, (Ending{0, 0}));
    EXPECT_EQ(check.out + check.err, "");
    for (const auto& [job, state] : std::initializer_list<std::pair<const char*, const char*>>{{"finished", "done"},
                                                                                               {"waiting", "waiting"},
                                                                                               {"broken", "failed"},
                                                                                               {"to-pause", "paused"},
                                                                                               {"to-cancel", "cancelled"},
                                                                                               {"busy", "running"}}) {
        EXPECT_TRUE(has_state(metrics, job, state)) << job << '\n' << metrics;
    }
    EXPECT_THAT(metrics, HasSubstr("\nlantern_migrate_jobs{state=\"done\"} 1\n"));
    const std::string rows = query_text(scenario.source_url(), "SELECT (SELECT count(*) FROM items) + (SELECT count(*) FROM notes)");
    EXPECT_THAT(metrics, HasSubstr("\nlantern_migrate_job_copied_rows{migration=\"finished\"} " + rows + "\n"));
    EXPECT_THAT(metrics, HasSubstr("\nlantern_migrate_job_tables_verified{migration=\"finished\"} 2\n"));
    EXPECT_THAT(metrics, HasSubstr("\nlantern_migrate_job_tables_different{migration=\"finished\"} 0\n"));
}

}  // namespace
}  // namespace lantern_migrate::test
