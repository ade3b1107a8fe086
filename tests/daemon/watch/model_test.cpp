#include "daemon/watch/model.h"

#include "tests/daemon/watch/watch_samples.h"

#include <gmock/gmock.h>

namespace lantern_migrate::daemon::watch {
namespace {

using migrations_state::Disposition;
using migrations_state::Step;
using testing::ElementsAre;
using testing::SizeIs;

std::vector<std::string> names(const Model& model) {
    std::vector<std::string> all;
    for (const JobStatus& status : model.jobs) all.push_back(status.job.name);
    return all;
}

std::vector<std::int64_t> event_ids(const Model& model) {
    std::vector<std::int64_t> all;
    for (const auto& event : model.events) all.push_back(event.id);
    return all;
}

TEST(WatchModel, PutsThoseThatNeedSomebodyFirst) {
    JobStatus retried = sample_job("retried", Disposition::failed, Step::connect);
    retried.job.transient = true;
    JobStatus resuming = sample_job("resuming", Disposition::paused, Step::connect);
    resuming.wish = Wish::cancel;
    Model model;
    model.take({.jobs = {sample_job("queued", Disposition::queued, Step::connect), sample_job("runs", Disposition::running, Step::verify),
                         retried, resuming, sample_job("failed", Disposition::failed, Step::verify),
                         sample_job("held", Disposition::waiting, Step::cutover)},
                .at = noon});
    EXPECT_THAT(names(model), ElementsAre("failed", "held", "runs", "retried", "resuming", "queued"));
}

TEST(WatchModel, KeepsJobsThatEndWhileItLooksAndCountsThoseThatHadEnded) {
    JobStatus old = sample_job("old", Disposition::done, Step::cutover);
    JobStatus now = sample_job("now", Disposition::running, Step::cutover);
    Model model;
    model.take({.jobs = {old, now}, .at = noon});
    EXPECT_THAT(names(model), ElementsAre("now"));
    EXPECT_EQ(model.hidden, 1);
    now.job.disposition = Disposition::done;
    model.take({.jobs = {old, now}, .at = noon});
    EXPECT_THAT(names(model), ElementsAre("now"));
    model.take({.jobs = {old}, .at = noon});
    EXPECT_THAT(names(model), ElementsAre("old")) << "the only one is what was asked for";
}

TEST(WatchModel, GathersTheEventsOfTheJobThatIsLookedAtNewestFirst) {
    const JobStatus first = sample_job("first", Disposition::running, Step::verify, 1);
    const JobStatus second = sample_job("second", Disposition::running, Step::verify, 2);
    const auto some = [](std::int64_t from, std::int64_t to) {
        std::vector<migrations_state::EventRecord> events;
        for (; from <= to; ++from) events.push_back(event(from, std::chrono::seconds(1), "kind", "text"));
        return events;
    };
    Model model;
    model.take({.jobs = {first, second}, .chosen = first, .events = some(1, 3), .at = noon});
    model.take({.jobs = {first, second}, .chosen = first, .events = some(3, 4), .at = noon});
    EXPECT_THAT(event_ids(model), ElementsAre(4, 3, 2, 1));
    model.take({.jobs = {first, second}, .at = noon});
    EXPECT_THAT(event_ids(model), SizeIs(4)) << "an answer about the list alone";
    model.take({.jobs = {first, second}, .chosen = second, .events = some(2, 2), .at = noon});
    EXPECT_THAT(event_ids(model), ElementsAre(2));
    model.take({.jobs = {first, second}, .chosen = second, .events = some(3, 2000), .at = noon});
    EXPECT_THAT(event_ids(model), SizeIs(events_max));
    EXPECT_EQ(model.events.front().id, 2000);
}

TEST(WatchModel, ForgetsThatTheDaemonWasSilentOnceItAnswers) {
    Model model;
    model.miss("the daemon does not answer");
    EXPECT_EQ(model.lost, "the daemon does not answer");
    model.take({.at = noon});
    EXPECT_EQ(model.lost, "");
    EXPECT_EQ(model.answered_at, noon);
}

}  // namespace
}  // namespace lantern_migrate::daemon::watch
