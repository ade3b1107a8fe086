// copy.max_rate: a budget of bytes per second that all workers of a job share.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace lantern_migrate::transfer {

class RateLimit {
public:
    // 0: no limit.
    explicit RateLimit(std::uint64_t bytes_per_s) : bytes_per_s_(bytes_per_s) {}

    // Returns once `bytes` more may pass, or the stop is requested.
    void pass(std::uint64_t bytes, const std::stop_token& stop);

private:
    std::uint64_t bytes_per_s_;
    std::mutex mutex_;
    std::condition_variable_any waiting_;
    std::chrono::steady_clock::time_point free_at_{};  // when what passed so far is paid for
};

}  // namespace lantern_migrate::transfer
