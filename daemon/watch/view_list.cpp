// All jobs, and what there is to say about the one that is marked.
#include "daemon/progress_bars.h"
#include "daemon/text.h"
#include "daemon/watch/view_parts.h"

#include <algorithm>
#include <format>
#include <iterator>

namespace lantern_migrate::daemon::watch {
namespace {

using migrations_state::Disposition;
using migrations_state::Timestamp;

constexpr std::size_t state_width = 12;
constexpr std::size_t step_width = 15;

std::string left_text(const JobStatus& status) {
    const ProgressView& view = status.progress;
    if (status.job.disposition != Disposition::running || view.chunks_done >= view.chunks) return "";
    return view.left ? format_duration(*view.left) : "?";
}

std::string rate_text(const JobStatus& status) {
    const ProgressView& view = status.progress;
    if (status.job.disposition != Disposition::running || view.chunks_done >= view.chunks) return "";
    return format_bytes(static_cast<std::uint64_t>(std::max(view.bytes_per_s, 0.0))) + "/s";
}

std::string copied_text(const JobStatus& status) {
    const auto value = status.progress.chunks == 0 ? std::nullopt : percent(status.progress.bytes, status.progress.bytes_total);
    return value ? std::format("{}%", *value) : "-";
}

std::string builds_text(const JobStatus& status) {
    return status.progress.builds == 0 ? "-" : std::format("{}/{}", status.progress.builds_done, status.progress.builds);
}

struct Cells {
    std::string name, state, step, copied, builds, rate, left;
};

// The columns behind the name, the more of them the wider the terminal.
Line row(const Cells& cells, Tone tone, std::size_t width) {
    std::string end = "  " + left(cells.state, state_width);
    const auto at_end = [](const std::string& text, std::size_t columns) { return "  " + right(text, columns); };
    if (width >= 70) end += "  " + left(cells.step, step_width);
    end += at_end(cells.copied, 6);
    if (width >= 100) end += at_end(cells.builds, 9);
    if (width >= 90) end += at_end(cells.rate, 13);
    if (width >= 70) end += at_end(cells.left, 8);
    const std::size_t name_width = width - std::min(width, width_of(end));
    return {{left(shorten_name(cells.name, name_width), name_width)}, {end, tone}};
}

Line job_row(const JobStatus& status, bool selected, std::size_t width) {
    const Span state = state_span(status);
    const bool done = status.job.disposition == Disposition::done;
    Line line = row({.name = (selected ? "> " : "  ") + printable(status.job.name),
                     .state = state.text,
                     .step = done ? "" : std::string(to_word(status.job.step)),
                     .copied = copied_text(status),
                     .builds = builds_text(status),
                     .rate = rate_text(status),
                     .left = left_text(status)},
                    state.tone, width);
    if (selected) {
        for (Span& span : line) span.tone = Tone::selected;
    }
    return line;
}

// "12 jobs: 1 failed, 2 running, 9 queued, +3 ended": those that had ended before anybody looked are not in the list.
std::string counts(const Model& model) {
    std::vector<std::pair<std::string, int>> words;
    for (const JobStatus& status : model.jobs) {
        const std::string word = state_span(status).text;
        const auto found = std::ranges::find(words, word, &std::pair<std::string, int>::first);
        if (found == words.end())
            words.emplace_back(word, 1);
        else
            ++found->second;
    }
    std::string text = std::format("{} job{}", model.jobs.size(), model.jobs.size() == 1 ? "" : "s");
    for (std::size_t i = 0; i < words.size(); ++i) text += std::format("{}{} {}", i == 0 ? ": " : ", ", words[i].second, words[i].first);
    if (model.hidden > 0) text += std::format(", +{} ended", model.hidden);
    return text;
}

void add_preview(Picture& picture, const Model& model, const std::string& name, const Size& size, Timestamp now) {
    const JobStatus* status = model.find(name);
    const std::size_t used = picture.lines.size() + 2;
    if (status == nullptr || size.height < used + 3) return;
    std::size_t room = size.height - used;
    const std::string shown = shorten_name(printable(name), size.width > 10 ? size.width - 6 : size.width);
    picture.lines.push_back(
        {{"-- " + shown + " ", Tone::dim}, {std::string(size.width - std::min(size.width, width_of(shown) + 4), '-'), Tone::dim}});
    const auto add = [&](Lines lines, std::size_t most) {
        lines.resize(std::min({lines.size(), most, room}));
        room -= lines.size();
        std::ranges::move(lines, std::back_inserter(picture.lines));
    };
    Lines about = job_lines(*status, {.width = size.width, .height = room}, now, "  ... Enter shows the rest");
    add(std::move(about), room);
    const Lines active = active_lines(*status, size.width);
    const Lines events = event_lines(model, *status, "", size.width, now);
    add(active, std::max(room > 3 ? room - 3 : 0, room - std::min(room, events.size())));
    add(events, room);
}

}  // namespace

Picture draw_jobs(const Model& model, const ViewState& state, const Size& size, Timestamp now) {
    Picture picture;
    const auto jobs = listed(model, state);
    picture.lines.push_back({{shorten(counts(model), size.width), Tone::strong}});
    picture.lines.push_back(
        row({.name = "  job", .state = "state", .step = "step", .copied = "copied", .builds = "builds", .rate = "rate", .left = "left"},
            Tone::dim, size.width));
    picture.lines.back().front().tone = Tone::dim;
    const std::size_t room = size.height - std::min<std::size_t>(size.height, 3);
    // The marked job's part has half of the screen, or what the list leaves of it.
    const std::size_t preview = size.height >= 16 ? std::max(room / 2, room - std::min(room, jobs.size())) : 0;
    const std::size_t rows = room - preview;
    const std::string selected = selected_job(model, state);
    const auto at = static_cast<std::size_t>(
        std::ranges::find_if(jobs, [&](const JobStatus* status) { return status->job.name == selected; }) - jobs.begin());
    // The marked one is in the middle of a list that is longer than its room.
    std::size_t first = at > rows / 2 ? at - rows / 2 : 0;
    first = std::min(first, jobs.size() > rows ? jobs.size() - rows : 0);
    for (std::size_t i = first; i < std::min(jobs.size(), first + rows); ++i) {
        picture.lines.push_back(job_row(*jobs[i], jobs[i]->job.name == selected, size.width));
    }
    if (jobs.empty()) picture.lines.push_back({{state.filter.empty() ? "  no jobs" : "  no job with this filter", Tone::dim}});
    picture.extent = {.rows = std::max<std::size_t>(rows, 1), .count = jobs.size()};
    add_preview(picture, model, selected, size, now);
    return picture;
}

}  // namespace lantern_migrate::daemon::watch
