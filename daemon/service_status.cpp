#include "daemon/service_status.h"

#include "daemon/progress_bars.h"
#include "daemon/text.h"

#include <algorithm>
#include <format>

namespace lantern_migrate::daemon {
namespace {

using migrations_state::Disposition;

constexpr int shown_max = 3;

std::string one_job(const JobStatus& status) {
    const ProgressView& view = status.progress;
    std::string text = std::format("{} {}", cut(printable(status.job.name), std::min<std::size_t>(columns(printable(status.job.name)), 40)),
                                   migrations_state::to_word(status.job.step));
    const auto share = percent(view.bytes, view.bytes_total);
    if (share && view.chunks > 0) text += std::format(" {}%", *share);
    if (view.bytes_per_s > 0 && view.chunks_done < view.chunks) {
        text += std::format(" {}/s, {} left", format_bytes(static_cast<std::uint64_t>(view.bytes_per_s)),
                            view.left ? format_duration(*view.left) : "an unknown time");
    }
    return text;
}

}  // namespace

std::string service_status(const std::vector<JobStatus>& statuses, std::size_t queued) {
    const auto count = [&](auto&& test) { return std::ranges::count_if(statuses, test); };
    const auto running = count([](const JobStatus& status) { return status.job.disposition == Disposition::running; });
    const auto waiting = count([](const JobStatus& status) {
        return status.job.disposition == Disposition::waiting || status.job.disposition == Disposition::paused;
    });
    const auto failed =
        count([](const JobStatus& status) { return status.job.disposition == Disposition::failed && !status.job.transient; });
    std::string text = std::format("{} running, {} queued", running, queued);
    if (waiting > 0) text += std::format(", {} waiting for the operator", waiting);
    if (failed > 0) text += std::format(", {} failed", failed);
    int shown = 0;
    for (const JobStatus& status : statuses) {
        if (status.job.disposition != Disposition::running) continue;
        if (shown == shown_max) return text + "; ...";
        text += (shown++ == 0 ? ": " : "; ") + one_job(status);
    }
    return text;
}

}  // namespace lantern_migrate::daemon
