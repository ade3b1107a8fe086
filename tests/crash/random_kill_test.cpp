// One job of more than a hundred chunks, and fifty kills of the daemon at random moments of all its phases.
//
//   LANTERN_CRASH_SEED=N   repeats a run's choices; it is printed at the beginning
#include "tests/crash/rig.h"

#include <gmock/gmock.h>
#include <pqxx/pqxx>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

namespace lantern_migrate::test {
namespace {

using testing::IsEmpty;

constexpr int kills = 50;
constexpr int kills_in_the_copy = 34;  // the others are meant for the index builds
constexpr int workers = 3;
constexpr Ending killed{-1, SIGKILL};

unsigned chosen_seed() {
    const char* setting = std::getenv("LANTERN_CRASH_SEED");
    return setting == nullptr ? std::random_device{}() : static_cast<unsigned>(std::strtoul(setting, nullptr, 10));
}

void load_source(Cluster& source) {
    const std::string url = source.url("words");
    const auto load = [&](const char* file) {
        run_checked({"psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f",
                     std::string(LANTERN_SOURCE_DIR "/tests/crash/sql/") + file, url});
    };
    source.create_database("words");
    load("words_source.sql");
    load_words(url, "words");
    load("words_source_rows.sql");
}

class RandomKills : public testing::Test {
protected:
    RandomKills() {
        load_source(Servers::shared().source());
        job_ = std::make_unique<CrashCase>(Servers::shared(), "words");
        dump_ = dump(job_->source_url());
        // The copy and the builds last longer than a start of the daemon, so that most moments are theirs.
        job_->write_job("{workers: 3, chunk_size: 32KiB, max_rate: 768KiB}", "indexes: {concurrent_builds: 2}\n");
        query(job_->target_url(), "ALTER DATABASE " + job_->database() + " SET lantern_stub.build_delay_ms = 1000");
        daemon_ = std::make_unique<Daemon>(job_->scratch().path());
        watch_ = std::make_unique<pqxx::connection>(job_->target_url());
    }

    struct Done {
        int chunks = 0;
        int builds = 0;
    };
    [[nodiscard]] Done done() {
        pqxx::nontransaction statement(*watch_);
        if (statement.query_value<bool>("SELECT to_regclass('lantern_migrate.ledger') IS NULL")) return {};
        const auto row = statement
                             .exec(
                                 "SELECT count(*) FILTER (WHERE item LIKE 'table %'), count(*) FILTER (WHERE item NOT LIKE 'table %' AND "
                                 "item NOT IN ('schema', 'rows'))"
                                 " FROM lantern_migrate.ledger")
                             .one_row();
        return {row[0].as<int>(), row[1].as<int>()};
    }
    void learn_totals() {
        if (builds_ > 0) return;
        ASSERT_TRUE(eventually([&] {
            const auto status = daemon_->status();
            if (status.is_null()) return false;
            chunks_ = status.at("progress").at("chunks").to_number<int>();
            builds_ = status.at("progress").at("builds").to_number<int>();
            return chunks_ > 0 && builds_ > 0;
        })) << daemon_->log();
        ASSERT_GE(chunks_, 100);
    }
    void rest(int most_ms) { std::this_thread::sleep_for(std::chrono::milliseconds(std::uniform_int_distribution(0, most_ms)(random_))); }

    // Either at any moment of the start, or when the job got about as far as this kill's turn is, and a little later.
    void wait_for_the_moment(int number) {
        if (number % 3 == 0) return rest(500);
        ASSERT_NO_FATAL_FAILURE(learn_totals());
        const bool copying = number < kills_in_the_copy;
        const int chunks_wanted = copying ? chunks_ * number / kills_in_the_copy : chunks_;
        const int builds_wanted = copying ? 0 : builds_ * (number - kills_in_the_copy) / (kills - kills_in_the_copy);
        ASSERT_TRUE(eventually([&] {
            const Done now = done();
            return now.chunks >= chunks_wanted && now.builds >= builds_wanted;
        })) << daemon_->log();
        rest(120);
    }

    void kill_once(int number) {
        daemon_->start();
        ASSERT_NO_FATAL_FAILURE(wait_for_the_moment(number));
        ASSERT_TRUE(daemon_->running()) << "it ended by itself: " << daemon_->log();
        ASSERT_EQ(daemon_->kill(), killed);
        const LedgerRows now = read_ledger(job_->target_url());
        ASSERT_THAT(done_again(seen_, now), IsEmpty());
        ASSERT_THAT(rows_that_the_ledger_does_not_explain(job_->target_url()), IsEmpty());
        seen_ = now;
        const Done there = done();
        if (chunks_ == 0 || there.chunks < chunks_)
            ++hits_in_the_copy_;
        else if (there.builds < builds_)
            ++hits_in_the_builds_;
    }

    std::unique_ptr<CrashCase> job_;
    std::unique_ptr<Daemon> daemon_;
    std::unique_ptr<pqxx::connection> watch_;
    std::mt19937 random_;
    std::string dump_;
    LedgerRows seen_;
    int chunks_ = 0, builds_ = 0;
    int hits_in_the_copy_ = 0, hits_in_the_builds_ = 0;
};

TEST_F(RandomKills, FiftyOfThemLoseNoRowAndRepeatNoFinishedChunk) {
    const unsigned seed = chosen_seed();
    std::cout << "LANTERN_CRASH_SEED=" << seed << std::endl;
    SCOPED_TRACE("LANTERN_CRASH_SEED=" + std::to_string(seed));
    random_.seed(seed);
    daemon_->submit(job_->job_file());
    for (int number = 0; number < kills; ++number) {
        SCOPED_TRACE("kill " + std::to_string(number));
        ASSERT_NO_FATAL_FAILURE(kill_once(number));
    }
    std::cout << "kills in the copy or before it: " << hits_in_the_copy_ << ", in the builds: " << hits_in_the_builds_
              << ", later: " << kills - hits_in_the_copy_ - hits_in_the_builds_ << "; " << chunks_ << " chunks, " << builds_ << " builds"
              << std::endl;
    EXPECT_GE(hits_in_the_copy_, 20);
    EXPECT_GE(hits_in_the_builds_, 5);

    daemon_->start();
    ASSERT_TRUE(daemon_->until_waiting()) << daemon_->log();
    const LedgerRows ledger = read_ledger(job_->target_url());
    EXPECT_THAT(done_again(seen_, ledger), IsEmpty());
    EXPECT_THAT(rows_that_the_ledger_does_not_explain(job_->target_url()), IsEmpty());
    EXPECT_EQ(count_chunks(ledger), chunks_);
    int attempts = 0;
    for (const auto& row : ledger) attempts += is_chunk(row) ? row.second.attempt : 0;
    EXPECT_LE(attempts - chunks_, hits_in_the_copy_ * workers) << "a kill costs at most the chunks in hand";
    watch_.reset();

    ASSERT_NO_FATAL_FAILURE(daemon_->cut_over());
    job_->expect_moved(dump_);
    const auto report = daemon_->report();
    EXPECT_THAT(tables_started_again(report), IsEmpty());
    EXPECT_EQ(report.at("disposition").as_string(), "done");
}

}  // namespace
}  // namespace lantern_migrate::test
