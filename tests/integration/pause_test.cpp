// A pause lets the chunks in hand come to their end; said again, it gives them up. Either way no row is lost and none is there twice.
#include "tests/integration/slow_copy.h"

#include <gmock/gmock.h>

namespace lantern_migrate::test {
namespace {

using testing::AnyOf;
using testing::Eq;
using testing::IsEmpty;

constexpr const char* pauses_behind_chunks = "job words pauses once the chunks in hand are copied; say it again to give them up\n";
constexpr const char* pauses_at_once = "job words pauses; chunks in hand are given up and copied again later\n";

class Pausing : public testing::Test {
protected:
    Pausing() : daemon_(scenario_.scratch().path()) { scenario_.load("slow_source.sql"); }

    // The job `words` in the middle of its copy, two chunks in hand.
    void copy_chunks_of_some_seconds() { copy("{workers: 2, chunk_size: 128KiB, max_rate: 96KiB/s}"); }
    void copy_chunks_of_a_minute() {
        query(scenario_.source_url(), "INSERT INTO big SELECT i, v FROM big, generate_series(20001, 100000) i WHERE id = 1; ANALYZE big");
        copy("{workers: 2, chunk_size: 2MiB, max_rate: 64KiB/s}");
    }
    void copy(const std::string& copy) {
        daemon_.drop("words.yaml", job_text(copy));
        ASSERT_TRUE(eventually([&] { return our_copies() == 2; })) << daemon_.log();
    }
    // Chunks that are being written to the target now.
    int our_copies() {
        return std::stoi(query_text(target(), "SELECT count(*) FROM pg_stat_progress_copy WHERE datname = current_database()"));
    }
    void resume_without_a_limit() {
        write_file(daemon_.spool("active") / "words.yaml", job_text("{workers: 2}"));
        EXPECT_EQ(daemon_.ask({"resume", "words"}).out, "job words is queued\n");
        ASSERT_EQ(daemon_.wait_for("words", "done"), "done") << daemon_.log();
        EXPECT_THAT(compare_tables(scenario_.source_url(), target()), IsEmpty());
    }
    // Chunks that the run which copied to the end began again.
    int chunks_again() {
        const auto report = boost::json::parse(daemon_.ask({"report", "words", "--json"}).out).as_object();
        return static_cast<int>(report.at("copies").as_array().back().as_object().at("chunks_again").to_number<int>());
    }
    std::string activity() { return text_at(daemon_.status("words"), "progress.activity"); }
    [[nodiscard]] std::string job_text(const std::string& copy) const { return read_file(scenario_.write_job("copy: " + copy + "\n")); }
    [[nodiscard]] std::string target() const { return scenario_.target_url(); }

    Scenario scenario_;
    DaemonProcess daemon_;
};

TEST_F(Pausing, CopiesTheChunksInHandToTheirEnd) {
    copy_chunks_of_some_seconds();
    const int before = chunks_done(target());
    EXPECT_EQ(daemon_.ask({"pause", "words"}).out, pauses_behind_chunks);
    EXPECT_THAT(activity(), AnyOf(Eq("pausing: 2 chunks in hand are being copied to the end"),
                                  Eq("pausing: 1 chunk in hand is being copied to the end")));
    EXPECT_EQ(text_at(daemon_.status("words"), "wish"), "pause");
    EXPECT_EQ(daemon_.wait_for("words", "paused"), "paused");
    EXPECT_GT(chunks_done(target()), before);
    EXPECT_EQ(our_copies(), 0);
    resume_without_a_limit();
    EXPECT_EQ(chunks_again(), 0);
}

TEST_F(Pausing, GivesTheChunksInHandUpIfItIsSaidAgain) {
    copy_chunks_of_a_minute();
    const int before = chunks_done(target());
    EXPECT_EQ(daemon_.ask({"pause", "words"}).out, pauses_behind_chunks);
    EXPECT_EQ(daemon_.ask({"pause", "words"}).out, pauses_at_once);
    EXPECT_EQ(daemon_.wait_for("words", "paused"), "paused");
    EXPECT_EQ(chunks_done(target()), before);
    resume_without_a_limit();
    EXPECT_EQ(chunks_again(), 2);
}

TEST_F(Pausing, IsPausedByADaemonThatIsStoppedMeanwhile) {
    copy_chunks_of_a_minute();
    const int before = chunks_done(target());
    EXPECT_EQ(daemon_.ask({"pause", "words"}).out, pauses_behind_chunks);
    EXPECT_EQ(daemon_.stop(), (Ending{0, 0}));
    daemon_.start();
    EXPECT_EQ(daemon_.wait_for("words", "paused"), "paused");
    EXPECT_EQ(chunks_done(target()), before);
    resume_without_a_limit();
}

TEST_F(Pausing, IsPausedByTheNextDaemonIfThisOneIsKilledMeanwhile) {
    copy_chunks_of_a_minute();
    const int before = chunks_done(target());
    EXPECT_EQ(daemon_.ask({"pause", "words"}).out, pauses_behind_chunks);
    daemon_.kill();
    daemon_.start();
    EXPECT_EQ(daemon_.wait_for("words", "paused"), "paused");
    EXPECT_EQ(chunks_done(target()), before);
    resume_without_a_limit();
}

TEST_F(Pausing, IsCutShortByACancel) {
    copy_chunks_of_a_minute();
    EXPECT_EQ(daemon_.ask({"pause", "words"}).out, pauses_behind_chunks);
    EXPECT_EQ(daemon_.ask({"cancel", "words"}).ending.exit_code, 0);
    EXPECT_EQ(daemon_.wait_for("words", "cancelled"), "cancelled");
}

}  // namespace
}  // namespace lantern_migrate::test
