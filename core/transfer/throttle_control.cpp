#include "core/transfer/throttle_control.h"

#include "config/units.h"

#include <algorithm>
#include <format>

namespace lantern_migrate::transfer {
namespace {

constexpr int calm_samples_to_grow = 3;
constexpr std::uint64_t well_above = 2;  // times what flows
constexpr std::chrono::seconds flow_window{5};

}  // namespace

std::string mib_text(std::uint64_t bytes) { return std::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20)); }

std::string ThrottleControl::excess(const SourceLoad& load) const {
    std::string text;
    if (bounds_.max_active_sessions > 0 && load.active_sessions > bounds_.max_active_sessions) {
        text = std::format("{} sessions are active on the source, limit {}", load.active_sessions, bounds_.max_active_sessions);
    }
    if (bounds_.max_replication_lag_bytes > 0 && load.replication_lag_bytes.value_or(0) > bounds_.max_replication_lag_bytes) {
        text += std::format("{}replication lags by {}, limit {}", text.empty() ? "" : "; ", mib_text(*load.replication_lag_bytes),
                            config::format_bytes(bounds_.max_replication_lag_bytes));
    }
    return text;
}

void ThrottleControl::sample(const SourceLoad& load, std::uint64_t flow_bytes_per_s) {
    excess_ = excess(load);
    if (!excess_.empty()) {
        calm_samples_ = 0;
        // Half of a rate that is not reached would slow nothing.
        const std::uint64_t from = bytes_per_s_ == 0 ? flow_bytes_per_s : std::min(bytes_per_s_, flow_bytes_per_s);
        bytes_per_s_ = std::max(from / 2, config::throttle_floor_bytes_per_s);
        return;
    }
    if (bytes_per_s_ == 0 || ++calm_samples_ < calm_samples_to_grow) return;
    calm_samples_ = 0;
    if (flow_bytes_per_s == 0) return;  // a copy that waits for something else tells nothing about the rate it would reach
    bytes_per_s_ += bytes_per_s_ / 4;
    const bool by_max_rate = max_bytes_per_s_ > 0 && bytes_per_s_ >= max_bytes_per_s_;
    if (by_max_rate || bytes_per_s_ > well_above * flow_bytes_per_s) bytes_per_s_ = 0;
}

std::string ThrottleControl::describe() const {
    if (bytes_per_s_ == 0) return {};
    const std::string rate = mib_text(bytes_per_s_) + "/s";
    if (excess_.empty()) return "throttled to " + rate + " and rising: the source is within its limits again";
    return "throttled to " + rate + ": " + excess_;
}

std::uint64_t FlowMeter::add(std::chrono::steady_clock::time_point now, std::uint64_t bytes) {
    samples_.push_back({.at = now, .bytes = bytes});
    while (samples_.size() > 2 && now - samples_[1].at >= flow_window) samples_.pop_front();
    const Sample& first = samples_.front();
    const std::chrono::duration<double> passed = now - first.at;
    if (passed.count() <= 0) return 0;
    return static_cast<std::uint64_t>(static_cast<double>(bytes - first.bytes) / passed.count());
}

}  // namespace lantern_migrate::transfer
