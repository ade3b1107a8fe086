#include "daemon/systemd_notify.h"

#include <systemd/sd-daemon.h>

#include <ctime>
#include <format>

namespace lantern_migrate::daemon {

// The results are of no use: a service that cannot reach its manager goes on all the same.
void notify_ready() { static_cast<void>(sd_notify(0, "READY=1")); }
void notify_status(const std::string& status) { static_cast<void>(sd_notify(0, ("STATUS=" + status).c_str())); }
void notify_stopping() { static_cast<void>(sd_notify(0, "STOPPING=1\nSTATUS=stopping")); }
void notify_watchdog() { static_cast<void>(sd_notify(0, "WATCHDOG=1")); }

void notify_reloading() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const auto microseconds = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000;
    static_cast<void>(sd_notify(0, std::format("RELOADING=1\nMONOTONIC_USEC={}", microseconds).c_str()));
}

std::optional<std::chrono::milliseconds> watchdog_interval() {
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(microseconds));
}

}  // namespace lantern_migrate::daemon
