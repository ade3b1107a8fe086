// What goes wrong while rows are copied: a clear message, nothing lost, and the job goes on once the cause is mended.
#include "tests/integration/daemon_process.h"
#include "tests/integration/slow_copy.h"

#include <gmock/gmock.h>

namespace lantern_migrate::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

void expect_done(const Scenario& scenario, const std::string& job, const std::string& target) {
    const Finished finished = scenario.run_job(job);
    EXPECT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    EXPECT_THAT(compare_tables(scenario.source_url(), target), IsEmpty());
    EXPECT_EQ(query_text(target, "SELECT count(*) FROM pg_namespace WHERE nspname = 'lantern_migrate'"), "0");
}

TEST(BadLuck, ATableIsDroppedWhileTheJobRuns) {
    Scenario scenario;
    scenario.load("slow_source.sql");
    // Locked, it could not be dropped. The large table goes first.
    const std::string job = scenario.write_job(std::string(slow_copy) + "source_writes: allow\n");
    Process running(scenario.run_arguments(job));
    ASSERT_TRUE(eventually([&] { return chunks_done(scenario.target_url()) >= 1; })) << running.err();
    query(scenario.source_url(), "ALTER TABLE small RENAME TO kept");
    const auto ending = running.wait(std::chrono::seconds(60));
    ASSERT_TRUE(ending.has_value());
    EXPECT_EQ(ending->exit_code, 1) << running.err();
    EXPECT_THAT(running.err(),
                EndsWith("\nlantern-migrate: words: source " + scenario.source_url() +
                         ": relation \"public.small\" does not exist (SQLSTATE 42P01); "
                         "statement: COPY (SELECT id, note, v FROM ONLY public.small) TO STDOUT (FORMAT binary)\n"
                         "hint: an object that the plan counted on is gone; if that was on purpose, cancel the job and submit it anew\n"));
    // The next run finds it out before it copies anything.
    const Finished again = scenario.run_job(job);
    EXPECT_EQ(again.ending.exit_code, 1);
    EXPECT_THAT(again.err, EndsWith("\nlantern-migrate: words: table public.small was dropped on the source since the job began\n"
                                    "hint: restore the table and retry the job, or cancel the job and submit it anew\n"));
    query(scenario.source_url(), "ALTER TABLE kept RENAME TO small");
    expect_done(scenario, job, scenario.target_url());
}

// pg_dump may wait for a lock for hours; the daemon that started it is killed, and it is still there when the next one starts.
TEST(BadLuck, TheDaemonIsKilledWhileItsPgDumpWaits) {
    Scenario scenario;
    scenario.load("small_source.sql");
    const auto program = scenario.scratch() / "pg_dump", hold = scenario.scratch() / "hold", waiting = scenario.scratch() / "waiting";
    write_file(program, "#!/bin/sh\ncase \"$1\" in --version) exec pg_dump --version ;; esac\ntouch " + waiting.string() +
                            "\nfor i in $(seq 600); do [ -e " + hold.string() + " ] || break; sleep 0.1; done\nexec pg_dump \"$@\"\n");
    std::filesystem::permissions(program, std::filesystem::perms::owner_all | std::filesystem::perms::group_exec |
                                              std::filesystem::perms::others_exec | std::filesystem::perms::others_read);
    write_file(hold, "");
    DaemonProcess daemon(scenario.scratch().path(), {.settings = "pg_dump: " + program.string() + "\n"});
    daemon.drop("words.yaml", read_file(scenario.write_job()));
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(waiting); })) << daemon.log();
    daemon.kill();
    std::filesystem::remove(waiting);
    daemon.start();
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(waiting); })) << daemon.log();
    std::filesystem::remove(hold);
    EXPECT_EQ(daemon.wait_for("words", "done"), "done") << daemon.log();
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target_url()), IsEmpty());
}

TEST(BadLuck, TheTargetRefusesARow) {
    Scenario scenario;
    scenario.load("small_source.sql");
    query(scenario.source_url(), "UPDATE notes SET note = E'\\u6f22' WHERE item = 7");
    const std::string source_before = dump(scenario.source_url());
    query(scenario.target_url(),
          "CREATE TABLE items (id integer PRIMARY KEY, name text NOT NULL CONSTRAINT short CHECK (name <> 'item 77'), v real[]);"
          "CREATE TABLE notes (item integer, note text)");
    const std::string job = scenario.write_job("schema: {existing: use}\ncopy: {workers: 1}\n");
    const Finished refused = scenario.run_job(job);
    EXPECT_EQ(refused.ending.exit_code, 1);
    EXPECT_THAT(refused.err,
                EndsWith("\nlantern-migrate: words: target " + scenario.target_url() +
                         ": new row for relation \"items\" violates check constraint "
                         "\"short\" (SQLSTATE 23514); detail: Failing row contains (77, item 77, {77,1,2}).; context: COPY items, line 77; "
                         "statement: COPY public.items (id, name, v) FROM STDIN (FORMAT binary)\n"
                         "hint: the target refuses this row: mend it on the source, or leave its table out with `tables.exclude`\n"));
    EXPECT_EQ(query_text(scenario.target_url(), "SELECT count(*) FROM items"), "0") << "a chunk is there whole or not at all";
    query(scenario.target_url(), "ALTER TABLE items DROP CONSTRAINT short");
    expect_done(scenario, job, scenario.target_url());

    query(scenario.target().url("postgres"), "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    const auto latin = scenario.scratch() / "latin.yaml";
    write_file(latin, "source:\n  url: " + scenario.source_url() + "\ntarget:\n  url: " + scenario.target().url("latin") + "\n");
    const Finished unwritable = scenario.run_job(latin);
    EXPECT_EQ(unwritable.ending.exit_code, 1);
    const Finished report = run({LANTERN_MIGRATE_BIN, "report", "latin", "--json", "--state-dir", scenario.scratch() / "state"});
    EXPECT_THAT(report.out,
                HasSubstr("\"object\":\"database latin of the target\",\"reason\":\"its encoding is LATIN1, the source's is UTF8\""))
        << "it was warned of";
    EXPECT_THAT(
        unwritable.err,
        EndsWith(
            "character with byte sequence 0xe6 0xbc 0xa2 in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\" (SQLSTATE 22P05); "
            "context: COPY notes, line 300, column note; statement: COPY public.notes (item, note) FROM STDIN (FORMAT binary)\n"
            "hint: the target refuses this value: mend the row on the source, or leave its table out with `tables.exclude`\n"));
    EXPECT_EQ(dump(scenario.source_url()), source_before);
    query(scenario.source_url(), "UPDATE notes SET note = 'mended' WHERE item = 7");
    expect_done(scenario, latin, scenario.target().url("latin"));
}

TEST(BadLuck, AServerDiesAndComesBack) {
    Scenario scenario;
    scenario.load("slow_source.sql");
    const std::string source_before = dump(scenario.source_url());
    Process running(scenario.run_arguments(scenario.write_job(slow_copy)));
    ASSERT_TRUE(eventually([&] { return chunks_done(scenario.target_url()) >= 2; })) << running.err();
    scenario.target().crash();
    EXPECT_TRUE(eventually([&] { return running.err().contains("\nhint: the "); })) << running.err();
    scenario.target().start();
    ASSERT_TRUE(eventually([&] { return chunks_done(scenario.target_url()) >= 4; })) << running.err();
    scenario.source().crash();
    scenario.source().start();
    const auto ending = running.wait(std::chrono::seconds(100));
    ASSERT_TRUE(ending.has_value()) << running.err();
    EXPECT_EQ(ending->exit_code, 0) << running.err();
    // After a crash the source's counters prove nothing: its tables are copied once more, and the report says so.
    EXPECT_THAT(running.err(), HasSubstr("table public.big starts again: the source's statistics were reset"));
    EXPECT_THAT(running.out(), HasSubstr("public.big started again from nothing 1 time"));
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target_url()), IsEmpty());
    EXPECT_EQ(dump(scenario.source_url()), source_before);
}

}  // namespace
}  // namespace lantern_migrate::test
