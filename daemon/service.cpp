#include "daemon/service.h"

#include "daemon/systemd_notify.h"
#include "daemon/text.h"

#include <csignal>
#include <cstdlib>
#include <format>

namespace lantern_migrate::daemon {
namespace {

constexpr auto stop_within = std::chrono::seconds(20);
constexpr auto look_at_waiting_files = std::chrono::seconds(5);

std::filesystem::path prepared_state_dir(const std::filesystem::path& dir) {
    std::error_code error;
    std::filesystem::create_directories(dir, error);  // the journal says it if this failed
    return std::filesystem::absolute(dir) / "journal.db";
}

}  // namespace

Service::Service(const config::DaemonSpec& spec, EngineFactory engines, Log log)
    : spec_(spec),
      log_(std::move(log)),
      journal_(migrations_state::Journal::open(prepared_state_dir(spec.state_dir))),
      spool_(spec.spool_dir),
      intake_(spool_, journal_, log_),
      scheduler_(io_, journal_, std::move(engines), {.max_jobs = spec.max_jobs, .runner = runner_options(spec.retry)},
                 {.before_retry = [this](const migrations_state::Job& job) { intake_.bring_back(job); },
                  .ended = [this](const JobStatus& status) { job_ended(status); },
                  .changed =
                      [this] {
                          if (!stopping_) notify_status(summary());
                      }},
                 log_),
      routes_(scheduler_, journal_),
      control_(io_, std::filesystem::absolute(spec.control_socket), routes_, {}, log_),
      watch_(
          io_, spool_, [this](const std::string& name) { intake_.take(name); }, log_),
      signals_(io_, SIGTERM, SIGINT),
      deadline_(io_),
      waiting_files_(io_) {
    intake_.attach(scheduler_);
}

std::string Service::summary() const { return std::format("{} running, {} queued", scheduler_.running(), scheduler_.queued()); }

int Service::run() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGHUP, SIG_IGN);  // a terminal that goes away does not end the daemon
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
    control_.start();
    watch_.start();
    await_waiting_files();
    notify_ready(summary());
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
    if (journal_.job(status.job.id).disposition == status.job.disposition) intake_.file_away(status.job);
}

void Service::await_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) return;
        if (stopping_) {
            log_->warn("second signal, exiting at once signal={}", signal);
            log_->flush();
            std::_Exit(EXIT_FAILURE);
        }
        stop(signal);
        await_signal();
    });
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
        log_->flush();
        std::_Exit(EXIT_FAILURE);
    });
    scheduler_.stop([this] {
        control_.stop();
        io_.stop();
    });
}

}  // namespace lantern_migrate::daemon
