#include "daemon/watch/asker.h"

#include "daemon/control_client.h"
#include "tests/daemon/watch/watch_samples.h"

#include <poll.h>

#include <gmock/gmock.h>

#include <atomic>

namespace lantern_migrate::daemon::watch {
namespace {

using migrations_state::Disposition;
using migrations_state::EventRecord;
using migrations_state::Step;
using testing::ElementsAre;
using testing::SizeIs;

constexpr auto interval = std::chrono::milliseconds(1);
constexpr int minute_ms = 60'000;

std::optional<News> wait_for_news(Asker& asker) {
    pollfd wake{.fd = asker.wake_fd(), .events = POLLIN, .revents = 0};
    return ::poll(&wake, 1, minute_ms) == 1 ? asker.take() : std::nullopt;
}

Questions two_jobs() {
    return {.jobs =
                [] {
                    return std::vector{sample_job("a", Disposition::running, Step::verify, 1),
                                       sample_job("b", Disposition::queued, Step::connect, 2)};
                },
            .job = [](const std::string& job) { return sample_job(job, Disposition::running, Step::verify, job == "a" ? 1 : 2); },
            .events =
                [](const std::string&, std::int64_t after) {
                    return after >= 2 ? std::vector<EventRecord>{} : std::vector{event(after + 1, std::chrono::seconds(1), "kind", "text")};
                }};
}

TEST(WatchAsker, AsksForTheListAndForTheJobThatIsLookedAt) {
    Asker asker(two_jobs(), "", {}, interval);
    EXPECT_FALSE(asker.ask().chosen.has_value());
    asker.choose("b");
    asker.start();
    const std::optional<News> news = wait_for_news(asker);
    ASSERT_TRUE(news && news->answer && news->answer->chosen);
    EXPECT_THAT(news->answer->jobs, SizeIs(2));
    EXPECT_EQ(news->answer->chosen->job.name, "b");
    ASSERT_THAT(news->answer->events, SizeIs(1));
    EXPECT_EQ(news->answer->events.front().id, 1);
    const std::optional<News> next = wait_for_news(asker);
    ASSERT_TRUE(next && next->answer);
    EXPECT_EQ(next->answer->events.at(0).id, 2) << "only what is new";
}

TEST(WatchAsker, SaysThatNobodyAnswersAndGoesOnAsking) {
    Questions questions = two_jobs();
    std::atomic<int> asked = 0;
    questions.job = [&](const std::string& job) {
        if (++asked < 3) throw Unreachable("the daemon does not answer", "");
        return sample_job(job, Disposition::running, Step::verify);
    };
    Asker asker(questions, "a", {}, interval);
    asker.start();
    EXPECT_EQ(wait_for_news(asker).value_or(News{}).lost, "the daemon does not answer");
    EXPECT_EQ(wait_for_news(asker).value_or(News{}).lost, "the daemon does not answer");
    EXPECT_TRUE(wait_for_news(asker).value_or(News{}).answer.has_value());
}

TEST(WatchAsker, HandsOnWhatElseGoesWrong) {
    Questions questions = two_jobs();
    questions.job = [](const std::string&) -> JobStatus { throw std::runtime_error("there is no job named a"); };
    Asker asker(questions, "a", {}, interval);
    EXPECT_THROW(static_cast<void>(asker.ask()), std::runtime_error);
    asker.start();
    const std::optional<News> news = wait_for_news(asker);
    ASSERT_TRUE(news && news->error);
    EXPECT_THROW(std::rethrow_exception(news->error), std::runtime_error);
}

// A stop ends the question, and so the thread, though the daemon would take its time.
TEST(WatchAsker, LeavesAtOnceWhileADaemonIsSlow) {
    std::stop_source stop;
    Questions questions = two_jobs();
    std::atomic<bool> asking = false, ended = false;
    questions.job = [&](const std::string& job) {
        asking = true;
        asking.notify_all();
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any never;
        never.wait(lock, stop.get_token(), [] { return false; });
        ended = true;
        return sample_job(job, Disposition::running, Step::verify);
    };
    {
        Asker asker(questions, "a", stop, interval);
        asker.start();
        asking.wait(false);
        EXPECT_FALSE(asker.take().has_value()) << "who looks does not wait";
        EXPECT_FALSE(ended);
    }
    EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace lantern_migrate::daemon::watch
