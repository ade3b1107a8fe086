// An engine whose runs are written down by the test, so that the daemon is tested without servers.
#pragma once

#include "daemon/engine.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace lantern_migrate::daemon::test {

struct FakeRun {
    config::JobSpec spec;
    migrations_state::Journal& journal;
    migrations_state::JobId job;
    Progress& progress;
    std::stop_token stop;
    bool cutover_allowed;
    steps::Ending& ending;

    // As the real one at its end.
    steps::Outcome done() {
        using migrations_state::Step;
        for (;;) {
            const Step step = journal.job(job).step;
            auto attempt = journal.begin(job, step);
            if (step == Step::cutover) {
                attempt.commit_done();
                return steps::Outcome::done;
            }
            attempt.commit(static_cast<Step>(static_cast<int>(step) + 1));
        }
    }
    steps::Outcome until_stopped() const {
        while (!stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return steps::Outcome::stopped;
    }
    // With a chunk in hand that is copied as soon as `copied` says so, or given up.
    steps::Outcome copy_one_chunk(std::atomic<int>& in_hand, const std::atomic<bool>& copied) const {
        const steps::Ending::Copying copying(ending);
        ++in_hand;
        while (!copied && !stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return steps::Outcome::stopped;
    }
    steps::Outcome wait() {
        journal.set_waiting(job, "everything is copied and verified", "lantern-migrate cutover JOB");
        return steps::Outcome::waiting;
    }
};

// Shared by the factory and the test; runs are taken in order, and the last one is repeated.
struct FakeEngines {
    using Run = std::function<steps::Outcome(FakeRun&)>;

    std::mutex mutex;
    std::deque<Run> runs;
    std::function<void()> release = [] {};
    std::function<std::string(const std::stop_token&)> drop_target = [](const std::stop_token&) {
        return "dropped on the target: table public.words";
    };
    std::atomic<int> begun{0};
    std::atomic<int> copying{0};  // runs that have a chunk in hand, or had
    std::atomic<int> released{0};
    std::atomic<int> targets_dropped{0};

    explicit FakeEngines(std::deque<Run> script = {[](FakeRun& run) { return run.done(); }}) : runs(std::move(script)) {}

    Run next() {
        const std::scoped_lock lock(mutex);
        ++begun;
        Run run = runs.front();
        if (runs.size() > 1) runs.pop_front();
        return run;
    }
};

class FakeEngine final : public Engine {
public:
    FakeEngine(std::shared_ptr<FakeEngines> script, config::JobSpec spec, migrations_state::Journal& journal, migrations_state::JobId job,
               Progress& progress)
        : script_(std::move(script)), spec_(std::move(spec)), journal_(journal), job_(job), progress_(progress) {}

    steps::Outcome run(std::stop_token stop, bool cutover_allowed) override {
        const std::stop_callback on_stop(std::move(stop), [this] { ending_.stop(); });
        FakeRun run{spec_, journal_, job_, progress_, ending_.now(), cutover_allowed, ending_};
        return script_->next()(run);
    }
    steps::Pause pause() override { return ending_.pause(); }
    void release_source() override {
        script_->release();
        ++script_->released;
    }

    std::string drop_target_objects(const std::stop_token& stop) override {
        std::string dropped = script_->drop_target(stop);
        ++script_->targets_dropped;
        return dropped;
    }

private:
    std::shared_ptr<FakeEngines> script_;
    config::JobSpec spec_;
    migrations_state::Journal& journal_;
    migrations_state::JobId job_;
    Progress& progress_;
    steps::Ending ending_;
};

inline EngineFactory fake_factory(const std::shared_ptr<FakeEngines>& script) {
    return {
        .make = [script](config::JobSpec spec, migrations_state::Journal& journal, migrations_state::JobId job, Progress& progress,
                         const steps::Observer&) { return std::make_unique<FakeEngine>(script, std::move(spec), journal, job, progress); },
        .fingerprint = [](const config::JobSpec&) { return std::string("the same"); }};
}

}  // namespace lantern_migrate::daemon::test
