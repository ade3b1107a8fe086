#include "daemon/scheduler.h"

#include "core/steps/drop_target.h"
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

ActionResult accepted(std::string message) { return {.message = std::move(message)}; }

ActionResult conflict(std::string message, std::string hint = "") {
    return {.kind = ActionResult::Kind::conflict, .message = std::move(message), .hint = std::move(hint)};
}

std::string_view pausing(steps::Pause pause) {
    switch (pause) {
        case steps::Pause::at_once: return "pauses";
        case steps::Pause::after_chunks: return "pauses once the chunks in hand are copied; say it again to give them up";
        case steps::Pause::giving_up: return "pauses; chunks in hand are given up and copied again later";
    }
    return "";
}

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
        if (!job.unfinished()) continue;
        const Wish wish = wish_from_word(journal_.fact(job.id, wish_fact).value_or(""));
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
    boost::asio::post(io_, [this] { fill(); });
    if (hooks_.changed) hooks_.changed();
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
        if (result.journaled && goes_on_at_once(id, result.end)) {
            enqueue(id);
        } else if (result.retry_after) {
            wait_for_retry(id, *result.retry_after);
        }
        notify_ended(id, &result);
    } catch (const JournalError& e) {
        log_->error("journal not read job_id={} reason=\"{}\"", id, one_line(e.what()));
        wait_for_retry(id, options_.runner.retry.max_delay);
    }
    using End = RunResult::End;
    const bool ended = result.end == End::done || result.end == End::cancelled;
    if (!stopping_ && ended && !ready_.contains(id)) forget(id);
    if (stopping_ && running_.empty() && stopped_) std::exchange(stopped_, nullptr)();
    fill();
    if (hooks_.changed) hooks_.changed();
}

// The operator's word or wish came while the run was on its way out.
bool Scheduler::goes_on_at_once(JobId id, RunResult::End end) const {
    using End = RunResult::End;
    switch (wish_from_word(journal_.fact(id, wish_fact).value_or(""))) {
        // One that is paused already comes to know of a pause that was said again, and forgets it.
        case Wish::pause: return end == End::failed || end == End::waiting || end == End::paused;
        case Wish::cancel: return end == End::paused || end == End::waiting || end == End::cancelled;
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

// --- actions

// Before the change itself: a journal that takes no entry takes no change either.
void Scheduler::audit(const Job& job, Action action, const ActionOptions& options) {
    journal_.add_event(job.id, Severity::info, "operator",
                       std::format("{}{}{}", to_word(action), options.drop_target_objects ? " --drop-target-objects" : "",
                                   options.by.empty() ? "" : ", said by " + options.by));
    log_->info("operator job={} action={} by=\"{}\"", job.name, to_word(action), options.by);
}

ActionResult Scheduler::act(std::string_view job_name, Action action, const ActionOptions& options) {
    const std::optional<Job> job = journal_.find_job(job_name);
    if (!job) {
        return {.kind = ActionResult::Kind::unknown_job,
                .message = std::format("there is no job named {}", printable(job_name)),
                .hint = "`lantern-migrate list` shows all jobs"};
    }
    // What a cancelled job left on the target can be dropped later, too.
    const bool cleans = job->disposition == Disposition::cancelled && action == Action::cancel && options.drop_target_objects;
    if (!job->unfinished() && !cleans) {
        return conflict(std::format("job {} is {} already", job->name, migrations_state::to_word(job->disposition)));
    }
    if (stopping_) return conflict("the daemon is stopping", "try again when it has started");
    const Job now = status(*job).job;
    at_rest_.erase(job->id);
    switch (action) {
        case Action::pause: return pause(now, options);
        case Action::resume: return resume(now, options);
        case Action::cancel: return cancel(now, options);
        case Action::retry: return retry(now, options);
        case Action::cutover: return cutover(now, options);
    }
    std::unreachable();
}

ActionResult Scheduler::pause(const Job& job, const ActionOptions& options) {
    if (job.disposition == Disposition::paused) return accepted(std::format("job {} is paused", job.name));
    if (wish_from_word(journal_.fact(job.id, wish_fact).value_or("")) == Wish::cancel) {
        return conflict(std::format("job {} is being cancelled", job.name));
    }
    audit(job, Action::pause, options);
    if (running_.contains(job.id)) {
        journal_.set_fact(job.id, wish_fact, std::string(to_word(Wish::pause)));
        return accepted(std::format("job {} {}", job.name, pausing(runners_.at(job.id)->pause())));
    }
    journal_.set_paused(job.id);
    forget(job.id);
    notify_ended(job.id);
    return accepted(std::format("job {} is paused", job.name));
}

ActionResult Scheduler::resume(const Job& job, const ActionOptions& options) {
    if (job.disposition == Disposition::failed) {
        return conflict(std::format("job {} has failed, it is not paused", job.name), std::format("lantern-migrate retry {}", job.name));
    }
    if (job.disposition == Disposition::waiting) {
        return conflict(std::format("job {} waits for the cutover, it is not paused", job.name),
                        std::format("lantern-migrate cutover {}", job.name));
    }
    if (job.disposition != Disposition::paused) return conflict(std::format("job {} is not paused", job.name));
    audit(job, Action::resume, options);
    journal_.set_queued(job.id);
    enqueue(job.id);
    return accepted(std::format("job {} is queued", job.name));
}

ActionResult Scheduler::cancel(const Job& job, const ActionOptions& options) {
    audit(job, Action::cancel, options);
    journal_.together([&] {
        journal_.set_fact(job.id, drop_target_fact, options.drop_target_objects ? "yes" : "");
        journal_.set_fact(job.id, wish_fact, std::string(to_word(Wish::cancel)));
    });
    if (running_.contains(job.id)) {
        runners_.at(job.id)->stop(Wish::cancel);
    } else {
        start(job.id);  // beside max_jobs: it is short, and must not wait behind a copy that takes days
    }
    std::string target = options.drop_target_objects ? "what it made on the target is dropped" : steps::left_on_target(journal_, job);
    return accepted(std::format("job {} is being cancelled{}{}", job.name, target.empty() ? "" : "; ", target));
}

ActionResult Scheduler::retry(const Job& job, const ActionOptions& options) {
    if (job.disposition == Disposition::paused) {
        return conflict(std::format("job {} is paused, it has not failed", job.name), std::format("lantern-migrate resume {}", job.name));
    }
    if (job.disposition != Disposition::failed) return conflict(std::format("job {} has not failed", job.name));
    if (hooks_.before_retry) hooks_.before_retry(job);
    audit(job, Action::retry, options);
    journal_.reopen_builds(job.id, true);
    journal_.set_queued(job.id);
    unrecorded_.erase(job.id);
    runner(job).reset_patience();
    enqueue(job.id);
    return accepted(std::format("job {} is queued", job.name));
}

ActionResult Scheduler::cutover(const Job& job, const ActionOptions& options) {
    audit(job, Action::cutover, options);
    journal_.set_fact(job.id, cutover_fact, "by the operator");
    if (job.disposition != Disposition::waiting) {
        return accepted(std::format("job {} will not wait for the cutover", job.name));
    }
    journal_.set_queued(job.id);
    enqueue(job.id);
    return accepted(std::format("job {} goes on with the cutover", job.name));
}

}  // namespace lantern_migrate::daemon
