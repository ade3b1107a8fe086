#include "core/progress.h"

#include <gtest/gtest.h>

#include <thread>

namespace lantern_migrate {
namespace {

using migrations_state::BuildState;

std::vector<ProgressView::Table> two_tables() {
    return {{.name = "public.a", .rows = 100, .bytes = 50, .bytes_total = 100, .chunks_done = 1, .chunks = 2},
            {.name = "public.b", .rows = 0, .bytes = 0, .bytes_total = 300, .chunks_done = 0, .chunks = 3}};
}

TEST(Progress, BeginsWithWhatEarlierRunsCopied) {
    Progress progress;
    progress.set_tables(two_tables());
    const ProgressView view = progress.view();
    EXPECT_EQ(view.rows, 100U);
    EXPECT_EQ(view.bytes, 50U);
    EXPECT_EQ(view.bytes_total, 400U);
    EXPECT_EQ(view.chunks_done, 1);
    EXPECT_EQ(view.chunks, 5);
    EXPECT_EQ(view.wire_bytes, 0U);
    EXPECT_FALSE(view.left.has_value());
}

TEST(Progress, KeepsTheThrottleBesideAnyActivityUntilTheNextStep) {
    Progress progress;
    progress.set_throttle("throttled to 1.0 MiB/s: 9 sessions are active on the source, limit 8");
    progress.set_activity("copying rows");
    EXPECT_EQ(progress.view().throttle, "throttled to 1.0 MiB/s: 9 sessions are active on the source, limit 8");
    EXPECT_EQ(progress.view().activity, "copying rows");
    progress.set_step(migrations_state::Step::create_indexes);
    EXPECT_EQ(progress.view().throttle, "");
}

TEST(Progress, CountsAChunkInFlightAndTakesItBackIfAbandoned) {
    Progress progress;
    progress.set_tables(two_tables());
    progress.add_rows(1, 30, 999);
    progress.set_in_flight(1, 40);
    EXPECT_EQ(progress.view().rows, 130U);
    EXPECT_EQ(progress.view().bytes, 90U);
    progress.chunk_abandoned(1, 30, 40);
    EXPECT_EQ(progress.view().rows, 100U);
    EXPECT_EQ(progress.view().bytes, 50U);
    EXPECT_EQ(progress.view().wire_bytes, 999U);
}

TEST(Progress, NeverShowsMoreThanThereIs) {
    Progress progress;
    progress.set_tables(two_tables());
    progress.set_in_flight(0, 1000);
    EXPECT_EQ(progress.view().tables[0].bytes, 100U);
    progress.set_in_flight(0, -1000);
    progress.chunk_done(0, 50);
    progress.chunk_done(0, 50);
    EXPECT_EQ(progress.view().tables[0].chunks_done, 2);
    EXPECT_EQ(progress.view().bytes, 100U);
}

TEST(Progress, ShowsAFinishedTableAsWholeThoughItsChunksWereEstimates) {
    Progress progress;
    progress.set_tables({{.name = "public.a", .bytes_total = 100, .chunks = 2}});
    progress.chunk_done(0, 33);
    progress.chunk_done(0, 33);
    EXPECT_EQ(progress.view().bytes, 100U);
    EXPECT_EQ(progress.view().left, std::chrono::seconds(0));
}

TEST(Progress, DerivesTheTimeLeftFromTheLastSecondsAlone) {
    Progress progress;
    progress.set_tables({{.name = "public.a", .bytes = 500, .bytes_total = 1000, .chunks_done = 5, .chunks = 10}});
    EXPECT_FALSE(progress.view().left.has_value());
    progress.set_in_flight(0, 100);
    std::this_thread::sleep_for(std::chrono::milliseconds(1050));
    const ProgressView view = progress.view();
    // 100 bytes in a little over a second; the 500 of earlier runs are no part of the rate.
    EXPECT_GT(view.bytes_per_s, 40);
    EXPECT_LT(view.bytes_per_s, 101);
    ASSERT_TRUE(view.left.has_value());
    EXPECT_GE(view.left->count(), 4);
    EXPECT_GT(view.bytes_per_s_average, 40);
    EXPECT_LT(view.bytes_per_s_average, 101);
}

TEST(Progress, AveragesOverTheCopyAndNotOverWhatComesBehindIt) {
    Progress progress;
    progress.set_tables({{.name = "public.a", .bytes = 500, .bytes_total = 1000, .chunks_done = 5, .chunks = 6}});
    EXPECT_EQ(progress.view().bytes_per_s_average, 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(1050));
    progress.chunk_done(0, 500);
    const double average = progress.view().bytes_per_s_average;
    EXPECT_GT(average, 100);
    EXPECT_LT(average, 500);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    EXPECT_EQ(progress.view().bytes_per_s_average, average);
}

TEST(Progress, TimesBuilds) {
    Progress progress;
    progress.set_builds({{.item = "index a", .state = BuildState::done}, {.item = "index b"}, {.item = "index c"}});
    progress.build_began("index b");
    progress.build_ended("index c", BuildState::skipped);
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    ProgressView view = progress.view();
    EXPECT_EQ(view.builds, 3);
    EXPECT_EQ(view.builds_done, 2);
    EXPECT_EQ(view.builds_list[1].state, BuildState::begun);
    EXPECT_GT(view.builds_list[1].elapsed.count(), 0);
    progress.build_ended("index b", BuildState::failed);
    view = progress.view();
    EXPECT_EQ(view.builds_done, 2);
    EXPECT_EQ(view.builds_list[1].state, BuildState::failed);
}

}  // namespace
}  // namespace lantern_migrate
