#include "daemon/watch/view_parts.h"

#include "daemon/progress_bars.h"
#include "daemon/text.h"

#include <algorithm>
#include <format>

namespace lantern_migrate::daemon::watch {
namespace {

using migrations_state::BuildState;
using migrations_state::Disposition;
using migrations_state::EventRecord;
using migrations_state::Severity;
using migrations_state::Timestamp;

constexpr std::size_t narrow = 60;  // below, only what matters most has a column
constexpr std::size_t broad = 100;

std::string percent_text(std::uint64_t done, std::uint64_t total) {
    const auto value = percent(done, total);
    return value ? std::format("{:3}%", *value) : "  ?%";
}

bool copied(const ProgressView::Table& table) { return table.chunks > 0 && table.chunks_done == table.chunks; }
bool begun(const ProgressView::Table& table) { return !copied(table) && (table.rows > 0 || table.bytes > 0); }

// A mark, a name that has all the room that is left, and what there is to say of it.
Line row(const char* mark, const std::string& name, const std::string& end, Tone tone, std::size_t width) {
    const std::size_t name_width = width - std::min(width, width_of(end) + 2);
    return {{mark, tone}, {left(shorten_name(name, name_width), name_width)}, {end, tone}};
}

std::string table_cells(const std::string& copied_bar, const std::string& share, const std::string& rows, const std::string& size,
                        std::size_t width) {
    if (width < narrow) return "  " + share;
    return std::format("  {} {}  {}  {}", left(copied_bar, width < broad ? 16 : 30), share, right(rows, 14), right(size, 10));
}

Line table_line(const ProgressView::Table& table, bool running, std::size_t width) {
    const bool active = running && begun(table);
    const std::string end =
        table_cells(bar(table.bytes, table.bytes_total, width < broad ? 16 : 30), percent_text(table.bytes, table.bytes_total),
                    format_count(table.rows), format_bytes(table.bytes_total), width);
    return row(active ? "* " : "  ", printable(table.name), end, active ? Tone::active : copied(table) ? Tone::good : Tone::plain, width);
}

std::string build_cells(const std::string& state, const std::string& time, std::size_t width) {
    if (width < narrow) return "  " + left(state, 12);
    return "  " + left(state, width < broad ? 28 : 36) + "  " + right(time, 7);
}

Span build_state(const ProgressView::Build& build, bool running, std::size_t width) {
    const std::string word(migrations_state::to_word(build.state));
    switch (build.state) {
        case BuildState::pending:
        case BuildState::skipped: return {word, Tone::dim};
        case BuildState::done: return {word, Tone::good};
        case BuildState::failed: return {word, Tone::bad};
        case BuildState::begun: break;
    }
    if (!running) return {"interrupted"};
    std::string phase = build_phase_text(build);
    // "scanning table 42%" -> "scanning 42%".
    if (width < narrow && !phase.empty()) phase = phase.substr(0, phase.find(' ')) + (build.share ? phase.substr(phase.rfind(' ')) : "");
    return {phase.empty() ? "building" : phase, Tone::active};
}

Line build_line(const ProgressView::Build& build, bool running, std::size_t width) {
    const Span state = build_state(build, running, width);
    const std::string elapsed = build.elapsed.count() > 0 ? format_duration(build.elapsed) : "";
    const char* mark = state.tone == Tone::active ? "* " : state.tone == Tone::bad ? "! " : "  ";
    return row(mark, printable(build.item), build_cells(state.text, elapsed, width), state.tone, width);
}

int build_rank(const ProgressView::Build& build) {
    switch (build.state) {
        case BuildState::begun: return 0;
        case BuildState::failed: return 1;
        case BuildState::pending: return 2;
        case BuildState::done:
        case BuildState::skipped: return 3;
    }
    return 3;
}

template <typename Item, typename Rank>
std::vector<const Item*> ranked(const std::vector<Item>& items, Rank rank) {
    std::vector<const Item*> all;
    for (const Item& item : items) all.push_back(&item);
    std::ranges::stable_sort(all, {}, [&](const Item* item) { return rank(*item); });
    return all;
}

std::vector<const ProgressView::Table*> tables_in_order(const ProgressView& view) {
    return ranked(view.tables, [](const ProgressView::Table& table) { return begun(table) ? 0 : copied(table) ? 2 : 1; });
}

std::string event_time(Timestamp at, Timestamp now) {
    using std::chrono::days;
    const std::string whole = format_time(at);  // 2025-01-31 12:00:01Z
    return std::chrono::floor<days>(at) == std::chrono::floor<days>(now) ? whole.substr(11) : whole.substr(5, 11) + "Z";
}

}  // namespace

Span state_span(const JobStatus& status) {
    if (status.wish == Wish::pause) return {"pausing", Tone::warning};
    if (status.wish == Wish::cancel) return {"cancelling", Tone::warning};
    const std::string word(migrations_state::to_word(status.job.disposition));
    switch (status.job.disposition) {
        case Disposition::queued: return {word, Tone::dim};
        case Disposition::running: return {word, Tone::active};
        case Disposition::paused:
        case Disposition::waiting: return {word, Tone::warning};
        case Disposition::failed: return status.job.transient ? Span{"retrying", Tone::warning} : Span{word, Tone::bad};
        case Disposition::cancelled: return {word, Tone::plain};
        case Disposition::done: return status.different ? Span{"different", Tone::bad} : Span{word, Tone::good};
    }
    return {word};
}

Line spread(std::string_view before, Span after, std::size_t width) {
    const std::size_t end = std::min(width_of(after.text), width);
    const std::size_t room = width > end + 1 ? width - end - 1 : 0;
    return {{left(before, room) + (width > end ? " " : ""), Tone::strong}, std::move(after)};
}

Lines heading_lines(Part part, std::size_t width) {
    switch (part) {
        case Part::tables: return {row("  ", "table", table_cells("copied", "    ", "rows", "size", width), Tone::dim, width)};
        case Part::builds: return {row("  ", "key or index", build_cells("state", "time", width), Tone::dim, width)};
        case Part::events:
        case Part::reason: return {};
    }
    return {};
}

Lines table_lines(const JobStatus& status, const std::string& filter, std::size_t width) {
    Lines lines;
    const bool running = status.job.disposition == Disposition::running;
    for (const auto* table : tables_in_order(status.progress)) {
        if (passes(printable(table->name), filter)) lines.push_back(table_line(*table, running, width));
    }
    return lines;
}

Lines build_lines(const JobStatus& status, const std::string& filter, std::size_t width) {
    Lines lines;
    const bool running = status.job.disposition == Disposition::running;
    for (const auto* build : ranked(status.progress.builds_list, build_rank)) {
        if (passes(printable(build->item), filter)) lines.push_back(build_line(*build, running, width));
    }
    return lines;
}

Lines event_lines(const Model& model, const JobStatus& status, const std::string& filter, std::size_t width, Timestamp now) {
    Lines lines;
    if (!model.chosen || model.chosen->job.id != status.job.id) return lines;
    for (const EventRecord& event : model.events) {
        const std::string text = one_line(event.text);
        if (!passes(text, filter) && !passes(event.kind, filter)) continue;
        const char* mark = event.severity == Severity::info ? "  " : event.severity == Severity::warning ? "! " : "!!";
        const Tone tone = event.severity == Severity::info ? Tone::plain : event.severity == Severity::warning ? Tone::warning : Tone::bad;
        const std::string time = event_time(event.at, now) + " ";
        std::string before = width < narrow ? mark : mark + time;
        const std::string body = (width < narrow ? time : "") + one_line(event.kind) + ": " + text;
        for (const std::string& line : wrapped(body, width - std::min(width, before.size()))) {
            lines.push_back({{before + line, tone}});
            before.assign(before.size(), ' ');
        }
    }
    return lines;
}

Lines reason_lines(const JobStatus& status, std::size_t width, Timestamp now) {
    Lines lines;
    const migrations_state::Job& job = status.job;
    const auto add = [&](const std::string& text, Tone tone) {
        for (const std::string& line : wrapped(text, width, 2)) lines.push_back({{line, tone}});
    };
    const bool bad = job.disposition == Disposition::failed && !job.transient;
    if (!job.reason.empty()) add("reason: " + one_line(job.reason), bad ? Tone::bad : Tone::warning);
    if (!job.hint.empty()) add("hint: " + one_line(job.hint), Tone::plain);
    if (job.disposition == Disposition::failed && job.retry_at) {
        const auto left_ms = *job.retry_at - now;
        const std::string in = left_ms.count() > 0 ? "in " + format_duration(left_ms) : "now";
        add(std::format("tried again {}, at {}", in, event_time(*job.retry_at, now)), Tone::plain);
    }
    return lines;
}

Lines active_lines(const JobStatus& status, std::size_t width) {
    Lines lines;
    if (status.job.disposition != Disposition::running) return lines;
    for (const auto& table : status.progress.tables) {
        if (begun(table)) lines.push_back(table_line(table, true, width));
    }
    for (const auto& build : status.progress.builds_list) {
        if (build.state == BuildState::begun) lines.push_back(build_line(build, true, width));
    }
    return lines;
}

}  // namespace lantern_migrate::daemon::watch
