// Tells whether a source table was written to between two moments, without reading it.
//
// Chunks that the ledger holds stay true after an interruption only if their table did not change since the snapshot they were
// read under. What Postgres tells for free: the file node (TRUNCATE, VACUUM FULL, CLUSTER and rewrites change it, and with it ctids),
// the counters of inserted, updated and deleted rows, and when statistics were reset (a server crash resets them too).
//
// Counters lag: a session's last writes are counted when it reports, at the latest 10 s after it went idle (PGSTAT_IDLE_INTERVAL),
// and never within a transaction. So the order matters:
//   - the baseline is read *before* its snapshot is taken: a write counted too late looks like a change, which only costs a copy;
//   - the comparison is read *after* the new snapshot (or lock) is taken and the counters have settled: see `settle`.
// Where no transaction at all ran since (equal pg_current_snapshot(), same server start), nothing has to settle.
#pragma once

#include "core/pg/session.h"
#include "core/plan/catalog.h"

#include <chrono>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::transfer {

struct Tripwire {
    std::string filenode;
    std::int64_t inserted = 0;
    std::int64_t updated = 0;
    std::int64_t deleted = 0;
    std::string resets;    // of the database's and the cluster's statistics
    std::string snapshot;  // pg_current_snapshot() when it was read
    std::string started;   // of the server
    std::string taken_at;  // by the source's clock

    [[nodiscard]] std::string format() const;
    [[nodiscard]] static std::optional<Tripwire> parse(const std::string&);
};

enum class Change {
    none,
    changed,
    unknowable,  // statistics were reset, or a session may hold back its counts
};

struct Comparison {
    Change change = Change::none;
    std::string reason;  // for the report; empty for none
};

// `settled`: whether the counters of `now` can be trusted to be complete.
[[nodiscard]] Comparison compare(const Tripwire& then, const Tripwire& now, bool settled);

// One query for all tables; those that do not exist any more are missing from the answer. Outside of any repeatable-read transaction:
// the counters and pg_current_snapshot() must be of now.
[[nodiscard]] std::map<plan::QualifiedName, Tripwire> read_tripwires(pg::Session&, const std::vector<plan::QualifiedName>&);

// Ends the application_name of our sessions that can only read (default_transaction_read_only): they hold back no counts of writes. A job
// that takes another one's target for its source must still see that one's other sessions.
inline constexpr std::string_view reader_mark = " (reads)";

// PostgreSQL flushes an idle session's counters after 10 s; a little more than that settles all but long transactions.
inline constexpr std::chrono::milliseconds settle_limit{15'000};

// Waits, at most `limit`, until no other session of the database can hold back counts of writes it committed before now.
// False if one still may, or if its state is hidden from our role (pg_read_all_stats shows it).
// `baseline_time`: Tripwire::taken_at of the oldest baseline. A session that has been in its transaction since before it
// cannot have committed anything after it. `own_applications`: prefix of our own sessions' application_name. The readers of other jobs,
// too, are left out.
[[nodiscard]] bool settle(pg::Session&, const std::string& baseline_time, const std::string& own_applications,
                          std::chrono::milliseconds limit, std::stop_token);

}  // namespace lantern_migrate::transfer
