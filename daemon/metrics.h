// What Prometheus is told, in its text format: figures in, text out.
//
// A job has one series a metric, and its name is the label `migration`: Prometheus calls what it scrapes `job` itself. Tables have
// none, there may be thousands. What may become less, because a table can start again from nothing, is a gauge.
#pragma once

#include "daemon/hooks.h"
#include "daemon/job_status.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lantern_migrate::daemon {

inline constexpr const char* metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

struct JobFigures {
    JobStatus status;
    int tables_verified = 0;
    int tables_different = 0;
    migrations_state::Timestamp changed_at{};  // when step, state, rows, bytes, chunks or builds were last seen to change
};

struct ServerFigures {
    std::size_t connections = 0;
    std::size_t streams = 0;                        // of these, those that follow events
    std::map<std::string, std::uint64_t> requests;  // by the class of their answer, "2xx"
    std::uint64_t rejected = 0;                     // connections that were closed because there were too many
};

struct ProcessFigures {
    double cpu_s = 0;
    std::uint64_t resident_bytes = 0;
    std::uint64_t open_descriptors = 0;
    std::uint64_t descriptors_max = 0;
    migrations_state::Timestamp started_at{};
};

struct MetricsInput {
    std::string version;
    std::map<std::string, int, std::less<>> jobs_by_state;  // of all jobs in the journal
    std::vector<JobFigures> jobs;                           // those with series of their own
    HookFigures hooks;
    std::optional<ServerFigures> server;
    ProcessFigures process;
    std::uint64_t journal_commits = 0;
    double collected_in_s = 0;
};

[[nodiscard]] std::string metrics_text(const MetricsInput&);

// The disposition, and `retrying` for a failure that the daemon tries again by itself.
[[nodiscard]] std::string_view job_state(const migrations_state::Job&);

}  // namespace lantern_migrate::daemon
