// How long to wait before a transient error's next attempt. Pure: time and chance are given in.
#pragma once

#include "config/daemon_spec.h"

#include <chrono>
#include <optional>

namespace lantern_migrate::daemon {

class Backoff {
public:
    using Time = std::chrono::sys_time<std::chrono::milliseconds>;

    explicit Backoff(config::RetrySpec spec) : spec_(spec) {}

    // The delay before the next attempt: doubled each time up to the limit, and of that between half and all, by `chance`
    // in [0, 1), so that the jobs of one lost server do not come back all at once. Empty: it has lasted too long, give up.
    [[nodiscard]] std::optional<std::chrono::milliseconds> next(Time now, double chance);

    // The job came further, or the operator asked: patience starts anew.
    void reset();

    // Other limits; how long it has lasted stays.
    void set(const config::RetrySpec& spec) { spec_ = spec; }

    [[nodiscard]] int attempts() const { return attempts_; }

private:
    config::RetrySpec spec_;
    int attempts_ = 0;
    std::optional<Time> since_;
};

}  // namespace lantern_migrate::daemon
