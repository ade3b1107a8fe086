// Runs one job, again and again if need be, each time in a thread of its own, and is the one place that judges what went wrong.
#pragma once

#include "config/daemon_spec.h"
#include "core/progress.h"
#include "daemon/backoff.h"
#include "daemon/engine.h"
#include "daemon/log.h"
#include "daemon/verdict.h"
#include "migrations-state/journal.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace lantern_migrate::daemon {

struct RunnerOptions {
    config::RetrySpec retry;
    // Tests give a clock of their own; `chance` is in [0, 1).
    std::function<migrations_state::Timestamp()> now;
    std::function<double()> chance;
};
[[nodiscard]] RunnerOptions runner_options(const config::RetrySpec&);

// What the operator asked of a job that had work in hand. Kept in the journal as the fact "operator.wish" until it is carried out,
// because an answer that was given must hold through a crash.
enum class Wish { none, pause, cancel };
inline constexpr const char* wish_fact = "operator.wish";
// Beside the wish `cancel`: "yes" if the target is to be cleaned too.
inline constexpr const char* drop_target_fact = "operator.drop_target_objects";
// Of a cancelled job: what became of its objects on the target, for people.
inline constexpr const char* target_end_fact = "cancel.target";
// The operator's word for `cutover: wait`.
inline constexpr const char* cutover_fact = "cutover.allowed";

struct RunResult {
    enum class End { done, waiting, stopped, paused, cancelled, failed };
    End end = End::failed;
    Verdict verdict{};                                       // of `failed`
    std::optional<std::chrono::milliseconds> retry_after{};  // of `failed`: transient, and patience is not at its end
    bool cancelling = false;                                 // of `failed`: it is a cancel that failed
    bool journaled = true;                                   // false: the journal took no entry; only this value knows how the run ended
};

class JobRunner {
public:
    JobRunner(migrations_state::Journal&, EngineFactory, const migrations_state::Job&, RunnerOptions, Log);
    ~JobRunner();  // stops and waits
    JobRunner(const JobRunner&) = delete;
    JobRunner& operator=(const JobRunner&) = delete;

    // Begins a run. `on_end` is called once, last thing in the run's thread; join() before the next start.
    void start(std::function<void(RunResult)> on_end);
    // Ends the run in hand once its chunks in hand are copied; at once where there are none, or at the second call.
    steps::Pause pause();
    // Ends the run in hand within seconds; what becomes of the job then is the wish's, and with none it is queued for the next daemon.
    void stop(Wish);
    void join();

    // Not while it runs.
    void set_retry(const config::RetrySpec&);
    // The operator asked for another try: patience starts anew.
    void reset_patience() { backoff_.reset(); }

    [[nodiscard]] bool running() const { return thread_.joinable(); }
    [[nodiscard]] ProgressView progress() const { return progress_.view(); }
    [[nodiscard]] migrations_state::JobId job() const { return job_; }

private:
    RunResult run(const std::stop_token&);
    RunResult drive(const std::stop_token&);
    steps::Outcome run_engine(std::unique_ptr<Engine>, const std::stop_token&);
    RunResult stopped();
    RunResult cancel();
    void release_source();
    void drop_target_objects();
    [[nodiscard]] bool wants_target_dropped() const;
    RunResult failed(const std::exception_ptr&);
    void record(const RunResult&);
    void record_cancelled();
    void record_failed(const RunResult&);
    void forget_wish();
    [[nodiscard]] std::string_view trouble_of_cancel() const;
    void note_advance();
    [[nodiscard]] std::unique_ptr<Engine> make_engine(const migrations_state::Job&);
    [[nodiscard]] bool servers_known() const;
    [[nodiscard]] bool source_touched() const;
    [[nodiscard]] Wish recorded_wish() const;

    migrations_state::Journal& journal_;
    EngineFactory engines_;
    const migrations_state::JobId job_;
    const std::string name_;  // for the log
    RunnerOptions options_;
    Log log_;
    Backoff backoff_;
    std::string advance_;  // how far the job was when a run last began
    Progress progress_;
    // What a cancel is at, so that its failure says so.
    enum class Cancelling { no, releasing_source, dropping_target };
    Cancelling cancelling_ = Cancelling::no;
    std::string target_end_;          // what the cancel in hand dropped
    std::stop_source shutting_down_;  // a cancel in hand ends too; the run's own stop request is what began it
    std::atomic<Wish> wish_{Wish::none};
    std::mutex engine_mutex_;
    Engine* engine_ = nullptr;  // of the run in hand
    std::jthread thread_;
};

// How a job's spec is read again at each run: its file as it is now, so that a mended one counts, under the name the job has.
[[nodiscard]] config::JobSpec read_job_again(const migrations_state::Job&);

[[nodiscard]] Wish wish_from_word(std::string_view);
[[nodiscard]] std::string_view to_word(Wish);

}  // namespace lantern_migrate::daemon
