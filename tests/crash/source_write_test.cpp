// A write to the source between kill and resume makes exactly that table start again; no write, none.
#include "tests/crash/rig.h"

#include <gmock/gmock.h>
#include <pqxx/pqxx>

#include <csignal>
#include <sstream>

namespace lantern_migrate::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr int exit_waiting = 3;
constexpr Ending killed{-1, SIGKILL};

struct Write {
    const char* name;
    const char* sql;
    std::set<std::string> tables;  // that start again
    const char* reason;            // as the job tells it
};

const std::set<std::string> all_with_rows{"public.items", "public.notes", "public.Odd Pairs", "public.loose", "public.empty_table"};

const Write writes[] = {
    {"Insert",
     "INSERT INTO notes VALUES (5000, 5, 'late'); REFRESH MATERIALIZED VIEW note_count",
     {"public.notes"},
     "rows were inserted (1), updated (0) or deleted (0)"},
    {"Update",
     "UPDATE items SET name = 'changed' WHERE id IN (3, 1999)",
     {"public.items"},
     "rows were inserted (0), updated (2) or deleted (0)"},
    {"Delete",
     "DELETE FROM \"Odd Pairs\" WHERE \"from\" <= 500",
     {"public.Odd Pairs"},
     "rows were inserted (0), updated (0) or deleted (500)"},
    {"InsertAndDelete",
     "INSERT INTO loose VALUES ('x', 2); DELETE FROM loose WHERE word = 'x'",
     {"public.loose"},
     "rows were inserted (1), updated (0) or deleted (1)"},
    {"Truncate", "TRUNCATE loose", {"public.loose"}, "it was rewritten or truncated"},
    {"VacuumFull", "VACUUM FULL items", {"public.items"}, "it was rewritten or truncated"},
    {"TwoTables",
     "DELETE FROM loose WHERE ctid = '(0,1)'; UPDATE notes SET note = 'x' WHERE id = 1500; REFRESH MATERIALIZED VIEW note_count",
     {"public.loose", "public.notes"},
     "rows were inserted (0), updated (1) or deleted (0)"},
    // Whoever wrote something may have written to any of them.
    {"StatisticsReset", "SELECT pg_stat_reset(), pg_current_xact_id()", all_with_rows, "the source's statistics were reset"},
};
const Write no_writes[] = {
    {"Nothing", "", {}, ""},
    {"Reading", "SELECT count(*) FROM items", {}, ""},
    {"AnotherDatabase", "ELSEWHERE", {}, ""},
    {"Maintenance", "VACUUM ANALYZE notes", {}, ""},
    {"Locking", "SELECT * FROM items FOR UPDATE", {}, ""},
    {"RolledBackDdl", "BEGIN; ALTER TABLE notes ADD COLUMN more text; ROLLBACK", {}, ""},
};

// Where the job is killed: in the middle of the copy, some tables done, one begun, some not; and when all is copied and built.
const char* const moments[] = {"chunk.after_end:20", "verify.before_end"};

using Parameters = std::tuple<const char*, Write>;

std::string name_of(const testing::TestParamInfo<Parameters>& info) {
    return std::string(std::get<1>(info.param).name) +
           (std::string(std::get<0>(info.param)).starts_with("chunk") ? "InTheCopy" : "AfterTheBuilds");
}

// The report breaks its lines at a width.
std::string in_one_line(const std::string& text) {
    std::istringstream words(text);
    std::string line;
    for (std::string word; words >> word;) line += word + " ";
    return line;
}

class SourceWrite : public testing::TestWithParam<Parameters> {
protected:
    void kill_and_write() {
        job_.write_job("{workers: 1, chunk_size: 32KiB}");
        ASSERT_EQ(job_.run(std::get<0>(GetParam())).ending, killed);
        held_ = read_ledger(job_.target_url());
        const std::string sql = std::get<1>(GetParam()).sql;
        if (sql == "ELSEWHERE") query(Servers::shared().source().url("postgres"), "CREATE TABLE elsewhere (); DROP TABLE elsewhere");
        // VACUUM wants to be alone in its message; so each statement goes as psql would send it.
        else if (!sql.empty())
            run_checked({"psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", job_.source_url(), "-c", sql});
        dump_ = dump(job_.source_url());
    }
    void finish() {
        const Finished finished = job_.run("", {"--cutover"});
        ASSERT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
        told_ = in_one_line(finished.out);
        job_.expect_moved(dump_);
    }

    CrashCase job_;
    LedgerRows held_;
    std::string dump_, told_;
};

TEST_P(SourceWrite, BetweenKillAndResumeMakesExactlyItsTableStartAgain) {
    const Write& write = std::get<1>(GetParam());
    ASSERT_NO_FATAL_FAILURE(kill_and_write());
    const std::set<std::string> begun = tables_of(held_);
    std::multiset<std::string> again;
    for (const std::string& table : write.tables) {
        if (begun.contains(table)) again.insert(table);
    }
    const Finished resumed = job_.run();
    ASSERT_EQ(resumed.ending.exit_code, exit_waiting) << resumed.out << resumed.err;

    const LedgerRows now = read_ledger(job_.target_url());
    EXPECT_THAT(rows_that_the_ledger_does_not_explain(job_.target_url()), IsEmpty());
    EXPECT_THAT(done_again(chunks_of(held_, write.tables), now), IsEmpty()) << "another table was touched";
    for (const auto& row : chunks_of(held_)) {
        if (!write.tables.contains(table_of(row))) continue;
        EXPECT_NE(now.at(row.first), row.second) << row.first.first;
    }
    if (!again.empty()) {
        EXPECT_THAT(resumed.err, HasSubstr("table starts again: table " + *again.rbegin() + " starts again: " + write.reason + "\n"));
    }
    ASSERT_NO_FATAL_FAILURE(finish());
    EXPECT_EQ(tables_started_again(job_.report()), again);
    for (const std::string& table : again) {
        EXPECT_THAT(told_, HasSubstr(table + " started again from nothing 1 time: it changed on the source, or the target lost it "));
    }
}

class NoSourceWrite : public SourceWrite {};

TEST_P(NoSourceWrite, BetweenKillAndResumeLeavesEveryChunkAsItWas) {
    ASSERT_NO_FATAL_FAILURE(kill_and_write());
    const Finished resumed = job_.run();
    ASSERT_EQ(resumed.ending.exit_code, exit_waiting) << resumed.out << resumed.err;
    EXPECT_THAT(done_again(held_, read_ledger(job_.target_url())), IsEmpty());
    ASSERT_NO_FATAL_FAILURE(finish());
    EXPECT_THAT(tables_started_again(job_.report()), IsEmpty());
    EXPECT_THAT(told_, Not(HasSubstr("started again")));
    // The next chunk is begun in the journal's commit that ends the one before.
    EXPECT_EQ(chunks_repeated(job_.report()), std::string_view(std::get<0>(GetParam())).starts_with("chunk") ? 1 : 0);
}

INSTANTIATE_TEST_SUITE_P(Writes, SourceWrite, testing::Combine(testing::ValuesIn(moments), testing::ValuesIn(writes)), name_of);
INSTANTIATE_TEST_SUITE_P(Others, NoSourceWrite, testing::Combine(testing::ValuesIn(moments), testing::ValuesIn(no_writes)), name_of);

// The server counts a session's writes late: of two commits within a second, the second one only after ten seconds of rest.
TEST(SourceWriteOfAnOpenSession, IsNoticedAlthoughTheServerHasNotCountedItYet) {
    CrashCase job;
    ASSERT_EQ(job.run("chunk.after_end:22").ending, killed);
    const LedgerRows held = read_ledger(job.target_url());
    pqxx::connection session(job.source_url());
    pqxx::nontransaction statements(session);
    statements.exec("DELETE FROM loose WHERE false");  // what is counted at once
    statements.exec("UPDATE items SET name = 'late' WHERE id = 11");
    statements.exec("SELECT 1");
    ASSERT_EQ(query_text(job.source_url(), "SELECT pg_stat_get_tuples_updated('items'::regclass)"), "0") << "or this test shows nothing";
    const Finished resumed = job.run();
    ASSERT_EQ(resumed.ending.exit_code, exit_waiting) << resumed.out << resumed.err;
    EXPECT_THAT(resumed.err, HasSubstr("table public.items starts again: rows were inserted (0), updated (1) or deleted (0)\n"));
    EXPECT_THAT(done_again(chunks_of(held, {"public.items"}), read_ledger(job.target_url())), IsEmpty());
    EXPECT_EQ(query_text(job.target_url(), "SELECT name FROM items WHERE id = 11"), "late");
    EXPECT_EQ(tables_started_again(job.report()), (std::multiset<std::string>{"public.items"}));
}

TEST(SourceWriteBeforeTheCutover, IsCopiedFirst) {
    CrashCase job;
    ASSERT_EQ(job.run().ending.exit_code, exit_waiting);
    const LedgerRows held = read_ledger(job.target_url());
    query(job.source_url(),
          "DELETE FROM notes WHERE id % 3 = 0; INSERT INTO items (name) VALUES ('the last'); REFRESH MATERIALIZED VIEW note_count");
    const std::string now = dump(job.source_url());
    const Finished finished = job.run("", {"--cutover"});
    ASSERT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    job.expect_moved(now);
    EXPECT_EQ(tables_started_again(job.report()), (std::multiset<std::string>{"public.items", "public.notes"}));
}

// With tables that the operator made, what is on them is the operator's too: rows are copied again, keys and indexes stay.
TEST(SourceWriteWithTablesOfTheOperator, LeavesWhatTheOperatorMadeOnThem) {
    CrashCase job;
    query(job.target_url(),
          "CREATE TABLE items (id bigint PRIMARY KEY, name text NOT NULL, v real[], half real[]); CREATE INDEX of_the_operator ON items "
          "(name);"
          "CREATE TABLE notes (id integer PRIMARY KEY, item bigint, note text CHECK (note <> ''))");
    job.write_job("{workers: 1, chunk_size: 32KiB}", "schema: {existing: use}\ntables: {include: [public.items, public.notes]}\n");
    const Finished first = job.run("verify.before_end");
    ASSERT_EQ(first.ending, killed) << first.out << first.err;
    const std::string made =
        "SELECT string_agg(indexrelid::regclass::text, ' ' ORDER BY indexrelid::regclass::text) FROM (SELECT indexrelid FROM pg_index "
        "WHERE indrelid IN "
        "('items'::regclass, 'notes'::regclass)) AS i";
    const std::string before = query_text(job.target_url(), made);
    EXPECT_THAT(before, HasSubstr("of_the_operator"));
    query(job.source_url(), "UPDATE items SET name = 'changed' WHERE id = 3; DELETE FROM notes WHERE id = 9");
    const Finished finished = job.run("", {"--cutover"});
    ASSERT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    EXPECT_EQ(query_text(job.target_url(), made), before);
    for (const char* sum : {"SELECT count(*) || ' ' || sum(hashtextextended(ROW(id, name)::text, 0)::numeric) FROM items",
                            "SELECT count(*) || ' ' || sum(hashtextextended(ROW(id, item, note)::text, 0)::numeric) FROM notes"}) {
        EXPECT_EQ(query_text(job.target_url(), sum), query_text(job.source_url(), sum));
    }
}

}  // namespace
}  // namespace lantern_migrate::test
