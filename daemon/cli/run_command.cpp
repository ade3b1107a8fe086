// `run`: one job in the foreground, with the daemon's own scheduler, runner and journal. Running it again resumes it.
#include "config/job_reader.h"
#include "daemon/cli/options.h"
#include "daemon/cli/output.h"
#include "daemon/cli/progress_printer.h"
#include "daemon/engine.h"
#include "daemon/report.h"
#include "daemon/scheduler.h"
#include "daemon/text.h"

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json.hpp>
#include <csignal>
#include <cstdlib>
#include <format>

namespace lantern_migrate::daemon::cli {
namespace {

using migrations_state::Disposition;
using migrations_state::Job;
using migrations_state::Journal;
using migrations_state::JournalError;
using migrations_state::Severity;

Journal open_journal(const std::filesystem::path& dir) {
    std::error_code error;
    if (std::filesystem::create_directories(dir, error)) {
        std::filesystem::permissions(dir, std::filesystem::perms::owner_all, error);
    }
    return Journal::open(dir / "journal.db");
}

class Foreground {
public:
    Foreground(const Options& options, config::JobSpec spec)
        : options_(options),
          spec_(std::move(spec)),
          dir_(state_dir(options)),
          journal_(open_journal(dir_)),
          scheduler_(io_, journal_, migration_engines({.pg_dump = options.pg_dump.value_or("pg_dump")}),
                     {.max_jobs = 1, .runner = runner_options({})},
                     {.before_retry = {}, .ended = [this](const JobStatus& status) { run_ended(status); }, .changed = {}}, quiet_log()),
          printer_(STDERR_FILENO),
          signals_(io_, SIGINT, SIGTERM),
          tick_(io_) {}

    int run() {
        if (const std::optional<int> status = take_up()) return *status;
        if (options_.cutover) journal_.set_fact(job_.id, cutover_fact, "by the operator");
        await_signal();
        tick();
        io_.run();
        return finish();
    }

private:
    // The exit status if there is nothing to run.
    std::optional<int> take_up() {
        const std::string file = std::filesystem::absolute(options_.job);
        const std::optional<Job> last = journal_.find_job(spec_.name);
        if (last && last->disposition == Disposition::done && !options_.again) {
            job_ = *last;
            return done_already();
        }
        if (!last || !last->unfinished()) {
            job_ = scheduler_.admit(spec_, file);
            return std::nullopt;
        }
        job_ = *last;
        journal_.set_job_file(job_.id, file);
        const auto events = journal_.events(job_.id, 0, 1000000);
        if (!events.empty()) last_event_ = events.back().id;
        printer_.say(std::format("resuming {} at step {}", spec_.name, migrations_state::to_word(job_.step)));
        // The operator runs it: what was paused, waited or failed is to go on.
        journal_.set_fact(job_.id, wish_fact, "");
        if (job_.disposition == Disposition::failed) journal_.reopen_builds(job_.id, true);
        journal_.set_queued(job_.id);
        scheduler_.enqueue(job_.id);
        return std::nullopt;
    }

    int done_already() {
        const JobStatus status = scheduler_.status(job_);
        if (options_.json) {
            print_json(to_json(build_report(journal_, job_.id)));
        } else {
            print(std::format("{} is done: it ended {}\n", job_.name, job_.finished_at ? format_time(*job_.finished_at) : "before"));
            complain("nothing to do", "`--again` migrates once more as a new job", exit_done);
        }
        return exit_status(status);
    }

    void tick() {
        try {
            show_events();
            printer_.show({scheduler_.status(journal_.job(job_.id))});
        } catch (const JournalError&) {  // the runner tells of it
        }
        tick_.expires_after(std::chrono::milliseconds(printer_.terminal() ? 250 : 1000));
        tick_.async_wait([this](const boost::system::error_code& error) {
            if (!error) tick();
        });
    }

    // What an operator would want to have seen; the rest is in the report.
    void show_events() {
        for (const auto& event : journal_.events(job_.id, last_event_)) {
            last_event_ = event.id;
            if (event.severity == Severity::info || event.kind == "retry" || event.kind == "failed") continue;
            printer_.say(std::format("{}: {}: {}", spec_.name, printable(event.kind), one_line(event.text)));
        }
    }

    void run_ended(const JobStatus& status) {
        const Job& job = status.job;
        const bool retried = job.disposition == Disposition::failed && job.transient;
        if (retried && !stopping_) {
            printer_.say(std::format("{}: {}", spec_.name, job.reason));
            if (!job.hint.empty()) printer_.say("hint: " + job.hint);
            return;
        }
        if (!stopping_ && (job.disposition == Disposition::queued || job.disposition == Disposition::running)) return;
        last_ = status;
        io_.stop();
    }

    void await_signal() {
        signals_.async_wait([this](const boost::system::error_code& error, int) {
            if (error) return;
            if (stopping_) std::_Exit(exit_interrupted);
            stopping_ = true;
            printer_.say("stopping; again to exit at once");
            scheduler_.stop([this] { io_.stop(); });
            await_signal();
        });
    }

    int finish() {
        try {
            show_events();               // those since the last tick
        } catch (const JournalError&) {  // what follows tells of it
        }
        const JobStatus status = scheduler_.status(journal_.job(job_.id));
        const Job& job = last_ ? last_->job : status.job;
        if (stopping_ && job.unfinished()) {
            complain(std::format("{} is stopped at step {}; nothing that is copied is lost", job.name, migrations_state::to_word(job.step)),
                     std::format("to resume it, run the same again: lantern-migrate run {}{}", options_.job,
                                 options_.state_dir ? " --state-dir " + *options_.state_dir : ""),
                     exit_interrupted);
            return exit_interrupted;
        }
        if (job.disposition == Disposition::done || job.disposition == Disposition::failed) print_report();
        if (job.disposition == Disposition::waiting) {
            complain(std::format("{} waits: {}", job.name, job.reason.empty() ? "for the cutover" : job.reason),
                     std::format("lantern-migrate run {}{} --cutover", options_.job,
                                 options_.state_dir ? " --state-dir " + *options_.state_dir : ""),
                     exit_waiting);
        }
        if (job.disposition == Disposition::failed) complain(std::format("{}: {}", job.name, job.reason), job.hint, exit_failed);
        JobStatus end = status;
        end.job = job;
        return exit_status(end);
    }

    void print_report() {
        JobStatus end = scheduler_.status(journal_.job(job_.id));
        // finish() says why, once.
        end.job.reason.clear();
        end.job.hint.clear();
        printer_.show({end});
        const Report report = build_report(journal_, job_.id);
        try {
            if (options_.json) {
                print_json(to_json(report));
            } else if (report.job.disposition == Disposition::done || report.different()) {
                print(report_text(report));
            }
        } catch (const OutputError& e) {  // the exit status is the migration's
            complain(e.what(), std::format("the report is kept: lantern-migrate report {} --state-dir {}", job_.name, dir_.string()),
                     exit_done);
        }
    }

    const Options& options_;
    config::JobSpec spec_;
    std::filesystem::path dir_;
    boost::asio::io_context io_;
    Journal journal_;
    Scheduler scheduler_;
    ProgressPrinter printer_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer tick_;
    Job job_;
    std::optional<JobStatus> last_;
    std::int64_t last_event_ = 0;
    bool stopping_ = false;
};

}  // namespace

int run_command(const Options& options) { return Foreground(options, config::read_job_file(options.job)).run(); }

}  // namespace lantern_migrate::daemon::cli
