// copy.max_rate and copy.throttle: a budget of bytes per second that all workers of a job share.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace lantern_migrate::transfer {

// Every member may be called from any thread.
class RateLimit {
public:
    // 0: no limit. An upper bound that no throttle lifts.
    explicit RateLimit(std::uint64_t max_bytes_per_s) : max_bytes_per_s_(max_bytes_per_s), bytes_per_s_(max_bytes_per_s) {}

    // Returns once `bytes` more may pass, or the stop is requested.
    void pass(std::uint64_t bytes, const std::stop_token& stop);

    // A narrower bound from now on; 0: none beside the first. Who waits already goes by it at once.
    void throttle(std::uint64_t bytes_per_s);

    // What holds now; 0: no limit.
    [[nodiscard]] std::uint64_t bytes_per_s() const;
    // All that was let through so far.
    [[nodiscard]] std::uint64_t passed_bytes() const;

private:
    using Clock = std::chrono::steady_clock;
    void pay(Clock::time_point now);

    const std::uint64_t max_bytes_per_s_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::uint64_t bytes_per_s_;  // 0: no limit
    std::uint64_t passed_ = 0;
    // Bytes are booked in the order of the calls, and paid for as time goes by, at the rate of that time. Who booked may go once all
    // that was booked before is paid.
    std::uint64_t booked_ = 0;
    double paid_ = 0;
    Clock::time_point paid_at_ = Clock::now();
};

}  // namespace lantern_migrate::transfer
