// Looks at how loaded a source is, for copy.throttle.
#pragma once

#include "core/pg/cancellation.h"
#include "core/pg/session.h"
#include "core/transfer/throttle_control.h"

#include <functional>
#include <optional>
#include <string>

namespace lantern_migrate::transfer {

// One query. `own_applications`: the prefix of our own sessions' application_name; they do not count.
// Without the rights of pg_read_all_stats only the sessions of the role itself are seen, and no lag.
[[nodiscard]] SourceLoad read_source_load(pg::Session&, const std::string& own_applications);
[[nodiscard]] bool may_see_source_load(pg::Session&);

// Keeps a session of its own, and makes a new one where that was lost. For one thread.
class SourceSampler {
public:
    // `cancellation` outlives it.
    SourceSampler(std::function<pg::Session()> connect, std::string own_applications, pg::Cancellation& cancellation)
        : connect_(std::move(connect)), own_applications_(std::move(own_applications)), cancellation_(cancellation) {}

    // Throws PgError; the next call tries it with a new session.
    SourceLoad sample();

private:
    std::function<pg::Session()> connect_;
    std::string own_applications_;
    pg::Cancellation& cancellation_;
    std::optional<pg::Session> session_;
    std::optional<pg::Cancellation::Registration> cancel_;
};

}  // namespace lantern_migrate::transfer
