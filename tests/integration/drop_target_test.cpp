// `cancel --drop-target-objects`: what the job made goes, whatever it was at; what others made stays, or nothing goes at all.
#include "tests/integration/scenario.h"
#include "tests/integration/slow_copy.h"

#include <gmock/gmock.h>
#include <pqxx/pqxx>

#include <csignal>
#include <sstream>

namespace lantern_migrate::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr int exit_waiting = 3;
constexpr Ending killed{-1, SIGKILL};
constexpr const char* waits = "cutover: wait\n";
constexpr const char* cancelling = "job words is being cancelled; what it made on the target is dropped\n";
constexpr const char* without_it = "; `cancel` without --drop-target-objects leaves the target as it is\n";

// The report breaks its lines; a text is looked for as one.
std::string unwrapped(const std::string& text) {
    std::istringstream words(text);
    std::string all;
    for (std::string word; words >> word;) all += (all.empty() ? "" : " ") + word;
    return all;
}

class DropTarget : public testing::Test {
protected:
    Finished tell(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {}) {
        arguments.insert(arguments.begin(), LANTERN_MIGRATE_BIN);
        arguments.insert(arguments.end(), {"--state-dir", scenario_.scratch() / "state"});
        return run(arguments, {.environment = std::move(environment)});
    }
    Finished cancel(const std::string& failpoint = "") {
        return tell({"cancel", "words", "--drop-target-objects"},
                    failpoint.empty() ? std::map<std::string, std::string>{}
                                      : std::map<std::string, std::string>{{"LANTERN_FAILPOINT", failpoint}});
    }
    std::string report() { return unwrapped(tell({"report", "words"}).out); }
    [[nodiscard]] std::string target() const { return scenario_.target_url(); }
    // The job `words` up to the hand-over.
    void run_until_it_waits(const std::string& more = "") {
        const Finished finished = scenario_.run_job(scenario_.write_job(waits + more));
        ASSERT_EQ(finished.ending.exit_code, exit_waiting) << finished.out << finished.err;
    }
    void expect_cleaned(const std::string& before) {
        const Finished cancelled = cancel();
        EXPECT_EQ(cancelled.ending.exit_code, 0) << cancelled.err;
        EXPECT_EQ(cancelled.out, cancelling);
        EXPECT_EQ(dump(target()), before);
    }

    Scenario scenario_;
};

TEST_F(DropTarget, LeavesTheTargetAsItWasBeforeAJobWithALittleOfEverything) {
    scenario_.load("rich_source.sql");
    const std::string source = dump(scenario_.source_url()), before = dump(target());
    run_until_it_waits();
    EXPECT_NE(dump(target()), before);
    expect_cleaned(before);
    EXPECT_EQ(dump(scenario_.source_url()), source);
    EXPECT_THAT(report(), HasSubstr("on the target: dropped on the target: "));
    const Finished again = cancel();
    EXPECT_EQ(again.ending.exit_code, 0) << again.err;
    EXPECT_THAT(report(), HasSubstr("on the target: nothing of the job is left on the target"));
}

TEST_F(DropTarget, SaysWhatStaysWhereSomebodyDroppedTheLedger) {
    scenario_.load("small_source.sql");
    run_until_it_waits();
    query(target(), "DROP SCHEMA lantern_migrate CASCADE");
    EXPECT_EQ(cancel().ending.exit_code, 0);
    EXPECT_THAT(report(), HasSubstr("on the target: table public.items stays: without the job's ledger, which is gone, it cannot be told"
                                    " who made it, table public.notes stays: "));
    EXPECT_EQ(query_text(target(), "SELECT count(*) > 0 FROM items"), "t");
}

TEST_F(DropTarget, LeavesWhatWasThereBefore) {
    scenario_.load("rich_source.sql");
    query(target(),
          "CREATE EXTENSION lantern; CREATE EXTENSION citext; CREATE SCHEMA theirs; CREATE TABLE theirs.t (id integer);"
          "INSERT INTO theirs.t VALUES (1); CREATE TABLE public.other (c citext); CREATE TYPE feeling AS ENUM ('good')");
    const std::string before = dump(target());
    run_until_it_waits();
    expect_cleaned(before);
    EXPECT_EQ(query_text(target(), "SELECT id FROM theirs.t"), "1");
}

// Killed at any place between an entry and its side effect, the job is cancelled from there.
TEST_F(DropTarget, CleansUpBehindAKillAtEachStep) {
    scenario_.load("small_source.sql");
    const std::string before = dump(target());
    for (const char* place : {"connect.before_end", "transfer_schema.before_commit", "transfer_schema.before_end", "chunk.after_begin",
                              "chunk.before_commit", "chunk.after_commit", "build.before_commit", "build.after_commit:2",
                              "create_indexes.before_end", "verify.before_end", "cutover.before_sequences"}) {
        const Finished finished = scenario_.run_job(scenario_.write_job(), {{"LANTERN_FAILPOINT", place}});
        ASSERT_EQ(finished.ending, killed) << place << ": " << finished.out << finished.err;
        expect_cleaned(before);
    }
}

TEST_F(DropTarget, IsDoneByTheNextCancelIfThisOneIsKilled) {
    scenario_.load("small_source.sql");
    const std::string before = dump(target());
    run_until_it_waits();
    const std::string with_rows = dump(target());
    EXPECT_EQ(cancel("drop_target.before_commit").ending, killed);
    EXPECT_EQ(dump(target()), with_rows);
    EXPECT_EQ(cancel("drop_target.after_commit").ending, killed);
    EXPECT_EQ(dump(target()), before);
    expect_cleaned(before);
    EXPECT_THAT(tell({"status", "words"}).out, StartsWith("words: cancelled"));
}

struct InTheWay {
    const char* made;
    const char* taken_away;
    const char* reason;
};

TEST_F(DropTarget, DropsNothingIfSomethingOfSomebodyElsesIsInTheWay) {
    scenario_.load("small_source.sql");
    query(scenario_.source_url(),
          "CREATE SCHEMA app; CREATE TABLE app.t (id integer); CREATE TYPE mood AS ENUM ('ok');"
          "CREATE TABLE parted (id integer) PARTITION BY LIST (id)");
    const std::string before = dump(target());
    run_until_it_waits();
    const InTheWay cases[] = {
        {"CREATE VIEW mine AS SELECT id FROM items", "DROP VIEW mine",
         "something on the target needs what the job created: cannot drop table public.items because other objects depend on it: view "
         "public.mine depends on table public.items\nhint: drop that first"},
        {"CREATE TABLE app.mine (id integer)", "DROP TABLE app.mine",
         "something on the target needs what the job created: cannot drop schema app because other objects depend on it: table app.mine "
         "depends on schema app\nhint: drop that first"},
        {"CREATE TABLE mine (m mood)", "DROP TABLE mine",
         "something on the target needs what the job created: cannot drop type public.mood because other objects depend on it: column m "
         "of table public.mine depends on type public.mood\nhint: drop that first"},
        {"CREATE TABLE mine PARTITION OF parted FOR VALUES IN (1)", "DROP TABLE mine",
         "table public.mine, which the job did not create, would be dropped with public.parted\nhint: detach it first"},
        {"CREATE SEQUENCE mine OWNED BY items.id", "DROP SEQUENCE mine",
         "sequence public.mine, which the job did not create, would be dropped with public.items\nhint: detach it first"},
        {"INSERT INTO app.t VALUES (1)", "DELETE FROM app.t",
         "table app.t of the target has rows that the job did not bring, or that were changed since\nhint: move them elsewhere first"},
        {"ALTER TABLE notes RENAME TO kept", "ALTER TABLE kept RENAME TO notes",
         "table public.kept of the target was table public.notes when the job created it: somebody uses it\nhint: give it its old name, "
         "or drop it"},
    };
    for (const InTheWay& c : cases) {
        query(target(), c.made);
        const std::string all = dump(target());
        const Finished refused = cancel();
        EXPECT_EQ(refused.ending.exit_code, 1) << c.made;
        EXPECT_EQ(refused.err, std::string("lantern-migrate: cannot clean the target: ") + c.reason + without_it);
        EXPECT_EQ(dump(target()), all) << c.made;
        query(target(), c.taken_away);
    }
    expect_cleaned(before);
}

TEST_F(DropTarget, DropsNoRowThatWasChanged) {
    scenario_.load("small_source.sql");
    run_until_it_waits();
    query(target(), "UPDATE notes SET note = 'mine' WHERE item = 7");
    EXPECT_EQ(cancel().ending.exit_code, 1);
    EXPECT_EQ(query_text(target(), "SELECT note FROM notes WHERE item = 7"), "mine");
    // The job is as it was: it goes on from there.
    const Finished finished = scenario_.run_job(scenario_.write_job());
    EXPECT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
}

TEST_F(DropTarget, GivesTablesThatWereThereBackAsTheyWere) {
    scenario_.load("small_source.sql");
    query(target(),
          "CREATE EXTENSION lantern; CREATE TABLE items (id integer PRIMARY KEY, name text, v real[]);"
          "CREATE TABLE notes (item integer, note text); CREATE INDEX mine ON items (name)");
    const std::string before = dump(target());
    run_until_it_waits("schema: {existing: use}\n");
    EXPECT_EQ(query_text(target(), "SELECT count(*) FROM pg_index WHERE indrelid = 'items'::regclass"), "4");
    query(target(), "INSERT INTO notes VALUES (0, 'mine')");
    EXPECT_THAT(cancel().err, HasSubstr("table public.notes of the target has rows that the job did not bring"));
    EXPECT_EQ(query_text(target(), "SELECT count(*) FROM items"), "500");
    query(target(), "DELETE FROM notes WHERE item = 0");
    expect_cleaned(before);
    EXPECT_THAT(report(),
                HasSubstr("on the target: dropped on the target: index public.items_cosine, index public.items_l2; emptied there: "
                          "table public.items, table public.notes"));
}

TEST_F(DropTarget, DropsADatabaseThatTheJobCreated) {
    scenario_.load("small_source.sql");
    const std::string fresh = scenario_.target_url("fresh");
    const std::string job = scenario_.scratch() / "words.yaml";
    write_file(job, "source: {url: \"" + scenario_.source_url() + "\"}\ntarget: {url: \"" + fresh + "\", create_database: true}\n" + waits);
    ASSERT_EQ(scenario_.run_job(job).ending.exit_code, exit_waiting);
    query(fresh, "CREATE TABLE mine (id integer)");
    EXPECT_EQ(cancel().err,
              std::string("lantern-migrate: cannot clean the target: database fresh, which the job created, holds what it did not "
                          "make: table public.mine\nhint: move it to another database first") +
                  without_it);
    query(fresh, "DROP TABLE mine");
    {
        const pqxx::connection somebody(fresh);
        EXPECT_EQ(cancel().err,
                  std::string("lantern-migrate: cannot clean the target: database fresh, which the job created, is in use by 1 "
                              "other session\nhint: end what is connected to it, then say it again") +
                      without_it);
    }
    EXPECT_EQ(query_text(fresh, "SELECT count(*) FROM items"), "500");
    EXPECT_EQ(cancel("drop_target.after_commit").ending, killed);
    EXPECT_EQ(cancel().ending.exit_code, 0);
    EXPECT_EQ(query_text(target(), "SELECT count(*) FROM pg_database WHERE datname = 'fresh'"), "0");
    EXPECT_EQ(cancel().ending.exit_code, 0) << "there is nothing to do";
}

TEST_F(DropTarget, ComesAfterACancelThatLeftTheTargetAlone) {
    scenario_.load("small_source.sql");
    const std::string before = dump(target());
    run_until_it_waits();
    const std::string with_rows = dump(target());
    const Finished first = tell({"cancel", "words"});
    EXPECT_EQ(first.out,
              "job words is being cancelled; what the job made on the target stays there; "
              "`lantern-migrate cancel words --drop-target-objects` drops it\n");
    EXPECT_EQ(dump(target()), with_rows);
    EXPECT_THAT(report(), HasSubstr("on the target: what the job made on the target stays there; `lantern-migrate cancel words "
                                    "--drop-target-objects` drops it"));
    expect_cleaned(before);
}

TEST_F(DropTarget, IsRefusedOnceTheJobIsDone) {
    scenario_.load("small_source.sql");
    ASSERT_EQ(scenario_.run_job(scenario_.write_job()).ending.exit_code, 0);
    EXPECT_EQ(cancel().err, "lantern-migrate: job words is done already\n");
    EXPECT_THAT(compare_tables(scenario_.source_url(), target()), IsEmpty());
}

TEST_F(DropTarget, LeavesAnotherJobsObjectsAndTheLedgerThatItNeeds) {
    scenario_.load("small_source.sql");
    run_until_it_waits();
    query(scenario_.source_url(),
          "CREATE TABLE late (id integer PRIMARY KEY, v vector(3)); INSERT INTO late VALUES (1, '[1,2,3]');"
          "CREATE INDEX late_l2 ON late USING hnsw (v vector_l2_ops)");
    ASSERT_EQ(scenario_.run_job(scenario_.write_job(std::string(waits) + "tables: {include: [public.late]}\n", "late")).ending.exit_code,
              exit_waiting);
    ASSERT_EQ(cancel().ending.exit_code, 0);
    EXPECT_THAT(report(), HasSubstr("extension lantern stays, because others use it"));
    EXPECT_EQ(query_text(target(), "SELECT to_regclass('items') IS NULL"), "t");
    const Finished finished = scenario_.run_job(scenario_.write_job("tables: {include: [public.late]}\n", "late"));
    EXPECT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    EXPECT_EQ(query_text(target(), "SELECT count(*) FROM late"), "1");
}

class DropTargetByDaemon : public testing::Test {
protected:
    DropTargetByDaemon() : daemon_(scenario_.scratch().path()) {
        scenario_.load("slow_source.sql");
        before_ = dump(scenario_.target_url());
    }
    void copy(const std::string& more = "") {
        daemon_.drop("words.yaml", read_file(scenario_.write_job(slow_copy + more)));
        ASSERT_TRUE(eventually([&] { return chunks_done(scenario_.target_url()) >= 2; })) << daemon_.log();
    }
    void expect_cleaned() {
        EXPECT_EQ(daemon_.ask({"cancel", "words", "--drop-target-objects"}).out, cancelling);
        EXPECT_EQ(daemon_.wait_for("words", "cancelled"), "cancelled") << daemon_.log();
        EXPECT_EQ(dump(scenario_.target_url()), before_);
        EXPECT_THAT(daemon_.ask({"events", "words"}).out,
                    HasSubstr("target cleaned: dropped on the target: table public.big, table public.small, extension lantern\n"));
    }

    Scenario scenario_;
    DaemonProcess daemon_;
    std::string before_;
};

TEST_F(DropTargetByDaemon, CancelsAJobThatCopies) {
    copy();
    expect_cleaned();
    ASSERT_TRUE(eventually([&] { return daemon_.files("failed").contains("words.yaml.report.json"); }));
    EXPECT_EQ(text_at(daemon_.report("failed", "words.yaml"), "on_target"),
              "dropped on the target: table public.big, table public.small, extension lantern");
}

TEST_F(DropTargetByDaemon, CancelsAJobThatIsPaused) {
    copy();
    EXPECT_EQ(daemon_.ask({"pause", "words"}).ending.exit_code, 0);
    ASSERT_EQ(daemon_.wait_for("words", "paused"), "paused");
    expect_cleaned();
}

TEST_F(DropTargetByDaemon, CancelsAJobWhoseSourceIsGone) {
    copy();
    scenario_.source().stop();
    const auto retried = [](const auto& status) { return text_at(status, "transient") == "true"; };
    ASSERT_TRUE(retried(daemon_.wait_until("words", retried))) << daemon_.log();
    expect_cleaned();
}

// Given back by the cancel, the source is made read-only again by the run that takes the job up.
TEST_F(DropTargetByDaemon, StopsTheSourceAgainIfTheJobGoesOnAfterAll) {
    copy("source_writes: read_only\n");
    query(scenario_.target_url(), "CREATE VIEW mine AS SELECT id FROM small");
    EXPECT_EQ(daemon_.ask({"cancel", "words", "--drop-target-objects"}).out, cancelling);
    ASSERT_EQ(daemon_.wait_for("words", "failed"), "failed") << daemon_.log();
    EXPECT_EQ(query_text(scenario_.source_url(), "SHOW default_transaction_read_only"), "off");
    query(scenario_.target_url(), "DROP VIEW mine");
    EXPECT_EQ(daemon_.ask({"retry", "words"}).ending.exit_code, 0);
    ASSERT_EQ(daemon_.wait_for("words", "done"), "done") << daemon_.log();
    EXPECT_EQ(query_text(scenario_.source_url(), "SHOW default_transaction_read_only"), "on");
    EXPECT_THAT(compare_tables(scenario_.source_url(), scenario_.target_url()), IsEmpty());
}

}  // namespace
}  // namespace lantern_migrate::test
