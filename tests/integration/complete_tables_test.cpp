// What is done with a table as soon as its rows are in, beside the other tables: read back, analyzed.
#include "migrations-state/journal.h"
#include "tests/integration/scenario.h"
#include "tests/integration/statement_log.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <pqxx/pqxx>

namespace lantern_migrate::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Two tables; the builds of one take a while, so that there is time to read back.
class SlowBuilds : public testing::Test {
protected:
    SlowBuilds() {
        scenario_.load("small_source.sql");
        query(scenario_.target().url("postgres"), "ALTER DATABASE app SET lantern_stub.build_delay_ms = 1500");
        job_ = scenario_.write_job();
    }
    void kill_behind_the_builds() {
        const Finished killed = scenario_.run_job(job_, {{"LANTERN_FAILPOINT", "transfer_data.before_end"}});
        ASSERT_EQ(killed.ending.signal, 9) << killed.err;
        log_before_ = scenario_.target().log().size();
    }
    // Statements on the target since the kill that read rows.
    std::vector<std::string> read_again() {
        std::vector<std::string> found;
        for (const std::string& statement : logged_statements(scenario_.target().log().substr(log_before_))) {
            if (statement.starts_with("COPY (SELECT")) found.push_back(statement.substr(0, statement.find(" WHERE")));
        }
        return found;
    }

    Scenario scenario_{{}, {.log_statements = true}};
    std::string job_;
    std::size_t log_before_ = 0;
};

TEST_F(SlowBuilds, LeaveTimeToVerify) {
    ASSERT_NO_FATAL_FAILURE(kill_behind_the_builds());
    {
        const auto journal = migrations_state::Journal::open(scenario_.scratch() / "state/journal.db");
        const auto job = journal.find_job("words").value();
        EXPECT_EQ(job.step, migrations_state::Step::transfer_data);
        EXPECT_EQ(journal.verifications(job.id).size(), 2U);
        for (const auto& record : journal.verifications(job.id)) EXPECT_TRUE(record.equal);
    }
    const Finished finished = scenario_.run_job(job_);
    EXPECT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    EXPECT_THAT(read_again(), IsEmpty()) << "nobody wrote to it";
    EXPECT_THAT(compare_tables(scenario_.source_url(), scenario_.target_url()), IsEmpty());
}

TEST_F(SlowBuilds, DoNotHideWhatIsWrittenAfterTheReadBack) {
    ASSERT_NO_FATAL_FAILURE(kill_behind_the_builds());
    query(scenario_.target_url(), "UPDATE notes SET note = 'altered' WHERE note = 'note 7'");
    const Finished finished = scenario_.run_job(job_);
    EXPECT_EQ(finished.ending.exit_code, 4) << finished.out << finished.err;
    EXPECT_THAT(finished.err, HasSubstr("public.notes (300 rows sent, 300 found, of other content)"));
    EXPECT_THAT(read_again(), ElementsAre("COPY (SELECT item, note FROM ONLY public.notes) TO STDOUT (FORMAT binary)"));
}

// The server counts a session's writes late: of two commits within a second, the second only after ten seconds of rest.
TEST_F(SlowBuilds, DoNotHideWhatASessionHasNotCountedYet) {
    ASSERT_NO_FATAL_FAILURE(kill_behind_the_builds());
    query(scenario_.target_url(), "CREATE TABLE elsewhere (x integer)");
    pqxx::connection writer(scenario_.target_url());
    pqxx::nontransaction work(writer);
    work.exec("INSERT INTO elsewhere VALUES (1)");
    work.exec("UPDATE notes SET note = 'altered' WHERE note = 'note 7'");
    const Finished finished = scenario_.run_job(job_);
    EXPECT_EQ(finished.ending.exit_code, 4) << finished.out << finished.err;
    EXPECT_THAT(finished.err, HasSubstr("public.notes (300 rows sent, 300 found, of other content)"));
}

TEST(Statistics, AreThereForAllButTheElementsOfEmbeddings) {
    Scenario scenario;
    scenario.load("small_source.sql");
    query(scenario.source_url(), "ALTER TABLE items ALTER v SET STATISTICS 77");
    const Finished finished = scenario.run_job(scenario.write_job());
    ASSERT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    EXPECT_EQ(query_text(scenario.target_url(),
                         "SELECT string_agg(tablename || '.' || attname, ' ' ORDER BY 1) FROM pg_stats WHERE schemaname = 'public'"),
              "items.id items.name notes.item notes.note");
    EXPECT_EQ(
        query_text(scenario.target_url(),
                   "SELECT string_agg(relname || ' ' || reltuples, ', ' ORDER BY 1) FROM pg_class WHERE relname IN ('items', 'notes')"),
        "items 500, notes 300");
    EXPECT_EQ(
        query_text(scenario.target_url(), "SELECT attstattarget FROM pg_attribute WHERE attrelid = 'items'::regclass AND attname = 'v'"),
        "77")
        << "as the source has it";
    EXPECT_THAT(finished.out, HasSubstr("statistics of 2 tables gathered in"));
}

// small_1 to small_`count`; of `rows`, an SQL expression of i, rows each.
void make_small_tables(const std::string& url, int count, const std::string& rows) {
    query(url, "DO $$ BEGIN FOR i IN 1.." + std::to_string(count) +
                   " LOOP EXECUTE format('CREATE TABLE small_%s (id integer PRIMARY KEY, v vector(2))', i);"
                   " EXECUTE format('INSERT INTO small_%s SELECT g, ''[1,2]'' FROM generate_series(1, %s) g', i, " +
                   rows + "); END LOOP; END $$");
}

TEST(SmallTables, ShareTransactions) {
    Scenario scenario;
    scenario.load("small_source.sql");
    make_small_tables(scenario.source_url(), 300, "i % 7");
    const std::string job = scenario.write_job("copy: {workers: 2}\n");
    const Finished finished = scenario.run_job(job, {}, {"--json"});
    ASSERT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target_url()), IsEmpty());
    const auto journal = migrations_state::Journal::open(scenario.scratch() / "state/journal.db");
    const auto id = journal.find_job("words").value().id;
    const auto copied = journal.copy_runs(id);
    ASSERT_EQ(copied.size(), 1U);
    EXPECT_EQ(copied[0].chunks, 302U);
    EXPECT_LT(copied[0].journal_commits, 100U) << "far fewer than tables";
    const auto builds = journal.builds(id);
    EXPECT_EQ(std::ranges::count(builds, migrations_state::BuildState::done, &migrations_state::BuildRecord::state),
              static_cast<std::ptrdiff_t>(builds.size()));
}

TEST(SmallTables, WhoseKeyCannotBeBuiltAreNamedAndTheOthersAreBuilt) {
    Scenario scenario;
    scenario.load("small_source.sql");
    make_small_tables(scenario.source_url(), 40, "1");
    const std::string job = scenario.write_job("copy: {workers: 1}\n");
    // Somebody puts a row into the target's table before its key is there.
    const Finished killed = scenario.run_job(job, {{"LANTERN_FAILPOINT", "build.after_begin"}});
    ASSERT_EQ(killed.ending.signal, 9) << killed.err;
    query(scenario.target_url(), "INSERT INTO small_7 VALUES (1, '{3,4}')");
    const Finished failed = scenario.run_job(job);
    EXPECT_EQ(failed.ending.exit_code, 4) << "the row was found as well\n" << failed.out << failed.err;
    EXPECT_THAT(failed.err, HasSubstr("could not create unique index \"small_7_pkey\""));
    EXPECT_EQ(query_text(scenario.target_url(),
                         "SELECT count(*) FROM pg_constraint WHERE contype = 'p' AND conrelid::regclass::text LIKE 'small%'"),
              "39");
    query(scenario.target_url(), "DELETE FROM small_7 WHERE v = '{3,4}'");
    const Finished finished = scenario.run_job(job);
    EXPECT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    EXPECT_EQ(query_text(scenario.target_url(),
                         "SELECT count(*) FROM pg_constraint WHERE contype = 'p' AND conrelid::regclass::text LIKE 'small%'"),
              "40");
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target_url()), IsEmpty());
}

}  // namespace
}  // namespace lantern_migrate::test
