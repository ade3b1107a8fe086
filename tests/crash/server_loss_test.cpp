// A server crashes, or the connection is cut, in the middle of the copy: the daemon goes on by itself, and the truth is in the ledger.
#include "tests/crash/rig.h"

#include <gmock/gmock.h>

#include <csignal>

namespace lantern_migrate::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

// The WAL writer sleeps for long, so that what is committed without waiting for the disk stays in memory until something flushes it.
const ClusterOptions lazy_writer{
    .settings = {"wal_writer_delay = 10s", "wal_writer_flush_after = 1GB", "wal_buffers = 16MB", "autovacuum = off"}};

class ServerLoss : public testing::Test {
protected:
    explicit ServerLoss(Servers& servers = own()) : servers_(servers), job_(servers) {}

    // Crashes reset statistics and lose commits: not on the servers of other tests.
    static Servers& own() {
        static Servers servers({}, lazy_writer);
        return servers;
    }
    void start(const std::string& copy, const std::string& more = "") {
        job_.write_job(copy, more);
        daemon_.start();
        daemon_.submit(job_.job_file());
    }
    [[nodiscard]] bool until_chunks(int chunks) const {
        return eventually([&] { return count_chunks(read_ledger(job_.target_url())) >= chunks; });
    }
    // Stops the WAL writer where it sleeps and holds no lock, so that from here on only a commit that waits for the disk flushes anything.
    [[nodiscard]] bool stop_wal_writer() const {
        return eventually([&] {
            const std::string url = servers_.target().url("postgres");
            const int pid = std::stoi(query_text(url, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'"));
            ::kill(pid, SIGSTOP);
            if (query_text(url, "SELECT wait_event FROM pg_stat_activity WHERE pid = " + std::to_string(pid)) == "WalWriterMain")
                return true;
            ::kill(pid, SIGCONT);
            return false;
        });
    }
    [[nodiscard]] std::string setting(const std::string& sql) const { return query_text(job_.target_url(), sql); }
    void finish(const std::string& source_dump) {
        ASSERT_TRUE(daemon_.until_waiting()) << daemon_.log();
        EXPECT_THAT(rows_that_the_ledger_does_not_explain(job_.target_url()), IsEmpty());
        last_ = read_ledger(job_.target_url());
        ASSERT_NO_FATAL_FAILURE(daemon_.cut_over());
        job_.expect_moved(source_dump);
        report_ = daemon_.report();
    }

    Servers& servers_;
    CrashCase job_;
    Daemon daemon_{job_.scratch().path()};
    LedgerRows last_;
    boost::json::value report_;
};

constexpr const char* slow = "{workers: 2, chunk_size: 8KiB, max_rate: 128KiB}";

TEST_F(ServerLoss, ATargetThatLostCommittedChunksGetsThemAgain) {
    start(slow);
    ASSERT_TRUE(until_chunks(5)) << daemon_.log();
    ASSERT_TRUE(stop_wal_writer());
    const LedgerRows flushed = read_ledger(job_.target_url());
    query(job_.target_url(), "CHECKPOINT");
    ASSERT_TRUE(until_chunks(count_chunks(flushed) + 12)) << daemon_.log();
    const LedgerRows committed = chunks_of(read_ledger(job_.target_url()));
    servers_.target().crash();
    servers_.target().start();
    ASSERT_NO_FATAL_FAILURE(finish(servers_.seed_dump()));

    EXPECT_THAT(done_again(flushed, last_), IsEmpty());
    int lost = 0;
    for (const auto& row : committed) {
        const LedgerRow& now = last_.at(row.first);
        if (now == row.second) continue;
        ++lost;
        EXPECT_GT(now.attempt, row.second.attempt) << row.first.first << " part " << row.first.second;
    }
    EXPECT_GE(lost, 5) << "what was committed behind the last flush";
    EXPECT_THAT(daemon_.events(), HasSubstr("chunk lost: the target lost chunk "));
    EXPECT_THAT(daemon_.events(), HasSubstr("; it is copied again"));
    EXPECT_THAT(tables_started_again(report_), IsEmpty());
    EXPECT_GE(report_.at("runs").to_number<int>(), 2);
}

// Its server's default may be to answer a commit before it is on the disk; what the journal calls built is there all the same.
TEST_F(ServerLoss, ATargetThatLostBuildsGetsThemAgain) {
    query(servers_.target().url("postgres"), "ALTER DATABASE " + job_.database() + " SET synchronous_commit = off; ALTER DATABASE " +
                                                 job_.database() + " SET lantern_stub.build_delay_ms = 1500");
    start("{workers: 2, chunk_size: 32KiB}", "indexes: {concurrent_builds: 1}\n");
    ASSERT_TRUE(eventually([&] {
        return setting("SELECT count(*) FROM pg_class c JOIN pg_am a ON a.oid = relam WHERE amname = 'lantern_hnsw'") >= "1";
    })) << daemon_.log();
    servers_.target().crash();
    servers_.target().start();
    ASSERT_NO_FATAL_FAILURE(finish(servers_.seed_dump()));
    EXPECT_THAT(tables_started_again(report_), IsEmpty());
}

// A crash empties what is unlogged, and the ledger is not.
TEST_F(ServerLoss, AnUnloggedTableThatACrashOfTheTargetEmptiedIsCopiedAgain) {
    query(job_.source_url(), "ALTER TABLE loose SET UNLOGGED");
    const std::string source_dump = dump(job_.source_url());
    start("{workers: 2, chunk_size: 32KiB}");
    ASSERT_TRUE(daemon_.until_waiting()) << daemon_.log();
    const LedgerRows held = chunks_of(read_ledger(job_.target_url()), {"public.loose"});
    servers_.target().crash();
    servers_.target().start();
    ASSERT_EQ(setting("SELECT count(*) FROM loose"), "0") << "or this test shows nothing";
    // The daemon has no session there while the job waits: it learns of it when the cutover is allowed.
    ASSERT_NO_FATAL_FAILURE(daemon_.cut_over());
    job_.expect_moved(source_dump);
    EXPECT_EQ(tables_started_again(daemon_.report()), (std::multiset<std::string>{"public.loose"}));
    EXPECT_THAT(daemon_.events(), HasSubstr("table public.loose starts again: it is unlogged, and a crash of the target emptied it"));
}

TEST_F(ServerLoss, ASourceThatCrashedIsCopiedAgainWhereItCannotBeKnownWhetherItChanged) {
    start(slow);
    ASSERT_TRUE(until_chunks(10)) << daemon_.log();
    const LedgerRows held = read_ledger(job_.target_url());
    servers_.source().crash();
    servers_.source().start();
    ASSERT_NO_FATAL_FAILURE(finish(servers_.seed_dump()));
    for (const std::string& table : tables_of(held)) {
        EXPECT_THAT(tables_started_again(report_), Contains(table));
        EXPECT_THAT(daemon_.events(), HasSubstr("table " + table + " starts again: the source's statistics were reset"));
    }
}

TEST_F(ServerLoss, AConnectionThatIsCutIsTakenUpAgainByItself) {
    start(slow);
    const std::string cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'lantern-migrate%'";
    LedgerRows held;
    int chunks = 0;
    for (const std::string& url : {job_.source_url(), job_.target_url(), job_.source_url(), job_.target_url()}) {
        chunks += 8;
        ASSERT_TRUE(until_chunks(chunks)) << daemon_.log();
        ASSERT_TRUE(eventually([&] { return our_backends(url) > 0; })) << daemon_.log();
        held = read_ledger(job_.target_url());
        ASSERT_NE(query_text(url, cut), "0");
        ASSERT_TRUE(daemon_.running()) << daemon_.log();
    }
    ASSERT_NO_FATAL_FAILURE(finish(servers_.seed_dump()));
    EXPECT_THAT(done_again(held, last_), IsEmpty());
    EXPECT_THAT(tables_started_again(report_), IsEmpty());
    EXPECT_THAT(daemon_.log(), HasSubstr("run failed, to be retried"));
}

}  // namespace
}  // namespace lantern_migrate::test
