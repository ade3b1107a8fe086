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

TEST(RateLimit, CountsWhatItLetThroughWithALimitAndWithout) {
    RateLimit without(0), with(1'000'000'000);
    for (RateLimit* limit : {&without, &with}) {
        EXPECT_EQ(limit->passed_bytes(), 0U);
        limit->pass(1000, {});
        limit->pass(24, {});
        EXPECT_EQ(limit->passed_bytes(), 1024U);
    }
}

TEST(RateLimit, AThrottleSlowsWhatNothingLimited) {
    RateLimit limit(0);
    for (int i = 0; i < 1000; ++i) limit.pass(1'000'000'000, {});
    limit.throttle(1'000'000);
    const auto before = Clock::now();
    for (int i = 0; i < 5; ++i) limit.pass(50'000, {});
    // Four pieces of 50 ms: what passed before the throttle is not owed.
    EXPECT_GE(Clock::now() - before, std::chrono::milliseconds(190));
}

TEST(RateLimit, AThrottleNeverLiftsTheUpperBound) {
    RateLimit limit(1'000'000);
    for (const std::uint64_t rate : {std::uint64_t{0}, std::uint64_t{1} << 40}) {
        limit.throttle(rate);
        EXPECT_EQ(limit.bytes_per_s(), 1'000'000U);
        const auto before = Clock::now();
        for (int i = 0; i < 5; ++i) limit.pass(50'000, {});
        EXPECT_GE(Clock::now() - before, std::chrono::milliseconds(190)) << rate;
    }
}

TEST(RateLimit, WhoWaitsGoesByANewRateAtOnce) {
    for (const std::uint64_t rate : {std::uint64_t{0}, std::uint64_t{1} << 40}) {
        RateLimit limit(0);
        limit.throttle(1);
        limit.pass(36'000, {});  // the next ones would wait for ten hours
        std::jthread one([&] { limit.pass(1, {}); });
        std::jthread two([&] { limit.pass(1, {}); });
        limit.throttle(rate);
        one.join();
        two.join();
        EXPECT_EQ(limit.passed_bytes(), 36'002U);
    }
}

TEST(RateLimit, TimeBeforeAThrottleIsPaidAtTheRateOfThen) {
    RateLimit limit(1'000'000);
    limit.pass(100'000, {});  // owed for 100 ms
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    limit.throttle(1);
    limit.pass(36'000, {});  // all is paid: it goes at once, and not in a hundred thousand seconds
    EXPECT_EQ(limit.passed_bytes(), 136'000U);
}

TEST(RateLimit, AStopEndsTheWaitingUnderAThrottle) {
    RateLimit limit(0);
    limit.throttle(1);
    limit.pass(std::uint64_t{1} << 62, {});
    std::stop_source stop;
    std::jthread stopper([&] { stop.request_stop(); });
    limit.pass(1, stop.get_token());
    SUCCEED();
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
