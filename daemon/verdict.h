// What an exception means for a job: try again, or stop and say why. Pure; tables of rules, no journal and no clock.
#pragma once

#include <exception>
#include <string>

namespace lantern_migrate::daemon {

// Exit statuses of lantern-migrate; part of its contract.
enum ExitStatus : int {
    exit_done = 0,
    exit_failed = 1,
    exit_usage = 2,        // wrong usage or job file
    exit_waiting = 3,      // for the operator
    exit_different = 4,    // verification found a difference
    exit_unreachable = 5,  // the daemon does not answer
    exit_interrupted = 130,
};

struct Verdict {
    bool transient = false;  // expected to pass by itself: the job is taken up again without anybody asking
    std::string reason{};    // one line; without secrets
    std::string hint{};      // one line; what to do
    std::string sqlstate{};  // empty unless a server said one
    int exit_status = exit_failed;
};

struct VerdictContext {
    // An earlier run of the job has reached both servers. Before that, a name that does not resolve is a slip of the pen;
    // after it, it is an outage.
    bool servers_known = false;
};

[[nodiscard]] Verdict judge(const std::exception_ptr&, const VerdictContext& = {});

}  // namespace lantern_migrate::daemon
