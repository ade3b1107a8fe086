// What comes over the control socket and what goes back, as values.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lantern_migrate::daemon {

// Who is at the other end. On the unix socket the kernel says it; it cannot be made up.
struct Peer {
    enum class Kind { none, local, tcp };
    Kind kind = Kind::none;
    uid_t uid = 0;          // of `local`
    pid_t pid = 0;          // of `local`, when it connected
    std::string address{};  // of `tcp`

    // For the audit event of a change: "uid 1000, process 4242", "10.0.0.7".
    [[nodiscard]] std::string text() const;
};

struct ControlRequest {
    std::string_view method;           // "GET", "POST", ...
    std::string_view target;           // as in the request line, percent-encoded
    std::string_view host{};           // headers; empty where there is none
    std::string_view origin{};         //
    std::string_view fetch_site{};     // Sec-Fetch-Site
    std::string_view token{};          // X-Lantern-Migrate-Token
    std::string_view last_event_id{};  // Last-Event-ID
    Peer peer{};
};

// What a client follows from now on: all jobs, or one with its events.
struct StreamRequest {
    std::optional<std::string> job{};
    std::optional<std::int64_t> after{};  // the id of the last event that it has; empty: it wants the newest ones
};

struct ControlResponse {
    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body{};
    std::string allow{};                    // of 405
    std::string policy{};                   // Content-Security-Policy of a page; documents get one that allows nothing
    std::optional<StreamRequest> stream{};  // instead of a body
};

[[nodiscard]] ControlResponse error_response(unsigned status, std::string_view message, std::string_view hint = "");

}  // namespace lantern_migrate::daemon
