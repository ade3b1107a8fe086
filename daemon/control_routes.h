// What may be asked over the control socket, and the answers: requests in, documents out. No sockets here.
//
//   GET  /v1/jobs                              every job, briefly
//   GET  /v1/jobs/NAME                         one job with its tables and builds
//   GET  /v1/jobs/NAME/events?after=ID&limit=N  what happened, oldest first
//   GET  /v1/jobs/NAME/report[?format=text]
//   GET  /v1/jobs/NAME/indexes[?format=sql]
//   POST /v1/jobs/NAME/{pause,resume,cancel,retry,cutover}
//
// An error is {"error": ..., "hint": ...} with its HTTP status.
#pragma once

#include "daemon/scheduler.h"
#include "migrations-state/journal.h"

#include <string>
#include <string_view>

namespace lantern_migrate::daemon {

struct ControlRequest {
    std::string_view method;  // "GET", "POST", ...
    std::string_view target;  // as in the request line, percent-encoded
};

struct ControlResponse {
    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body{};
    std::string allow{};  // of 405
};

class ControlRoutes {
public:
    ControlRoutes(Scheduler& scheduler, const migrations_state::Journal& journal) : scheduler_(scheduler), journal_(journal) {}

    // Never throws: what goes wrong is an answer too.
    [[nodiscard]] ControlResponse answer(const ControlRequest&);

private:
    struct Parsed;
    [[nodiscard]] ControlResponse route(const ControlRequest&);
    [[nodiscard]] ControlResponse jobs() const;
    [[nodiscard]] ControlResponse job_part(const Parsed&) const;
    [[nodiscard]] ControlResponse events(const migrations_state::Job&, const Parsed&) const;
    [[nodiscard]] ControlResponse act(const std::string& name, Action);

    Scheduler& scheduler_;
    const migrations_state::Journal& journal_;
};

[[nodiscard]] ControlResponse error_response(unsigned status, std::string_view message, std::string_view hint = "");

// "%2F" -> "/". Empty for what is no percent-encoding.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view);
[[nodiscard]] std::string percent_encode(std::string_view);

}  // namespace lantern_migrate::daemon
