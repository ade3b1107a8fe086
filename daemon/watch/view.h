// The screen of `watch`, as lines. Pure: the model, what is looked at, the terminal's size and the time in; a picture out.
//
// ASCII alone, but for names: it has to be readable on a serial console.
#pragma once

#include "daemon/watch/lines.h"
#include "daemon/watch/view_state.h"

namespace lantern_migrate::daemon::watch {

struct Picture {
    Lines lines;  // as many as the terminal has
    Extent extent{};
};

[[nodiscard]] Picture draw(const Model&, const ViewState&, const Size&, migrations_state::Timestamp now);

}  // namespace lantern_migrate::daemon::watch
