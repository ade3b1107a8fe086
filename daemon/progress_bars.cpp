#include "daemon/progress_bars.h"

#include "daemon/text.h"

#include <algorithm>
#include <format>

namespace lantern_migrate::daemon {
namespace {

using migrations_state::BuildState;
using migrations_state::Disposition;
using migrations_state::Step;

constexpr std::size_t overall_bar = 24;
constexpr std::size_t table_bar = 16;
constexpr std::size_t name_width_max = 36;

std::string bar(std::uint64_t done, std::uint64_t total, std::size_t width) {
    const auto filled = total == 0 ? 0
                                   : static_cast<std::size_t>(static_cast<double>(width) * static_cast<double>(std::min(done, total)) /
                                                              static_cast<double>(total));
    std::string text(filled, '=');
    if (filled < width && done > 0) text += '>';
    text.resize(width, ' ');
    return '[' + text + ']';
}

std::string percent_text(std::uint64_t done, std::uint64_t total) {
    const auto value = percent(done, total);
    return value ? std::format("{:3}%", *value) : "  ?%";
}

// Both in the unit of the total, where that reads well: "1.2 GiB of 3.7 GiB".
std::string bytes_text(const ProgressView& view) {
    return std::format("{} of {}", format_bytes(std::min(view.bytes, view.bytes_total)), format_bytes(view.bytes_total));
}

bool copying(const JobStatus& status) {
    return status.job.disposition == Disposition::running && status.progress.chunks > 0 &&
           status.progress.chunks_done < status.progress.chunks && status.job.step <= Step::create_indexes;
}

std::string rate_text(const ProgressView& view) { return format_bytes(static_cast<std::uint64_t>(std::max(view.bytes_per_s, 0.0))) + "/s"; }

std::string left_text(const ProgressView& view) { return (view.left ? format_duration(*view.left) : "?") + " left"; }

std::string state_text(const JobStatus& status) {
    const migrations_state::Job& job = status.job;
    std::string text(to_word(job.disposition));
    if (status.wish == Wish::pause) text = "pausing";
    if (status.wish == Wish::cancel) text = "being cancelled";
    if (job.disposition == Disposition::failed && job.transient) text = "waiting to try again";
    if (job.disposition == Disposition::done) return text;
    text += std::format(", step {}", to_word(job.step));
    if (job.disposition == Disposition::running && !status.progress.activity.empty()) text += ": " + one_line(status.progress.activity);
    return text;
}

// Empty if nothing slows the copy.
std::string throttle_text(const JobStatus& status) {
    return status.job.disposition == Disposition::running ? one_line(status.progress.throttle) : std::string{};
}

std::vector<std::string> parts_of_overall(const JobStatus& status) {
    const ProgressView& view = status.progress;
    std::vector<std::string> parts{format_count(view.rows) + " rows", bytes_text(view)};
    if (copying(status)) {
        parts.push_back(rate_text(view));
        parts.push_back(left_text(view));
    }
    if (view.builds > 0) parts.push_back(std::format("builds {}/{}", view.builds_done, view.builds));
    return parts;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : "  ") + part;
    return text;
}

std::string overall_line(const JobStatus& status) {
    const ProgressView& view = status.progress;
    return std::format("{} {}  {}", bar(view.bytes, view.bytes_total, overall_bar), percent_text(view.bytes, view.bytes_total),
                       joined(parts_of_overall(status)));
}

bool active(const ProgressView::Table& table) { return table.chunks_done < table.chunks && (table.bytes > 0 || table.rows > 0); }

std::string table_line(const ProgressView::Table& table, std::size_t name_width) {
    return std::format("  {} {} {}  {} rows", pad(cut(printable(table.name), name_width), name_width),
                       bar(table.bytes, table.bytes_total, table_bar), percent_text(table.bytes, table.bytes_total),
                       format_count(table.rows));
}

// How far the whole of a build is nobody knows: its bar moves to show that it is at work, beside it is what the target says.
std::string build_line(const ProgressView::Build& build, std::size_t name_width) {
    std::string moving(table_bar, ' ');
    const auto at = static_cast<std::size_t>(build.elapsed.count() / 1000) % (table_bar - 2);
    moving.replace(at, 3, "<=>");
    const std::string phase = build_phase_text(build);
    return std::format("  {} [{}]  {}{}", pad(cut(printable(build.item), name_width), name_width), moving, format_duration(build.elapsed),
                       phase.empty() ? "" : "  " + phase);
}

std::vector<std::string> active_lines(const ProgressView& view) {
    std::size_t name_width = 12;
    const auto measure = [&](const std::string& name) {
        name_width = std::max(name_width, std::min(columns(printable(name)), name_width_max));
    };
    for (const auto& table : view.tables) {
        if (active(table)) measure(table.name);
    }
    for (const auto& build : view.builds_list) {
        if (build.state == BuildState::begun) measure(build.item);
    }
    std::vector<std::string> lines;
    for (const auto& table : view.tables) {
        if (active(table)) lines.push_back(table_line(table, name_width));
    }
    for (const auto& build : view.builds_list) {
        if (build.state == BuildState::begun) lines.push_back(build_line(build, name_width));
    }
    return lines;
}

// What a person must know of a job that does not run.
std::vector<std::string> trouble(const JobStatus& status) {
    std::vector<std::string> lines;
    const migrations_state::Job& job = status.job;
    if (!job.reason.empty()) lines.push_back("reason: " + one_line(job.reason));
    if (!job.hint.empty()) lines.push_back("hint: " + one_line(job.hint));
    if (job.disposition == Disposition::failed && job.retry_at) lines.push_back("tried again at " + format_time(*job.retry_at));
    return lines;
}

}  // namespace

std::optional<int> percent(std::uint64_t done, std::uint64_t total) {
    if (total == 0) return std::nullopt;
    if (done >= total) return 100;
    return std::min(static_cast<int>(static_cast<double>(done) * 100 / static_cast<double>(total)), 99);
}

std::string build_phase_text(const ProgressView::Build& build) {
    std::string text = one_line(build.phase);
    if (build.share && !text.empty()) text += std::format(" {}%", static_cast<int>(std::clamp(*build.share, 0.0, 1.0) * 100));
    return text;
}

std::vector<std::string> progress_bars(const JobStatus& status, const BarSize& size) {
    std::vector<std::string> lines{std::format("{}: {}", printable(status.job.name), state_text(status))};
    if (status.progress.chunks > 0) lines.push_back(overall_line(status));
    if (const std::string text = throttle_text(status); !text.empty()) lines.push_back("  " + text);
    if (status.job.disposition == Disposition::running) {
        std::ranges::move(active_lines(status.progress), std::back_inserter(lines));
    } else {
        for (const std::string& line : trouble(status)) std::ranges::move(wrap(line, size.width, 2), std::back_inserter(lines));
    }
    if (lines.size() > size.height) {
        const std::size_t hidden = lines.size() - size.height + 1;
        lines.resize(size.height);
        lines.back() = std::format("  and {} more", hidden);
    }
    for (std::string& line : lines) {
        line = cut(line, size.width);
        while (!line.empty() && line.back() == ' ') line.pop_back();
    }
    return lines;
}

std::string progress_line(const JobStatus& status) {
    const ProgressView& view = status.progress;
    std::string line = std::format("{}: {}", printable(status.job.name), state_text(status));
    if (view.chunks > 0) {
        const auto value = percent(view.bytes, view.bytes_total);
        line += std::format("; {}  {}", value ? std::to_string(*value) + "%" : "?%", joined(parts_of_overall(status)));
    }
    if (const std::string text = throttle_text(status); !text.empty()) line += "; " + text;
    for (const std::string& text : trouble(status)) line += "; " + text;
    return line;
}

}  // namespace lantern_migrate::daemon
