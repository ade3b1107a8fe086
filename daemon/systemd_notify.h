// Tells systemd how the service is. Does nothing where there is no systemd ($NOTIFY_SOCKET).
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace lantern_migrate::daemon {

void notify_ready();
void notify_reloading();
void notify_status(const std::string& status);
void notify_stopping();
// The service lives. If it does not say so within the watchdog's interval, systemd ends it and starts it again.
void notify_watchdog();
// Empty: nobody watches.
[[nodiscard]] std::optional<std::chrono::milliseconds> watchdog_interval();

}  // namespace lantern_migrate::daemon
