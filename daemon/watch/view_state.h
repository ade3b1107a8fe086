// What the person before the screen looks at, and how keys change it.
#pragma once

#include "daemon/watch/keys.h"
#include "daemon/watch/model.h"

#include <array>
#include <string>
#include <string_view>

namespace lantern_migrate::daemon::watch {

enum class Page { jobs, job };
// Of a job's page.
enum class Part { tables, builds, events, reason };
inline constexpr std::size_t parts = 4;

struct ViewState {
    bool one_job = false;  // `watch JOB`: there is no list to go back to
    Page page = Page::jobs;
    std::string selected;  // a job; empty: the first
    Part part = Part::tables;
    std::array<std::size_t, parts> scrolled{};  // lines of each part that are above the screen
    std::string filter;
    bool typing = false;  // the filter
    bool help = false;

    [[nodiscard]] std::size_t& scroll() { return scrolled[static_cast<std::size_t>(part)]; }
    [[nodiscard]] std::size_t scroll_of(Part of) const { return scrolled[static_cast<std::size_t>(of)]; }
};

// How much of the part that keys act on is on the screen; the drawing says so.
struct Extent {
    std::size_t rows = 1;   // that have room
    std::size_t count = 0;  // that there are
};

// True: leave.
[[nodiscard]] bool press(ViewState&, const Model&, const Extent&, const Key&);

// The jobs that pass the filter, in the model's order.
[[nodiscard]] std::vector<const JobStatus*> listed(const Model&, const ViewState&);
// The one that is looked at; empty: there is none.
[[nodiscard]] std::string selected_job(const Model&, const ViewState&);
// Case does not matter, of ASCII letters.
[[nodiscard]] bool passes(std::string_view name, std::string_view filter);

}  // namespace lantern_migrate::daemon::watch
