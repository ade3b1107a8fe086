// What may be asked over the control socket, and the answers: requests in, documents out. No sockets here.
// The table is in control_routes.cpp; packaging/doc/openapi.yaml says what each document has in it, and a test holds the two together.
//
// An error is {"error": ..., "hint": ...} with its HTTP status.
#pragma once

#include "daemon/control_guard.h"
#include "daemon/control_request.h"
#include "daemon/event_streams.h"
#include "daemon/scheduler.h"
#include "migrations-state/journal.h"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::daemon {

// How a target of a request was taken apart: "/v1/jobs/two%20words/events?after=5".
struct ControlTarget {
    std::vector<std::string> path;  // "v1", "jobs", "two words", "events"
    std::map<std::string, std::string, std::less<>> query;

    [[nodiscard]] static std::optional<ControlTarget> from(std::string_view target);
    [[nodiscard]] std::string_view parameter(std::string_view key) const;  // empty if it is not given
};

class ControlRoutes {
public:
    // `fresh_for`: a status is made anew at most this often, however many ask for it. What changes a job's state makes it anew at once.
    ControlRoutes(Scheduler& scheduler, const migrations_state::Journal& journal, ControlGuard guard = {},
                  std::chrono::milliseconds fresh_for = std::chrono::milliseconds(0))
        : scheduler_(scheduler), journal_(journal), guard_(std::move(guard)), fresh_for_(fresh_for) {}

    // What /metrics answers; without it there is no such thing.
    void set_metrics(std::function<std::string()> metrics) { metrics_ = std::move(metrics); }

    // Never throws: what goes wrong is an answer too.
    [[nodiscard]] ControlResponse answer(const ControlRequest&);
    // The daemon's file was read again.
    void set_web(config::WebSpec web) { guard_.web = std::move(web); }
    // Something became of a job.
    void changed() { documents_.clear(); }
    [[nodiscard]] EventStreams::Source stream_source();

    struct Call {
        const ControlRequest& request;
        ControlTarget target;
        std::string job;        // of "{job}"; empty where the route has none
        std::string_view last;  // the route's last word
    };
    struct Route {
        std::string_view method;
        std::string_view path;        // "/v1/jobs/{job}/events"
        std::string_view parameters;  // of the query, separated by blanks
        ControlResponse (ControlRoutes::*answer)(const Call&);
    };
    [[nodiscard]] static std::span<const Route> table();

private:
    struct Document {
        std::string text;
        std::chrono::steady_clock::time_point made_at;
    };

    [[nodiscard]] ControlResponse route(const ControlRequest&);
    [[nodiscard]] ControlResponse page(const Call&);
    [[nodiscard]] ControlResponse metrics(const Call&);
    [[nodiscard]] ControlResponse jobs(const Call&);
    [[nodiscard]] ControlResponse job(const Call&);
    [[nodiscard]] ControlResponse events(const Call&);
    [[nodiscard]] ControlResponse report(const Call&);
    [[nodiscard]] ControlResponse indexes(const Call&);
    [[nodiscard]] ControlResponse stream(const Call&);
    [[nodiscard]] ControlResponse act(const Call&);
    [[nodiscard]] ControlResponse rollback(const Call&);

    [[nodiscard]] migrations_state::Job find(const std::string& name) const;
    [[nodiscard]] std::string jobs_document();
    [[nodiscard]] std::string job_document(const std::string& name);
    template <typename Make>
    const std::string& document(const std::string& key, Make&&);

    Scheduler& scheduler_;
    const migrations_state::Journal& journal_;
    ControlGuard guard_;
    std::chrono::milliseconds fresh_for_;
    std::map<std::string, Document> documents_;
    std::function<std::string()> metrics_;
};

// "%2F" -> "/". Empty for what is no percent-encoding.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view);
[[nodiscard]] std::string percent_encode(std::string_view);

}  // namespace lantern_migrate::daemon
