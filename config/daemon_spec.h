// The daemon's own file, /etc/lantern-migrate/lantern-migrated.yaml. Values only.
#pragma once

#include "config/mistakes.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace lantern_migrate::config {

struct RetrySpec {
    std::chrono::milliseconds initial_delay{1000};
    std::chrono::milliseconds max_delay{60000};
    // A transient error that lasts longer than this without any progress in between fails the job; `retry` takes it up again.
    std::chrono::seconds give_up_after{std::chrono::hours{24}};
};

struct DaemonSpec {
    int version = 1;
    std::filesystem::path spool_dir = "/var/spool/lantern-migrate";
    std::filesystem::path state_dir = "/var/lib/lantern-migrate";  // journal.db is in it
    std::filesystem::path control_socket = "/run/lantern-migrate/control.sock";
    std::filesystem::path pg_dump = "pg_dump";  // looked up in PATH unless it has a slash
    int max_jobs = 2;                           // running at a time; the rest queue
    std::string log_level = "info";             // trace | debug | info | warn | error
    RetrySpec retry;
};

// Throws SpecError with every mistake. Durations are written like 500ms, 30s, 5min, 24h.
[[nodiscard]] DaemonSpec read_daemon_spec(std::string_view text, const std::filesystem::path& file);
[[nodiscard]] DaemonSpec read_daemon_spec_file(const std::filesystem::path& file);

}  // namespace lantern_migrate::config
