#include "core/transfer/tripwire.h"

#include <thread>

namespace lantern_migrate::transfer {
namespace {

// Fields in the order of format(); none of them contains the separator.
constexpr char separator = '|';

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == separator)
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

// PostgreSQL 15 flushes an idle session's counts after 10 s (pgstat.c, PGSTAT_IDLE_INTERVAL); before, they wait for its next transaction.
constexpr int idle_flush_since_version_num = 150000;
constexpr std::chrono::milliseconds poll_interval{250};

}  // namespace

std::string Tripwire::format() const {
    std::string text = filenode;
    for (const std::string& field :
         {std::to_string(inserted), std::to_string(updated), std::to_string(deleted), resets, snapshot, started, taken_at}) {
        text += separator + field;
    }
    return text;
}

std::optional<Tripwire> Tripwire::parse(const std::string& text) {
    const auto parts = split(text);
    if (parts.size() != 8) return std::nullopt;
    return Tripwire{.filenode = parts[0],
                    .inserted = std::stoll(parts[1]),
                    .updated = std::stoll(parts[2]),
                    .deleted = std::stoll(parts[3]),
                    .resets = parts[4],
                    .snapshot = parts[5],
                    .started = parts[6],
                    .taken_at = parts[7]};
}

Comparison compare(const Tripwire& then, const Tripwire& now, bool settled) {
    if (then.filenode != now.filenode) return {Change::changed, "it was rewritten or truncated"};
    if (then.snapshot == now.snapshot && then.started == now.started) return {};
    if (then.resets != now.resets) return {Change::unknowable, "the source's statistics were reset"};
    const auto difference = [](std::int64_t before, std::int64_t after) { return std::to_string(after - before); };
    if (then.inserted != now.inserted || then.updated != now.updated || then.deleted != now.deleted) {
        return {Change::changed, "rows were inserted (" + difference(then.inserted, now.inserted) + "), updated (" +
                                     difference(then.updated, now.updated) + ") or deleted (" + difference(then.deleted, now.deleted) +
                                     ")"};
    }
    if (!settled) return {Change::unknowable, "a session of the source may hold back the count of its last writes"};
    return {};
}

std::map<plan::QualifiedName, Tripwire> read_tripwires(pg::Session& session, const std::vector<plan::QualifiedName>& names) {
    std::vector<std::string> schemas, tables;
    for (const auto& name : names) {
        schemas.push_back(name.schema);
        tables.push_back(name.name);
    }
    // Both views of resets: after a crash the cluster's fixed statistics are reset even where a table's counters were zero anyway.
    const auto rows = session.execute(
        "SELECT n.nspname, c.relname, pg_catalog.pg_relation_filenode(c.oid), coalesce(pg_catalog.pg_stat_get_tuples_inserted(c.oid), 0),"
        " coalesce(pg_catalog.pg_stat_get_tuples_updated(c.oid), 0), coalesce(pg_catalog.pg_stat_get_tuples_deleted(c.oid), 0),"
        " (SELECT coalesce(stats_reset::text, '-') FROM pg_catalog.pg_stat_database WHERE datname = pg_catalog.current_database()) || ' ' "
        "||"
        " (SELECT coalesce(stats_reset::text, '-') FROM pg_catalog.pg_stat_bgwriter),"
        " pg_catalog.pg_current_snapshot()::text, pg_catalog.pg_postmaster_start_time()::text, pg_catalog.clock_timestamp()::text, c.oid"
        " FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS w(s, t)"
        " JOIN pg_catalog.pg_namespace n ON n.nspname = w.s JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.t",
        pqxx::params{schemas, tables});
    std::map<plan::QualifiedName, Tripwire> tripwires;
    for (const auto& row : rows) {
        tripwires.emplace(plan::QualifiedName{row[0].as<std::string>(), row[1].as<std::string>()},
                          Tripwire{.filenode = row[2].as<std::string>("-") + "/" + row[10].as<std::string>(),
                                   .inserted = row[3].as<std::int64_t>(),
                                   .updated = row[4].as<std::int64_t>(),
                                   .deleted = row[5].as<std::int64_t>(),
                                   .resets = row[6].as<std::string>(),
                                   .snapshot = row[7].as<std::string>(),
                                   .started = row[8].as<std::string>(),
                                   .taken_at = row[9].as<std::string>()});
    }
    return tripwires;
}

bool settle(pg::Session& session, const std::string& baseline_time, const std::string& own_applications, std::chrono::milliseconds limit,
            std::stop_token stop) {
    const bool idle_sessions_flush = session.server_version_num() >= idle_flush_since_version_num;
    const std::string idle_is_settled =
        idle_sessions_flush ? "state_change < pg_catalog.clock_timestamp() - interval '10.5 s'" : "state_change <= $1::timestamptz";
    const std::string sql =
        "SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity WHERE datname = pg_catalog.current_database()"
        " AND backend_type NOT IN ('autovacuum worker', 'parallel worker') AND pid <> pg_catalog.pg_backend_pid()"
        " AND NOT (usename = current_user AND (pg_catalog.starts_with(application_name, $2)"
        " OR (pg_catalog.starts_with(application_name, 'lantern-migrate ') AND pg_catalog.right(application_name, $4) = $3)))"
        // A session whose state our role may not see has NULLs there, and is not settled.
        " AND (CASE WHEN state = 'idle' THEN " +
        idle_is_settled + " ELSE xact_start <= $1::timestamptz END) IS NOT TRUE";
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        if (session
                .execute(sql, pqxx::params{baseline_time, own_applications, std::string(reader_mark), static_cast<int>(reader_mark.size())})
                .one_row()[0]
                .as<int>() == 0)
            return true;
        if (stop.stop_requested() || std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(poll_interval);
    }
}

}  // namespace lantern_migrate::transfer
