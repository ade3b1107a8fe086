// Told to stop in the middle, the programs stop in order, leave nothing on the servers, and go on at the next start.
#include "tests/crash/rig.h"

#include <gmock/gmock.h>
#include <pqxx/pqxx>

#include <csignal>

namespace lantern_migrate::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr int exit_waiting = 3;
constexpr int exit_interrupted = 130;
constexpr std::chrono::seconds stop_limit{20};  // the promise

class Stop : public testing::Test {
protected:
    // So slow that the copy is still going when it is told to stop: a chunk's rows take the better part of a second.
    void slow_copy() { job_.write_job("{workers: 2, chunk_size: 64KiB, max_rate: 64KiB}"); }
    void fast_copy() { job_.write_job("{workers: 2, chunk_size: 64KiB}"); }
    [[nodiscard]] bool until_copying(int chunks) const {
        return eventually([&] { return count_chunks(read_ledger(job_.target_url())) >= chunks && our_backends(job_.target_url()) > 0; });
    }
    void expect_no_backends() const {
        EXPECT_TRUE(eventually([&] { return our_backends(job_.source_url()) == 0; })) << backends(job_.source_url());
        EXPECT_TRUE(eventually([&] { return our_backends(job_.target_url()) == 0; })) << backends(job_.target_url());
    }
    static std::string backends(const std::string& url) {
        return query_text(url,
                          "SELECT string_agg(application_name || ': ' || state || ' ' || query, E'\\n') FROM pg_stat_activity WHERE "
                          "application_name LIKE 'lantern-migrate%'");
    }
    void expect_kept(const LedgerRows& held) const {
        EXPECT_THAT(done_again(held, read_ledger(job_.target_url())), IsEmpty());
        EXPECT_THAT(rows_that_the_ledger_does_not_explain(job_.target_url()), IsEmpty());
    }

    CrashCase job_;
};

TEST_F(Stop, TheDaemonEndsWithinItsTimeInTheMiddleOfTheCopyAndGoesOnAtTheNextStart) {
    slow_copy();
    Daemon daemon(job_.scratch().path());
    daemon.start();
    daemon.submit(job_.job_file());
    ASSERT_TRUE(until_copying(2)) << daemon.log();
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.wait(stop_limit), (Ending{0, 0})) << daemon.log();
    expect_no_backends();
    const LedgerRows held = read_ledger(job_.target_url());
    ASSERT_LT(count_chunks(held), job_.status().at("progress").at("chunks").to_number<int>()) << "it had nothing left to do";
    EXPECT_EQ(job_.status().at("disposition").as_string(), "queued");
    daemon.start();
    ASSERT_TRUE(daemon.until_waiting()) << daemon.log();
    expect_kept(held);
    ASSERT_NO_FATAL_FAILURE(daemon.cut_over());
    job_.expect_moved(Servers::shared().seed_dump());
    EXPECT_THAT(tables_started_again(daemon.report()), IsEmpty());
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.wait(stop_limit), (Ending{0, 0}));
}

TEST_F(Stop, TheDaemonEndsWithinItsTimeInTheMiddleOfIndexBuilds) {
    fast_copy();
    query(job_.target_url(), "ALTER DATABASE " + job_.database() + " SET lantern_stub.build_delay_ms = 600000");
    Daemon daemon(job_.scratch().path());
    daemon.start();
    daemon.submit(job_.job_file());
    ASSERT_TRUE(eventually([&] {
        return query_text(job_.target_url(),
                          "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX %lantern_hnsw%' AND state = 'active' AND "
                          "application_name LIKE 'lantern-migrate%'") == "2";
    })) << daemon.log();
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.wait(stop_limit), (Ending{0, 0})) << daemon.log();
    expect_no_backends();
    query(job_.target_url(), "ALTER DATABASE " + job_.database() + " RESET lantern_stub.build_delay_ms");
    const LedgerRows held = read_ledger(job_.target_url());
    daemon.start();
    ASSERT_TRUE(daemon.until_waiting()) << daemon.log();
    expect_kept(held);
    ASSERT_NO_FATAL_FAILURE(daemon.cut_over());
    job_.expect_moved(Servers::shared().seed_dump());
}

TEST_F(Stop, TheDaemonEndsWithinItsTimeWhileItWaitsForTheSourcesLock) {
    pqxx::connection session(job_.source_url());
    pqxx::work writer(session);
    writer.exec("UPDATE items SET name = name WHERE id = 1");
    Daemon daemon(job_.scratch().path());
    daemon.start();
    daemon.submit(job_.job_file());
    ASSERT_TRUE(eventually([&] {
        return query_text(job_.source_url(), "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'ShareLock'") != "0";
    })) << daemon.log();
    daemon.signal(SIGTERM);
    EXPECT_EQ(daemon.wait(stop_limit), (Ending{0, 0})) << daemon.log();
    expect_no_backends();
    writer.abort();
    session.close();
    daemon.start();
    ASSERT_TRUE(daemon.until_waiting()) << daemon.log();
    ASSERT_NO_FATAL_FAILURE(daemon.cut_over());
    job_.expect_moved(Servers::shared().seed_dump());
}

TEST_F(Stop, RunEndsAtCtrlCInTheMiddleOfTheCopyAndGoesOnWhenItIsRunAgain) {
    slow_copy();
    Process process({LANTERN_MIGRATE_BIN, "run", job_.job_file(), "--state-dir", job_.scratch() / "state"});
    ASSERT_TRUE(until_copying(2)) << process.err();
    process.signal(SIGINT);
    EXPECT_EQ(process.wait(stop_limit), (Ending{exit_interrupted, 0})) << process.err();
    EXPECT_THAT(process.err(), HasSubstr("words is stopped at step transfer_data; nothing that is copied is lost\n"));
    expect_no_backends();
    const LedgerRows held = read_ledger(job_.target_url());
    ASSERT_LT(count_chunks(held), job_.status().at("progress").at("chunks").to_number<int>()) << "it had nothing left to do";
    fast_copy();
    const Finished resumed = job_.run();
    ASSERT_EQ(resumed.ending.exit_code, exit_waiting) << resumed.out << resumed.err;
    expect_kept(held);
    ASSERT_EQ(job_.run("", {"--cutover"}).ending.exit_code, 0);
    job_.expect_moved(Servers::shared().seed_dump());
    EXPECT_THAT(tables_started_again(job_.report()), IsEmpty());
}

}  // namespace
}  // namespace lantern_migrate::test
