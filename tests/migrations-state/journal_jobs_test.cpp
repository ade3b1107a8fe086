#include "journal_fixture.h"

#include <SQLiteCpp/Database.h>

#include <gmock/gmock.h>

namespace lantern_migrate::migrations_state {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::MatchesRegex;

class Jobs : public JournalTest {};

TEST_F(Jobs, BeginQueuedAtTheFirstStepWithAnIdentityOfTheirOwn) {
    const Timestamp before = std::chrono::floor<std::chrono::milliseconds>(Clock::now());
    const Job job = words();
    EXPECT_THAT(job.uid, MatchesRegex("[0-9a-f]{32}"));
    EXPECT_EQ(job.name, "words");
    EXPECT_EQ(job.file, "/spool/active/words.yaml");
    EXPECT_EQ(job.source, "postgresql://reader@old.example/app");
    EXPECT_EQ(job.target, "postgresql://owner@db.lantern.example/app");
    EXPECT_EQ(job.fingerprint, "f00d");
    EXPECT_EQ(job.step, Step::connect);
    EXPECT_EQ(job.disposition, Disposition::queued);
    EXPECT_EQ(job.runs, 0);
    EXPECT_GE(job.created_at, before);
    EXPECT_LE(job.created_at, Clock::now());
    EXPECT_EQ(job.finished_at, std::nullopt);

    journal_.set_cancelled(job.id);
    EXPECT_NE(words().uid, job.uid);
}

TEST_F(Jobs, OfOneNameAreUnfinishedOneAtATime) {
    const Job first = words();
    const JournalError error = error_of([&] { return words(); });
    EXPECT_EQ(error.kind(), JournalErrorKind::conflict);
    EXPECT_STREQ(error.what(), "a job named `words` is unfinished");
    EXPECT_EQ(error.hint(), "cancel it, or choose another name");

    journal_.set_cancelled(first.id);
    const Job second = words();
    EXPECT_EQ(journal_.find_job("words")->id, second.id);
    EXPECT_THAT(journal_.jobs(), ElementsAre(Field(&Job::id, first.id), Field(&Job::id, second.id)));
}

TEST_F(Jobs, ThatWereCancelledAreNotRevivedBesideANamesake) {
    const Job first = words();
    journal_.set_cancelled(first.id);
    const Job second = words();
    EXPECT_STREQ(error_of([&] {
                     journal_.set_queued(first.id);
                     return 0;
                 }).what(),
                 "a job named `words` is unfinished");
    EXPECT_EQ(journal_.job(first.id).disposition, Disposition::cancelled);

    journal_.set_cancelled(second.id);
    journal_.set_queued(first.id);
    EXPECT_EQ(journal_.job(first.id).disposition, Disposition::queued);
    EXPECT_EQ(journal_.job(first.id).finished_at, std::nullopt);
}

TEST_F(Jobs, ThatFailKeepTheirStepAndSayWhy) {
    const Job job = words();
    journal_.begin(job.id, Step::connect).commit(Step::transfer_data);
    const Timestamp retry_at{std::chrono::milliseconds{1'760'000'000'123}};
    journal_.set_failed(
        job.id,
        {.reason = "connection lost", .hint = "look at the server's log", .sqlstate = "57P01", .transient = true, .retry_at = retry_at});
    reopen();
    const Job failed = journal_.job(job.id);
    EXPECT_EQ(failed.disposition, Disposition::failed);
    EXPECT_EQ(failed.step, Step::transfer_data);
    EXPECT_EQ(failed.reason, "connection lost");
    EXPECT_EQ(failed.hint, "look at the server's log");
    EXPECT_EQ(failed.sqlstate, "57P01");
    EXPECT_TRUE(failed.transient);
    EXPECT_EQ(failed.retry_at, retry_at);
    EXPECT_EQ(failed.finished_at, std::nullopt);
}

TEST_F(Jobs, ThatRunAgainForgetWhyTheyFailed) {
    const Job job = words();
    journal_.begin_run(job.id);
    journal_.set_failed(
        job.id, {.reason = "r", .hint = "h", .sqlstate = "57P01", .transient = true, .retry_at = Timestamp{std::chrono::milliseconds{1}}});
    journal_.begin_run(job.id);
    const Job running = journal_.job(job.id);
    EXPECT_EQ(running.disposition, Disposition::running);
    EXPECT_EQ(running.runs, 2);
    EXPECT_EQ(running.reason + running.hint + running.sqlstate, "");
    EXPECT_FALSE(running.transient);
    EXPECT_EQ(running.retry_at, std::nullopt);
}

TEST_F(Jobs, PauseWaitAndQueueWithoutLosingTheirStep) {
    const Job job = words();
    journal_.begin(job.id, Step::connect).commit(Step::cutover);
    journal_.set_paused(job.id);
    EXPECT_EQ(journal_.job(job.id).disposition, Disposition::paused);
    journal_.set_waiting(job.id, "cutover waits for you", "lantern-migrate cutover words");
    EXPECT_EQ(journal_.job(job.id).disposition, Disposition::waiting);
    EXPECT_EQ(journal_.job(job.id).reason, "cutover waits for you");
    EXPECT_EQ(journal_.job(job.id).hint, "lantern-migrate cutover words");
    journal_.set_queued(job.id);
    journal_.set_job_file(job.id, "/elsewhere/words.yaml");
    const Job queued = journal_.job(job.id);
    EXPECT_EQ(queued.disposition, Disposition::queued);
    EXPECT_EQ(queued.reason, "");
    EXPECT_EQ(queued.step, Step::cutover);
    EXPECT_EQ(queued.file, "/elsewhere/words.yaml");
}

TEST_F(Jobs, ThatAreUnknownAreAConflict) {
    const JournalError error = error_of([&] { return journal_.job(7); });
    EXPECT_EQ(error.kind(), JournalErrorKind::conflict);
    EXPECT_STREQ(error.what(), "the journal has no job 7");
    EXPECT_STREQ(error_of([&] {
                     journal_.set_paused(7);
                     return 0;
                 }).what(),
                 "the journal has no job 7");
    EXPECT_STREQ(error_of([&] {
                     journal_.set_job_file(7, "x");
                     return 0;
                 }).what(),
                 "the journal has no job 7");
    EXPECT_STREQ(error_of([&] { return journal_.begin(7, Step::connect); }).what(), "the journal has no job 7");
    EXPECT_EQ(error_of([&] {
                  journal_.set_fact(7, "k", "v");
                  return 0;
              }).kind(),
              JournalErrorKind::conflict);
    EXPECT_EQ(journal_.find_job("nobody"), std::nullopt);
}

class Steps : public JournalTest {};

TEST_F(Steps, ShowEveryAttemptAndWhichOfThemEnded) {
    const Job job = words();
    static_cast<void>(journal_.begin(job.id, Step::connect));  // interrupted
    auto second = journal_.begin(job.id, Step::connect);
    second.note("PostgreSQL 17.5 to 17.5");
    EXPECT_EQ(journal_.job(job.id).step, Step::connect);
    second.commit(Step::save_indexes);
    static_cast<void>(journal_.begin(job.id, Step::save_indexes));
    reopen();

    EXPECT_EQ(journal_.job(job.id).step, Step::save_indexes);
    const auto steps = journal_.steps(job.id);
    ASSERT_EQ(steps.size(), 3U);
    EXPECT_EQ(steps[0].step, Step::connect);
    EXPECT_EQ(steps[0].attempt, 1);
    EXPECT_EQ(steps[0].ended_at, std::nullopt);
    EXPECT_EQ(steps[1].attempt, 2);
    EXPECT_GE(steps[1].ended_at, steps[1].began_at);
    EXPECT_EQ(steps[1].note, "PostgreSQL 17.5 to 17.5");
    EXPECT_EQ(steps[2].step, Step::save_indexes);
    EXPECT_EQ(steps[2].attempt, 1);
}

TEST_F(Steps, EndTheJobWithTheLastOfThem) {
    const Job job = words();
    journal_.begin_run(job.id);
    journal_.begin(job.id, Step::connect).commit(Step::cutover);
    journal_.begin(job.id, Step::cutover).commit_done();
    const Job done = journal_.job(job.id);
    EXPECT_EQ(done.disposition, Disposition::done);
    EXPECT_EQ(done.step, Step::cutover);
    EXPECT_GE(done.finished_at, done.created_at);
    EXPECT_FALSE(done.unfinished());
}

TEST_F(Steps, EndOnlyOnce) {
    const Job job = words();
    auto attempt = journal_.begin(job.id, Step::connect);
    attempt.commit(Step::save_indexes);
    const JournalError error = error_of([&] {
        attempt.commit(Step::cutover);
        return 0;
    });
    EXPECT_EQ(error.kind(), JournalErrorKind::conflict);
    EXPECT_STREQ(error.what(), "the journal has no open step attempt 1");
    EXPECT_EQ(journal_.job(job.id).step, Step::save_indexes);
}

class Servers : public JournalTest {};

TEST_F(Servers, AreRememberedASideAndReplaced) {
    const Job job = words();
    EXPECT_EQ(journal_.server(job.id, Side::source), std::nullopt);
    const ServerIdentity source{.system_identifier = "7312345678901234567", .timeline = 1, .database = "app", .version_num = 170005};
    ServerIdentity target{.system_identifier = "42", .timeline = 3, .database = "lantern", .version_num = 150008};
    journal_.record_server(job.id, Side::source, source);
    journal_.record_server(job.id, Side::target, {});
    journal_.record_server(job.id, Side::target, target);
    reopen();
    EXPECT_EQ(journal_.server(job.id, Side::source), source);
    EXPECT_EQ(journal_.server(job.id, Side::target), target);
}

class Facts : public JournalTest {};

TEST_F(Facts, AreKeptAJobByKey) {
    const Job job = words();
    journal_.set_fact(job.id, "source.default_transaction_read_only.before", "off");
    journal_.set_fact(job.id, "source.default_transaction_read_only.before", "on");
    EXPECT_EQ(journal_.fact(job.id, "source.default_transaction_read_only.before"), "on");
    EXPECT_EQ(journal_.fact(job.id, "other"), std::nullopt);
    EXPECT_EQ(journal_.fact(job.id + 1, "source.default_transaction_read_only.before"), std::nullopt);
}

// Everything in the file was given by the caller, made by the journal or is a time: the environment, where passwords may be, does not leak
// in.
TEST_F(Facts, AndAllElseInTheFileWereGivenByTheCaller) {
    setenv("PGPASSWORD", "s3cret-of-the-environment", 1);
    const Job job = words();
    journal_.set_fact(job.id, "key", "value-in-the-file");
    {
        const Journal closed = std::move(journal_);
    }
    unsetenv("PGPASSWORD");
    const std::string bytes = bytes_of(file_);
    EXPECT_THAT(bytes, testing::HasSubstr("value-in-the-file"));
    EXPECT_THAT(bytes, testing::Not(testing::HasSubstr("s3cret-of-the-environment")));

    SQLite::Database database(file_.string(), SQLite::OPEN_READONLY);
    EXPECT_EQ(
        database
            .execAndGet(
                "SELECT name || file || source || target || fingerprint || step || disposition || reason || hint || sqlstate FROM job")
            .getString(),
        "words/spool/active/words.yamlpostgresql://reader@old.example/apppostgresql://owner@db.lantern.example/appf00dconnectqueued");
    journal_ = Journal::open(directory_.path() / "other.db");
}

}  // namespace
}  // namespace lantern_migrate::migrations_state
