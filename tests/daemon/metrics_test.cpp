#include "daemon/metrics.h"

#include "scratch.h"

#include <gmock/gmock.h>

#include <regex>
#include <set>

namespace lantern_migrate::daemon {
namespace {

using namespace std::chrono_literals;
using migrations_state::BuildState;
using migrations_state::Disposition;
using migrations_state::Step;
using migrations_state::Timestamp;

MetricsInput two_jobs() {
    JobFigures words{.tables_verified = 3, .tables_different = 1, .changed_at = Timestamp(1738324861250ms)};
    words.status.job = {.id = 7,
                        .name = "words",
                        .source = "postgresql://reader@old.example/app",
                        .target = "postgresql://owner@new.example/app",
                        .disposition = Disposition::failed,
                        .transient = true,
                        .retry_at = Timestamp(1738324900000ms),
                        .runs = 2,
                        .created_at = Timestamp(1738324801250ms)};
    words.status.progress = {.step = Step::transfer_data,
                             .throttle = "throttled to 12.0 MiB/s",
                             .rows = 12345678901,
                             .bytes = 1099511627777,
                             .bytes_total = 2199023255552,
                             .wire_bytes = 500,
                             .left = 90s,
                             .chunks_done = 5,
                             .chunks = 11,
                             .builds_list = {{.item = "a", .state = BuildState::begun}, {.item = "b", .state = BuildState::failed}}};
    JobFigures odd{.changed_at = Timestamp(5s)};
    odd.status.job = {.name = "odd \"name\"\n\\n{a=\"b\"} \xff",
                      .disposition = Disposition::done,
                      .runs = 1,
                      .created_at = Timestamp(4s),
                      .finished_at = Timestamp(5s)};
    odd.status.progress.step = Step::cutover;
    return {.version = "1.2.3",
            .jobs_by_state = {{"done", 500}, {"retrying", 1}},
            .jobs = {words, odd},
            .hooks = {.succeeded = 8, .failed = 2, .queued = 1},
            .server = ServerFigures{.connections = 3, .streams = 2, .requests = {{"2xx", 40}, {"4xx", 1}}, .rejected = 6},
            .process = {.cpu_s = 1.5,
                        .resident_bytes = 20971520,
                        .open_descriptors = 30,
                        .descriptors_max = 1024,
                        .started_at = Timestamp(1738324800125ms)},
            .journal_commits = 77,
            .collected_in_s = 0.0025};
}

// promtool checks the same file (tests/prometheus).
TEST(MetricsText, IsThisForTwoJobs) { EXPECT_EQ(metrics_text(two_jobs()), test::read(LANTERN_METRICS_EXPECTED)); }

// Whatever alerts and dashboard ask for.
TEST(MetricsText, HasEveryMetricOfTheAlertsAndTheDashboardThoughThereIsNoJob) {
    const std::string text = metrics_text({});
    for (const char* file : {"prometheus/lantern-migrate.rules.yml", "grafana/lantern-migrate.json"}) {
        const std::string content = test::read(std::filesystem::path(LANTERN_PACKAGING_DIR) / file);
        const std::regex metric("(lantern_migrate|process)_[a-z_]+");
        std::set<std::string> names;
        for (std::sregex_iterator found(content.begin(), content.end(), metric), end; found != end; ++found) names.insert(found->str());
        EXPECT_GT(names.size(), 4U) << file;
        for (const std::string& name : names) EXPECT_THAT(text, testing::HasSubstr("\n# TYPE " + name + " ")) << file;
    }
}

TEST(MetricsText, TellsARetriedFailureFromOneForGood) {
    EXPECT_EQ(job_state({.disposition = Disposition::failed, .transient = true}), "retrying");
    EXPECT_EQ(job_state({.disposition = Disposition::failed}), "failed");
    EXPECT_EQ(job_state({.disposition = Disposition::paused}), "paused");
}

}  // namespace
}  // namespace lantern_migrate::daemon
