#include "core/transfer/rate_limit.h"

#include <algorithm>

namespace lantern_migrate::transfer {
namespace {

// Even a wait for hours is looked at again by then: no sum of time overflows, whatever the rate.
constexpr std::chrono::duration<double> wait_max{1.0};

}  // namespace

void RateLimit::pay(Clock::time_point now) {
    const std::chrono::duration<double> passed = now - paid_at_;
    const auto booked = static_cast<double>(booked_);
    paid_ = bytes_per_s_ == 0 ? booked : std::min(booked, paid_ + passed.count() * static_cast<double>(bytes_per_s_));
    paid_at_ = now;
}

void RateLimit::pass(std::uint64_t bytes, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    pay(Clock::now());
    const auto mine = static_cast<double>(booked_);
    booked_ += bytes;
    while (paid_ < mine && bytes_per_s_ != 0 && !stop.stop_requested()) {
        const std::chrono::duration<double> rest{(mine - paid_) / static_cast<double>(bytes_per_s_)};
        const std::uint64_t rate = bytes_per_s_;
        changed_.wait_for(lock, stop, std::chrono::ceil<std::chrono::microseconds>(std::min(rest, wait_max)),
                          [&] { return bytes_per_s_ != rate; });
        pay(Clock::now());
    }
    passed_ += bytes;
}

void RateLimit::throttle(std::uint64_t bytes_per_s) {
    const std::scoped_lock lock(mutex_);
    pay(Clock::now());  // the time until now, at the rate of until now
    if (max_bytes_per_s_ != 0) bytes_per_s = bytes_per_s == 0 ? max_bytes_per_s_ : std::min(bytes_per_s, max_bytes_per_s_);
    bytes_per_s_ = bytes_per_s;
    changed_.notify_all();
}

std::uint64_t RateLimit::bytes_per_s() const {
    const std::scoped_lock lock(mutex_);
    return bytes_per_s_;
}

std::uint64_t RateLimit::passed_bytes() const {
    const std::scoped_lock lock(mutex_);
    return passed_;
}

}  // namespace lantern_migrate::transfer
