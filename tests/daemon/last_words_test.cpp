// What the operator says at the very end of a run.
#include "daemon_fixture.h"

#include <gtest/gtest.h>

#include <thread>

namespace lantern_migrate::daemon {
namespace {

using namespace test;
using Kind = ActionResult::Kind;
constexpr ActionOptions cleaning{.by = "", .drop_target_objects = true};

FakeEngines::Run endless() {
    return [](FakeRun& run) { return run.until_stopped(); };
}
void nap() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }

// For good, as soon as it may go.
struct RunThatFails : Bench {
    std::atomic<bool> go{false};

    RunThatFails() {
        engines->runs = {[this](FakeRun&) -> steps::Outcome {
            while (!go) nap();
            throw MigrationError("no", "");
        }};
        admit("words");
    }
};

TEST(LastWords, CancelSaidAsARunFailsForGoodHolds) {
    RunThatFails bench;
    ASSERT_TRUE(bench.until([&] { return bench.engines->begun == 1; }));
    bench.go = true;
    while (bench.job("words").disposition != Disposition::failed) nap();  // the loop has not heard of it yet
    EXPECT_EQ(bench.scheduler.act("words", Action::cancel).kind, Kind::accepted);
    EXPECT_TRUE(bench.until("words", Disposition::cancelled));
    EXPECT_EQ(bench.job("words").disposition, Disposition::cancelled);
}

// The same while the run is still in its engine and heeds no stop in time.
TEST(LastWords, CancelSaidAsARunIsAboutToFailHolds) {
    RunThatFails bench;
    ASSERT_TRUE(bench.until([&] { return bench.engines->begun == 1; }));
    EXPECT_EQ(bench.scheduler.act("words", Action::cancel).kind, Kind::accepted);
    bench.go = true;
    EXPECT_TRUE(bench.until("words", Disposition::cancelled));
}

TEST(LastWords, CancelSaidAsARunPausesHolds) {
    int lost = 0;
    for (int i = 0; i < 60 && lost == 0; ++i) {
        Bench bench;
        bench.engines->runs = {endless()};
        bench.admit("words");
        ASSERT_TRUE(bench.until([&] { return bench.engines->begun == 1; }));
        bench.scheduler.act("words", Action::pause);
        std::this_thread::sleep_for(std::chrono::microseconds(20 * (i % 100)));
        if (bench.scheduler.act("words", Action::cancel).kind != Kind::accepted) continue;
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
        while (bench.job("words").disposition != Disposition::cancelled && std::chrono::steady_clock::now() < deadline) {
            bench.io.restart();
            bench.io.run_for(std::chrono::milliseconds(2));
        }
        if (bench.job("words").disposition != Disposition::cancelled) ++lost;
    }
    EXPECT_EQ(lost, 0);
}

TEST(LastWords, CleaningACancelledJobIsTakenUpAtTheNextStart) {
    Bench bench;
    std::atomic<bool> cleaning_now{false};
    bench.engines->runs = {endless()};
    bench.admit("words");
    ASSERT_TRUE(bench.until([&] { return bench.engines->begun == 1; }));
    bench.scheduler.act("words", Action::cancel);
    ASSERT_TRUE(bench.until("words", Disposition::cancelled));
    bench.engines->drop_target = [&](const std::stop_token& stop) -> std::string {
        cleaning_now = true;
        while (!stop.stop_requested()) nap();
        throw TransientError("stopped", "");
    };
    EXPECT_EQ(bench.scheduler.act("words", Action::cancel, cleaning).message,
              "job words is being cancelled; what it made on the target is dropped");
    ASSERT_TRUE(bench.until([&] { return cleaning_now.load(); }));
    bool stopped = false;
    bench.scheduler.stop([&] { stopped = true; });
    ASSERT_TRUE(bench.until([&] { return stopped; }));
    std::atomic<bool> dropped{false};
    bench.engines->drop_target = [&](const std::stop_token&) -> std::string {
        dropped = true;
        return "dropped";
    };
    Scheduler next(bench.io, bench.journal, fake_factory(bench.engines), {.max_jobs = 1, .runner = runner_options({})}, {}, quiet_log());
    next.take_up_unfinished();
    EXPECT_TRUE(bench.until([&] { return dropped.load() && next.running() == 0; }));
}

TEST(LastWords, ResumeAfterAPauseOfAJobThatWaitsToBePausedHolds) {
    Bench bench(1);
    bench.engines->runs = {endless(), [](FakeRun& run) { return run.done(); }};
    write(bench.scratch / "words.yaml", good_job);
    const auto id = bench.journal.create_job({.name = "words", .file = bench.scratch / "words.yaml"}).id;
    bench.admit("busy");
    ASSERT_TRUE(bench.until([&] { return bench.engines->begun == 1; }));
    // As a daemon that died while the job was pausing left it.
    bench.journal.begin_run(id);
    bench.journal.set_fact(id, wish_fact, "pause");
    bench.scheduler.enqueue(id);
    // Though every place is taken.
    ASSERT_TRUE(bench.until([&] { return bench.scheduler.status("words")->job.disposition == Disposition::paused; }));
    EXPECT_EQ(bench.scheduler.act("words", Action::pause).message, "job words is paused");
    EXPECT_EQ(bench.scheduler.act("words", Action::resume).message, "job words is queued");
    bench.scheduler.act("busy", Action::cancel);
    EXPECT_TRUE(bench.until("words", Disposition::done));
}

TEST(LastWords, ACancelThatIsTriedAgainWaitsBehindNoCopy) {
    Bench bench(1);
    bench.engines->runs = {[](FakeRun& run) {
                               run.journal.begin(run.job, Step::stop_source).commit(Step::transfer_schema);
                               return run.until_stopped();
                           },
                           endless()};
    int tries = 0;
    bench.engines->release = [&] {
        if (++tries == 1) throw lost_connection();
    };
    bench.admit("words");
    bench.admit("busy");
    ASSERT_TRUE(bench.until([&] { return bench.job("words").step == Step::transfer_schema; }));
    bench.scheduler.act("words", Action::cancel);
    EXPECT_TRUE(bench.until([&] { return bench.job("words").disposition == Disposition::cancelled; }));
    EXPECT_TRUE(bench.until([&] { return bench.job("busy").disposition == Disposition::running; }));
}

}  // namespace
}  // namespace lantern_migrate::daemon
