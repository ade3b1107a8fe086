#include "core/transfer/throttle_control.h"

#include <gtest/gtest.h>

#include <vector>

namespace lantern_migrate::transfer {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;
constexpr std::uint64_t unlimited = 0;

constexpr config::ThrottleSpec eight_sessions{.max_active_sessions = 8};
constexpr config::ThrottleSpec both{.max_active_sessions = 8, .max_replication_lag_bytes = 64 * mib};

SourceLoad sessions(int active) { return {.active_sessions = active, .replication_lag_bytes = 0}; }
SourceLoad lag(std::uint64_t bytes) { return {.active_sessions = 0, .replication_lag_bytes = bytes}; }

struct Sample {
    SourceLoad load;
    std::uint64_t flow;
    std::uint64_t rate;  // expected behind it
};

void expect_rates(ThrottleControl control, const std::vector<Sample>& samples) {
    for (std::size_t i = 0; i < samples.size(); ++i) {
        control.sample(samples[i].load, samples[i].flow);
        EXPECT_EQ(control.bytes_per_s(), samples[i].rate) << "sample " << i;
        EXPECT_EQ(control.describe().empty(), samples[i].rate == unlimited) << "sample " << i;
    }
}

TEST(ThrottleControl, LeavesACopyAloneWhileTheSourceIsWithinItsLimits) {
    expect_rates({both, 0}, {{sessions(0), 0, unlimited},
                             {sessions(8), 100 * mib, unlimited},
                             {lag(64 * mib), 100 * mib, unlimited},
                             {{.active_sessions = 8, .replication_lag_bytes = std::nullopt}, 100 * mib, unlimited}});
}

TEST(ThrottleControl, HalvesWhatFlowsWithEverySampleAboveALimitDownToTheFloor) {
    expect_rates({eight_sessions, 0}, {{sessions(9), 40 * mib, 20 * mib},
                                       {sessions(9), 36 * mib, 10 * mib},
                                       {sessions(200), 28 * mib, 5 * mib},
                                       {sessions(9), 18 * mib, 5 * mib / 2},
                                       {sessions(9), 10 * mib, 5 * mib / 4},
                                       {sessions(9), 6 * mib, mib},
                                       {sessions(9), mib, mib}});
}

TEST(ThrottleControl, BeginsAtTheFloorWhereNothingHasFlowedYet) { expect_rates({eight_sessions, 0}, {{sessions(9), 0, mib}}); }

TEST(ThrottleControl, HalvesTheFlowAndNotARateThatIsNotReached) {
    expect_rates({eight_sessions, 0}, {{sessions(9), 100 * mib, 50 * mib}, {sessions(9), 10 * mib, 5 * mib}});
}

TEST(ThrottleControl, GrowsByAQuarterAfterThreeSamplesInARowWithinTheLimits) {
    expect_rates({eight_sessions, 0}, {{sessions(9), 16 * mib, 8 * mib},
                                       {sessions(8), 8 * mib, 8 * mib},
                                       {sessions(8), 8 * mib, 8 * mib},
                                       {sessions(9), 8 * mib, 4 * mib},  // the row is broken
                                       {sessions(8), 4 * mib, 4 * mib},
                                       {sessions(8), 4 * mib, 4 * mib},
                                       {sessions(8), 4 * mib, 5 * mib},
                                       {sessions(8), 5 * mib, 5 * mib},
                                       {sessions(8), 5 * mib, 5 * mib},
                                       {sessions(8), 5 * mib, 25 * mib / 4}});
}

TEST(ThrottleControl, IsLiftedOnceItIsWellAboveWhatFlows) {
    // Something else allows 4 MiB/s: 4, 5, 6.25, 7.8 and then more than twice of it.
    ThrottleControl control(eight_sessions, 0);
    control.sample(sessions(9), 8 * mib);
    std::vector<std::uint64_t> rates;
    for (int i = 0; i < 12; ++i) {
        control.sample(sessions(0), 4 * mib);
        if (rates.empty() || rates.back() != control.bytes_per_s()) rates.push_back(control.bytes_per_s());
    }
    EXPECT_EQ(rates, (std::vector<std::uint64_t>{4 * mib, 5 * mib, 25 * mib / 4, 125 * mib / 16, unlimited}));
}

TEST(ThrottleControl, IsLiftedOnceMaxRateIsTheNarrowerLimit) {
    expect_rates({eight_sessions, 10 * mib}, {{sessions(9), 10 * mib, 5 * mib}});
    ThrottleControl control(eight_sessions, 10 * mib);
    control.sample(sessions(9), 10 * mib);
    int samples = 0;
    for (; control.bytes_per_s() != unlimited && samples < 100; ++samples) {
        control.sample(sessions(0), control.bytes_per_s());
        EXPECT_LT(control.bytes_per_s(), 10 * mib);
    }
    EXPECT_EQ(samples, 12);  // 6.25, 7.8, 9.8 and then none
}

TEST(ThrottleControl, LearnsNothingWhileNothingFlows) {
    ThrottleControl control(eight_sessions, 0);
    control.sample(sessions(9), 8 * mib);
    for (int i = 0; i < 1000; ++i) control.sample(sessions(0), 0);
    EXPECT_EQ(control.bytes_per_s(), 4 * mib);
}

TEST(ThrottleControl, HeedsALagAsItHeedsSessions) {
    expect_rates({{.max_replication_lag_bytes = 64 * mib}, 0}, {{lag(64 * mib), 40 * mib, unlimited},
                                                                {lag(64 * mib + 1), 40 * mib, 20 * mib},
                                                                {{.active_sessions = 500, .replication_lag_bytes = 0}, 20 * mib, 20 * mib},
                                                                {lag(0), 20 * mib, 20 * mib},
                                                                {lag(0), 20 * mib, 25 * mib}});
}

TEST(ThrottleControl, DoesNotHeedALimitThatIsOff) {
    expect_rates({{.max_replication_lag_bytes = 64 * mib}, 0}, {{sessions(500), 40 * mib, unlimited}});
    expect_rates({eight_sessions, 0}, {{lag(std::uint64_t{1} << 40), 40 * mib, unlimited}});
}

TEST(ThrottleControl, SaysWhatIsTooMuchAndHowFastItLetsTheCopyGo) {
    ThrottleControl control(both, 0);
    EXPECT_EQ(control.describe(), "");
    control.sample(sessions(14), 24 * mib);
    EXPECT_EQ(control.describe(), "throttled to 12.0 MiB/s: 14 sessions are active on the source, limit 8");
    control.sample(lag(300 * mib + mib / 2), 12 * mib);
    EXPECT_EQ(control.describe(), "throttled to 6.0 MiB/s: replication lags by 300.5 MiB, limit 64MiB");
    control.sample({.active_sessions = 9, .replication_lag_bytes = 65 * mib}, 6 * mib);
    EXPECT_EQ(control.describe(),
              "throttled to 3.0 MiB/s: 9 sessions are active on the source, limit 8; replication lags by 65.0 MiB, limit 64MiB");
    control.sample(sessions(0), 3 * mib);
    EXPECT_EQ(control.describe(), "throttled to 3.0 MiB/s and rising: the source is within its limits again");
}

TEST(FlowMeter, GivesTheMeanOfTheLastSeconds) {
    FlowMeter meter;
    const std::chrono::steady_clock::time_point start{};
    const auto at = [&](int second) { return start + std::chrono::seconds(second); };
    EXPECT_EQ(meter.add(at(0), 5 * mib), 0U);
    EXPECT_EQ(meter.add(at(0), 6 * mib), 0U) << "no time has passed";
    EXPECT_EQ(meter.add(at(2), 9 * mib), 2 * mib);
    for (int second = 3; second <= 6; ++second) EXPECT_GT(meter.add(at(second), 9 * mib), 0U) << second;
    EXPECT_EQ(meter.add(at(7), 9 * mib), 0U) << "what flowed before is out of sight";
    EXPECT_EQ(meter.add(at(107), 109 * mib), mib) << "a look that took long";
}

}  // namespace
}  // namespace lantern_migrate::transfer
