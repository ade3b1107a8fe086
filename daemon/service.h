// The daemon: journal, spool, scheduler and control socket on one io_context, and the signals that end it.
#pragma once

#include "config/daemon_spec.h"
#include "daemon/control_routes.h"
#include "daemon/control_server.h"
#include "daemon/intake.h"
#include "daemon/log.h"
#include "daemon/scheduler.h"
#include "daemon/spool.h"
#include "daemon/spool_watch.h"
#include "migrations-state/journal.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <string>

namespace lantern_migrate::daemon {

class Service {
public:
    // Opens everything; throws JournalError, SpoolError, ControlError.
    Service(const config::DaemonSpec&, EngineFactory, Log);

    // Until SIGTERM or SIGINT; gives the exit status. A second signal, or runs that do not end in time, end the process at once:
    // what they had journaled is durable, and the next start resumes.
    int run();

private:
    void start();
    void stop(int signal);
    void await_signal();
    void await_waiting_files();
    void job_ended(const JobStatus&);
    [[nodiscard]] std::string summary() const;

    config::DaemonSpec spec_;
    Log log_;
    boost::asio::io_context io_;
    migrations_state::Journal journal_;
    Spool spool_;
    Intake intake_;
    Scheduler scheduler_;
    ControlRoutes routes_;
    ControlServer control_;
    SpoolWatch watch_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer deadline_;
    boost::asio::steady_timer waiting_files_;
    bool stopping_ = false;
};

}  // namespace lantern_migrate::daemon
