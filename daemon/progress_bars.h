// A job's progress as lines of text. Pure: who writes them where is cli/progress_printer.h's.
#pragma once

#include "daemon/job_status.h"

#include <string>
#include <vector>

namespace lantern_migrate::daemon {

struct BarSize {
    std::size_t width = 80;   // no line is longer
    std::size_t height = 24;  // no more lines than this
};

// For a terminal: the job's line, the overall bar, then each table and build that is being worked on.
[[nodiscard]] std::vector<std::string> progress_bars(const JobStatus&, const BarSize&);

// For a log or a pipe: everything in one line.
[[nodiscard]] std::string progress_line(const JobStatus&);

// "scanning table 42%": of the phase, not of the whole. Empty where the target says nothing.
[[nodiscard]] std::string build_phase_text(const ProgressView::Build&);

// 0 to 100; 100 only when all is there. Empty where there is nothing to measure by.
[[nodiscard]] std::optional<int> percent(std::uint64_t done, std::uint64_t total);

}  // namespace lantern_migrate::daemon
