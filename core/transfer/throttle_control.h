// The law of copy.throttle: how fast rows may flow, by how loaded their source is. Pure: samples in, a rate out.
//
//   above a bound            the rate is halved, from what flows; never below throttle_floor_bytes_per_s
//   3 samples within all     a quarter more
//   well above what flows    no limit: something else holds the copy back
#pragma once

#include "config/job_spec.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace lantern_migrate::transfer {

// What one look at the source shows, as far as its role may see.
struct SourceLoad {
    int active_sessions = 0;                             // of others, that do not wait for a lock
    std::optional<std::uint64_t> replication_lag_bytes;  // of the standby that is furthest behind; empty: hidden from the role
};

class ThrottleControl {
public:
    // `max_bytes_per_s`: copy.max_rate; 0: none.
    ThrottleControl(const config::ThrottleSpec& bounds, std::uint64_t max_bytes_per_s)
        : bounds_(bounds), max_bytes_per_s_(max_bytes_per_s) {}

    // To be called about once a second. `flow_bytes_per_s`: what passed over the last seconds; 0: nothing, or not known yet.
    void sample(const SourceLoad&, std::uint64_t flow_bytes_per_s);

    // 0: no limit.
    [[nodiscard]] std::uint64_t bytes_per_s() const { return bytes_per_s_; }
    // "throttled to 12.0 MiB/s: 14 sessions are active on the source, limit 8"; empty without a limit.
    [[nodiscard]] std::string describe() const;

private:
    [[nodiscard]] std::string excess(const SourceLoad&) const;

    config::ThrottleSpec bounds_;
    std::uint64_t max_bytes_per_s_;
    std::uint64_t bytes_per_s_ = 0;
    int calm_samples_ = 0;
    std::string excess_;  // of the last sample; empty: within all bounds
};

// What flows, over the last seconds: longer than a chunk's commit, short enough to follow a change of the rate.
class FlowMeter {
public:
    // `bytes`: all that flowed until `now`. Gives bytes a second, 0 at the first call.
    std::uint64_t add(std::chrono::steady_clock::time_point now, std::uint64_t bytes);

private:
    struct Sample {
        std::chrono::steady_clock::time_point at;
        std::uint64_t bytes;
    };
    std::deque<Sample> samples_;
};

// "12.0 MiB".
[[nodiscard]] std::string mib_text(std::uint64_t bytes);

}  // namespace lantern_migrate::transfer
