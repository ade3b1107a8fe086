// The daemon in one line, for `systemctl status`.
#pragma once

#include "daemon/job_status.h"

#include <string>
#include <vector>

namespace lantern_migrate::daemon {

// "2 running, 1 queued, 1 waiting for the operator: words transfer_data 43% 81.2 MiB/s, 3m 04s left; app connect".
[[nodiscard]] std::string service_status(const std::vector<JobStatus>&, std::size_t queued);

}  // namespace lantern_migrate::daemon
