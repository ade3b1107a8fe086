// One job: what there is to say about it, then its parts, all of them where the terminal is high enough.
#include "daemon/progress_bars.h"
#include "daemon/text.h"
#include "daemon/watch/view_parts.h"

#include <algorithm>
#include <format>
#include <iterator>

namespace lantern_migrate::daemon::watch {
namespace {

using migrations_state::Disposition;
using migrations_state::Step;
using migrations_state::Timestamp;

constexpr std::size_t high = 32;  // from here on all parts are shown together
constexpr std::size_t narrow = 60;
// Rows that stay for the parts, whatever there is to say about the job.
constexpr std::size_t part_rows_min = 3;
constexpr std::size_t part_rows_min_at_rest = 1;
// From this height on, columns have headings.
constexpr std::size_t with_headings = 16;

constexpr Step all_steps[] = {Step::connect,        Step::save_indexes, Step::drop_indexes,    Step::convert_columns,
                              Step::drop_extension, Step::stop_source,  Step::transfer_schema, Step::transfer_data,
                              Step::create_indexes, Step::verify,       Step::cutover};

std::string rate_text(double bytes_per_s) { return format_bytes(static_cast<std::uint64_t>(std::max(bytes_per_s, 0.0))) + "/s"; }

std::string rates(const ProgressView& view, std::size_t width) {
    if (width < narrow) return rate_text(view.bytes_per_s) + ", " + (view.left ? format_duration(*view.left) : "?") + " left";
    std::string text = rate_text(view.bytes_per_s) + " now";
    if (view.bytes_per_s_average > 0) text += ", " + rate_text(view.bytes_per_s_average) + " average";
    return text + ", " + (view.left ? format_duration(*view.left) + " left to copy" : "time left not known");
}

std::string builds_text(const ProgressView& view) {
    const auto failed = std::ranges::count(view.builds_list, migrations_state::BuildState::failed, &ProgressView::Build::state);
    std::string text = std::format("builds {} of {}", view.builds_done, view.builds);
    if (failed > 0) text += std::format(", {} failed", failed);
    return text;
}

// Which step, and what it does just now.
std::string step_text(const JobStatus& status) {
    const auto number = std::ranges::find(all_steps, status.job.step) - std::begin(all_steps) + 1;
    std::string text = std::format("step {} of {} {}", number, std::size(all_steps), to_word(status.job.step));
    const std::string activity = one_line(status.progress.activity);
    if (status.job.disposition == Disposition::running && !activity.empty()) text += ": " + activity;
    return text;
}

void add_copy_lines(Lines& lines, const JobStatus& status, std::size_t width) {
    const ProgressView& view = status.progress;
    const bool running = status.job.disposition == Disposition::running;
    if (view.chunks > 0) {
        const auto value = percent(view.bytes, view.bytes_total);
        const std::string share = value ? std::format(" {:3}%", *value) : "   ?%";
        const std::size_t bar_width = width < narrow ? 10 : width < 100 ? 26 : 42;
        std::string numbers = "  " + format_bytes(std::min(view.bytes, view.bytes_total)) + " of " + format_bytes(view.bytes_total);
        if (width >= narrow) numbers += "  " + format_count(view.rows) + " rows";
        lines.push_back({{bar(view.bytes, view.bytes_total, bar_width) + share, running ? Tone::active : Tone::plain}, {numbers}});
    }
    std::string second;
    const bool copying = running && view.chunks_done < view.chunks;
    if (copying)
        second = rates(view, width);
    else if (running && view.bytes_per_s_average > 0)
        second = "copied at " + rate_text(view.bytes_per_s_average);
    if (view.builds > 0) second += (second.empty() ? "" : "; ") + builds_text(view);
    // Nobody knows how long a build takes.
    if (running && !copying && view.builds_done < view.builds) second += ", time left not known";
    for (const std::string& line : wrapped(second, width)) lines.push_back({{line}});
    if (const std::string throttle = running ? one_line(view.throttle) : std::string{}; !throttle.empty()) {
        for (const std::string& line : wrapped(throttle, width, 2)) lines.push_back({{line, Tone::warning}});
    }
}

const char* title(Part part) {
    switch (part) {
        case Part::tables: return "Tables";
        case Part::builds: return "Builds";
        case Part::events: return "Events";
        case Part::reason: return "Reason";
    }
    return "";
}

Lines lines_of(Part part, const Model& model, const ViewState& state, const JobStatus& status, std::size_t width, Timestamp now) {
    const std::string filter = state.part == part ? state.filter : std::string{};
    switch (part) {
        case Part::tables: return table_lines(status, filter, width);
        case Part::builds: return build_lines(status, filter, width);
        case Part::events: return event_lines(model, status, filter, width, now);
        case Part::reason: return reason_lines(status, width, now);
    }
    return {};
}

std::string done_of(const ProgressView& view) {
    const auto done =
        std::ranges::count_if(view.tables, [](const auto& table) { return table.chunks > 0 && table.chunks_done == table.chunks; });
    return std::format("{}/{}", done, view.tables.size());
}

// "[Tables 3/12] Builds 0/5 Events 9": the one in brackets has the keys.
Line tabs(const Model& model, const ViewState& state, const JobStatus& status) {
    Line line;
    for (const Part part : {Part::tables, Part::builds, Part::events, Part::reason}) {
        std::string text = title(part);
        if (part == Part::tables) text += " " + done_of(status.progress);
        if (part == Part::builds) text += std::format(" {}/{}", status.progress.builds_done, status.progress.builds);
        if (part == Part::events) text += std::format(" {}{}", model.events.size(), model.events.size() == events_max ? "+" : "");
        if (part == Part::reason && status.job.reason.empty()) continue;
        const bool here = part == state.part;
        if (!line.empty()) line.push_back({" "});
        line.push_back({here ? "[" + text + "]" : text, here ? Tone::strong : Tone::dim});
    }
    return line;
}

struct Window {
    Lines lines;
    std::size_t first = 0;
    std::size_t count = 0;
};

// `rows` of the part's lines, from where it is scrolled to.
Window window(Lines all, std::size_t scrolled, std::size_t rows) {
    Window out{.count = all.size()};
    out.first = std::min(scrolled, all.size() > rows ? all.size() - rows : 0);
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(out.first);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(rows, all.size() - out.first));
    out.lines.assign(std::make_move_iterator(begin), std::make_move_iterator(end));
    return out;
}

void append(Lines& to, Lines from) { std::ranges::move(from, std::back_inserter(to)); }

std::string position(const Window& shown, std::size_t rows) {
    return shown.count <= rows ? std::string{} : std::format("{}-{} of {}", shown.first + 1, shown.first + shown.lines.size(), shown.count);
}

// One part, chosen by Tab, and the last events beneath it if there is room.
void add_one_part(Picture& picture, const Model& model, const ViewState& state, const JobStatus& status, const Size& size, Timestamp now) {
    Lines columns = size.height >= with_headings ? heading_lines(state.part, size.width) : Lines{};
    const std::size_t room = size.height - std::min(size.height, picture.lines.size() + columns.size() + 2);
    const bool with_events = room >= 12 && state.part != Part::events;
    const std::size_t below = with_events ? 4 : 0;
    const std::size_t rows = room > below ? room - below : 0;
    Window shown = window(lines_of(state.part, model, state, status, size.width, now), state.scroll_of(state.part), rows);
    picture.extent = {.rows = rows, .count = shown.count};
    Line heading = tabs(model, state, status);
    const std::string where = position(shown, rows);
    if (width_of(heading) + where.size() + 1 <= size.width) {
        heading.push_back({std::string(size.width - width_of(heading) - where.size(), ' ') + where, Tone::dim});
    }
    picture.lines.push_back(std::move(heading));
    if (shown.count > 0) append(picture.lines, std::move(columns));
    if (shown.count == 0) shown.lines.push_back({{state.filter.empty() ? "  none yet" : "  none with this filter", Tone::dim}});
    append(picture.lines, std::move(shown.lines));
    if (!with_events) return;
    picture.lines.resize(size.height - 1 - below);
    picture.lines.push_back({{"Last events", Tone::dim}});
    append(picture.lines, window(event_lines(model, status, "", size.width, now), 0, below - 1).lines);
}

void add_all_parts(Picture& picture, const Model& model, const ViewState& state, const JobStatus& status, const Size& size, Timestamp now) {
    const std::vector<Part> shown{Part::tables, Part::builds, Part::events};
    std::size_t room = size.height - std::min(size.height, picture.lines.size() + 1 + shown.size() + 2);  // two have columns
    std::vector<Lines> all;
    for (const Part part : shown) all.push_back(lines_of(part, model, state, status, size.width, now));
    // Each has a third, and what one does not need goes to those behind it; what is left at the end, to those before.
    std::vector<std::size_t> rows(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        rows[i] = std::min(std::max<std::size_t>(all[i].size(), 1), room / (all.size() - i));
        room -= rows[i];
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::size_t more = std::min(room, all[i].size() > rows[i] ? all[i].size() - rows[i] : 0);
        rows[i] += more;
        room -= more;
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        Window part = window(std::move(all[i]), state.scroll_of(shown[i]), rows[i]);
        const bool here = state.part == shown[i];
        if (here) picture.extent = {.rows = rows[i], .count = part.count};
        std::string text = title(shown[i]);
        if (shown[i] == Part::tables) text += " " + done_of(status.progress);
        if (shown[i] == Part::builds) text += std::format(" {}/{}", status.progress.builds_done, status.progress.builds);
        picture.lines.push_back(
            {{here ? "[" + text + "]" : " " + text + " ", here ? Tone::strong : Tone::dim}, {"  " + position(part, rows[i]), Tone::dim}});
        if (part.count > 0) append(picture.lines, heading_lines(shown[i], size.width));
        if (part.count == 0) part.lines.push_back({{here && !state.filter.empty() ? "  none with this filter" : "  none yet", Tone::dim}});
        append(picture.lines, std::move(part.lines));
    }
}

}  // namespace

Lines step_lines(const JobStatus& status, std::size_t width) {
    std::string text;
    for (const Step step : all_steps) {
        const bool ended = step < status.job.step || status.job.disposition == Disposition::done;
        text += std::format("{}[{}]_{}", text.empty() ? "" : "  ", ended ? "x" : step == status.job.step ? ">" : ".", to_word(step));
    }
    Lines lines;
    for (std::string line : wrapped(text, width)) {
        for (std::size_t at = line.find("]_"); at != std::string::npos; at = line.find("]_", at)) line[at + 1] = ' ';
        lines.push_back({{line, Tone::dim}});
    }
    return lines;
}

Lines job_lines(const JobStatus& status, const Size& size, Timestamp now, const std::string& more) {
    Lines lines;
    if (status.job.disposition != Disposition::running) lines = reason_lines(status, size.width, now);
    if (lines.size() > size.height) {
        lines.resize(size.height);
        if (!lines.empty()) lines.back() = {{more, Tone::dim}};
        return lines;
    }
    if (status.job.disposition != Disposition::done) lines.push_back({{shorten(step_text(status), size.width)}});
    add_copy_lines(lines, status, size.width);
    lines.resize(std::min(lines.size(), size.height));
    return lines;
}

Picture draw_job(const Model& model, const ViewState& state, const Size& size, Timestamp now) {
    Picture picture;
    const std::string name = selected_job(model, state);
    const JobStatus* status = model.find(name);
    if (status == nullptr) {
        picture.lines.push_back({{"  no such job any more", Tone::dim}});
        return picture;
    }
    const Span word = state_span(*status);
    picture.lines.push_back(
        {{shorten_name(printable(name), size.width - std::min(size.width, word.text.size() + 2)) + "  ", Tone::strong}, word});
    const bool running = status->job.disposition == Disposition::running;
    const std::size_t others = 3 + (running ? part_rows_min : part_rows_min_at_rest);  // the name's line, the part's heading, the foot
    const std::size_t room = size.height > others ? size.height - others : 0;
    // A part that shows the reason needs all the room, and no second one above it.
    if (state.part != Part::reason || status->job.reason.empty())
        append(picture.lines, job_lines(*status, {.width = size.width, .height = room}, now, "  ... Tab shows the whole reason"));
    const bool together = size.height >= high && state.part != Part::reason && picture.lines.size() + 16 <= size.height;
    if (together) {
        append(picture.lines, step_lines(*status, size.width));
        picture.lines.push_back({{"from " + printable(status->job.source), Tone::dim}});
        picture.lines.push_back({{"to   " + printable(status->job.target), Tone::dim}});
    }
    if (together)
        add_all_parts(picture, model, state, *status, size, now);
    else
        add_one_part(picture, model, state, *status, size, now);
    return picture;
}

}  // namespace lantern_migrate::daemon::watch
