// Asks the daemon now and then, in a thread of its own: keys are answered however slow the daemon is.
#pragma once

#include "daemon/watch/model.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace lantern_migrate::daemon::watch {

// The questions; from one thread at a time. They throw Unreachable while nobody answers.
struct Questions {
    std::function<std::vector<JobStatus>()> jobs;
    std::function<JobStatus(const std::string& job)> job;
    std::function<std::vector<migrations_state::EventRecord>(const std::string& job, std::int64_t after)> events;  // oldest first
};

// One of the three.
struct News {
    std::optional<Answer> answer;
    std::string lost;  // why nobody answers
    std::exception_ptr error;
};

class Asker {
public:
    // `job`: the only one that is watched; empty: all. `stop` ends a question that is being asked.
    Asker(Questions questions, std::string job, std::stop_source stop, std::chrono::milliseconds interval = std::chrono::milliseconds(500));
    ~Asker();
    Asker(const Asker&) = delete;
    Asker& operator=(const Asker&) = delete;

    // Once, here and now; before start(). Throws what a question throws.
    [[nodiscard]] Answer ask();
    void start();
    // The job that is looked at. Any thread.
    void choose(const std::string& job);
    // Readable while there is news.
    [[nodiscard]] int wake_fd() const { return wake_[0]; }
    [[nodiscard]] std::optional<News> take();

private:
    void work() noexcept;
    [[nodiscard]] News look();
    [[nodiscard]] std::vector<migrations_state::EventRecord> new_events(const JobStatus&);

    Questions questions_;
    std::string job_;
    std::stop_source stop_;
    std::chrono::milliseconds interval_;
    migrations_state::JobId events_of_ = 0;
    std::int64_t last_event_ = 0;
    int wake_[2] = {-1, -1};
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::string chosen_;
    bool chosen_changed_ = false;
    std::optional<News> news_;  // until it is taken, nothing more is asked
    std::jthread thread_;
};

}  // namespace lantern_migrate::daemon::watch
