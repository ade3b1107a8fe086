#include "daemon/backoff.h"

#include <algorithm>

namespace lantern_migrate::daemon {

std::optional<std::chrono::milliseconds> Backoff::next(Time now, double chance) {
    if (!since_) since_ = now;
    if (now - *since_ > spec_.give_up_after) return std::nullopt;
    auto delay = std::max(spec_.initial_delay, std::chrono::milliseconds(1));
    for (int i = 0; i < attempts_ && delay < spec_.max_delay; ++i) delay *= 2;
    delay = std::min(delay, std::max(spec_.max_delay, std::chrono::milliseconds(1)));
    ++attempts_;
    const double part = 0.5 + std::clamp(chance, 0.0, 1.0) / 2;
    return std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(delay.count()) * part + 0.5));
}

void Backoff::reset() {
    attempts_ = 0;
    since_.reset();
}

}  // namespace lantern_migrate::daemon
