// What one end of the control socket writes, the other reads.
#include "daemon/job_status.h"

#include <gmock/gmock.h>
#include <boost/json.hpp>

namespace lantern_migrate::daemon {
namespace {

using migrations_state::BuildState;
using migrations_state::Disposition;
using migrations_state::Severity;
using migrations_state::Step;

JobStatus sample() {
    JobStatus status;
    status.job.name = "words";
    status.job.disposition = Disposition::running;
    status.job.step = status.progress.step = Step::transfer_data;
    status.progress.bytes_per_s_average = 12.5;
    status.progress.left = std::chrono::seconds(9);
    status.progress.tables = {{.name = "public.words", .rows = 1, .bytes = 2, .bytes_total = 3, .chunks_done = 4, .chunks = 5}};
    status.progress.builds_list = {{.item = "index public.a",
                                    .table = "public.words",
                                    .state = BuildState::begun,
                                    .elapsed = std::chrono::milliseconds(1500),
                                    .phase = "scanning table",
                                    .share = 0.25},
                                   {.item = "index public.b", .state = BuildState::failed}};
    return status;
}

TEST(JobStatusDocument, IsReadAsItWasWritten) {
    const boost::json::object document = to_json(sample(), true);
    EXPECT_EQ(to_json(job_status_from_json(document), true), document);
    const ProgressView view = job_status_from_json(document).progress;
    EXPECT_EQ(view.bytes_per_s_average, 12.5);
    EXPECT_EQ(view.builds_list.at(0).phase, "scanning table");
    EXPECT_EQ(view.builds_list.at(0).share, 0.25);
    EXPECT_EQ(view.builds_list.at(1).share, std::nullopt);
}

TEST(JobStatusDocument, OfADaemonThatSaysNothingOfPhasesIsReadToo) {
    boost::json::object document = to_json(sample(), true);
    auto& progress = document.at("progress").as_object();
    progress.erase("bytes_per_s_average");
    for (auto& build : progress.at("builds_list").as_array()) {
        build.as_object().erase("phase");
        build.as_object().erase("share");
    }
    const ProgressView view = job_status_from_json(document).progress;
    EXPECT_EQ(view.bytes_per_s_average, 0);
    EXPECT_EQ(view.builds_list.at(0).phase, "");
    EXPECT_EQ(view.builds_list.at(0).share, std::nullopt);
}

TEST(EventDocument, IsReadAsItWasWritten) {
    const migrations_state::EventRecord event{.id = 7,
                                              .at = migrations_state::Timestamp{std::chrono::milliseconds(1738324801250)},
                                              .severity = Severity::warning,
                                              .kind = "build failed",
                                              .text = "index public.a could not be built"};
    const boost::json::object document = to_json(event);
    EXPECT_EQ(to_json(event_from_json(document)), document);
    EXPECT_EQ(event_from_json(document).at, event.at);
}

}  // namespace
}  // namespace lantern_migrate::daemon
