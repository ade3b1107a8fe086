#include "daemon/service_status.h"

#include <gtest/gtest.h>

namespace lantern_migrate::daemon {
namespace {

using migrations_state::Disposition;
using migrations_state::Step;

JobStatus job(const char* name, Disposition disposition, Step step = Step::connect) {
    JobStatus status;
    status.job.name = name;
    status.job.disposition = disposition;
    status.job.step = step;
    return status;
}

TEST(ServiceStatus, SaysWhatRunsAndWhatWaits) {
    EXPECT_EQ(service_status({}, 0), "0 running, 0 queued");
    JobStatus words = job("words", Disposition::running, Step::transfer_data);
    words.progress = {
        .bytes = 43, .bytes_total = 100, .bytes_per_s = 85'144'371, .left = std::chrono::seconds(184), .chunks_done = 1, .chunks = 3};
    EXPECT_EQ(
        service_status({words, job("app", Disposition::running), job("held", Disposition::waiting), job("broken", Disposition::failed)}, 2),
        "2 running, 2 queued, 1 waiting for the operator, 1 failed: words transfer_data 43% 81.2 MiB/s, 3m 04s left; app connect");
}

TEST(ServiceStatus, StaysALineWhateverRuns) {
    JobStatus odd = job("a\nREADY=1", Disposition::running);
    EXPECT_EQ(service_status({odd}, 0), "1 running, 0 queued: a?READY=1 connect");
    std::vector<JobStatus> many(20, job("words", Disposition::running));
    EXPECT_EQ(service_status(many, 0), "20 running, 0 queued: words connect; words connect; words connect; ...");
}

TEST(ServiceStatus, SaysWhenItDoesNotKnowHowLong) {
    JobStatus words = job("words", Disposition::running, Step::transfer_data);
    words.progress = {.bytes = 1, .bytes_total = 0, .bytes_per_s = 1024, .chunks_done = 0, .chunks = 1};
    EXPECT_EQ(service_status({words}, 0), "1 running, 0 queued: words transfer_data 1.0 KiB/s, an unknown time left");
}

}  // namespace
}  // namespace lantern_migrate::daemon
