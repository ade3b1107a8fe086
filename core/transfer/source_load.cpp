#include "core/transfer/source_load.h"

namespace lantern_migrate::transfer {

SourceLoad read_source_load(pg::Session& session, const std::string& own_applications) {
    const auto row = session
                         .execute(
                             "SELECT (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity"
                             "  WHERE backend_type = 'client backend' AND state = 'active' AND pid <> pg_catalog.pg_backend_pid()"
                             // Who waits for a lock burdens nobody. Above all: writers that wait for the job's own SHARE locks must not
                             // slow it down, for then they would wait the longer.
                             "  AND wait_event_type IS DISTINCT FROM 'Lock' AND NOT pg_catalog.starts_with(application_name, $1)),"
                             // On a standby: of those that it feeds, who cannot be further than what it has received itself.
                             " (SELECT greatest(pg_catalog.max(pg_catalog.pg_wal_lsn_diff("
                             "   CASE WHEN pg_catalog.pg_is_in_recovery()"
                             "    THEN greatest(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())"
                             "    ELSE pg_catalog.pg_current_wal_lsn() END, replay_lsn)), 0)::bigint FROM pg_catalog.pg_stat_replication),"
                             " pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')",
                             pqxx::params{own_applications})
                         .one_row();
    SourceLoad load{.active_sessions = row[0].as<int>()};
    if (row[2].as<bool>()) load.replication_lag_bytes = row[1].as<std::uint64_t>();
    return load;
}

bool may_see_source_load(pg::Session& session) {
    return session.execute("SELECT pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')").one_row()[0].as<bool>();
}

SourceLoad SourceSampler::sample() {
    try {
        if (!session_) {
            session_ = connect_();
            cancel_.emplace(cancellation_, *session_);
        }
        return read_source_load(*session_, own_applications_);
    } catch (...) {
        cancel_.reset();
        session_.reset();
        throw;
    }
}

}  // namespace lantern_migrate::transfer
