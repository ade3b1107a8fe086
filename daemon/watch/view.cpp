#include "daemon/watch/view.h"

#include "daemon/text.h"
#include "daemon/watch/view_parts.h"

#include <algorithm>
#include <format>

namespace lantern_migrate::daemon::watch {
namespace {

using migrations_state::Timestamp;

// Older than this, a picture says how old it is.
constexpr auto fresh = std::chrono::seconds(3);

struct HelpLine {
    std::string_view keys, text;
};
constexpr HelpLine help_lines[] = {
    {"q, Ctrl-C", "leave; the jobs go on as they are"},
    {"up down, k j", "move or scroll by one line"},
    {"PgUp PgDn, Space", "by a screen; Home End, g G: to the ends"},
    {"Enter", "look at the marked job"},
    {"Tab, Shift-Tab", "a job's tables, builds, events, reason"},
    {"/", "show only names that hold a text; Esc ends it"},
    {"Esc", "back to the list of jobs, and out of it"},
    {"", ""},
    {"*", "is being worked on"},
    {"!", "needs a look"},
    {"copied", "is of bytes on the source's disk, TOAST included"},
    {"scanning ... 42%", "is of that phase of a build, as the target says it; nobody knows it of the whole"},
    {"+7 ended", "jobs that had ended before this began; `lantern-migrate list` has them"},
    {"Z", "times are UTC"},
};

Picture draw_help(const Size& size) {
    Picture picture;
    picture.lines.push_back({{"Keys", Tone::strong}, {" (any key closes this)"}});
    const bool narrow = size.width < 60;
    const std::size_t keys_width = narrow ? 10 : 18;
    for (const HelpLine& line : help_lines) {
        std::string before = left(narrow ? line.keys.substr(0, line.keys.find(',')) : line.keys, keys_width) + " ";
        auto texts = wrapped(line.text, size.width - std::min(size.width, keys_width + 1));
        if (texts.empty()) texts.emplace_back();
        for (const std::string& text : texts) {
            picture.lines.push_back({{before, Tone::strong}, {text}});
            before.assign(before.size(), ' ');
        }
    }
    return picture;
}

// Since when the daemon is silent; empty while it is not.
std::string silence(const Model& model, Timestamp now) {
    const auto age = model.answered_at ? std::max(now - *model.answered_at, std::chrono::milliseconds(0)) : std::chrono::milliseconds(0);
    return model.lost.empty() && age <= fresh ? std::string{}
                                              : "the daemon has not answered for " + format_duration(age) + "; all below is as old";
}

std::string keys_text(const ViewState& state, std::size_t width) {
    if (state.typing) return "/" + state.filter + "_";
    std::string text = "q leave";
    if (!state.filter.empty()) return text + "  Esc all  filter: " + state.filter;
    if (state.page == Page::jobs) text += "  Enter open";
    if (state.page == Page::job) text += state.one_job ? "  Tab part" : "  Esc back  Tab part";
    if (width >= 60) text += "  / filter";
    return text + "  ? help";
}

}  // namespace

Picture draw(const Model& model, const ViewState& state, const Size& size, Timestamp now) {
    const std::string silent = silence(model, now);
    const std::size_t above = silent.empty() || size.height < 2 ? 0 : 1;
    const Size rest{.width = size.width, .height = size.height - above};
    Picture picture = state.help                 ? draw_help(rest)
                      : state.page == Page::jobs ? draw_jobs(model, state, rest, now)
                                                 : draw_job(model, state, rest, now);
    if (above > 0) picture.lines.insert(picture.lines.begin(), Line{{"! " + silent, Tone::bad}});
    picture.lines.resize(size.height > 0 ? size.height - 1 : 0);
    if (size.height > 0) {
        picture.lines.push_back(spread(keys_text(state, size.width), {format_time(now).substr(11), Tone::dim}, size.width));
        picture.lines.back().front().tone = Tone::dim;
    }
    for (Line& line : picture.lines) line = cut_line(std::move(line), size.width);
    return picture;
}

}  // namespace lantern_migrate::daemon::watch
