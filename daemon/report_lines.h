// Sentences that the report says alike as text and as HTML: one line each, with names printable, not yet wrapped or escaped.
#pragma once

#include "daemon/report.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace lantern_migrate::daemon {

[[nodiscard]] std::string report_state(const Report&);
[[nodiscard]] std::string report_server(const std::string& connection, const std::optional<migrations_state::ServerIdentity>&);
[[nodiscard]] std::string report_times(const migrations_state::Job&);  // "began ..., ended ..., after ..., 2 runs"
// What is said below the tables that moved: the sum, tables that started again, chunks that were begun more than once.
[[nodiscard]] std::vector<std::string> report_sums(const Report&);
[[nodiscard]] std::string report_copy(const migrations_state::CopyRun&);
[[nodiscard]] std::string report_step_time(const Report::StepTime&);
[[nodiscard]] std::string report_chunks(const Report::Table&);
// "-" unless it began and ended.
[[nodiscard]] std::string report_build_time(const migrations_state::BuildRecord&);

// A table's statistics are a build each; in a report they are one line, and the other builds a row each.
struct ReportBuilds {
    std::vector<const migrations_state::BuildRecord*> rows{};
    std::string statistics{};  // empty: none were gathered
};
[[nodiscard]] ReportBuilds report_builds(const Report&);

}  // namespace lantern_migrate::daemon
