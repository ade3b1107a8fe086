// The daemon's own file, /etc/lantern-migrate/lantern-migrated.yaml. Values only.
#pragma once

#include "config/mistakes.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::config {

struct RetrySpec {
    std::chrono::milliseconds initial_delay{1000};
    std::chrono::milliseconds max_delay{60000};
    // A transient error that lasts longer than this without any progress in between fails the job; `retry` takes it up again.
    std::chrono::seconds give_up_after{std::chrono::hours{24}};

    bool operator==(const RetrySpec&) const = default;
};

// Executables called when something became of a job.
struct HooksSpec {
    std::filesystem::path dir = "/etc/lantern-migrate/hooks.d";
    std::chrono::milliseconds timeout{30000};  // for one executable; it is killed then

    bool operator==(const HooksSpec&) const = default;
};

// The status page over TCP; the control socket has it always.
struct WebListen {
    std::string address;  // an IP address
    std::uint16_t port = 0;

    bool operator==(const WebListen&) const = default;
};
struct WebSpec {
    std::optional<WebListen> listen;  // nothing: the control socket only
    std::vector<std::string> hosts;   // names by which a browser may call it, beside localhost and IP addresses
    bool actions = false;             // a browser may also pause, resume, cancel ...

    bool operator==(const WebSpec&) const = default;
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
    HooksSpec hooks;
    WebSpec web;
};

// Throws SpecError with every mistake. Durations are written like 500ms, 30s, 5min, 24h.
[[nodiscard]] DaemonSpec read_daemon_spec(std::string_view text, const std::filesystem::path& file);
[[nodiscard]] DaemonSpec read_daemon_spec_file(const std::filesystem::path& file);

}  // namespace lantern_migrate::config
