#include "daemon/watch/view_state.h"

#include "daemon/text.h"

#include <algorithm>
#include <cctype>

namespace lantern_migrate::daemon::watch {
namespace {

using Kind = Key::Kind;

constexpr std::size_t filter_bytes_max = 128;

void erase_last_character(std::string& text) {
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80U) text.pop_back();
    if (!text.empty()) text.pop_back();
}

void type(ViewState& state, const Key& key) {
    switch (key.kind) {
        case Kind::enter: state.typing = false; break;
        case Kind::escape:
            state.typing = false;
            state.filter.clear();
            break;
        case Kind::backspace: erase_last_character(state.filter); break;
        case Kind::character:
            if (state.filter.size() + key.text.size() <= filter_bytes_max) state.filter += printable(key.text);
            break;
        default: break;
    }
    state.scrolled = {};
}

void move_selection(ViewState& state, const Model& model, std::ptrdiff_t by) {
    const auto jobs = listed(model, state);
    if (jobs.empty()) return;
    const std::string now = selected_job(model, state);
    const auto at = std::ranges::find_if(jobs, [&](const JobStatus* status) { return status->job.name == now; }) - jobs.begin();
    const auto last = static_cast<std::ptrdiff_t>(jobs.size()) - 1;
    state.selected = jobs[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(at + by, 0, last))]->job.name;
}

void move(ViewState& state, const Model& model, const Extent& extent, std::ptrdiff_t by) {
    if (state.page == Page::jobs) return move_selection(state, model, by);
    const auto last = static_cast<std::ptrdiff_t>(extent.count > extent.rows ? extent.count - extent.rows : 0);
    const auto now = std::min(static_cast<std::ptrdiff_t>(state.scroll()), last);
    state.scroll() = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(now + by, 0, last));
}

void next_part(ViewState& state, const Model& model, bool forward) {
    if (state.page != Page::job) return;
    const JobStatus* status = model.find(selected_job(model, state));
    const bool reason = status != nullptr && !status->job.reason.empty();
    const std::size_t there = reason ? parts : parts - 1;
    const std::size_t now = std::min(static_cast<std::size_t>(state.part), there - 1);
    state.part = static_cast<Part>((now + (forward ? 1 : there - 1)) % there);
}

void open(ViewState& state, const Model& model) {
    if (state.page != Page::jobs || selected_job(model, state).empty()) return;
    state.selected = selected_job(model, state);
    state.page = Page::job;
    state.part = Part::tables;
    state.scrolled = {};
    state.filter.clear();
}

// One level back; true: that was the last.
bool back(ViewState& state) {
    if (!state.filter.empty()) {
        state.filter.clear();
        return false;
    }
    if (state.page == Page::jobs || state.one_job) return true;
    state.page = Page::jobs;
    return false;
}

// Characters that are commands. True: leave.
bool command(ViewState& state, const Model& model, const Extent& extent, char key) {
    switch (key) {
        case 'q':
        case 'Q': return true;
        case '?': state.help = true; break;
        case '/': state.typing = true; break;
        case 'k': move(state, model, extent, -1); break;
        case 'j': move(state, model, extent, 1); break;
        case 'g': move(state, model, extent, -1'000'000); break;
        case 'G': move(state, model, extent, 1'000'000); break;
        case ' ': move(state, model, extent, static_cast<std::ptrdiff_t>(extent.rows)); break;
        default: break;
    }
    return false;
}

}  // namespace

bool passes(std::string_view name, std::string_view filter) {
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    return filter.empty() || !std::ranges::search(name, filter, {}, lower, lower).empty();
}

std::vector<const JobStatus*> listed(const Model& model, const ViewState& state) {
    const bool filtered = state.page == Page::jobs;
    std::vector<const JobStatus*> jobs;
    for (const JobStatus& status : model.jobs) {
        if (!filtered || passes(printable(status.job.name), state.filter)) jobs.push_back(&status);
    }
    return jobs;
}

std::string selected_job(const Model& model, const ViewState& state) {
    const auto jobs = listed(model, state);
    const bool there = std::ranges::any_of(jobs, [&](const JobStatus* status) { return status->job.name == state.selected; });
    if (there) return state.selected;
    return jobs.empty() ? std::string{} : jobs.front()->job.name;
}

bool press(ViewState& state, const Model& model, const Extent& extent, const Key& key) {
    if (state.typing) {
        type(state, key);
        return false;
    }
    const bool character = key.kind == Kind::character;
    if (state.help) {
        state.help = false;
        return character && (key.text == "q" || key.text == "Q");
    }
    const auto page = static_cast<std::ptrdiff_t>(std::max<std::size_t>(extent.rows, 1));
    switch (key.kind) {
        case Kind::character: return key.text.size() == 1 && command(state, model, extent, key.text.front());
        case Kind::up: move(state, model, extent, -1); break;
        case Kind::down: move(state, model, extent, 1); break;
        case Kind::page_up: move(state, model, extent, -page); break;
        case Kind::page_down: move(state, model, extent, page); break;
        case Kind::home: move(state, model, extent, -1'000'000); break;
        case Kind::end: move(state, model, extent, 1'000'000); break;
        case Kind::enter: open(state, model); break;
        case Kind::tab: next_part(state, model, true); break;
        case Kind::back_tab: next_part(state, model, false); break;
        case Kind::backspace:
        case Kind::escape: return back(state);
    }
    return false;
}

}  // namespace lantern_migrate::daemon::watch
