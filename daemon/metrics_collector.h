// Collects what /metrics shows. Lives on the io_context's thread.
#pragma once

#include "daemon/hooks.h"
#include "daemon/metrics.h"
#include "daemon/scheduler.h"
#include "migrations-state/journal.h"

#include <chrono>
#include <functional>
#include <map>
#include <string>

namespace lantern_migrate::daemon {

// Which jobs have series of their own: all that are unfinished, and what ended lately. Of one name, the newest.
struct MetricsLimits {
    std::chrono::milliseconds finished_within{std::chrono::hours(24)};
    std::size_t finished = 100;
    std::size_t jobs = 1000;
};

class MetricsCollector {
public:
    using Now = std::function<migrations_state::Timestamp()>;

    MetricsCollector(const Scheduler&, const migrations_state::Journal&, const Hooks&);
    MetricsCollector(const Scheduler&, const migrations_state::Journal&, const Hooks&, MetricsLimits, Now);

    // Without it, there are no figures of a server.
    void set_server(std::function<ServerFigures()> server) { server_ = std::move(server); }

    // Throws JournalError.
    [[nodiscard]] std::string text();
    [[nodiscard]] MetricsInput collect();

private:
    using JobId = migrations_state::JobId;
    struct Seen {
        std::string position;
        migrations_state::Timestamp at{};
    };
    [[nodiscard]] JobFigures figures(JobStatus, std::map<JobId, Seen>& seen) const;

    const Scheduler& scheduler_;
    const migrations_state::Journal& journal_;
    const Hooks& hooks_;
    MetricsLimits limits_;
    Now now_;
    migrations_state::Timestamp started_at_;
    std::function<ServerFigures()> server_;
    std::map<JobId, Seen> seen_;
};

}  // namespace lantern_migrate::daemon
