// A journal, a scheduler and fake engines on one io_context.
#pragma once

#include "core/errors.h"
#include "daemon/scheduler.h"
#include "fake_engine.h"
#include "scratch.h"

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>
#include <vector>

namespace lantern_migrate::daemon::test {

using migrations_state::Disposition;
using migrations_state::Job;
using migrations_state::Step;

struct Bench {
    Scratch scratch;
    boost::asio::io_context io;
    migrations_state::Journal journal = migrations_state::Journal::open(scratch / "journal.db");
    std::shared_ptr<FakeEngines> engines = std::make_shared<FakeEngines>();
    std::vector<JobStatus> ended;
    std::function<void(const Job&)> before_retry;
    std::function<void(migrations_state::JobId)> run_began, run_ended;
    Scheduler scheduler;

    explicit Bench(int max_jobs = 2, config::RetrySpec retry = {.initial_delay = std::chrono::milliseconds(2),
                                                                .max_delay = std::chrono::milliseconds(8),
                                                                .give_up_after = std::chrono::hours(1)})
        : scheduler(io, journal, fake_factory(engines), {.max_jobs = max_jobs, .runner = runner_options(retry)},
                    {.before_retry =
                         [this](const Job& job) {
                             if (before_retry) before_retry(job);
                         },
                     .began =
                         [this](migrations_state::JobId id) {
                             if (run_began) run_began(id);
                         },
                     .ended =
                         [this](const JobStatus& status) {
                             ended.push_back(status);
                             if (run_ended) run_ended(status.job.id);
                         }},
                    quiet_log()) {}

    Job admit(const std::string& name) {
        const auto file = scratch / (name + ".yaml");
        write(file, good_job);
        config::JobSpec spec;
        spec.name = name;
        return scheduler.admit(spec, file.string());
    }
    // Until `condition` holds; false if it does not within some seconds.
    template <typename Condition>
    bool until(Condition&& condition) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            io.restart();
            io.run_for(std::chrono::milliseconds(2));
        }
        return true;
    }
    bool until(const std::string& job, Disposition disposition) {
        return until([&] {
            const auto now = scheduler.status(job);
            return now && now->job.disposition == disposition && (disposition == Disposition::running || scheduler.running() == 0);
        });
    }
    Job job(const std::string& name) { return journal.find_job(name).value(); }
};

inline PgError lost_connection() {
    PgError::Facts facts;
    facts.server = "source postgresql://reader@old.example/app";
    facts.message = "server closed the connection unexpectedly";
    facts.connection_lost = true;
    return PgError(facts);
}

inline PgError disk_full() {
    PgError::Facts facts;
    facts.server = "target postgresql://owner@new.example/app";
    facts.sqlstate = "53100";
    facts.message = "could not extend file";
    return PgError(facts);
}

}  // namespace lantern_migrate::daemon::test
