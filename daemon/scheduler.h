// Which job runs when: at most so many at a time, the rest in the order they came, transient failures again after a while, and
// the operator's actions. Lives on the io_context's thread; only the runners' work is elsewhere.
#pragma once

#include "daemon/job_runner.h"
#include "daemon/job_status.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace lantern_migrate::daemon {

enum class Action { pause, resume, cancel, retry, cutover };
[[nodiscard]] std::optional<Action> action_from_word(std::string_view);
[[nodiscard]] std::string_view to_word(Action);

struct ActionOptions {
    std::string by{};                  // who says it, for the audit event: "uid 1000, process 4242"
    bool drop_target_objects = false;  // of `cancel`: drop what the job made on the target, too
};

struct ActionResult {
    enum class Kind { accepted, unknown_job, conflict };
    Kind kind = Kind::accepted;
    std::string message{};  // what happens now, or why not
    std::string hint{};
};

struct SchedulerOptions {
    int max_jobs = 2;
    RunnerOptions runner;
};

// Called on the io_context's thread.
struct SchedulerHooks {
    // The job is about to run again after it had ended in `failed`; may throw, and then it does not.
    std::function<void(const migrations_state::Job&)> before_retry{};
    // A run was begun.
    std::function<void(migrations_state::JobId)> began{};
    // A run ended, or an action ended the job without one.
    std::function<void(const JobStatus&)> ended{};
    // A job came, or its state changed: a run began or ended, the operator said something.
    std::function<void()> changed{};
};

class Scheduler {
public:
    Scheduler(boost::asio::io_context&, migrations_state::Journal&, EngineFactory, SchedulerOptions, SchedulerHooks, Log);
    ~Scheduler();

    // Puts a job into the journal and the queue. Throws JournalError; `conflict`: an unfinished job has this name.
    migrations_state::Job admit(const config::JobSpec&, const std::string& file);
    // At the start: every job that was on its way when the last process ended.
    void take_up_unfinished();
    void enqueue(migrations_state::JobId);

    ActionResult act(std::string_view job_name, Action, const ActionOptions& = {});

    // The daemon's file was read again; a run in hand goes on as it began.
    void set(int max_jobs, const config::RetrySpec&);

    // Ends all runs in an orderly way, starts no others, then calls `stopped`.
    void stop(std::function<void()> stopped);

    [[nodiscard]] std::vector<JobStatus> statuses() const;  // oldest first
    [[nodiscard]] std::optional<JobStatus> status(std::string_view job_name) const;
    [[nodiscard]] JobStatus status(const migrations_state::Job&) const;
    [[nodiscard]] std::size_t running() const { return running_.size(); }
    [[nodiscard]] std::size_t queued() const { return ready_.size(); }

private:
    using JobId = migrations_state::JobId;

    void fill();
    void start(JobId);
    void run_ended(JobId, RunResult);
    void wait_for_retry(JobId, std::chrono::milliseconds);
    void forget(JobId);
    void forget_pause(JobId);
    [[nodiscard]] Wish wish_of(JobId) const;
    void start_if_it_only_ends(JobId);
    void notify_ended(JobId, const RunResult* = nullptr);
    [[nodiscard]] bool goes_on_at_once(JobId, const RunResult&) const;
    JobRunner& runner(const migrations_state::Job&);
    void audit(const migrations_state::Job&, Action, const ActionOptions&);

    ActionResult pause(const migrations_state::Job&, const ActionOptions&);
    ActionResult resume(const migrations_state::Job&, const ActionOptions&);
    ActionResult cancel(const migrations_state::Job&, const ActionOptions&);
    ActionResult retry(const migrations_state::Job&, const ActionOptions&);
    ActionResult cutover(const migrations_state::Job&, const ActionOptions&);

    boost::asio::io_context& io_;
    migrations_state::Journal& journal_;
    EngineFactory engines_;
    SchedulerOptions options_;
    SchedulerHooks hooks_;
    Log log_;

    std::set<JobId> ready_;  // ids grow, so the smallest came first
    std::set<JobId> running_;
    std::map<JobId, std::shared_ptr<boost::asio::steady_timer>> retries_;
    std::map<JobId, migrations_state::Job> unrecorded_;  // how a run ended that the journal would not take
    mutable std::map<JobId, ProgressView> at_rest_;
    std::function<void()> stopped_;
    bool stopping_ = false;
    std::map<JobId, std::unique_ptr<JobRunner>> runners_;  // last: their threads end before what they use
};

}  // namespace lantern_migrate::daemon
