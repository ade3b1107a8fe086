#include "core/steps/ending.h"

namespace lantern_migrate::steps {

// Callbacks of the tokens take locks of their own, so none is requested under ours.
void Ending::stop() {
    after_chunks_.request_stop();
    now_.request_stop();
}

Pause Ending::pause() {
    Pause pause = Pause::at_once;
    {
        const std::scoped_lock lock(mutex_);
        if (copying_) pause = pausing_ ? Pause::giving_up : Pause::after_chunks;
        pausing_ = true;
    }
    if (pause == Pause::after_chunks) {
        after_chunks_.request_stop();
    } else {
        stop();
    }
    return pause;
}

Ending::Copying::Copying(Ending& ending) : ending_(ending) {
    const std::scoped_lock lock(ending_.mutex_);
    ending_.copying_ = true;
}

Ending::Copying::~Copying() {
    bool pausing = false;
    {
        const std::scoped_lock lock(ending_.mutex_);
        ending_.copying_ = false;
        pausing = ending_.pausing_;
    }
    if (pausing) ending_.stop();
}

}  // namespace lantern_migrate::steps
