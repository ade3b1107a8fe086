// Logging: one line an event, to standard error. Event first, then fixed keys: job= step= table= sqlstate= reason= hint=.
#pragma once

#include <spdlog/logger.h>
#include <memory>
#include <string>

namespace lantern_migrate::daemon {

using Log = std::shared_ptr<spdlog::logger>;

// `level`: trace | debug | info | warn | error. Without timestamps where the journal of systemd ($JOURNAL_STREAM) adds its own.
[[nodiscard]] Log make_log(const std::string& level);
// For tests and for commands that speak for themselves.
[[nodiscard]] Log quiet_log();

}  // namespace lantern_migrate::daemon
