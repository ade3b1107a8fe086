#include "daemon/metrics_collector.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <format>
#include <fstream>
#include <ranges>
#include <set>

namespace lantern_migrate::daemon {
namespace {

using migrations_state::Job;
using migrations_state::Timestamp;

Timestamp wall_clock() { return std::chrono::floor<std::chrono::milliseconds>(migrations_state::Clock::now()); }

double in_seconds(const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }

ProcessFigures process_figures(Timestamp started_at) {
    ProcessFigures figures{.started_at = started_at};
    rusage usage{};
    if (::getrusage(RUSAGE_SELF, &usage) == 0) figures.cpu_s = in_seconds(usage.ru_utime) + in_seconds(usage.ru_stime);
    std::uint64_t pages = 0, resident_pages = 0;
    if (std::ifstream("/proc/self/statm") >> pages >> resident_pages) {
        figures.resident_bytes = resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    }
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end; entry.increment(error)) {
        ++figures.open_descriptors;
    }
    if (figures.open_descriptors > 0) --figures.open_descriptors;  // the one that looked
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.descriptors_max = limit.rlim_cur;
    return figures;
}

// Whatever moves while a job gets on.
std::string position(const JobStatus& status) {
    const ProgressView& progress = status.progress;
    return std::format("{} {} {} {} {} {} {}", job_state(status.job), migrations_state::to_word(progress.step), progress.rows,
                       progress.bytes, progress.wire_bytes, progress.chunks_done, progress.builds_done);
}

}  // namespace

MetricsCollector::MetricsCollector(const Scheduler& scheduler, const migrations_state::Journal& journal, const Hooks& hooks)
    : MetricsCollector(scheduler, journal, hooks, {}, wall_clock) {}

MetricsCollector::MetricsCollector(const Scheduler& scheduler, const migrations_state::Journal& journal, const Hooks& hooks,
                                   MetricsLimits limits, Now now)
    : scheduler_(scheduler), journal_(journal), hooks_(hooks), limits_(limits), now_(std::move(now)), started_at_(now_()) {}

std::string MetricsCollector::text() { return metrics_text(collect()); }

MetricsInput MetricsCollector::collect() {
    const auto began = std::chrono::steady_clock::now();
    MetricsInput input{.version = LANTERN_MIGRATE_VERSION, .hooks = hooks_.figures()};
    std::map<JobId, Seen> seen;
    std::set<std::string> names;
    std::size_t finished = 0;
    const Timestamp oldest = now_() - limits_.finished_within;
    const std::vector<Job> jobs = journal_.jobs();
    for (const Job& job : jobs | std::views::reverse) {
        const bool recent = job.unfinished() || (job.finished_at && *job.finished_at >= oldest && ++finished <= limits_.finished);
        if (!recent || input.jobs.size() >= limits_.jobs || !names.insert(job.name).second) {
            ++input.jobs_by_state[std::string(job_state(job))];
            continue;
        }
        input.jobs.push_back(figures(scheduler_.status(job), seen));
        ++input.jobs_by_state[std::string(job_state(input.jobs.back().status.job))];
    }
    seen_ = std::move(seen);
    if (server_) input.server = server_();
    input.process = process_figures(started_at_);
    input.journal_commits = journal_.commits();
    input.collected_in_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return input;
}

JobFigures MetricsCollector::figures(JobStatus status, std::map<JobId, Seen>& seen) const {
    JobFigures figures{.status = std::move(status)};
    for (const auto& record : journal_.verifications(figures.status.job.id)) {
        ++figures.tables_verified;
        if (!record.equal) ++figures.tables_different;
    }
    Seen now{.position = position(figures.status), .at = now_()};
    if (const auto before = seen_.find(figures.status.job.id); before != seen_.end() && before->second.position == now.position) {
        now.at = before->second.at;
    }
    figures.changed_at = figures.status.job.finished_at.value_or(now.at);
    seen[figures.status.job.id] = std::move(now);
    return figures;
}

}  // namespace lantern_migrate::daemon
