// A daemon that is stopped or killed, and servers that go away: unfinished jobs go on, and no finished chunk is copied again.
#include "tests/integration/slow_copy.h"

#include <gmock/gmock.h>

namespace lantern_migrate::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// The ledger's rows, with the moment each was written.
std::set<std::string> ledger(const std::string& target_url) {
    std::set<std::string> rows;
    for (const auto& row : query(target_url, "SELECT item, part, finished_at FROM lantern_migrate.ledger WHERE item LIKE 'table %'")) {
        rows.insert(row[0].value() + " " + row[1].value() + " " + row[2].value());
    }
    return rows;
}

TEST(Resume, EveryUnfinishedJobGoesOnAfterAStopAndAfterAKill) {
    Scenario scenario;
    scenario.load("slow_source.sql");
    scenario.target().create_database("second");
    const std::string first = scenario.target_url(), second = scenario.target().url("second");
    const std::string servers = "source: {url: \"" + scenario.source_url() + "\"}\ntarget: {url: \"";
    DaemonProcess daemon(scenario.scratch().path());
    for (const auto& [name, target] : {std::pair{"first", first}, {"second", second}}) {
        daemon.drop(std::string(name) + ".yaml", servers + target + "\"}\ncutover: wait\n" + slow_copy);
    }
    ASSERT_TRUE(eventually([&] { return chunks_done(first) >= 2 && chunks_done(second) >= 2; })) << daemon.log();
    EXPECT_EQ(daemon.stop(), (Ending{0, 0})) << daemon.log();
    EXPECT_EQ(query_text(scenario.source_url(), "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'lantern-migrate%'"),
              "0");
    EXPECT_THAT(daemon.log(), HasSubstr("job stopped job=first"));
    const auto first_stopped = ledger(first), second_stopped = ledger(second);

    daemon.start();
    ASSERT_TRUE(eventually([&] {
        return ledger(first).size() > first_stopped.size() + 1 && ledger(second).size() > second_stopped.size() + 1;
    })) << daemon.log();
    daemon.kill();
    const auto first_killed = ledger(first), second_killed = ledger(second);
    daemon.start();
    for (const auto& [name, target] : {std::pair{"first", first}, {"second", second}}) {
        EXPECT_EQ(daemon.wait_for(name, "waiting"), "waiting");
        EXPECT_THAT(compare_tables(scenario.source_url(), target), IsEmpty());
        EXPECT_EQ(text_at(daemon.status(name), "runs"), "3");
    }
    const auto first_end = ledger(first), second_end = ledger(second);
    for (const auto& [before, after] : {std::pair{first_stopped, first_killed},
                                        {first_killed, first_end},
                                        {second_stopped, second_killed},
                                        {second_killed, second_end}}) {
        EXPECT_TRUE(std::includes(after.begin(), after.end(), before.begin(), before.end())) << "a finished chunk was copied again\n"
                                                                                             << daemon.log();
    }
}

// A schema that nobody knows is easily dropped. What it told cannot be guessed, least of all that there are no rows.
TEST(Resume, WithoutItsLedgerAJobStopsAndSaysSo) {
    Scenario scenario;
    scenario.load("slow_source.sql");
    DaemonProcess daemon(scenario.scratch().path());
    daemon.drop("words.yaml", read_file(scenario.write_job(slow_copy)));
    ASSERT_TRUE(eventually([&] { return chunks_done(scenario.target_url()) >= 2; })) << daemon.log();
    EXPECT_EQ(daemon.ask({"pause", "words"}).ending.exit_code, 0);
    ASSERT_EQ(daemon.wait_for("words", "paused"), "paused");
    const std::string rows_sql =
        "SELECT string_agg(c.relname || ' ' || (xpath('//n/text()', query_to_xml('SELECT count(*) AS n FROM '"
        " || c.oid::regclass, false, true, '')))[1]::text, ', ' ORDER BY c.relname)"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = 'public'";
    const std::string rows = query_text(scenario.target_url(), rows_sql);
    query(scenario.target_url(), "ALTER SCHEMA lantern_migrate RENAME TO kept");
    EXPECT_EQ(daemon.ask({"resume", "words"}).ending.exit_code, 0);
    EXPECT_EQ(daemon.wait_for("words", "failed"), "failed");
    const auto status = daemon.status("words");
    EXPECT_EQ(text_at(status, "reason"),
              "the target has no ledger of this job any more (schema lantern_migrate): what was copied cannot be told");
    EXPECT_EQ(text_at(status, "hint"),
              "restore that schema if you can, then retry; else cancel the job, drop on the target what it made, and submit it anew");
    EXPECT_EQ(query_text(scenario.target_url(), rows_sql), rows) << "nothing is copied on top of what is there";

    query(scenario.target_url(), "ALTER SCHEMA kept RENAME TO lantern_migrate");
    EXPECT_EQ(daemon.ask({"retry", "words"}).ending.exit_code, 0);
    EXPECT_EQ(daemon.wait_for("words", "done"), "done");
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target_url()), IsEmpty());
}

TEST(Resume, ATransientErrorIsTriedAgainByItself) {
    Scenario scenario;
    scenario.load("slow_source.sql");
    DaemonProcess daemon(scenario.scratch().path());
    daemon.drop("words.yaml", read_file(scenario.write_job(std::string(slow_copy) + "cutover: wait\n")));
    ASSERT_TRUE(eventually([&] { return chunks_done(scenario.target_url()) >= 2; })) << daemon.log();
    scenario.target().stop();
    const auto refused = [](const auto& status) {
        return text_at(status, "transient") == "true" && text_at(status, "reason").contains("Connection refused");
    };
    const auto status = daemon.wait_until("words", refused);
    EXPECT_TRUE(refused(status)) << daemon.log();
    EXPECT_EQ(text_at(status, "hint"), "is the target's server running, and is it listening on this host and port?");
    EXPECT_EQ(daemon.ask({"status", "words"}).ending.exit_code, 0) << "it is on its way";
    EXPECT_TRUE(eventually([&] { return daemon.ask({"list"}).out.contains("retrying"); })) << "between two tries";
    scenario.target().start();
    const auto kept = ledger(scenario.target_url());
    EXPECT_EQ(daemon.wait_for("words", "waiting"), "waiting");
    const auto end = ledger(scenario.target_url());
    EXPECT_TRUE(std::includes(end.begin(), end.end(), kept.begin(), kept.end())) << "a finished chunk was copied again";
    EXPECT_THAT(daemon.ask({"events", "words"}).out, HasSubstr("retry: target " + scenario.target_url()));
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target_url()), IsEmpty());
    // Waiting for nothing but a server, a daemon stops at once.
    scenario.target().stop();
    EXPECT_EQ(daemon.ask({"cutover", "words"}).ending.exit_code, 0);
    EXPECT_TRUE(refused(daemon.wait_until("words", refused)));
    EXPECT_EQ(daemon.stop(), (Ending{0, 0}));
}

}  // namespace
}  // namespace lantern_migrate::test
