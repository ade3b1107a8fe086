#include "daemon/scheduler.h"

#include "daemon_fixture.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>

namespace lantern_migrate::daemon {
namespace {

using namespace test;
using Kind = ActionResult::Kind;
using testing::ElementsAre;

FakeEngines::Run endless() {
    return [](FakeRun& run) { return run.until_stopped(); };
}

TEST(Scheduler, RunsJobsInTheOrderTheyCame) {
    Bench bench(1);
    std::vector<std::string> order;
    bench.engines->runs = {[&](FakeRun& run) {
        order.push_back(run.spec.name);
        return run.done();
    }};
    for (const char* name : {"b", "a", "d", "c"}) bench.admit(name);
    ASSERT_TRUE(bench.until([&] { return bench.ended.size() == 4; }));
    EXPECT_THAT(order, ElementsAre("b", "a", "d", "c"));
}

TEST(Scheduler, RunsNoMoreJobsAtATimeThanAllowed) {
    Bench bench(2);
    std::atomic<int> now{0}, most{0};
    bench.engines->runs = {[&](FakeRun& run) {
        const int here = ++now;
        for (int seen = most; seen < here && !most.compare_exchange_weak(seen, here);) {
        }
        // Long enough for another to come beside it, and for a third to show itself if it may.
        for (int i = 0; i < 2000 && most < 2; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
        --now;
        return run.done();
    }};
    for (const char* name : {"a", "b", "c", "d", "e"}) bench.admit(name);
    ASSERT_TRUE(bench.until([&] { return bench.ended.size() == 5; }));
    EXPECT_EQ(most.load(), 2);
    EXPECT_EQ(bench.scheduler.running(), 0U);
}

TEST(Scheduler, TakesUpATransientFailureAgainByItself) {
    Bench bench;
    bench.engines->runs = {[](FakeRun&) -> steps::Outcome { throw lost_connection(); },
                           [](FakeRun&) -> steps::Outcome { throw lost_connection(); }, [](FakeRun& run) { return run.done(); }};
    bench.admit("words");
    ASSERT_TRUE(bench.until("words", Disposition::done));
    EXPECT_EQ(bench.job("words").runs, 3);
}

TEST(Scheduler, LetsOthersRunWhileAJobWaitsForItsRetry) {
    Bench bench(1, {.initial_delay = std::chrono::hours(1), .max_delay = std::chrono::hours(1), .give_up_after = std::chrono::hours(9)});
    bench.engines->runs = {[](FakeRun&) -> steps::Outcome { throw lost_connection(); }, [](FakeRun& run) { return run.done(); }};
    bench.admit("a");
    bench.admit("b");
    ASSERT_TRUE(bench.until("b", Disposition::done));
    EXPECT_EQ(bench.job("a").disposition, Disposition::failed);
    EXPECT_TRUE(bench.job("a").transient);
    EXPECT_EQ(bench.scheduler.act("a", Action::retry).message, "job a is queued");
    ASSERT_TRUE(bench.until("a", Disposition::done));
}

TEST(Scheduler, TakesUpAtTheStartWhatWasOnItsWay) {
    Bench bench;
    const auto make = [&](const std::string& name) {
        write(bench.scratch / (name + ".yaml"), good_job);
        return bench.journal.create_job({.name = name, .file = bench.scratch / (name + ".yaml")}).id;
    };
    make("queued");
    bench.journal.begin_run(make("running"));
    bench.journal.set_failed(make("retrying"), {.reason = "r", .transient = true});
    bench.journal.set_failed(make("failed"), {.reason = "r"});
    bench.journal.set_paused(make("paused"));
    bench.journal.set_waiting(make("waiting"), "r", "h");
    const auto allowed = make("allowed");
    bench.journal.set_waiting(allowed, "r", "h");
    bench.journal.set_fact(allowed, cutover_fact, "by the operator");
    bench.scheduler.take_up_unfinished();
    ASSERT_TRUE(bench.until([&] { return bench.ended.size() == 4; }));
    for (const char* name : {"queued", "running", "retrying", "allowed"}) EXPECT_EQ(bench.job(name).disposition, Disposition::done) << name;
    EXPECT_EQ(bench.job("failed").disposition, Disposition::failed);
    EXPECT_EQ(bench.job("paused").disposition, Disposition::paused);
    EXPECT_EQ(bench.job("waiting").disposition, Disposition::waiting);
}

TEST(Scheduler, WaitsForTheOperatorsWordBeforeTheCutover) {
    Bench bench;
    bench.engines->runs = {[](FakeRun& run) { return run.cutover_allowed ? run.done() : run.wait(); }};
    bench.admit("words");
    ASSERT_TRUE(bench.until("words", Disposition::waiting));
    EXPECT_EQ(bench.job("words").reason, "everything is copied and verified");
    EXPECT_EQ(bench.scheduler.act("words", Action::resume).hint, "lantern-migrate cutover words");
    EXPECT_EQ(bench.scheduler.act("words", Action::cutover).message, "job words goes on with the cutover");
    ASSERT_TRUE(bench.until("words", Disposition::done));
}

TEST(Scheduler, RemembersTheWordThatCameBeforeTheJobAskedForIt) {
    Bench bench;
    std::atomic<bool> go{false};
    bench.engines->runs = {[&](FakeRun& run) {
        while (!run.cutover_allowed && !go) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return run.cutover_allowed ? run.done() : run.wait();
    }};
    bench.admit("words");
    ASSERT_TRUE(bench.until([&] { return bench.engines->begun == 1; }));
    EXPECT_EQ(bench.scheduler.act("words", Action::cutover).message, "job words will not wait for the cutover");
    go = true;
    ASSERT_TRUE(bench.until("words", Disposition::done));
}

TEST(Scheduler, RetriesAFailedJobWithItsFileBroughtBack) {
    Bench bench;
    bench.engines->runs = {[](FakeRun&) -> steps::Outcome { throw disk_full(); }, [](FakeRun& run) { return run.done(); }};
    std::vector<std::string> brought_back;
    bench.before_retry = [&](const Job& job) { brought_back.push_back(job.name); };
    bench.admit("words");
    ASSERT_TRUE(bench.until("words", Disposition::failed));
    EXPECT_EQ(bench.scheduler.act("words", Action::resume).hint, "lantern-migrate retry words");
    EXPECT_EQ(bench.scheduler.act("words", Action::retry).kind, Kind::accepted);
    ASSERT_TRUE(bench.until("words", Disposition::done));
    EXPECT_THAT(brought_back, ElementsAre("words"));
}

TEST(Scheduler, RefusesWhatMakesNoSense) {
    Bench bench;
    bench.engines->runs = {endless()};
    bench.admit("words");
    ASSERT_TRUE(bench.until("words", Disposition::running));
    EXPECT_EQ(bench.scheduler.act("nobody", Action::pause).kind, Kind::unknown_job);
    EXPECT_EQ(bench.scheduler.act("nobody", Action::pause).message, "there is no job named nobody");
    EXPECT_EQ(bench.scheduler.act("words", Action::resume).message, "job words is not paused");
    EXPECT_EQ(bench.scheduler.act("words", Action::retry).message, "job words has not failed");
}

TEST(Scheduler, StopsEveryRunAndStartsNoOther) {
    Bench bench(2);
    bench.engines->runs = {endless()};
    for (const char* name : {"a", "b", "c"}) bench.admit(name);
    ASSERT_TRUE(bench.until([&] { return bench.engines->begun == 2; }));
    bool stopped = false;
    bench.scheduler.stop([&] { stopped = true; });
    ASSERT_TRUE(bench.until([&] { return stopped; }));
    EXPECT_EQ(bench.engines->begun.load(), 2);
    for (const char* name : {"a", "b", "c"}) EXPECT_EQ(bench.job(name).disposition, Disposition::queued) << name;
    EXPECT_EQ(bench.scheduler.act("a", Action::pause).message, "the daemon is stopping");
}

TEST(Scheduler, ShowsTheProgressOfAJobThatDoesNotRunFromTheJournal) {
    Bench bench;
    bench.engines->runs = {[](FakeRun& run) -> steps::Outcome {
        const std::vector<migrations_state::NewTable> tables{
            {.schema = "public", .name = "words", .bytes = 300, .chunks = {{"", "(10,0)"}, {"(10,0)", "(20,0)"}, {"(20,0)", ""}}}};
        run.journal.save_tables(run.job, tables);
        const auto table = run.journal.tables(run.job).front().id;
        run.journal.begin_chunk(table, 1);
        run.journal.end_chunk(table, 1, {.rows = 42, .bytes_read = 1, .bytes_written = 2, .digest = std::string(32, '0')});
        throw disk_full();
    }};
    bench.admit("words");
    ASSERT_TRUE(bench.until("words", Disposition::failed));
    const ProgressView view = bench.scheduler.status("words")->progress;
    EXPECT_EQ(view.rows, 42U);
    EXPECT_EQ(view.bytes, 100U);
    EXPECT_EQ(view.bytes_total, 300U);
    ASSERT_EQ(view.tables.size(), 1U);
    EXPECT_EQ(view.tables[0].name, "public.words");
}

// Writing to a file beyond the limit fails while this lives, as it does on a full disk.
class NoRoom {
public:
    NoRoom() {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit none = before_;
        none.rlim_cur = 0;
        ::setrlimit(RLIMIT_FSIZE, &none);
    }
    NoRoom(const NoRoom&) = delete;
    NoRoom& operator=(const NoRoom&) = delete;
    ~NoRoom() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

TEST(Scheduler, WaitsInMemoryWhileTheJournalCannotBeWrittenAndGoesOnAfterwards) {
    Bench bench;
    std::optional<NoRoom> no_room;
    bench.engines->runs = {[&](FakeRun& run) -> steps::Outcome {
                               no_room.emplace();
                               run.journal.begin(run.job, Step::connect).commit(Step::save_indexes);
                               return run.done();
                           },
                           [](FakeRun& run) { return run.done(); }};
    bench.admit("words");
    ASSERT_TRUE(bench.until([&] { return !bench.ended.empty(); }));
    const JobStatus status = bench.ended.front();
    EXPECT_EQ(bench.job("words").disposition, Disposition::running);  // the last that the journal took
    EXPECT_EQ(status.job.disposition, Disposition::failed);
    EXPECT_TRUE(status.job.transient);
    EXPECT_THAT(status.job.reason, testing::HasSubstr("journal.db"));
    EXPECT_TRUE(status.job.retry_at.has_value());
    no_room.reset();
    ASSERT_TRUE(bench.until("words", Disposition::done));
}

}  // namespace
}  // namespace lantern_migrate::daemon
