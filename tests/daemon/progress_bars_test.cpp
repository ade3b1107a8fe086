#include "daemon/progress_bars.h"

#include "daemon/text.h"

#include <gmock/gmock.h>

namespace lantern_migrate::daemon {
namespace {

using migrations_state::BuildState;
using migrations_state::Disposition;
using migrations_state::Step;
using testing::ElementsAre;

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

JobStatus copying() {
    JobStatus status;
    status.job.name = "words";
    status.job.disposition = Disposition::running;
    status.job.step = Step::transfer_data;
    ProgressView& view = status.progress;
    view.step = Step::transfer_data;
    view.activity = "copying 1 of 2 tables";
    view.rows = 4321;
    view.bytes = 32 * mib;
    view.bytes_total = 100 * mib;
    view.bytes_per_s = static_cast<double>(8 * mib);
    view.left = std::chrono::seconds(9);
    view.chunks = 10;
    view.chunks_done = 3;
    view.tables = {{.name = "public.words", .rows = 4321, .bytes = 32 * mib, .bytes_total = 64 * mib, .chunks_done = 3, .chunks = 6},
                   {.name = "public.later", .rows = 0, .bytes = 0, .bytes_total = 36 * mib, .chunks_done = 0, .chunks = 4}};
    return status;
}

TEST(ProgressBars, ShowTheWholeAndWhatIsBeingWorkedOn) {
    JobStatus status = copying();
    status.progress.builds = 3;
    status.progress.builds_done = 1;
    status.progress.builds_list.push_back({.item = "index public.words_embedding_idx",
                                           .table = "public.words",
                                           .state = BuildState::begun,
                                           .elapsed = std::chrono::seconds(2)});
    EXPECT_THAT(progress_bars(status, {.width = 120, .height = 24}),
                ElementsAre("words: running, step transfer_data: copying 1 of 2 tables",
                            "[=======>                ]  32%  4,321 rows  32.0 MiB of 100.0 MiB  8.0 MiB/s  9.0s left  builds 1/3",
                            "  public.words                     [========>       ]  50%  4,321 rows",
                            "  index public.words_embedding_idx [  <=>           ]  2.0s"));
}

TEST(ProgressBars, SayOfABuildWhatTheTargetSays) {
    const struct {
        const char* phase;
        std::optional<double> share;
        const char* text;
    } cases[] = {{"", std::nullopt, ""},
                 {"", 0.5, ""},
                 {"sorting live tuples", std::nullopt, "sorting live tuples"},
                 {"scanning table", 0.429, "scanning table 42%"},
                 {"loading tuples in tree", 1.0, "loading tuples in tree 100%"},
                 {"scanning table", 1.7, "scanning table 100%"},
                 {"scanning\ntable\x1b[31m", 0.0, "scanning table?[31m 0%"}};
    for (const auto& [phase, share, text] : cases) EXPECT_EQ(build_phase_text({.phase = phase, .share = share}), text);
    JobStatus status = copying();
    status.progress.tables.clear();
    status.progress.builds_list = {{.item = "index public.i",
                                    .state = BuildState::begun,
                                    .elapsed = std::chrono::seconds(2),
                                    .phase = "scanning table",
                                    .share = 0.42}};
    EXPECT_EQ(progress_bars(status, {.width = 120, .height = 24}).back(), "  index public.i [  <=>           ]  2.0s  scanning table 42%");
}

TEST(ProgressBars, SayWhatSlowsTheCopyAsLongAsItRuns) {
    JobStatus status = copying();
    status.progress.tables.clear();
    status.progress.throttle = "throttled to 12.0 MiB/s: 14 sessions are active on the source, limit 8";
    EXPECT_THAT(progress_bars(status, {.width = 120, .height = 24}),
                ElementsAre("words: running, step transfer_data: copying 1 of 2 tables",
                            "[=======>                ]  32%  4,321 rows  32.0 MiB of 100.0 MiB  8.0 MiB/s  9.0s left",
                            "  throttled to 12.0 MiB/s: 14 sessions are active on the source, limit 8"));
    EXPECT_EQ(progress_line(status),
              "words: running, step transfer_data: copying 1 of 2 tables; 32%  4,321 rows  32.0 MiB of 100.0 MiB  8.0 MiB/s  9.0s left; "
              "throttled to 12.0 MiB/s: 14 sessions are active on the source, limit 8");
    status.job.disposition = Disposition::paused;
    EXPECT_EQ(progress_line(status), "words: paused, step transfer_data; 32%  4,321 rows  32.0 MiB of 100.0 MiB");
}

TEST(ProgressBars, SayThatTheTimeLeftIsUnknown) {
    JobStatus status = copying();
    status.progress.left.reset();
    status.progress.bytes_per_s = 0;
    EXPECT_EQ(progress_bars(status, {.width = 120, .height = 24}).at(1),
              "[=======>                ]  32%  4,321 rows  32.0 MiB of 100.0 MiB  0 B/s  ? left");
}

TEST(ProgressBars, NeverPassAHundredPercent) {
    JobStatus status = copying();
    status.progress.bytes = 200 * mib;
    status.progress.chunks_done = 10;
    EXPECT_EQ(progress_bars(status, {.width = 120, .height = 24}).at(1),
              "[========================] 100%  4,321 rows  100.0 MiB of 100.0 MiB");
    EXPECT_EQ(percent(99999, 100000), 99);
    EXPECT_EQ(percent(1, 0), std::nullopt);
}

TEST(ProgressBars, StayWithinTheTerminal) {
    JobStatus status = copying();
    for (int i = 0; i < 40; ++i) {
        status.progress.tables.push_back(
            {.name = "public.t\x1b[31m" + std::to_string(i), .rows = 1, .bytes = 1, .bytes_total = 9, .chunks = 1});
    }
    const auto lines = progress_bars(status, {.width = 40, .height = 10});
    ASSERT_EQ(lines.size(), 10U);
    EXPECT_EQ(lines.back(), "  and 34 more");
    for (const std::string& line : lines) {
        EXPECT_LE(columns(line), 40U) << line;
        EXPECT_EQ(line.find('\x1b'), std::string::npos);
    }
}

TEST(ProgressBars, SayWhyAJobDoesNotRun) {
    JobStatus status;
    status.job.name = "words";
    status.job.disposition = Disposition::failed;
    status.job.transient = true;
    status.job.step = Step::connect;
    status.job.reason = "source postgresql://reader@old.example/app: Connection refused";
    status.job.hint = "is the source's server running?";
    status.job.retry_at = migrations_state::Timestamp{std::chrono::milliseconds(1738324801250)};
    EXPECT_THAT(
        progress_bars(status, {.width = 80, .height = 24}),
        ElementsAre("words: waiting to try again, step connect", "  reason: source postgresql://reader@old.example/app: Connection refused",
                    "  hint: is the source's server running?", "  tried again at 2025-01-31 12:00:01Z"));
}

TEST(ProgressLine, SaysEverythingInOneLine) {
    EXPECT_EQ(progress_line(copying()),
              "words: running, step transfer_data: copying 1 of 2 tables; 32%  4,321 rows  32.0 MiB of 100.0 MiB  8.0 MiB/s  9.0s left");
}

TEST(ProgressLine, NamesAWishThatIsBeingCarriedOut) {
    JobStatus status;
    status.job.name = "words";
    status.job.disposition = Disposition::running;
    status.job.step = Step::verify;
    status.wish = Wish::pause;
    EXPECT_EQ(progress_line(status), "words: pausing, step verify");
}

}  // namespace
}  // namespace lantern_migrate::daemon
