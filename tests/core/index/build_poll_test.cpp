#include "core/index/build_poll.h"

#include <gmock/gmock.h>

#include <atomic>

namespace lantern_migrate::index {
namespace {

using migrations_state::BuildState;

constexpr auto interval = std::chrono::milliseconds(1);

// Bounded: a minute at most.
template <typename Condition>
bool eventually(Condition condition) {
    for (int i = 0; i < 60'000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
}

void two_builds(Progress& progress) {
    progress.set_builds({{.item = "index a"}, {.item = "index b"}});
    progress.build_began("index a");
}

ProgressView::Build build(const Progress& progress, std::size_t place) { return progress.view().builds_list.at(place); }

TEST(BuildPhase, IsNamedAsTheServerDoesWithoutWhatIsPlain) {
    EXPECT_EQ(phase_text({.phase = "building index: scanning table"}), "scanning table");
    EXPECT_EQ(phase_text({.phase = "building index"}), "building index");
    EXPECT_EQ(phase_text({.phase = "initializing"}), "initializing");
}

TEST(BuildPhase, IsKnownByTuplesOrByBlocksOrNotAtAll) {
    const struct {
        CreateIndexProgress progress;
        std::optional<double> share;
    } cases[] = {
        {{.blocks_done = 0, .blocks_total = 0}, std::nullopt},
        {{.blocks_done = 25, .blocks_total = 100}, 0.25},
        {{.blocks_done = 0, .blocks_total = 100}, 0.0},
        // Sorting: the scan's counters are full and say nothing of it.
        {{.blocks_done = 100, .blocks_total = 100}, std::nullopt},
        {{.blocks_done = 100, .blocks_total = 100, .tuples_done = 30, .tuples_total = 40}, 0.75},
        {{.tuples_done = 50, .tuples_total = 40}, 1.0},
        {{.tuples_done = -5, .tuples_total = 40}, 0.0},
    };
    for (const auto& [progress, share] : cases) EXPECT_EQ(phase_share(progress), share);
}

TEST(BuildPoll, ShowsWhatTheTargetSaysOfTheBackendThatBuilds) {
    Progress progress;
    two_builds(progress);
    std::atomic<int> looks = 0;
    BuildPoll poll(
        [&] {
            ++looks;
            return std::vector<CreateIndexProgress>{
                {.backend = 7, .phase = "building index: scanning table", .blocks_done = 1, .blocks_total = 4},
                {.backend = 8, .phase = "somebody else's", .blocks_done = 1, .blocks_total = 2}};
        },
        progress, {}, interval);
    std::this_thread::sleep_for(20 * interval);
    EXPECT_EQ(looks, 0) << "nothing is built";
    {
        const BuildPoll::Running running(&poll, 7, "index a");
        EXPECT_TRUE(eventually([&] { return build(progress, 0).phase == "scanning table"; }));
        EXPECT_EQ(build(progress, 0).share, 0.25);
    }
    progress.build_ended("index a", BuildState::done);
    EXPECT_EQ(build(progress, 0).phase, "");
    EXPECT_EQ(build(progress, 0).share, std::nullopt);
    EXPECT_EQ(build(progress, 1).phase, "");
    progress.build_phase("index a", "late", 0.5);
    EXPECT_EQ(build(progress, 0).phase, "") << "it has ended";
}

TEST(BuildPoll, EndsAtTheFirstErrorAndDisturbsNoBuild) {
    Progress progress;
    two_builds(progress);
    std::atomic<int> looks = 0;
    {
        BuildPoll poll(
            [&]() -> std::vector<CreateIndexProgress> {
                ++looks;
                throw std::runtime_error("too many connections");
            },
            progress, {}, interval);
        const BuildPoll::Running running(&poll, 7, "index a");
        EXPECT_TRUE(eventually([&] { return looks > 0; }));
        std::this_thread::sleep_for(20 * interval);
    }
    EXPECT_EQ(looks, 1);
    EXPECT_EQ(build(progress, 0).state, BuildState::begun);
}

TEST(BuildPoll, AsksNothingMoreOnceTheRunIsStopped) {
    Progress progress;
    two_builds(progress);
    std::stop_source stop;
    std::atomic<int> looks = 0;
    BuildPoll poll(
        [&] {
            ++looks;
            return std::vector<CreateIndexProgress>{};
        },
        progress, stop.get_token(), interval);
    stop.request_stop();
    const BuildPoll::Running running(&poll, 7, "index a");
    std::this_thread::sleep_for(20 * interval);
    EXPECT_EQ(looks, 0);
}

}  // namespace
}  // namespace lantern_migrate::index
