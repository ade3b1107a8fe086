#include "daemon/systemd_notify.h"

#include <systemd/sd-daemon.h>

namespace lantern_migrate::daemon {

// The results are of no use: a service that cannot reach its manager goes on all the same.
void notify_ready(const std::string& status) { static_cast<void>(sd_notify(0, ("READY=1\nSTATUS=" + status).c_str())); }
void notify_status(const std::string& status) { static_cast<void>(sd_notify(0, ("STATUS=" + status).c_str())); }
void notify_stopping() { static_cast<void>(sd_notify(0, "STOPPING=1\nSTATUS=stopping")); }

}  // namespace lantern_migrate::daemon
