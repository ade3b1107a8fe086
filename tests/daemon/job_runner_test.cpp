#include "daemon/job_runner.h"

#include "daemon_fixture.h"

#include <gtest/gtest.h>

#include <future>

namespace lantern_migrate::daemon {
namespace {

using namespace std::chrono_literals;
using namespace test;
using migrations_state::Timestamp;

// One runner with a clock that the test moves.
struct Running {
    Scratch scratch;
    migrations_state::Journal journal = migrations_state::Journal::open(scratch / "journal.db");
    std::shared_ptr<FakeEngines> engines = std::make_shared<FakeEngines>();
    Timestamp now{1000000ms};
    Job job;
    std::unique_ptr<JobRunner> runner;

    Running() {
        write(scratch / "words.yaml", good_job);
        job = journal.create_job({.name = "words", .file = scratch / "words.yaml", .source = "s", .target = "t", .fingerprint = "f"});
        const config::RetrySpec retry{.initial_delay = 1000ms, .max_delay = 4000ms, .give_up_after = 60s};
        runner = std::make_unique<JobRunner>(
            journal, fake_factory(engines), job,
            RunnerOptions{.retry = retry, .now = [this] { return now; }, .chance = [] { return 0.999999999; }}, quiet_log());
    }
    RunResult run() {
        std::promise<RunResult> ended;
        runner->start([&](RunResult result) { ended.set_value(std::move(result)); });
        RunResult result = ended.get_future().get();
        runner->join();
        return result;
    }
    Job journaled() { return journal.job(job.id); }
};

TEST(JobRunner, DrivesAJobToItsEnd) {
    Running running;
    EXPECT_EQ(running.run().end, RunResult::End::done);
    EXPECT_EQ(running.journaled().disposition, Disposition::done);
    EXPECT_EQ(running.journaled().runs, 1);
}

TEST(JobRunner, TriesAgainAfterATransientErrorAndLaterEachTime) {
    Running running;
    running.engines->runs = {[](FakeRun&) -> steps::Outcome { throw lost_connection(); }};
    for (const auto delay : {1000ms, 2000ms, 4000ms, 4000ms}) {
        const RunResult result = running.run();
        EXPECT_EQ(result.end, RunResult::End::failed);
        EXPECT_EQ(result.retry_after, delay);
        EXPECT_EQ(running.journaled().retry_at, running.now + delay);
    }
    const Job job = running.journaled();
    EXPECT_EQ(job.disposition, Disposition::failed);
    EXPECT_TRUE(job.transient);
    EXPECT_EQ(job.reason, "source postgresql://reader@old.example/app: server closed the connection unexpectedly");
    EXPECT_EQ(job.hint, "the connection to the source was lost; the job goes on as soon as it answers");
    EXPECT_EQ(running.journal.events(job.id).back().text,
              "source postgresql://reader@old.example/app: server closed the connection unexpectedly; tried again in 4.0s");
}

TEST(JobRunner, StopsAtAnErrorThatDoesNotPass) {
    Running running;
    running.engines->runs = {[](FakeRun&) -> steps::Outcome { throw disk_full(); }};
    EXPECT_EQ(running.run().retry_after, std::nullopt);
    const Job job = running.journaled();
    EXPECT_EQ(job.disposition, Disposition::failed);
    EXPECT_FALSE(job.transient);
    EXPECT_EQ(job.sqlstate, "53100");
    EXPECT_EQ(job.hint, "the target's disk is full: make room there, then retry; what is copied stays");
}

TEST(JobRunner, GivesUpOnAnErrorThatLastsTooLong) {
    Running running;
    running.engines->runs = {[](FakeRun&) -> steps::Outcome { throw lost_connection(); }};
    EXPECT_TRUE(running.run().retry_after.has_value());
    running.now += 61s;
    EXPECT_EQ(running.run().retry_after, std::nullopt);
    EXPECT_FALSE(running.journaled().transient);
    EXPECT_EQ(
        running.journaled().hint,
        "gave up after trying for 1m 00s; the connection to the source was lost; the job goes on as soon as it answers; retry when it "
        "is mended");
}

TEST(JobRunner, IsPatientAgainOnceTheJobGotFurther) {
    Running running;
    running.engines->runs = {[](FakeRun&) -> steps::Outcome { throw lost_connection(); },
                             [](FakeRun& run) -> steps::Outcome {
                                 run.journal.begin(run.job, Step::connect).commit(Step::save_indexes);
                                 throw lost_connection();
                             }};
    EXPECT_EQ(running.run().retry_after, 1000ms);
    running.now += 61s;
    EXPECT_EQ(running.run().retry_after, 1000ms);
}

TEST(JobRunner, CallsAnUnknownHostASlipAtFirstAndAnOutageLater) {
    Running running;
    running.engines->runs = {[](FakeRun&) -> steps::Outcome {
        PgError::Facts facts;
        facts.server = "source x";
        facts.message = "could not translate host name \"old.example\" to address: Name or service not known";
        facts.while_connecting = true;
        throw PgError(facts);
    }};
    EXPECT_EQ(running.run().retry_after, std::nullopt);
    running.journal.record_server(running.job.id, migrations_state::Side::source, {.system_identifier = "1", .database = "app"});
    running.journal.record_server(running.job.id, migrations_state::Side::target, {.system_identifier = "2", .database = "app"});
    EXPECT_TRUE(running.run().retry_after.has_value());
}

TEST(JobRunner, ReadsTheJobFileAnewAtEachRunAndKeepsTheJobsName) {
    Running running;
    std::vector<std::string> seen;
    running.engines->runs = {[&](FakeRun& run) -> steps::Outcome {
        seen.push_back(run.spec.name + " " + std::to_string(run.spec.copy.workers));
        throw disk_full();
    }};
    running.run();
    write(running.scratch / "words.yaml", good_job + "name: other\ncopy: {workers: 7}\n");
    running.run();
    EXPECT_EQ(seen, (std::vector<std::string>{"words 4", "words 7"}));
}

TEST(JobRunner, FailsAJobWhoseFileIsGone) {
    Running running;
    std::filesystem::remove(running.scratch / "words.yaml");
    EXPECT_EQ(running.run().retry_after, std::nullopt);
    EXPECT_EQ(running.journaled().hint, "mend the job file, then retry");
    EXPECT_TRUE(running.journaled().reason.starts_with((running.scratch / "words.yaml").string() + ":1:1: ")) << running.journaled().reason;
}

TEST(JobRunner, QueuesAStoppedJobForTheNextDaemon) {
    Running running;
    running.engines->runs = {[](FakeRun& run) { return run.until_stopped(); }};
    std::promise<RunResult> ended;
    running.runner->start([&](RunResult result) { ended.set_value(std::move(result)); });
    running.runner->stop(Wish::none);
    EXPECT_EQ(ended.get_future().get().end, RunResult::End::stopped);
    running.runner->join();
    EXPECT_EQ(running.journaled().disposition, Disposition::queued);
}

TEST(JobRunner, CarriesOutAWishThatACrashInterrupted) {
    Running running;
    running.journal.set_fact(running.job.id, wish_fact, "pause");
    EXPECT_EQ(running.run().end, RunResult::End::paused);
    EXPECT_EQ(running.journaled().disposition, Disposition::paused);
    EXPECT_EQ(running.engines->begun.load(), 0);
    running.journal.set_fact(running.job.id, wish_fact, "cancel");
    EXPECT_EQ(running.run().end, RunResult::End::cancelled);
    EXPECT_EQ(running.journaled().disposition, Disposition::cancelled);
}

TEST(JobRunner, GivesTheSourceBackBeforeItCancels) {
    Running running;
    running.journal.begin(running.job.id, Step::stop_source).commit(Step::transfer_schema);
    running.journal.set_fact(running.job.id, wish_fact, "cancel");
    running.engines->release = [] { throw lost_connection(); };
    const RunResult failed = running.run();
    EXPECT_EQ(failed.end, RunResult::End::failed);
    EXPECT_TRUE(failed.retry_after.has_value());
    EXPECT_EQ(running.journaled().reason,
              "cannot give the source back: source postgresql://reader@old.example/app: server closed the connection unexpectedly");
    running.engines->release = [] {};
    EXPECT_EQ(running.run().end, RunResult::End::cancelled);
    EXPECT_EQ(running.engines->released.load(), 1);
}

// A job that is to be cancelled, its target to be cleaned, with a source to be given back.
struct Cancelling : Running {
    Cancelling() {
        journal.begin(job.id, Step::stop_source).commit(Step::transfer_schema);
        journal.set_fact(job.id, wish_fact, "cancel");
        journal.set_fact(job.id, drop_target_fact, "yes");
    }
    std::string fact(const char* key) { return journal.fact(job.id, key).value_or("none"); }
};

TEST(JobRunner, CleansTheTargetOnceTheSourceIsGivenBack) {
    Cancelling job;
    int released_before = -1;
    job.engines->drop_target = [&](const std::stop_token&) {
        released_before = job.engines->released;
        return std::string("dropped on the target: table public.words");
    };
    EXPECT_EQ(job.run().end, RunResult::End::cancelled);
    EXPECT_EQ(released_before, 1);
    EXPECT_EQ(job.fact(target_end_fact), "dropped on the target: table public.words");
    EXPECT_EQ(job.fact(wish_fact), "");
    EXPECT_EQ(job.fact(drop_target_fact), "");
}

TEST(JobRunner, CleansTheTargetThoughTheSourceIsGone) {
    Cancelling job;
    job.engines->release = [] { throw lost_connection(); };
    EXPECT_TRUE(job.run().retry_after.has_value());
    EXPECT_EQ(job.engines->targets_dropped.load(), 1);
    EXPECT_EQ(job.journaled().reason,
              "cannot give the source back: source postgresql://reader@old.example/app: server closed the connection unexpectedly");
    EXPECT_EQ(job.fact(wish_fact), "cancel");
}

TEST(JobRunner, LeavesAJobToTheOperatorIfItsTargetIsNotToBeTouched) {
    Cancelling job;
    job.engines->drop_target = [](const std::stop_token&) -> std::string { throw MigrationError("somebody's rows", "move them"); };
    EXPECT_EQ(job.run().retry_after, std::nullopt);
    EXPECT_EQ(job.journaled().disposition, Disposition::failed);
    EXPECT_EQ(job.journaled().step, Step::transfer_schema);
    EXPECT_EQ(job.journaled().reason, "cannot clean the target: somebody's rows");
    EXPECT_EQ(job.journaled().hint, "move them");
    EXPECT_EQ(job.fact(wish_fact), "");
    EXPECT_EQ(job.run().end, RunResult::End::done) << "a retry takes it up where it was";
}

TEST(JobRunner, TriesToCleanTheTargetAgainAfterATransientError) {
    Cancelling job;
    job.engines->drop_target = [](const std::stop_token&) -> std::string { throw lost_connection(); };
    EXPECT_TRUE(job.run().retry_after.has_value());
    EXPECT_EQ(job.fact(wish_fact), "cancel");
    EXPECT_EQ(job.fact(drop_target_fact), "yes");
}

TEST(JobRunner, LeavesTheCleaningToTheNextDaemonIfThisOneStops) {
    Cancelling job;
    std::promise<void> cleaning;
    job.engines->drop_target = [&](const std::stop_token& stop) -> std::string {
        cleaning.set_value();
        while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
        throw lost_connection();
    };
    std::promise<RunResult> ended;
    job.runner->start([&](RunResult result) { ended.set_value(std::move(result)); });
    cleaning.get_future().wait();
    job.runner->stop(Wish::none);
    EXPECT_EQ(ended.get_future().get().end, RunResult::End::stopped);
    job.runner->join();
    EXPECT_EQ(job.fact(wish_fact), "cancel");
    EXPECT_EQ(job.fact(drop_target_fact), "yes");
}

TEST(JobRunner, CancelsAJobWhoseFileIsGoneIfItNeverTouchedTheSource) {
    Running running;
    std::filesystem::remove(running.scratch / "words.yaml");
    running.journal.set_fact(running.job.id, wish_fact, "cancel");
    EXPECT_EQ(running.run().end, RunResult::End::cancelled);
}

TEST(JobRunner, WaitsForRoomWhenTheJournalsDiskIsFull) {
    Running running;
    running.engines->runs = {[](FakeRun&) -> steps::Outcome {
        throw migrations_state::JournalError(migrations_state::JournalErrorKind::full, "journal: no space left on device", "");
    }};
    const RunResult result = running.run();
    EXPECT_EQ(result.end, RunResult::End::failed);
    EXPECT_EQ(result.retry_after, 1000ms);
    EXPECT_EQ(running.journaled().reason, "journal: no space left on device");
    EXPECT_EQ(running.journaled().hint, "make room on the journal's filesystem; the job goes on by itself");
}

}  // namespace
}  // namespace lantern_migrate::daemon
