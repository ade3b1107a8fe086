#include "daemon/metrics_collector.h"

#include "daemon/control_routes.h"
#include "daemon_fixture.h"

#include <gmock/gmock.h>

namespace lantern_migrate::daemon {
namespace {

using namespace std::chrono_literals;
using namespace test;
using migrations_state::JobId;
using migrations_state::Timestamp;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

struct Collected : Bench {
    Hooks hooks{io, journal, [this](JobId id) { return scheduler.status(journal.job(id)); }, {.dir = scratch / "none"}, quiet_log()};
    Timestamp now = std::chrono::floor<std::chrono::milliseconds>(migrations_state::Clock::now());
    MetricsCollector collector;

    explicit Collected(MetricsLimits limits = {}) : collector(scheduler, journal, hooks, limits, [this] { return now; }) {}

    std::vector<std::string> names() {
        std::vector<std::string> all;
        for (const JobFigures& job : collector.collect().jobs) all.push_back(job.status.job.name);
        return all;
    }
    JobId make(const std::string& name) { return journal.create_job({.name = name}).id; }
};

TEST(MetricsCollector, ShowsUnfinishedJobsAndThoseThatEndedLately) {
    Collected collected;
    collected.journal.set_cancelled(collected.make("a"));
    collected.journal.set_failed(collected.make("b"), {.reason = "r"});
    collected.make("c");
    EXPECT_THAT(collected.names(), ElementsAre("c", "b", "a"));
    collected.now += 25h;
    EXPECT_THAT(collected.names(), ElementsAre("c", "b"));
    EXPECT_THAT(collected.collector.collect().jobs_by_state,
                UnorderedElementsAre(Pair("cancelled", 1), Pair("failed", 1), Pair("queued", 1)));
}

TEST(MetricsCollector, ShowsTheNewestOfANameAndNoMoreThanItsLimits) {
    Collected collected({.finished = 2, .jobs = 4});
    for (const char* name : {"same", "b", "c", "same"}) collected.journal.set_cancelled(collected.make(name));
    EXPECT_THAT(collected.names(), ElementsAre("same", "c"));
    for (const char* name : {"u", "v", "w", "x"}) collected.make(name);
    EXPECT_THAT(collected.names(), ElementsAre("x", "w", "v", "u"));
    EXPECT_THAT(collected.collector.collect().jobs_by_state, UnorderedElementsAre(Pair("cancelled", 4), Pair("queued", 4)));
}

TEST(MetricsCollector, RemembersWhenAJobWasSeenToGetAnyFurther) {
    Collected collected;
    std::atomic<int> rows{0};
    collected.engines->runs = {[&](FakeRun& run) {
        run.progress.set_tables({{.name = "public.words", .bytes_total = 100, .chunks = 1}});
        for (int added = 0; !run.stop.stop_requested(); std::this_thread::sleep_for(1ms)) {
            for (; added < rows; ++added) run.progress.add_rows(0, 1, 10);
        }
        return steps::Outcome::stopped;
    }};
    collected.admit("words");
    const auto figures = [&] { return collected.collector.collect().jobs.at(0); };
    ASSERT_TRUE(collected.until([&] { return !figures().status.progress.tables.empty(); }));
    const Timestamp began = figures().changed_at;
    collected.now += 1h;
    EXPECT_EQ(figures().changed_at, began);
    collected.now += 1h;
    rows = 1;
    ASSERT_TRUE(collected.until([&] { return figures().status.progress.rows == 1; }));
    EXPECT_EQ(figures().changed_at, collected.now);
}

TEST(MetricsCollector, CountsTablesThatWereVerifiedAndThoseThatDiffer) {
    Collected collected;
    const JobId job = collected.make("words");
    const std::vector<migrations_state::NewTable> tables{{.schema = "public", .name = "a", .chunks = {{"", ""}}},
                                                         {.schema = "public", .name = "b", .chunks = {{"", ""}}}};
    collected.journal.save_tables(job, tables);
    for (const auto& table : collected.journal.tables(job)) {
        collected.journal.set_verification(job, {.table = table.id, .method = "counts", .equal = table.name == "a"});
    }
    const JobFigures figures = collected.collector.collect().jobs.at(0);
    EXPECT_EQ(figures.tables_verified, 2);
    EXPECT_EQ(figures.tables_different, 1);
}

TEST(MetricsCollector, KnowsTheProcess) {
    Collected collected;
    const MetricsInput input = collected.collector.collect();
    EXPECT_GT(input.process.cpu_s, 0);
    EXPECT_GT(input.process.resident_bytes, 1U << 20);
    EXPECT_GT(input.process.open_descriptors, 3U);
    EXPECT_GE(input.process.descriptors_max, input.process.open_descriptors);
    EXPECT_EQ(input.process.started_at, collected.now);
    EXPECT_GT(input.collected_in_s, 0);
    EXPECT_FALSE(input.server.has_value());
    collected.collector.set_server([] { return ServerFigures{.connections = 7}; });
    EXPECT_EQ(collected.collector.collect().server->connections, 7U);
}

TEST(MetricsRoute, AnswersInPrometheussFormat) {
    Collected collected;
    ControlRoutes routes(collected.scheduler, collected.journal);
    EXPECT_EQ(routes.answer({.method = "GET", .target = "/metrics"}).status, 404U);
    routes.set_metrics([&] { return collected.collector.text(); });
    const ControlResponse response = routes.answer({.method = "GET", .target = "/metrics"});
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_THAT(response.body, HasSubstr("lantern_migrate_build_info{version=\"" LANTERN_MIGRATE_VERSION "\"} 1\n"));
    EXPECT_EQ(routes.answer({.method = "POST", .target = "/metrics"}).status, 405U);
    EXPECT_EQ(routes.answer({.method = "GET", .target = "/metrics/x"}).status, 404U);
}

}  // namespace
}  // namespace lantern_migrate::daemon
