// Killed at every named place between an entry and its side effect, and resumed.
#include "migrations-state/failpoint.h"
#include "tests/crash/rig.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>

namespace lantern_migrate::test {
namespace {

using testing::IsEmpty;

constexpr int exit_waiting = 3;
constexpr Ending killed{-1, SIGKILL};

// tests/integration/drop_target_test.cpp has these.
bool is_of_cancel(std::string_view name) { return name.starts_with("drop_target."); }

// The failpoints, and those that a job passes many times also at a later passing.
std::vector<std::string> places() {
    std::vector<std::string> all;
    for (const std::string_view name : migrations_state::failpoint_names()) {
        if (is_of_cancel(name)) continue;
        all.emplace_back(name);
        if (!name.starts_with("chunk.") && !name.starts_with("build.")) continue;
        all.push_back(std::string(name) + ":3");
        all.push_back(std::string(name) + ":9");
    }
    return all;
}

class CrashBefore : public testing::TestWithParam<std::string> {
protected:
    // Brings the job to where the failpoint is passed, and kills it there.
    void kill_at(const std::string& place) {
        if (place.starts_with("table_restart.")) {
            ASSERT_EQ(job_.run("verify.before_end").ending, killed);
            // What was built on the table goes with its rows; so only the other tables' chunks are held against what comes.
            before_ = chunks_of(read_ledger(job_.target_url()), {"public.items"});
            query(job_.source_url(), "UPDATE items SET name = 'another name' WHERE id = 7");
            written_ = "public.items";
            dump_ = dump(job_.source_url());
        }
        if (place.starts_with("cutover.")) {
            ASSERT_EQ(job_.run().ending.exit_code, exit_waiting);
            check_ledger();
            more_ = {"--cutover"};
        }
        const Finished finished = job_.run(place, more_);
        ASSERT_EQ(finished.ending, killed) << "the failpoint was not passed: " << finished.out << finished.err;
    }

    void check_ledger() {
        const LedgerRows now = read_ledger(job_.target_url());
        EXPECT_THAT(done_again(before_, now), IsEmpty());
        EXPECT_THAT(rows_that_the_ledger_does_not_explain(job_.target_url()), IsEmpty());
        const auto repeated = std::ranges::count_if(
            now, [&](const auto& row) { return is_chunk(row) && table_of(row) != written_ && row.second.attempt > 1; });
        EXPECT_LE(repeated, 2) << "each of two workers had one chunk in hand";
    }

    CrashCase job_;
    LedgerRows before_;
    std::string written_;
    std::string dump_ = Servers::shared().seed_dump();
    std::vector<std::string> more_;
};

TEST_P(CrashBefore, ResumesWithEveryRowExactlyOnce) {
    const std::string place = GetParam();
    ASSERT_NO_FATAL_FAILURE(kill_at(place));
    EXPECT_THAT(rows_that_the_ledger_does_not_explain(job_.target_url()), IsEmpty());
    if (!place.starts_with("cutover.")) {
        const LedgerRows after_kill = read_ledger(job_.target_url());
        EXPECT_THAT(done_again(before_, after_kill), IsEmpty());
        if (written_.empty()) before_ = after_kill;
        const Finished resumed = job_.run();
        ASSERT_EQ(resumed.ending.exit_code, exit_waiting) << resumed.out << resumed.err;
        check_ledger();
    }
    const Finished finished = job_.run("", {"--cutover"});
    ASSERT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    job_.expect_moved(dump_);
    const auto restarted = tables_started_again(job_.report());
    EXPECT_EQ(restarted.count(written_), written_.empty() ? 0U : 1U);
    EXPECT_EQ(restarted.size(), restarted.count(written_)) << "no other table";
}

INSTANTIATE_TEST_SUITE_P(Places, CrashBefore, testing::ValuesIn(places()), [](const auto& place) {
    std::string name = place.param;
    std::ranges::replace_if(name, [](char c) { return c == '.' || c == ':'; }, '_');
    return name;
});

// One worker, so that the chunk in hand is known.
class ChunkCommit : public testing::TestWithParam<int> {
protected:
    void kill_at(const std::string& failpoint) {
        job_.write_job("{workers: 1, chunk_size: 32KiB}");
        ASSERT_EQ(job_.run(failpoint + ":" + std::to_string(GetParam())).ending, killed);
        held_ = read_ledger(job_.target_url());
        EXPECT_THAT(rows_that_the_ledger_does_not_explain(job_.target_url()), IsEmpty());
    }
    [[nodiscard]] int chunks_the_journal_calls_done() const { return job_.status().at("progress").at("chunks_done").to_number<int>(); }
    // Chunks of the ledger by the attempt that finished them.
    [[nodiscard]] std::map<int, int> attempts() const {
        std::map<int, int> attempts;
        for (const auto& row : read_ledger(job_.target_url())) {
            if (is_chunk(row)) ++attempts[row.second.attempt];
        }
        return attempts;
    }
    void resume() {
        const Finished resumed = job_.run();
        ASSERT_EQ(resumed.ending.exit_code, exit_waiting) << resumed.out << resumed.err;
        EXPECT_THAT(done_again(held_, read_ledger(job_.target_url())), IsEmpty());
        EXPECT_THAT(rows_that_the_ledger_does_not_explain(job_.target_url()), IsEmpty());
        chunks_ = job_.status().at("progress").at("chunks").to_number<int>();
        EXPECT_EQ(count_chunks(read_ledger(job_.target_url())), chunks_);
    }

    CrashCase job_;
    LedgerRows held_;
    int chunks_ = 0;
};

TEST_P(ChunkCommit, IsNotRepeatedIfTheKillCameBehindIt) {
    ASSERT_NO_FATAL_FAILURE(kill_at("chunk.after_commit"));
    EXPECT_EQ(count_chunks(held_), GetParam());
    EXPECT_EQ(chunks_the_journal_calls_done(), GetParam() - 1) << "the journal has not heard of the last";
    ASSERT_NO_FATAL_FAILURE(resume());
    EXPECT_EQ(attempts(), (std::map<int, int>{{1, chunks_}}));
    EXPECT_EQ(chunks_repeated(job_.report()), 0);
}

TEST_P(ChunkCommit, IsRepeatedIfTheKillCameBeforeIt) {
    ASSERT_NO_FATAL_FAILURE(kill_at("chunk.before_commit"));
    EXPECT_EQ(count_chunks(held_), GetParam() - 1);
    EXPECT_EQ(chunks_the_journal_calls_done(), GetParam() - 1);
    ASSERT_NO_FATAL_FAILURE(resume());
    EXPECT_EQ(attempts(), (std::map<int, int>{{1, chunks_ - 1}, {2, 1}})) << "one chunk, the one in hand";
    EXPECT_EQ(chunks_repeated(job_.report()), 1);
}

INSTANTIATE_TEST_SUITE_P(Passings, ChunkCommit, testing::Values(1, 4, 15));

// A job that is killed wherever it goes still comes to its end.
TEST(CrashAgainAndAgain, AtEachPlaceInTurnOfOneJob) {
    CrashCase job;
    LedgerRows seen;
    for (const std::string_view place : migrations_state::failpoint_names()) {
        if (place.starts_with("table_restart.") || place.starts_with("cutover.") || is_of_cancel(place)) continue;
        const Finished finished = job.run(std::string(place));
        ASSERT_EQ(finished.ending, killed) << place << ": " << finished.out << finished.err;
        const LedgerRows now = read_ledger(job.target_url());
        EXPECT_THAT(done_again(seen, now), IsEmpty()) << place;
        seen = now;
    }
    ASSERT_EQ(job.run().ending.exit_code, exit_waiting);
    EXPECT_THAT(done_again(seen, read_ledger(job.target_url())), IsEmpty());
    for (const std::string_view place : migrations_state::failpoint_names()) {
        if (!place.starts_with("cutover.")) continue;
        EXPECT_EQ(job.run(std::string(place), {"--cutover"}).ending, killed) << place;
    }
    ASSERT_EQ(job.run("", {"--cutover"}).ending.exit_code, 0);
    job.expect_moved(Servers::shared().seed_dump());
}

}  // namespace
}  // namespace lantern_migrate::test
