#include "daemon/backoff.h"

#include <gtest/gtest.h>

namespace lantern_migrate::daemon {
namespace {

using namespace std::chrono_literals;
using Time = Backoff::Time;

constexpr double most = 0.999999999;

config::RetrySpec spec() { return {.initial_delay = 1000ms, .max_delay = 8000ms, .give_up_after = 60s}; }

TEST(Backoff, DoublesUpToItsLimit) {
    Backoff backoff(spec());
    for (const auto delay : {1000ms, 2000ms, 4000ms, 8000ms, 8000ms}) EXPECT_EQ(backoff.next(Time{}, most), delay);
    EXPECT_EQ(backoff.attempts(), 5);
}

TEST(Backoff, TakesBetweenHalfAndAllOfTheDelayByChance) {
    EXPECT_EQ(Backoff(spec()).next(Time{}, 0), 500ms);
    EXPECT_EQ(Backoff(spec()).next(Time{}, 0.5), 750ms);
}

TEST(Backoff, GivesUpWhenItLastedTooLong) {
    Backoff backoff(spec());
    EXPECT_TRUE(backoff.next(Time{0s}, 0).has_value());
    EXPECT_TRUE(backoff.next(Time{60s}, 0).has_value());
    EXPECT_EQ(backoff.next(Time{60001ms}, 0), std::nullopt);
}

TEST(Backoff, IsPatientAgainAfterAReset) {
    Backoff backoff(spec());
    EXPECT_EQ(backoff.next(Time{0s}, most), 1000ms);
    EXPECT_EQ(backoff.next(Time{50s}, most), 2000ms);
    backoff.reset();
    EXPECT_EQ(backoff.next(Time{100s}, most), 1000ms);
    EXPECT_TRUE(backoff.next(Time{160s}, most).has_value());
}

TEST(Backoff, NeverWaitsForNoTimeAtAll) {
    Backoff backoff({.initial_delay = 0ms, .max_delay = 0ms, .give_up_after = 60s});
    EXPECT_EQ(backoff.next(Time{}, most), 1ms);
}

}  // namespace
}  // namespace lantern_migrate::daemon
