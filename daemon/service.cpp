#include "daemon/service.h"

#include "config/mistakes.h"
#include "daemon/service_status.h"
#include "daemon/text.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <format>

namespace lantern_migrate::daemon {
namespace {

constexpr auto stop_within = std::chrono::seconds(20);
constexpr auto stop_hooks_within = std::chrono::seconds(10);
constexpr auto look_at_waiting_files = std::chrono::seconds(5);
// However many ask for a job's status, it is made so often and no more.
constexpr auto status_fresh_for = std::chrono::milliseconds(250);
constexpr auto pulse_at_least_every = std::chrono::milliseconds(5000);
constexpr auto pulse_after_change = std::chrono::milliseconds(500);

std::filesystem::path prepared_state_dir(const std::filesystem::path& dir) {
    std::error_code error;
    std::filesystem::create_directories(dir, error);  // the journal says it if this failed
    return std::filesystem::absolute(dir) / "journal.db";
}

ServerFigures server_figures(const ControlFigures& control) {
    ServerFigures figures{.connections = control.connections, .streams = control.streams, .rejected = control.evicted_total};
    for (std::size_t digit = 1; digit < control.answers.size(); ++digit)
        figures.requests[std::format("{}xx", digit)] = control.answers[digit];
    return figures;
}

}  // namespace

Service::Service(const config::DaemonSpec& spec, EngineFactory engines, Log log, ReadSpec reread)
    : spec_(spec),
      log_(std::move(log)),
      reread_(std::move(reread)),
      journal_(migrations_state::Journal::open(prepared_state_dir(spec.state_dir))),
      spool_(spec.spool_dir),
      spool_lock_(spool_.dir()),
      intake_(spool_, journal_, log_),
      hooks_(
          io_, journal_, [this](migrations_state::JobId id) { return scheduler_.status(journal_.job(id)); }, spec_.hooks, log_),
      scheduler_(io_, journal_, std::move(engines), {.max_jobs = spec.max_jobs, .runner = runner_options(spec.retry)},
                 {.before_retry = [this](const migrations_state::Job& job) { intake_.bring_back(job); },
                  .began = [this](migrations_state::JobId id) { hooks_.look_at(id); },
                  .ended = [this](const JobStatus& status) { job_ended(status); },
                  .changed = [this] { changed(); }},
                 log_),
      metrics_(scheduler_, journal_, hooks_),
      routes_(scheduler_, journal_, {.web = spec.web, .token = random_token()}, status_fresh_for),
      control_(io_, {.socket = std::filesystem::absolute(spec.control_socket), .web = spec.web.listen}, routes_, {}, log_),
      watch_(
          io_, spool_, [this](const std::string& name) { intake_.take(name); }, log_),
      signals_(io_, SIGTERM, SIGINT, SIGHUP),
      deadline_(io_),
      waiting_files_(io_),
      pulse_(io_),
      watched_(watchdog_interval().has_value()),
      pulse_every_(std::min(pulse_at_least_every, watchdog_interval().value_or(pulse_at_least_every * 3) / 3)) {
    intake_.attach(scheduler_);
    routes_.set_metrics([this] { return metrics_.text(); });
    metrics_.set_server([this] { return server_figures(control_.figures()); });
}

// Fed from here, the watchdog says that this loop turns and that the locks which it shares with the jobs' threads, the journal's and
// each job's progress, can be had: a daemon that hangs in one of them is started again, and its jobs resume.
void Service::pulse() {
    try {
        std::string status = service_status(scheduler_.statuses(), scheduler_.queued());
        if (status != told_) notify_status(status);
        told_ = std::move(status);
    } catch (const migrations_state::JournalError& e) {  // runs go on; who needs the journal is told by it
        log_->warn("status not told reason=\"{}\"", one_line(e.what()));
    }
    if (watched_) notify_watchdog();
    pulse_soon_ = false;
    pulse_after(pulse_every_);
}

void Service::pulse_after(std::chrono::milliseconds delay) {
    pulse_.expires_after(delay);
    pulse_.async_wait([this](const boost::system::error_code& error) {
        if (!error) pulse();
    });
}

void Service::changed() {
    control_.changed();
    if (pulse_soon_ || stopping_) return;
    pulse_soon_ = true;
    pulse_after(std::min(pulse_every_, pulse_after_change));
}

int Service::run() {
    std::signal(SIGPIPE, SIG_IGN);
    await_signal();
    start();
    io_.run();
    log_->info("stopped");
    return EXIT_SUCCESS;
}

void Service::start() {
    log_->info("starting version={} journal={} spool={} control={} max_jobs={}", LANTERN_MIGRATE_VERSION, journal_.file().string(),
               spool_.dir().string(), spec_.control_socket.string(), spec_.max_jobs);
    intake_.reconcile();
    scheduler_.take_up_unfinished();
    hooks_.take_up();
    control_.start();
    watch_.start();
    await_waiting_files();
    notify_ready();
    pulse();
    log_->info("ready");
}

void Service::await_waiting_files() {
    waiting_files_.expires_after(look_at_waiting_files);
    waiting_files_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        intake_.take_waiting();
        await_waiting_files();
    });
}

void Service::job_ended(const JobStatus& status) {
    // Only what the journal knows of as ended: an end that it had no room for comes again.
    if (journal_.job(status.job.id).disposition != status.job.disposition) return;
    intake_.file_away(status.job);
    hooks_.look_at(status.job.id);
}

void Service::await_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) return;
        if (signal == SIGHUP) {
            if (!stopping_) reload();
            return await_signal();
        }
        if (stopping_) {
            log_->warn("second signal, exiting at once signal={}", signal);
            hooks_.kill();
            log_->flush();
            std::_Exit(EXIT_FAILURE);
        }
        stop(signal);
        await_signal();
    });
}

// What can be changed while jobs run is; of the rest the log says that it waits for a restart. A file with mistakes changes nothing.
void Service::reload() {
    notify_reloading();
    try {
        apply(reread_());
    } catch (const config::SpecError& e) {
        for (const config::Mistake& mistake : e.mistakes()) {
            log_->error("the daemon's file is not taken file={} line={} column={} key={} reason=\"{}\"", printable(e.file()), mistake.line,
                        mistake.column, printable(mistake.key), one_line(mistake.message));
        }
    } catch (const std::exception& e) {  // its directory cannot be looked into, say
        log_->error("the daemon's file is not read reason=\"{}\"", one_line(e.what()));
    }
    notify_ready();
}

void Service::apply(const config::DaemonSpec& spec) {
    const auto restart = [this](const char* key, bool differs) {
        if (differs) log_->warn("a new value needs a restart key={}", key);
    };
    restart("spool_dir", spec.spool_dir != spec_.spool_dir);
    restart("state_dir", spec.state_dir != spec_.state_dir);
    restart("control_socket", spec.control_socket != spec_.control_socket);
    restart("pg_dump", spec.pg_dump != spec_.pg_dump);
    restart("web.listen", spec.web.listen != spec_.web.listen);
    set_level(log_, spec.log_level);
    hooks_.set(spec.hooks);
    scheduler_.set(spec.max_jobs, spec.retry);
    routes_.set_web(spec.web);
    log_->info("the daemon's file was read again max_jobs={} log_level={}", spec.max_jobs, spec.log_level);
}

void Service::stop(int signal) {
    stopping_ = true;
    log_->info("stopping signal={} running={}", signal, scheduler_.running());
    notify_stopping();
    watch_.stop();
    waiting_files_.cancel();
    deadline_.expires_after(stop_within);
    deadline_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        log_->error("runs did not end in time, exiting all the same seconds={}", stop_within.count());
        hooks_.kill();
        log_->flush();
        std::_Exit(EXIT_FAILURE);
    });
    const auto stopped = [this, parts = std::make_shared<int>(2)] {
        if (--*parts > 0) return;
        control_.stop();
        io_.stop();
    };
    scheduler_.stop(stopped);
    hooks_.stop(stop_hooks_within, stopped);
}

}  // namespace lantern_migrate::daemon
