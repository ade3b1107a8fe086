#include "daemon/watch/asker.h"

#include "daemon/control_client.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <system_error>
#include <utility>

namespace lantern_migrate::daemon::watch {
namespace {

using migrations_state::EventRecord;

// The daemon gives at most 1000 events at a time; a job with more than these has its older ones left out until the next looks.
constexpr int event_pages_max = 20;

migrations_state::Timestamp now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(migrations_state::Clock::now()); }

// Signals are for the thread that has the terminal.
class AllSignalsBlocked {
public:
    AllSignalsBlocked() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    AllSignalsBlocked(const AllSignalsBlocked&) = delete;
    AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

private:
    sigset_t before_{};
};

}  // namespace

Asker::Asker(Questions questions, std::string job, std::stop_source stop, std::chrono::milliseconds interval)
    : questions_(std::move(questions)), job_(std::move(job)), stop_(std::move(stop)), interval_(interval), chosen_(job_) {
    if (::pipe2(wake_, O_CLOEXEC | O_NONBLOCK) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
}

Asker::~Asker() {
    stop_.request_stop();
    if (thread_.joinable()) thread_.join();
    ::close(wake_[0]);
    ::close(wake_[1]);
}

void Asker::start() {
    const AllSignalsBlocked inherited;
    thread_ = std::jthread([this] { work(); });
}

void Asker::choose(const std::string& job) {
    const std::scoped_lock lock(mutex_);
    if (chosen_ == job) return;
    chosen_ = job;
    chosen_changed_ = true;
    changed_.notify_all();
}

std::optional<News> Asker::take() {
    const std::scoped_lock lock(mutex_);
    char byte = 0;
    while (::read(wake_[0], &byte, 1) == 1) {
    }
    std::optional<News> news = std::exchange(news_, std::nullopt);
    changed_.notify_all();
    return news;
}

std::vector<EventRecord> Asker::new_events(const JobStatus& status) {
    if (events_of_ != status.job.id) last_event_ = 0;
    events_of_ = status.job.id;
    std::vector<EventRecord> all;
    for (int page = 0; page < event_pages_max; ++page) {
        std::vector<EventRecord> more = questions_.events(status.job.name, last_event_);
        if (more.empty()) break;
        last_event_ = more.back().id;
        std::ranges::move(more, std::back_inserter(all));
        if (all.size() > events_max) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(events_max));
        if (more.size() < 1000) break;
    }
    return all;
}

Answer Asker::ask() {
    std::string chosen;
    {
        const std::scoped_lock lock(mutex_);
        chosen = chosen_;
    }
    Answer answer;
    if (!job_.empty()) {
        answer.chosen = questions_.job(job_);
        answer.jobs.push_back(*answer.chosen);
    } else {
        answer.jobs = questions_.jobs();
        const bool there = std::ranges::any_of(answer.jobs, [&](const JobStatus& status) { return status.job.name == chosen; });
        if (there) answer.chosen = questions_.job(chosen);
    }
    if (answer.chosen) answer.events = new_events(*answer.chosen);
    answer.at = now();
    return answer;
}

News Asker::look() {
    try {
        return {.answer = ask()};
    } catch (const Unreachable& e) {
        return {.lost = e.what()};
    } catch (...) {
        return {.error = std::current_exception()};
    }
}

void Asker::work() noexcept {
    const std::stop_token stop = stop_.get_token();
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        changed_.wait_for(lock, stop, interval_, [this] { return chosen_changed_; });
        if (!changed_.wait(lock, stop, [this] { return !news_; })) return;
        chosen_changed_ = false;
        lock.unlock();
        News news = look();
        lock.lock();
        news_ = std::move(news);
        static_cast<void>(::write(wake_[1], "", 1));
    }
}

}  // namespace lantern_migrate::daemon::watch
