#include "core/transfer/rate_limit.h"

#include <gtest/gtest.h>

#include <thread>

namespace lantern_migrate::transfer {
namespace {

using Clock = std::chrono::steady_clock;

TEST(RateLimit, WithoutALimitNothingWaits) {
    RateLimit limit(0);
    const auto before = Clock::now();
    for (int i = 0; i < 1000; ++i) limit.pass(1'000'000'000, {});
    EXPECT_LT(Clock::now() - before, std::chrono::seconds(1));
}

TEST(RateLimit, WorkersShareOneBudget) {
    RateLimit limit(1'000'000);
    const auto before = Clock::now();
    {
        std::jthread one([&] {
            for (int i = 0; i < 5; ++i) limit.pass(50'000, {});
        });
        std::jthread two([&] {
            for (int i = 0; i < 5; ++i) limit.pass(50'000, {});
        });
    }
    // Ten pieces of 50 ms; the last need not be waited for.
    EXPECT_GE(Clock::now() - before, std::chrono::milliseconds(440));
}

TEST(RateLimit, AStopEndsTheWaiting) {
    RateLimit limit(1);
    limit.pass(3600, {});  // the next one would wait for an hour
    std::stop_source stop;
    std::jthread stopper([&] { stop.request_stop(); });
    limit.pass(1, stop.get_token());
    SUCCEED();
}

}  // namespace
}  // namespace lantern_migrate::transfer
