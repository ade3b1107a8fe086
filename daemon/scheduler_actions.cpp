// What the operator says to a job.
#include "core/steps/drop_target.h"
#include "daemon/scheduler.h"
#include "daemon/text.h"

#include <format>
#include <utility>

namespace lantern_migrate::daemon {

using migrations_state::Disposition;
using migrations_state::Job;
using migrations_state::Severity;

namespace {

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

Wish Scheduler::wish_of(JobId id) const { return wish_from_word(journal_.fact(id, wish_fact).value_or("")); }

// The operator's last word counts, not one that waits to be taken up. A cancel is never taken back.
void Scheduler::forget_pause(JobId id) {
    if (wish_of(id) == Wish::pause) journal_.set_fact(id, wish_fact, "");
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
    journal_.together([&] {
        journal_.set_paused(job.id);
        forget_pause(job.id);
    });
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
    journal_.together([&] {
        journal_.set_queued(job.id);
        forget_pause(job.id);
    });
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
    journal_.together([&] {
        journal_.reopen_builds(job.id, true);
        journal_.set_queued(job.id);
        forget_pause(job.id);
    });
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
