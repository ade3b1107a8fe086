// Whom a command asks about jobs: the daemon over its socket or, with --state-dir, the journal that `run` left there.
#pragma once

#include "daemon/cli/options.h"
#include "daemon/job_status.h"

#include <boost/json/fwd.hpp>
#include <memory>
#include <stop_token>
#include <string>

namespace lantern_migrate::daemon::cli {

class ControlPoint {
public:
    ControlPoint() = default;
    ControlPoint(const ControlPoint&) = delete;
    ControlPoint& operator=(const ControlPoint&) = delete;
    virtual ~ControlPoint() = default;

    // A document's text. Throws Unreachable, and CommandError for an answer that is an error.
    [[nodiscard]] virtual std::string get(const std::string& target) = 0;
    virtual std::string post(const std::string& target) = 0;
    // Asks that wait for an answer, now or later, end with Unreachable once this is requested. Before any ask.
    virtual void abandon_on(std::stop_token) {}

    [[nodiscard]] boost::json::value get_json(const std::string& target);
    [[nodiscard]] JobStatus status(const std::string& job);
    [[nodiscard]] std::vector<JobStatus> statuses();
};

[[nodiscard]] std::unique_ptr<ControlPoint> control_point(const Options&);

// "/v1/jobs/NAME" and what follows.
[[nodiscard]] std::string job_target(const std::string& job, const std::string& rest = "");

}  // namespace lantern_migrate::daemon::cli
