// Tells systemd how the service is. Does nothing where there is no systemd ($NOTIFY_SOCKET).
#pragma once

#include <string>

namespace lantern_migrate::daemon {

void notify_ready(const std::string& status);
void notify_status(const std::string& status);
void notify_stopping();

}  // namespace lantern_migrate::daemon
