// The daemon: journal, spool, scheduler and control socket on one io_context, and the signals that end it.
#pragma once

#include "config/daemon_spec.h"
#include "daemon/control_routes.h"
#include "daemon/control_server.h"
#include "daemon/hooks.h"
#include "daemon/intake.h"
#include "daemon/log.h"
#include "daemon/metrics_collector.h"
#include "daemon/scheduler.h"
#include "daemon/spool.h"
#include "daemon/spool_lock.h"
#include "daemon/spool_watch.h"
#include "daemon/systemd_notify.h"
#include "migrations-state/journal.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>

namespace lantern_migrate::daemon {

class Service {
public:
    // The daemon's file as it is now, with what the command line puts before it. Throws config::SpecError.
    using ReadSpec = std::function<config::DaemonSpec()>;

    // Opens everything; throws JournalError, SpoolError, ControlError. `reread` is called on SIGHUP.
    Service(const config::DaemonSpec&, EngineFactory, Log, ReadSpec reread);

    // Until SIGTERM or SIGINT; gives the exit status. A second signal, or runs that do not end in time, end the process at once:
    // what they had journaled is durable, and the next start resumes.
    int run();

private:
    void start();
    void stop(int signal);
    void reload();
    void apply(const config::DaemonSpec&);
    void await_signal();
    void changed();
    void pulse();
    void pulse_after(std::chrono::milliseconds);
    void await_waiting_files();
    void job_ended(const JobStatus&);

    config::DaemonSpec spec_;
    Log log_;
    ReadSpec reread_;
    boost::asio::io_context io_;
    migrations_state::Journal journal_;
    Spool spool_;
    SpoolLock spool_lock_;
    Intake intake_;
    Hooks hooks_;
    Scheduler scheduler_;
    MetricsCollector metrics_;
    ControlRoutes routes_;
    ControlServer control_;
    SpoolWatch watch_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer deadline_;
    boost::asio::steady_timer waiting_files_;
    boost::asio::steady_timer pulse_;
    bool watched_;
    std::chrono::milliseconds pulse_every_;  // a third of the watchdog's patience at most
    bool pulse_soon_ = false;
    std::string told_;  // systemd, last
    bool stopping_ = false;
};

}  // namespace lantern_migrate::daemon
