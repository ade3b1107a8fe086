#include "core/transfer/rate_limit.h"

#include <algorithm>

namespace lantern_migrate::transfer {

void RateLimit::pass(std::uint64_t bytes, const std::stop_token& stop) {
    if (bytes_per_s_ == 0) return;
    std::unique_lock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    const auto cost = std::chrono::duration<double>(static_cast<double>(bytes) / static_cast<double>(bytes_per_s_));
    const auto begin = std::max(free_at_, now);
    free_at_ = begin + std::chrono::duration_cast<std::chrono::steady_clock::duration>(cost);
    waiting_.wait_until(lock, stop, begin, [] { return false; });
}

}  // namespace lantern_migrate::transfer
