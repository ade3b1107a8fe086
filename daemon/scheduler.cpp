#include "daemon/scheduler.h"

#include "daemon/text.h"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <format>
#include <utility>

namespace lantern_migrate::daemon {

using migrations_state::Disposition;
using migrations_state::Job;
using migrations_state::JournalError;
using migrations_state::Severity;

namespace {

constexpr std::array actions{Action::pause, Action::resume, Action::cancel, Action::retry, Action::cutover};

}  // namespace

std::string_view to_word(Action action) {
    switch (action) {
        case Action::pause: return "pause";
        case Action::resume: return "resume";
        case Action::cancel: return "cancel";
        case Action::retry: return "retry";
        case Action::cutover: return "cutover";
    }
    return "";
}

std::optional<Action> action_from_word(std::string_view word) {
    const auto* const found = std::ranges::find(actions, word, [](Action action) { return to_word(action); });
    return found == actions.end() ? std::nullopt : std::optional(*found);
}

Scheduler::Scheduler(boost::asio::io_context& io, migrations_state::Journal& journal, EngineFactory engines, SchedulerOptions options,
                     SchedulerHooks hooks, Log log)
    : io_(io),
      journal_(journal),
      engines_(std::move(engines)),
      options_(std::move(options)),
      hooks_(std::move(hooks)),
      log_(std::move(log)) {}

Scheduler::~Scheduler() = default;

Job Scheduler::admit(const config::JobSpec& spec, const std::string& file) {
    const Job job = journal_.create_job({.name = spec.name,
                                         .file = file,
                                         .source = spec.source.display(),
                                         .target = spec.target.connection.display(),
                                         .fingerprint = engines_.fingerprint(spec)});
    log_->info("job queued job={} file={} source=\"{}\" target=\"{}\"", job.name, job.file, job.source, job.target);
    enqueue(job.id);
    return job;
}

void Scheduler::take_up_unfinished() {
    for (const Job& job : journal_.jobs()) {
        const Wish wish = wish_from_word(journal_.fact(job.id, wish_fact).value_or(""));
        // A cancelled job has it only while its target is still to be cleaned.
        const bool cleans = job.disposition == Disposition::cancelled && wish == Wish::cancel;
        if (!job.unfinished() && !cleans) continue;
        const bool on_its_way = job.disposition == Disposition::queued || job.disposition == Disposition::running ||
                                (job.disposition == Disposition::failed && job.transient);
        const bool allowed = job.disposition == Disposition::waiting && journal_.fact(job.id, cutover_fact).has_value();
        if (on_its_way || allowed || wish != Wish::none) {
            if (job.runs > 0) log_->info("job taken up again job={} step={}", job.name, migrations_state::to_word(job.step));
            enqueue(job.id);
        }
    }
}

void Scheduler::enqueue(JobId job) {
    retries_.erase(job);
    ready_.insert(job);
    boost::asio::post(io_, [this, job] {
        start_if_it_only_ends(job);
        fill();
    });
    if (hooks_.changed) hooks_.changed();
}

// Beside max_jobs: to pause or cancel is short, and must not wait behind a copy that takes days.
void Scheduler::start_if_it_only_ends(JobId id) {
    if (stopping_ || !ready_.contains(id)) return;
    try {
        if (wish_of(id) == Wish::none) return;
    } catch (const JournalError&) {  // then it waits for its turn
        return;
    }
    start(id);
}

void Scheduler::fill() {
    while (!stopping_ && !ready_.empty() && running_.size() < static_cast<std::size_t>(options_.max_jobs)) start(*ready_.begin());
}

JobRunner& Scheduler::runner(const Job& job) {
    std::unique_ptr<JobRunner>& runner = runners_[job.id];
    if (!runner) runner = std::make_unique<JobRunner>(journal_, engines_, job, options_.runner, log_);
    return *runner;
}

void Scheduler::start(JobId id) {
    ready_.erase(id);
    retries_.erase(id);
    at_rest_.erase(id);
    try {
        JobRunner& job_runner = runner(journal_.job(id));
        job_runner.set_retry(options_.runner.retry);
        running_.insert(id);
        job_runner.start([this, id](RunResult result) {
            boost::asio::post(io_, [this, id, result = std::move(result)]() mutable { run_ended(id, std::move(result)); });
        });
    } catch (const std::exception& e) {  // no thread to be had, or a journal that cannot be read now
        running_.erase(id);
        log_->error("run not begun job_id={} reason=\"{}\"", id, one_line(e.what()));
        wait_for_retry(id, options_.runner.retry.max_delay);
    }
    if (hooks_.began && running_.contains(id)) hooks_.began(id);
    if (hooks_.changed) hooks_.changed();
}

void Scheduler::run_ended(JobId id, RunResult result) {
    runners_.at(id)->join();
    running_.erase(id);
    at_rest_.erase(id);
    unrecorded_.erase(id);
    try {
        if (!result.journaled) {
            Job job = journal_.job(id);
            job.disposition = Disposition::failed;
            job.reason = result.verdict.reason;
            job.hint = result.verdict.hint;
            job.sqlstate = result.verdict.sqlstate;
            job.transient = result.retry_after.has_value();
            if (result.retry_after) job.retry_at = options_.runner.now() + *result.retry_after;
            unrecorded_[id] = std::move(job);
        }
        if (result.journaled && goes_on_at_once(id, result)) {
            enqueue(id);
        } else if (result.retry_after) {
            wait_for_retry(id, *result.retry_after);
        }
        notify_ended(id, &result);
    } catch (const JournalError& e) {
        log_->error("journal not read job_id={} reason=\"{}\"", id, one_line(e.what()));
        // One that paused, waits or failed for good is not to go on by itself.
        if (!result.journaled || result.retry_after) wait_for_retry(id, options_.runner.retry.max_delay);
    }
    using End = RunResult::End;
    const bool ended = result.end == End::done || result.end == End::cancelled;
    if (!stopping_ && ended && !ready_.contains(id)) forget(id);
    if (stopping_ && running_.empty() && stopped_) std::exchange(stopped_, nullptr)();
    fill();
    if (hooks_.changed) hooks_.changed();
}

// The operator's word or wish came while the run was on its way out.
bool Scheduler::goes_on_at_once(JobId id, const RunResult& result) const {
    using End = RunResult::End;
    const End end = result.end;
    switch (wish_from_word(journal_.fact(id, wish_fact).value_or(""))) {
        // One that is paused already comes to know of a pause that was said again, and forgets it.
        case Wish::pause: return end == End::failed || end == End::waiting || end == End::paused;
        // A cancel that failed is tried again when it is due, or by the operator.
        case Wish::cancel:
            return end == End::paused || end == End::waiting || end == End::cancelled || (end == End::failed && !result.cancelling);
        case Wish::none: return end == End::waiting && journal_.fact(id, cutover_fact).has_value();
    }
    std::unreachable();
}

void Scheduler::notify_ended(JobId id, const RunResult* result) {
    if (!hooks_.ended) return;
    JobStatus ended = status(journal_.job(id));
    // A cancelled job keeps no reason; but whoever asked for its target to be cleaned wants to know why that failed.
    if (result != nullptr && result->end == RunResult::End::failed && !ended.job.unfinished()) {
        ended.job.reason = result->verdict.reason;
        ended.job.hint = result->verdict.hint;
    }
    hooks_.ended(ended);
}

void Scheduler::wait_for_retry(JobId id, std::chrono::milliseconds delay) {
    if (stopping_) return;
    const auto timer = std::make_shared<boost::asio::steady_timer>(io_, delay);
    retries_[id] = timer;
    // A timer that has run out cannot be cancelled any more: its handler comes, though the job was paused or cancelled meanwhile.
    timer->async_wait([this, id, waited = std::weak_ptr(timer)](const boost::system::error_code& error) {
        if (!error && !waited.expired()) enqueue(id);
    });
}

void Scheduler::set(int max_jobs, const config::RetrySpec& retry) {
    options_.max_jobs = max_jobs;
    options_.runner.retry = retry;
    boost::asio::post(io_, [this] { fill(); });
}

void Scheduler::forget(JobId id) {
    ready_.erase(id);
    retries_.erase(id);
    unrecorded_.erase(id);
    runners_.erase(id);
}

void Scheduler::stop(std::function<void()> stopped) {
    stopping_ = true;
    ready_.clear();
    retries_.clear();
    stopped_ = std::move(stopped);
    for (const JobId id : running_) runners_.at(id)->stop(Wish::none);
    if (running_.empty()) {
        boost::asio::post(io_, [this] {
            if (stopped_) std::exchange(stopped_, nullptr)();
        });
    }
}

// --- status

JobStatus Scheduler::status(const Job& job) const {
    JobStatus status{.job = job, .wish = wish_from_word(journal_.fact(job.id, wish_fact).value_or(""))};
    if (!job.unfinished()) status.wish = Wish::none;
    if (const auto found = unrecorded_.find(job.id); found != unrecorded_.end()) status.job = found->second;
    if (running_.contains(job.id)) {
        // Its thread may not have come to its first entry yet.
        status.job.disposition = Disposition::running;
        status.job.reason.clear();
        status.job.hint.clear();
        status.progress = runners_.at(job.id)->progress();
    } else if (status.job.disposition == Disposition::running) {  // a daemon that died left it so
        status.job.disposition = Disposition::queued;
    }
    if (status.progress.tables.empty()) {
        auto found = at_rest_.find(job.id);
        // A running job's next step has more to tell: tables are planned in one, builds in another.
        if (found == at_rest_.end() || found->second.step != job.step) {
            found = at_rest_.insert_or_assign(job.id, progress_at_rest(journal_, job)).first;
        }
        ProgressView live = std::exchange(status.progress, found->second);
        if (running_.contains(job.id)) status.progress.activity = std::move(live.activity);
    }
    status.progress.step = status.job.step;
    status.different = verification_differs(journal_, job.id);
    return status;
}

std::vector<JobStatus> Scheduler::statuses() const {
    std::vector<JobStatus> all;
    for (const Job& job : journal_.jobs()) all.push_back(status(job));
    return all;
}

std::optional<JobStatus> Scheduler::status(std::string_view job_name) const {
    const std::optional<Job> job = journal_.find_job(job_name);
    return job ? std::optional(status(*job)) : std::nullopt;
}

}  // namespace lantern_migrate::daemon
