// Logging: one line an event, to standard error or systemd's journal. Event first, then fixed keys: job= step= table= sqlstate= reason=
// hint=.
#pragma once

#include <spdlog/logger.h>
#include <memory>
#include <string>

namespace lantern_migrate::daemon {

using Log = std::shared_ptr<spdlog::logger>;

// `level`: trace | debug | info | warn | error. As a service of systemd ($JOURNAL_STREAM), to its journal with fields (systemd_log.h).
[[nodiscard]] Log make_log(const std::string& level);
// While it is used, from any thread.
void set_level(const Log&, const std::string& level);
// For tests and for commands that speak for themselves.
[[nodiscard]] Log quiet_log();

}  // namespace lantern_migrate::daemon
