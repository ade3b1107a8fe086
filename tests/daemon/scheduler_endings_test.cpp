// What becomes of a job that is paused or cancelled.
#include "daemon_fixture.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <future>

namespace lantern_migrate::daemon {
namespace {

using namespace test;
using Kind = ActionResult::Kind;

FakeEngines::Run endless() {
    return [](FakeRun& run) { return run.until_stopped(); };
}

TEST(Scheduler, PausesAndResumesARunningJob) {
    Bench bench;
    std::promise<void> seen;
    bench.engines->runs = {[&](FakeRun& run) {
                               seen.get_future().wait();  // the wish is looked at before the run heeds it
                               return run.until_stopped();
                           },
                           [](FakeRun& run) { return run.done(); }};
    bench.admit("words");
    ASSERT_TRUE(bench.until([&] { return bench.engines->begun == 1; }));
    EXPECT_EQ(bench.scheduler.act("words", Action::pause).message, "job words pauses");
    EXPECT_EQ(bench.scheduler.status("words")->wish, Wish::pause);
    seen.set_value();
    ASSERT_TRUE(bench.until("words", Disposition::paused));
    EXPECT_EQ(bench.scheduler.status("words")->wish, Wish::none);
    EXPECT_EQ(bench.scheduler.act("words", Action::resume).kind, Kind::accepted);
    ASSERT_TRUE(bench.until("words", Disposition::done));
}

// A job with one chunk in hand.
struct CopyingOneChunk : Bench {
    std::atomic<bool> copied{false};

    CopyingOneChunk() : Bench(1) {
        engines->runs = {[this](FakeRun& run) { return run.copy_one_chunk(engines->copying, copied); },
                         [](FakeRun& run) { return run.done(); }};
        admit("words");
    }
};

TEST(Scheduler, PausesBehindTheChunksInHand) {
    CopyingOneChunk bench;
    ASSERT_TRUE(bench.until([&] { return bench.engines->copying == 1; }));
    EXPECT_EQ(bench.scheduler.act("words", Action::pause).message,
              "job words pauses once the chunks in hand are copied; say it again to give them up");
    EXPECT_EQ(bench.scheduler.status("words")->wish, Wish::pause);
    EXPECT_EQ(bench.scheduler.running(), 1U);
    bench.copied = true;
    ASSERT_TRUE(bench.until("words", Disposition::paused));
    bench.scheduler.act("words", Action::resume);
    ASSERT_TRUE(bench.until("words", Disposition::done));
}

TEST(Scheduler, GivesTheChunksInHandUpWhenItIsSaidAgain) {
    CopyingOneChunk bench;
    ASSERT_TRUE(bench.until([&] { return bench.engines->copying == 1; }));
    bench.scheduler.act("words", Action::pause);
    EXPECT_EQ(bench.scheduler.act("words", Action::pause).message, "job words pauses; chunks in hand are given up and copied again later");
    ASSERT_TRUE(bench.until("words", Disposition::paused));
    EXPECT_FALSE(bench.copied);
}

TEST(Scheduler, CancelsAJobThatPausesBehindItsChunks) {
    CopyingOneChunk bench;
    ASSERT_TRUE(bench.until([&] { return bench.engines->copying == 1; }));
    bench.scheduler.act("words", Action::pause);
    bench.scheduler.act("words", Action::cancel);
    ASSERT_TRUE(bench.until("words", Disposition::cancelled));
}

TEST(Scheduler, PausesAtOnceWhereADaemonThatStopsFindsAJobThatPausesBehindItsChunks) {
    CopyingOneChunk bench;
    ASSERT_TRUE(bench.until([&] { return bench.engines->copying == 1; }));
    bench.scheduler.act("words", Action::pause);
    bool stopped = false;
    bench.scheduler.stop([&] { stopped = true; });
    ASSERT_TRUE(bench.until([&] { return stopped; }));
    EXPECT_EQ(bench.job("words").disposition, Disposition::paused);
}

TEST(Scheduler, PausesAtItsStartAJobThatWasPausingWhenTheDaemonDied) {
    Bench bench;
    write(bench.scratch / "words.yaml", good_job);
    const auto job = bench.journal.create_job({.name = "words", .file = bench.scratch / "words.yaml"}).id;
    bench.journal.begin_run(job);
    bench.journal.set_fact(job, wish_fact, "pause");
    bench.scheduler.take_up_unfinished();
    ASSERT_TRUE(bench.until("words", Disposition::paused));
    EXPECT_EQ(bench.engines->begun.load(), 0);
    EXPECT_EQ(bench.scheduler.status("words")->wish, Wish::none);
}

TEST(Scheduler, PausesAJobThatIsQueuedAtOnce) {
    Bench bench(1);
    bench.engines->runs = {endless()};
    bench.admit("first");
    bench.admit("second");
    ASSERT_TRUE(bench.until("first", Disposition::running));
    EXPECT_EQ(bench.scheduler.act("second", Action::pause).message, "job second is paused");
    EXPECT_EQ(bench.job("second").disposition, Disposition::paused);
    EXPECT_EQ(bench.scheduler.queued(), 0U);
}

// The timer of a retry runs out in the very round of the loop that handles the operator's word: its handler is in the queue by then and
// can no longer be cancelled. How many handlers stand before it is the loop's to say, so all places are tried; behind it, the run that
// has begun is stopped.
class RetryThatIsDue : public testing::TestWithParam<int> {
protected:
    static constexpr auto delay = std::chrono::milliseconds(30);
    Bench bench{1, {.initial_delay = delay, .max_delay = delay, .give_up_after = std::chrono::hours(1)}};

    void say(Action action) {
        bench.engines->runs = {[](FakeRun&) -> steps::Outcome { throw lost_connection(); }, endless()};
        bench.admit("words");
        ASSERT_TRUE(bench.until([&] { return !bench.ended.empty(); }));
        bool said = false;
        const std::function<void(int)> after = [&](int handlers) {
            if (handlers > 0) return boost::asio::post(bench.io, [&, handlers] { after(handlers - 1); });
            bench.scheduler.act("words", action);
            said = true;
        };
        boost::asio::post(bench.io, [&] {
            std::this_thread::sleep_for(2 * delay);
            after(GetParam());
        });
        ASSERT_TRUE(bench.until([&] { return said; }));
    }
    // And for longer than a retry waits.
    void expect_at_rest(Disposition disposition) {
        ASSERT_TRUE(bench.until("words", disposition));
        bench.io.restart();
        bench.io.run_for(2 * delay);
        EXPECT_EQ(bench.job("words").disposition, disposition);
        EXPECT_EQ(bench.scheduler.running() + bench.scheduler.queued(), 0U);
    }
};
INSTANTIATE_TEST_SUITE_P(Handlers, RetryThatIsDue, testing::Range(0, 5));

TEST_P(RetryThatIsDue, DoesNotTakeUpAJobThatIsPausedMeanwhile) {
    say(Action::pause);
    expect_at_rest(Disposition::paused);
}

TEST_P(RetryThatIsDue, DoesNotTakeUpAJobThatIsCancelledMeanwhile) {
    say(Action::cancel);
    expect_at_rest(Disposition::cancelled);
}

TEST(Scheduler, ForgetsAPauseThatIsSaidAgainWhenTheRunHasPausedAlready) {
    Bench bench;
    bench.engines->runs = {endless(), [](FakeRun& run) { return run.done(); }};
    bench.admit("words");
    ASSERT_TRUE(bench.until([&] { return bench.engines->begun == 1; }));
    bench.scheduler.act("words", Action::pause);
    // The run's thread has written it down; the loop has not heard of it yet.
    while (bench.job("words").disposition != Disposition::paused) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    while (bench.journal.fact(bench.job("words").id, wish_fact) != "") std::this_thread::sleep_for(std::chrono::milliseconds(1));
    bench.scheduler.act("words", Action::pause);
    ASSERT_TRUE(bench.until("words", Disposition::paused));
    EXPECT_EQ(bench.scheduler.status("words")->wish, Wish::none);
    bench.scheduler.act("words", Action::resume);
    ASSERT_TRUE(bench.until("words", Disposition::done));
}

TEST(Scheduler, CancelsARunningJobAndGivesTheSourceBack) {
    Bench bench;
    bench.engines->runs = {[](FakeRun& run) {
        run.journal.begin(run.job, Step::stop_source).commit(Step::transfer_schema);
        return run.until_stopped();
    }};
    bench.admit("words");
    ASSERT_TRUE(bench.until([&] { return bench.job("words").step == Step::transfer_schema; }));
    EXPECT_EQ(bench.scheduler.act("words", Action::cancel).message,
              "job words is being cancelled; what the job made on the target stays there; "
              "`lantern-migrate cancel words --drop-target-objects` drops it");
    ASSERT_TRUE(bench.until("words", Disposition::cancelled));
    EXPECT_EQ(bench.engines->targets_dropped.load(), 0);
    EXPECT_EQ(bench.engines->released.load(), 1);
    EXPECT_EQ(bench.scheduler.act("words", Action::cancel).message, "job words is cancelled already");
}

constexpr ActionOptions with_target{.drop_target_objects = true};

TEST(Scheduler, CancelsAJobThatMadeNothing) {
    Bench bench(1);
    bench.engines->runs = {endless()};
    bench.admit("first");
    bench.admit("second");
    ASSERT_TRUE(bench.until([&] { return bench.engines->begun == 1; }));
    EXPECT_EQ(bench.scheduler.act("second", Action::cancel).message, "job second is being cancelled");
    ASSERT_TRUE(bench.until([&] { return bench.job("second").disposition == Disposition::cancelled; }));
    EXPECT_EQ(bench.journal.fact(bench.job("second").id, target_end_fact), "");
}

TEST(Scheduler, CleansTheTargetWithTheCancelIfToldTo) {
    Bench bench;
    bench.engines->runs = {endless()};
    bench.admit("words");
    ASSERT_TRUE(bench.until([&] { return bench.engines->begun == 1; }));
    EXPECT_EQ(bench.scheduler.act("words", Action::cancel, with_target).message,
              "job words is being cancelled; what it made on the target is dropped");
    ASSERT_TRUE(bench.until("words", Disposition::cancelled));
    EXPECT_EQ(bench.engines->targets_dropped.load(), 1);
    EXPECT_EQ(bench.journal.fact(bench.job("words").id, target_end_fact), "dropped on the target: table public.words");
}

TEST(Scheduler, CleansTheTargetOfAJobThatIsCancelledAlready) {
    Bench bench;
    bench.engines->runs = {endless()};
    bench.admit("words");
    ASSERT_TRUE(bench.until([&] { return bench.engines->begun == 1; }));
    bench.scheduler.act("words", Action::cancel);
    ASSERT_TRUE(bench.until("words", Disposition::cancelled));
    const auto finished_at = bench.job("words").finished_at;
    EXPECT_EQ(bench.scheduler.act("words", Action::cancel, with_target).kind, Kind::accepted);
    ASSERT_TRUE(bench.until([&] { return bench.engines->targets_dropped == 1 && bench.scheduler.running() == 0; }));
    EXPECT_EQ(bench.job("words").disposition, Disposition::cancelled);
    EXPECT_EQ(bench.job("words").finished_at, finished_at);
}

TEST(Scheduler, SaysWhyTheTargetOfACancelledJobIsNotCleaned) {
    Bench bench;
    bench.engines->runs = {endless()};
    bench.engines->drop_target = [](const std::stop_token&) -> std::string { throw MigrationError("somebody's rows", "move them"); };
    bench.admit("words");
    ASSERT_TRUE(bench.until([&] { return bench.engines->begun == 1; }));
    bench.scheduler.act("words", Action::cancel);
    ASSERT_TRUE(bench.until("words", Disposition::cancelled));
    bench.ended.clear();
    bench.scheduler.act("words", Action::cancel, with_target);
    ASSERT_TRUE(bench.until([&] { return !bench.ended.empty(); }));
    EXPECT_EQ(bench.ended.back().job.disposition, Disposition::cancelled);
    EXPECT_EQ(bench.ended.back().job.reason, "cannot clean the target: somebody's rows");
    EXPECT_EQ(bench.ended.back().job.hint, "move them");
}

TEST(Scheduler, CleansTheTargetIfThatIsSaidWhileItCancels) {
    Bench bench;
    std::atomic<bool> releasing{false}, go{false};
    bench.engines->runs = {[](FakeRun& run) {
        run.journal.begin(run.job, Step::stop_source).commit(Step::transfer_schema);
        return run.until_stopped();
    }};
    bench.engines->release = [&] {
        releasing = true;
        while (!go) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    };
    bench.admit("words");
    ASSERT_TRUE(bench.until([&] { return bench.job("words").step == Step::transfer_schema; }));
    bench.scheduler.act("words", Action::cancel);
    ASSERT_TRUE(bench.until([&] { return releasing.load(); }));
    EXPECT_EQ(bench.scheduler.act("words", Action::cancel, with_target).kind, Kind::accepted);
    go = true;
    ASSERT_TRUE(bench.until([&] { return bench.engines->targets_dropped == 1 && bench.scheduler.running() == 0; }));
    EXPECT_EQ(bench.job("words").disposition, Disposition::cancelled);
    EXPECT_EQ(bench.journal.fact(bench.job("words").id, wish_fact), "");
}

TEST(Scheduler, DropsNothingOfAJobThatIsDone) {
    Bench bench;
    bench.admit("words");
    ASSERT_TRUE(bench.until("words", Disposition::done));
    const ActionResult refused = bench.scheduler.act("words", Action::cancel, with_target);
    EXPECT_EQ(refused.kind, Kind::conflict);
    EXPECT_EQ(refused.message, "job words is done already");
}

TEST(Scheduler, CancelsAPausedJobThoughAllPlacesAreTaken) {
    Bench bench(1);
    bench.engines->runs = {endless()};
    bench.admit("first");
    const Job second = bench.admit("second");
    ASSERT_TRUE(bench.until([&] { return bench.engines->begun == 1; }));
    bench.scheduler.act("second", Action::pause);
    EXPECT_EQ(bench.scheduler.act("second", Action::cancel).kind, Kind::accepted);
    ASSERT_TRUE(bench.until([&] { return bench.journal.job(second.id).disposition == Disposition::cancelled; }));
    EXPECT_EQ(bench.job("first").disposition, Disposition::running);
}

}  // namespace
}  // namespace lantern_migrate::daemon
