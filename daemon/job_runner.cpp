#include "daemon/job_runner.h"

#include "config/job_reader.h"
#include "core/errors.h"
#include "core/steps/drop_target.h"
#include "daemon/text.h"

#include <algorithm>
#include <format>
#include <random>
#include <utility>

namespace lantern_migrate::daemon {

using migrations_state::BuildState;
using migrations_state::ChunkState;
using migrations_state::Journal;
using migrations_state::JournalError;
using migrations_state::Severity;
using migrations_state::Side;

RunnerOptions runner_options(const config::RetrySpec& retry) {
    return {.retry = retry,
            .now = [] { return std::chrono::floor<std::chrono::milliseconds>(migrations_state::Clock::now()); },
            .chance =
                [] {
                    thread_local std::minstd_rand random{std::random_device{}()};
                    return std::uniform_real_distribution<double>(0, 1)(random);
                }};
}

std::string_view to_word(Wish wish) {
    switch (wish) {
        case Wish::none: return "";
        case Wish::pause: return "pause";
        case Wish::cancel: return "cancel";
    }
    return "";
}

Wish wish_from_word(std::string_view word) {
    if (word == to_word(Wish::pause)) return Wish::pause;
    if (word == to_word(Wish::cancel)) return Wish::cancel;
    return Wish::none;
}

config::JobSpec read_job_again(const migrations_state::Job& job) {
    config::JobSpec spec = config::read_job_file(job.file);
    spec.name = job.name;
    return spec;
}

JobRunner::JobRunner(Journal& journal, EngineFactory engines, const migrations_state::Job& job, RunnerOptions options, Log log)
    : journal_(journal),
      engines_(std::move(engines)),
      job_(job.id),
      name_(job.name),
      options_(std::move(options)),
      log_(std::move(log)),
      backoff_(options_.retry) {}

JobRunner::~JobRunner() {
    if (thread_.joinable()) stop(Wish::none);
}

void JobRunner::start(std::function<void(RunResult)> on_end) {
    wish_ = Wish::none;
    shutting_down_ = {};
    thread_ = std::jthread([this, on_end = std::move(on_end)](const std::stop_token& stop) {
        RunResult result;
        try {
            result = run(stop);
        } catch (...) {  // not even the failure could be put together: the machine is out of something
            result.verdict = {.transient = true, .reason = "the run ended without being able to say why"};
            result.retry_after = options_.retry.max_delay;
            result.journaled = false;
        }
        on_end(std::move(result));
    });
}

void JobRunner::stop(Wish wish) {
    // A cancel after a pause still counts; a shutdown changes no wish.
    if (wish != Wish::none)
        wish_ = wish;
    else
        shutting_down_.request_stop();
    thread_.request_stop();
}

steps::Pause JobRunner::pause() {
    wish_ = Wish::pause;
    const std::scoped_lock lock(engine_mutex_);
    if (engine_ != nullptr) return engine_->pause();
    thread_.request_stop();  // it has not come to its engine yet, or is behind it
    return steps::Pause::at_once;
}

void JobRunner::join() {
    if (thread_.joinable()) thread_.join();
}

void JobRunner::set_retry(const config::RetrySpec& retry) {
    options_.retry = retry;
    backoff_.set(retry);
}

std::unique_ptr<Engine> JobRunner::make_engine(const migrations_state::Job& job) {
    const auto log_event = [log = log_, name = name_](Severity severity, const std::string& kind, const std::string& text) {
        const auto level = severity == Severity::info ? spdlog::level::info : spdlog::level::warn;
        log->log(level, "{} job={} text=\"{}\"", kind, name, one_line(text));
    };
    return engines_.make(read_job_again(job), journal_, job_, progress_, {.event = log_event});
}

// A run that got further than the last one shows that the trouble is not one and the same.
void JobRunner::note_advance() {
    int steps = 0, chunks = 0, builds = 0;
    for (const auto& step : journal_.steps(job_)) steps += step.ended_at.has_value() ? 1 : 0;
    for (const auto& chunk : journal_.chunks(job_)) chunks += chunk.state == ChunkState::done ? 1 : 0;
    for (const auto& build : journal_.builds(job_)) builds += build.state == BuildState::done ? 1 : 0;
    std::string now = std::format("{} {} {}", steps, chunks, builds);
    if (!advance_.empty() && now != advance_) backoff_.reset();
    advance_ = std::move(now);
}

bool JobRunner::servers_known() const {
    return journal_.server(job_, Side::source).has_value() && journal_.server(job_, Side::target).has_value();
}

RunResult JobRunner::run(const std::stop_token& stop) {
    RunResult result;
    try {
        result = drive(stop);
    } catch (...) {
        result = failed(std::current_exception());
    }
    try {
        record(result);
    } catch (const JournalError& e) {
        // A full disk, as a rule. The job waits for space in memory and is tried again; the journal still says `running`,
        // which is also what a crash now would leave.
        log_->error("journal not written job={} reason=\"{}\" hint=\"{}\"", name_, one_line(e.what()), one_line(e.hint()));
        if (result.end != RunResult::End::failed || !result.retry_after) result = failed(std::current_exception());
        result.journaled = false;
    }
    return result;
}

Wish JobRunner::recorded_wish() const { return wish_from_word(journal_.fact(job_, wish_fact).value_or("")); }

RunResult JobRunner::drive(const std::stop_token& stop) {
    cancelling_ = Cancelling::no;
    target_end_.clear();
    switch (recorded_wish()) {
        case Wish::pause: return {.end = RunResult::End::paused};
        case Wish::cancel: return cancel();
        case Wish::none: break;
    }
    journal_.begin_run(job_);
    const migrations_state::Job job = journal_.job(job_);
    log_->info("run began job={} run={} step={}", name_, job.runs, migrations_state::to_word(job.step));
    switch (run_engine(make_engine(job), stop)) {
        case steps::Outcome::done: return {.end = RunResult::End::done};
        case steps::Outcome::waiting: return {.end = RunResult::End::waiting};
        case steps::Outcome::stopped: return stopped();
    }
    std::unreachable();
}

steps::Outcome JobRunner::run_engine(std::unique_ptr<Engine> engine, const std::stop_token& stop) {
    // Where a pause finds it while it runs.
    struct InHand {
        InHand(JobRunner& owner, Engine* engine) : runner(owner) { set(engine); }
        ~InHand() { set(nullptr); }
        InHand(const InHand&) = delete;
        InHand& operator=(const InHand&) = delete;
        void set(Engine* engine) const {
            const std::scoped_lock lock(runner.engine_mutex_);
            runner.engine_ = engine;
        }
        JobRunner& runner;
    };
    const InHand in_hand(*this, engine.get());
    return engine->run(stop, journal_.fact(job_, cutover_fact).has_value());
}

RunResult JobRunner::stopped() {
    switch (wish_.load()) {
        case Wish::none: return {.end = RunResult::End::stopped};
        case Wish::pause: return {.end = RunResult::End::paused};
        case Wish::cancel: return cancel();
    }
    std::unreachable();
}

bool JobRunner::source_touched() const {
    return std::ranges::any_of(journal_.steps(job_), [](const auto& step) { return step.step == migrations_state::Step::stop_source; });
}

bool JobRunner::wants_target_dropped() const { return journal_.fact(job_, drop_target_fact).value_or("") == "yes"; }

RunResult JobRunner::cancel() {
    cancelling_ = Cancelling::releasing_source;
    const bool drop = wants_target_dropped();
    try {
        release_source();
    } catch (const PgError&) {
        // A source that is gone must not keep the target from being cleaned; but the job is not cancelled before it has its source back.
        if (drop) drop_target_objects();
        cancelling_ = Cancelling::releasing_source;
        throw;
    }
    if (drop) drop_target_objects();
    return {.end = RunResult::End::cancelled};
}

void JobRunner::release_source() {
    cancelling_ = Cancelling::releasing_source;
    // Without this, a job whose file is past reading could never be cancelled.
    if (source_touched()) make_engine(journal_.job(job_))->release_source();
}

void JobRunner::drop_target_objects() {
    cancelling_ = Cancelling::dropping_target;
    target_end_ = make_engine(journal_.job(job_))->drop_target_objects(shutting_down_.get_token());
}

RunResult JobRunner::failed(const std::exception_ptr& exception) {
    RunResult result{.end = RunResult::End::failed};
    VerdictContext context;
    try {
        context.servers_known = servers_known();
        note_advance();
    } catch (const JournalError&) {  // then the journal is the trouble, and the exception in hand says so as well
    }
    result.verdict = judge(exception, context);
    result.cancelling = cancelling_ != Cancelling::no;
    if (cancelling_ != Cancelling::no && shutting_down_.stop_requested()) return {.end = RunResult::End::stopped};
    result.verdict.reason.insert(0, trouble_of_cancel());
    if (!result.verdict.transient) return result;
    result.retry_after = backoff_.next(options_.now(), options_.chance());
    if (!result.retry_after) {
        result.verdict.transient = false;
        result.verdict.hint =
            std::format("gave up after trying for {}; {}{}retry when it is mended", format_duration(options_.retry.give_up_after),
                        result.verdict.hint, result.verdict.hint.empty() ? "" : "; ");
    }
    return result;
}

void JobRunner::record(const RunResult& result) {
    switch (result.end) {
        case RunResult::End::done: log_->info("job done job={}", name_); return;
        case RunResult::End::waiting: log_->info("job waits job={} reason=\"{}\"", name_, journal_.job(job_).reason); return;
        case RunResult::End::stopped:
            if (journal_.job(job_).unfinished()) journal_.set_queued(job_);
            log_->info("job stopped job={}", name_);
            return;
        case RunResult::End::paused:
            journal_.together([&] {  // so that no cancel comes between the look at the wish and its end
                journal_.set_paused(job_);
                journal_.add_event(job_, Severity::info, "paused", "paused by the operator");
                // Not if a cancel came meanwhile: the scheduler takes that up.
                if (recorded_wish() == Wish::pause) journal_.set_fact(job_, wish_fact, "");
            });
            log_->info("job paused job={}", name_);
            return;
        case RunResult::End::cancelled: record_cancelled(); return;
        case RunResult::End::failed: break;
    }
    record_failed(result);
}

void JobRunner::record_cancelled() {
    std::string end = target_end_.empty() ? steps::left_on_target(journal_, journal_.job(job_)) : target_end_;
    journal_.together([&] {
        if (journal_.job(job_).unfinished()) {
            journal_.set_cancelled(job_);
            journal_.add_event(job_, Severity::info, "cancelled", "cancelled by the operator; the source is as it was");
        }
        journal_.set_fact(job_, target_end_fact, end);
        // Not if the word to clean the target came meanwhile: the scheduler takes that up.
        if (!target_end_.empty() || !wants_target_dropped()) forget_wish();
    });
    log_->info("job cancelled job={} target=\"{}\"", name_, one_line(end));
}

// Whatever comes next is the operator's to say.
void JobRunner::forget_wish() {
    journal_.set_fact(job_, wish_fact, "");
    journal_.set_fact(job_, drop_target_fact, "");
}

std::string_view JobRunner::trouble_of_cancel() const {
    switch (cancelling_) {
        case Cancelling::no: return "";
        case Cancelling::releasing_source: return "cannot give the source back: ";
        case Cancelling::dropping_target: return "cannot clean the target: ";
    }
    return "";
}

void JobRunner::record_failed(const RunResult& result) {
    const Verdict& verdict = result.verdict;
    std::optional<migrations_state::Timestamp> retry_at;
    if (result.retry_after) retry_at = options_.now() + *result.retry_after;
    log_->log(result.retry_after ? spdlog::level::warn : spdlog::level::err, "{} job={} step={} sqlstate={} reason=\"{}\" hint=\"{}\"{}",
              result.retry_after ? "run failed, to be retried" : "job failed", name_, migrations_state::to_word(progress_.view().step),
              verdict.sqlstate, verdict.reason, verdict.hint,
              result.retry_after ? std::format(" retry_in={}", format_duration(*result.retry_after)) : "");
    if (cancelling_ == Cancelling::dropping_target && !result.retry_after) forget_wish();
    // One that was cancelled before stays so; that it still has objects on the target changes nothing of that.
    if (journal_.job(job_).unfinished()) {
        journal_.set_failed(job_, {.reason = verdict.reason,
                                   .hint = verdict.hint,
                                   .sqlstate = verdict.sqlstate,
                                   .transient = result.retry_after.has_value(),
                                   .retry_at = retry_at});
    } else {
        journal_.set_fact(job_, target_end_fact, verdict.reason + (verdict.hint.empty() ? "" : "; " + verdict.hint));
    }
    journal_.add_event(
        job_, Severity::warning, result.retry_after ? "retry" : "failed",
        result.retry_after ? std::format("{}; tried again in {}", verdict.reason, format_duration(*result.retry_after)) : verdict.reason);
}

}  // namespace lantern_migrate::daemon
