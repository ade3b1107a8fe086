#include "core/transfer/ledger.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>

namespace lantern_migrate::transfer {
namespace {

constexpr std::string_view create_sql = R"(
CREATE SCHEMA IF NOT EXISTS lantern_migrate;
COMMENT ON SCHEMA lantern_migrate IS 'lantern-migrate: which chunks of a running migration are here; dropped after cutover';
CREATE TABLE IF NOT EXISTS lantern_migrate.ledger (
    job text NOT NULL,
    item text NOT NULL,
    part integer NOT NULL,
    attempt integer NOT NULL,
    rows bigint NOT NULL,
    bytes_read bigint NOT NULL,
    bytes_written bigint NOT NULL,
    digest text NOT NULL,
    measures text NOT NULL,
    finished_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    PRIMARY KEY (job, item, part)
);
CREATE TABLE IF NOT EXISTS lantern_migrate.created (
    job text NOT NULL,
    catalog text NOT NULL,
    object oid NOT NULL,
    type text NOT NULL,
    identity text NOT NULL,
    PRIMARY KEY (job, catalog, object)
))";

constexpr std::string_view columns = "rows, bytes_read, bytes_written, digest, measures";

// Any constant: all jobs on a database take turns at creating and dropping the ledger.
constexpr std::string_view creation_lock = "SELECT pg_catalog.pg_advisory_xact_lock(5497853170221)";

// The second table is of later versions than the first.
bool is_whole(pg::Session& session) {
    return session
        .execute(
            "SELECT pg_catalog.to_regclass('lantern_migrate.ledger') IS NOT NULL"
            " AND pg_catalog.to_regclass('lantern_migrate.created') IS NOT NULL")
        .one_row()[0]
        .as<bool>();
}

LedgerEntry entry_from(const pqxx::row& row, int first) {
    return {.totals = {.rows = row[first].as<std::uint64_t>(),
                       .bytes_read = row[first + 1].as<std::uint64_t>(),
                       .bytes_written = row[first + 2].as<std::uint64_t>(),
                       .digest = row[first + 3].as<std::string>()},
            .measures = parse_measures(row[first + 4].as<std::string>())};
}

}  // namespace

std::string table_item(const std::string& schema, const std::string& table) { return "table " + schema + "." + table; }

std::string format_measures(const std::vector<codec::VectorMeasure>& measures) {
    std::string text;
    for (const auto& measure : measures) {
        char line[160];
        std::snprintf(line, sizeof line, "%llu %llu %d %d %a %a;", static_cast<unsigned long long>(measure.values),
                      static_cast<unsigned long long>(measure.nulls), measure.min_dimensions, measure.max_dimensions, measure.min_norm,
                      measure.max_norm);
        text += line;
    }
    return text;
}

std::vector<codec::VectorMeasure> parse_measures(const std::string& text) {
    std::vector<codec::VectorMeasure> measures;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line, ';');) {
        std::istringstream words(line);
        codec::VectorMeasure measure;
        std::string min_norm, max_norm;
        words >> measure.values >> measure.nulls >> measure.min_dimensions >> measure.max_dimensions >> min_norm >> max_norm;
        measure.min_norm = std::strtod(min_norm.c_str(), nullptr);
        measure.max_norm = std::strtod(max_norm.c_str(), nullptr);
        measures.push_back(measure);
    }
    return measures;
}

bool Ledger::exists(pg::Session& session) const {
    return session.execute("SELECT pg_catalog.to_regclass('lantern_migrate.ledger') IS NOT NULL").one_row()[0].as<bool>();
}

void Ledger::ensure(pg::Session& session) const {
    pg::Transaction transaction(session);
    ensure_in_transaction(session);
    transaction.commit();
}

void Ledger::ensure_in_transaction(pg::Session& session) const {
    session.execute(creation_lock);
    if (!is_whole(session)) session.execute(create_sql);
    session.execute("INSERT INTO lantern_migrate.ledger (job, item, part, attempt, " + std::string(columns) +
                        ") VALUES ($1, $2, 0, 1, 0, 0, 0, '', '') ON CONFLICT DO NOTHING",
                    pqxx::params{job_, job_item});
}

bool Ledger::holds(pg::Session& session, const std::string& item, int part) const {
    return session
        .execute("SELECT EXISTS (SELECT FROM lantern_migrate.ledger WHERE job = $1 AND item = $2 AND part = $3)",
                 pqxx::params{job_, item, part})
        .one_row()[0]
        .as<bool>();
}

std::map<std::pair<std::string, int>, LedgerEntry> Ledger::read_all(pg::Session& session) const {
    std::map<std::pair<std::string, int>, LedgerEntry> entries;
    if (!exists(session)) return entries;
    for (const auto& row : session.execute("SELECT item, part, " + std::string(columns) + " FROM lantern_migrate.ledger WHERE job = $1",
                                           pqxx::params{job_})) {
        entries.emplace(std::pair{row[0].as<std::string>(), row[1].as<int>()}, entry_from(row, 2));
    }
    return entries;
}

std::optional<LedgerEntry> Ledger::read(pg::Session& session, const std::string& item, int part) const {
    const auto rows =
        session.execute("SELECT " + std::string(columns) + " FROM lantern_migrate.ledger WHERE job = $1 AND item = $2 AND part = $3",
                        pqxx::params{job_, item, part});
    if (rows.empty()) return std::nullopt;
    return entry_from(rows[0], 0);
}

namespace {

std::string lock_name(const std::string& job, const LedgerPart& part) {
    return "lantern-migrate " + job + " " + part.item + " " + std::to_string(part.part);
}

}  // namespace

void Ledger::lock(pg::Session& session, const std::vector<LedgerPart>& parts) const {
    std::vector<std::string> names;
    for (const LedgerPart& part : parts) names.push_back(lock_name(job_, part));
    session.execute(
        "SELECT pg_catalog.pg_advisory_xact_lock(key) FROM (SELECT DISTINCT pg_catalog.hashtextextended(name, 0) AS key"
        " FROM pg_catalog.unnest($1::text[]) AS name ORDER BY key) AS keys",
        pqxx::params{names});
}

std::vector<bool> Ledger::holds(pg::Session& session, const std::vector<LedgerPart>& parts) const {
    std::vector<std::string> items;
    std::vector<int> numbers;
    for (const LedgerPart& part : parts) {
        items.push_back(part.item);
        numbers.push_back(part.part);
    }
    std::vector<bool> held;
    for (const auto& row : session.execute(
             "SELECT EXISTS (SELECT FROM lantern_migrate.ledger l WHERE l.job = $1 AND l.item = w.item AND l.part = w.part)"
             " FROM ROWS FROM (pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::integer[])) WITH ORDINALITY AS w(item, part, n)"
             " ORDER BY w.n",
             pqxx::params{job_, items, numbers})) {
        held.push_back(row[0].as<bool>());
    }
    return held;
}

void Ledger::record(pg::Session& session, const std::vector<LedgerRow>& rows) const {
    if (rows.empty()) return;
    std::vector<std::string> items, digests, measures;
    std::vector<int> parts, attempts;
    std::vector<std::int64_t> counts, read, written;
    for (const LedgerRow& row : rows) {
        items.push_back(row.part.item);
        parts.push_back(row.part.part);
        attempts.push_back(row.attempt);
        counts.push_back(static_cast<std::int64_t>(row.entry.totals.rows));
        read.push_back(static_cast<std::int64_t>(row.entry.totals.bytes_read));
        written.push_back(static_cast<std::int64_t>(row.entry.totals.bytes_written));
        digests.push_back(row.entry.totals.digest);
        measures.push_back(format_measures(row.entry.measures));
    }
    session.execute("INSERT INTO lantern_migrate.ledger (job, item, part, attempt, " + std::string(columns) +
                        ") SELECT $1, w.* FROM ROWS FROM (pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::integer[]),"
                        " pg_catalog.unnest($4::integer[]), pg_catalog.unnest($5::bigint[]), pg_catalog.unnest($6::bigint[]),"
                        " pg_catalog.unnest($7::bigint[]), pg_catalog.unnest($8::text[]), pg_catalog.unnest($9::text[])) AS w",
                    pqxx::params{job_, items, parts, attempts, counts, read, written, digests, measures});
}

void Ledger::flush(pg::Session& session, const std::string& item) const {
    pg::Transaction transaction(session);
    lock(session, item);
    forget(session, item);
    record(session, item);
    transaction.commit();
}

void Ledger::forget(pg::Session& session, const std::string& item) const {
    session.execute("DELETE FROM lantern_migrate.ledger WHERE job = $1 AND item = $2", pqxx::params{job_, item});
}

void Ledger::record_created(pg::Session& session, const std::vector<CreatedObject>& objects) const {
    if (objects.empty()) return;
    std::vector<std::string> catalogs, types, identities;
    std::vector<std::int64_t> oids;
    for (const CreatedObject& object : objects) {
        catalogs.push_back(object.catalog);
        oids.push_back(object.oid);
        types.push_back(object.type);
        identities.push_back(object.identity);
    }
    session.execute(
        "INSERT INTO lantern_migrate.created (job, catalog, object, type, identity)"
        " SELECT $1, w.catalog, w.object::pg_catalog.oid, w.type, w.identity"
        " FROM ROWS FROM (pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::bigint[]), pg_catalog.unnest($4::text[]),"
        " pg_catalog.unnest($5::text[])) AS w(catalog, object, type, identity)",
        pqxx::params{job_, catalogs, oids, types, identities});
}

void Ledger::drop(pg::Session& session) const {
    pg::Transaction transaction(session);
    drop_in_transaction(session);
    transaction.commit();
}

void Ledger::drop_in_transaction(pg::Session& session) const {
    session.execute(creation_lock);
    if (!exists(session)) return;
    if (!is_whole(session)) session.execute(create_sql);
    session.execute("DELETE FROM lantern_migrate.ledger WHERE job = $1", pqxx::params{job_});
    session.execute("DELETE FROM lantern_migrate.created WHERE job = $1", pqxx::params{job_});
    const bool others = session
                            .execute(
                                "SELECT EXISTS (SELECT FROM lantern_migrate.ledger)"
                                " OR EXISTS (SELECT FROM lantern_migrate.created)")
                            .one_row()[0]
                            .as<bool>();
    // RESTRICT, which is the default: if somebody put something of theirs there, it is not ours to drop.
    if (!others) session.execute("DROP TABLE lantern_migrate.ledger, lantern_migrate.created; DROP SCHEMA lantern_migrate");
}

}  // namespace lantern_migrate::transfer
