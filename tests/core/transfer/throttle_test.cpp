#include "core/transfer/throttle.h"

#include "core/errors.h"

#include <gmock/gmock.h>

#include <deque>
#include <vector>

namespace lantern_migrate::transfer {
namespace {

using migrations_state::Severity;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr config::ThrottleSpec eight_sessions{.max_active_sessions = 8};
constexpr std::uint64_t slowest = config::throttle_floor_bytes_per_s;
constexpr const char* throttled_by_14 = "throttled to 1.0 MiB/s: 14 sessions are active on the source, limit 8";
constexpr const char* rising = "throttled to 1.0 MiB/s and rising: the source is within its limits again";

// A source whose looks are written down beforehand, and a copy that trickles.
class Rig {
public:
    using Look = std::function<SourceLoad()>;

    void look(Look look) { looks_.push_back(std::move(look)); }
    void busy(int sessions) {
        look([sessions] { return SourceLoad{.active_sessions = sessions, .replication_lag_bytes = 0}; });
    }
    void lagging(std::uint64_t bytes) {
        look([bytes] { return SourceLoad{.active_sessions = 0, .replication_lag_bytes = bytes}; });
    }
    void fails(const std::string& message) {
        look([message]() -> SourceLoad { throw PgError({.server = "source x", .message = message, .connection_lost = true}); });
    }

    // Until all looks are taken, and what the last led to is shown; then the rows are copied.
    void run(const config::ThrottleSpec& spec) {
        Throttle throttle(spec, 0, context(), outer_.get_token());
        wait_and_release();
        throttle.finish();
    }
    void run_without_finish() {
        const Throttle throttle(eight_sessions, 0, context(), outer_.get_token());
        wait_and_release();
    }

    RateLimit limit{0};
    Progress progress;
    std::stop_source& stop() { return outer_; }
    std::vector<std::string> events;
    std::vector<std::string> shown;    // before each look, and behind the last
    std::vector<std::uint64_t> rates;  // of the copy, at the same times
    std::function<void()> on_event = [] {};

private:
    ThrottleContext context() {
        return {.sample = [this] { return next(); },
                .limit = limit,
                .progress = progress,
                .event =
                    [this](Severity severity, const std::string& kind, const std::string& text) {
                        on_event();
                        events.push_back(std::string(migrations_state::to_word(severity)) + ": " + kind + ": " + text);
                    },
                .interval = std::chrono::milliseconds(1)};
    }
    SourceLoad next() {
        limit.pass(10, {});
        shown.push_back(progress.view().throttle);
        rates.push_back(limit.bytes_per_s());
        std::unique_lock lock(mutex_);
        if (looks_.empty()) {
            all_taken_ = true;
            changed_.notify_all();
            changed_.wait(lock, [this] { return released_; });
            throw PgError({.message = "behind a stop, which makes it no failure"});
        }
        const Look now = std::move(looks_.front());
        looks_.pop_front();
        lock.unlock();
        return now();
    }
    void wait_and_release() {
        std::unique_lock lock(mutex_);
        EXPECT_TRUE(changed_.wait_for(lock, outer_.get_token(), std::chrono::seconds(50),
                                      [this] { return all_taken_ || outer_.stop_requested(); }));
        lock.unlock();
        outer_.request_stop();
        lock.lock();
        released_ = true;
        changed_.notify_all();
    }

    std::stop_source outer_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Look> looks_;
    bool all_taken_ = false;
    bool released_ = false;
};

TEST(Throttle, SaysOnceThatItSetsInAndOnceThatItIsLifted) {
    Rig rig;
    for (const int sessions : {3, 14, 14, 9, 0, 8, 0, 0, 14}) rig.busy(sessions);
    rig.run(eight_sessions);
    EXPECT_THAT(rig.shown, ElementsAre("", "", throttled_by_14, throttled_by_14,
                                       "throttled to 1.0 MiB/s: 9 sessions are active on the source, limit 8", rising, rising, "", "",
                                       throttled_by_14));
    EXPECT_THAT(rig.rates, ElementsAre(0, 0, slowest, slowest, slowest, slowest, slowest, 0, 0, slowest));
    EXPECT_THAT(rig.events, ElementsAre(std::string("info: throttled: ") + throttled_by_14,
                                        "info: throttle lifted: no longer throttled: the source is within its limits again",
                                        std::string("info: throttled: ") + throttled_by_14,
                                        "info: throttle lifted: no longer throttled: all rows are copied"));
    EXPECT_EQ(rig.progress.view().throttle, "");
}

TEST(Throttle, HeedsTheReplicationLag) {
    Rig rig;
    for (const int mib : {64, 65, 0, 0, 0}) rig.lagging(static_cast<std::uint64_t>(mib) << 20);
    rig.run({.max_replication_lag_bytes = std::uint64_t{64} << 20});
    EXPECT_THAT(rig.events, ElementsAre("info: throttled: throttled to 1.0 MiB/s: replication lags by 65.0 MiB, limit 64MiB",
                                        "info: throttle lifted: no longer throttled: the source is within its limits again"));
}

TEST(Throttle, KeepsItsRateWhileItCannotSeeTheSource) {
    Rig rig;
    rig.busy(14);
    rig.fails("server closed the connection\nunexpectedly");
    rig.fails("Connection refused");
    rig.busy(14);
    rig.run(eight_sessions);
    EXPECT_THAT(
        rig.shown,
        ElementsAre("", throttled_by_14,
                    "throttled to 1.0 MiB/s until the source's load can be sampled again: server closed the connection unexpectedly",
                    "throttled to 1.0 MiB/s until the source's load can be sampled again: Connection refused", throttled_by_14));
    EXPECT_THAT(rig.rates, ElementsAre(0, slowest, slowest, slowest, slowest));
    EXPECT_THAT(
        rig.events,
        ElementsAre(std::string("info: throttled: ") + throttled_by_14,
                    "warning: throttle blind: throttled to 1.0 MiB/s until the source's load can be sampled again: server closed the "
                    "connection unexpectedly",
                    "info: throttle sees again: the source's load can be sampled again",
                    "info: throttle lifted: no longer throttled: all rows are copied"));
}

TEST(Throttle, SlowsNothingBeforeItHasSeenTheSource) {
    Rig rig;
    rig.fails("Connection refused");
    rig.run(eight_sessions);
    EXPECT_THAT(
        rig.events,
        ElementsAre("warning: throttle blind: without a throttle until the source's load can be sampled again: Connection refused"));
}

TEST(Throttle, TakesAStopForNoLossOfSight) {
    Rig rig;
    rig.look([&rig]() -> SourceLoad {
        rig.stop().request_stop();
        throw PgError({.sqlstate = "57014", .message = "canceling statement due to user request"});
    });
    rig.run(eight_sessions);
    EXPECT_THAT(rig.events, IsEmpty());
}

TEST(Throttle, LiftsTheRateHoweverItEnds) {
    Rig rig;
    rig.busy(14);
    rig.run_without_finish();
    EXPECT_THAT(rig.events, ElementsAre(std::string("info: throttled: ") + throttled_by_14));
    EXPECT_EQ(rig.progress.view().throttle, "");
    EXPECT_EQ(rig.limit.bytes_per_s(), 0U);
}

TEST(Throttle, ThatCannotTellGoesOnAndThrowsAtTheEnd) {
    Rig rig;
    rig.on_event = [] { throw std::runtime_error("the journal is full"); };
    for (const int sessions : {14, 14}) rig.busy(sessions);
    EXPECT_THROW(rig.run(eight_sessions), std::runtime_error);
    EXPECT_THAT(rig.rates, ElementsAre(0, slowest, slowest));
    EXPECT_EQ(rig.progress.view().throttle, "");
}

}  // namespace
}  // namespace lantern_migrate::transfer
