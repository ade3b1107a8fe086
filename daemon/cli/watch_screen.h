// `watch` on a terminal: the view of daemon/watch/ until it is left, or until nothing more happens by itself.
#pragma once

#include "daemon/cli/options.h"

#include <chrono>

namespace lantern_migrate::daemon::cli {

// A daemon that is started again within this is followed on.
inline constexpr auto watch_patience = std::chrono::seconds(60);

[[nodiscard]] bool can_watch_on_screen();
// The exit status; on the terminal stays what was last known.
int watch_on_screen(const Options&);

}  // namespace lantern_migrate::daemon::cli
