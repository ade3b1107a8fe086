// The ledger: the truth about rows, kept where the rows are.
//
// lantern_migrate.ledger on the target has one row for each finished piece of work. It is inserted in the same transaction as the work,
// so that after any crash, on either side, it says exactly what happened: SQLite and Postgres cannot commit together,
// and pg_xact_status cannot settle an in-doubt commit (FACTS 5).
//
//   item "job", part 0                  the job is at work here: as long as any job is, nobody drops the ledger
//   item "table public.items", part n   chunk n of that table; with rows, bytes, digest and what was measured
//   item "schema", part 0               the statements before the rows
//   item "index public.items_idx", ...  a statement after the rows
//   item "created", part 0              lantern_migrate.created names all that the statements before the rows created
//
// lantern_migrate.created has a row for each object that the job created and that is dropped by itself, written in the transaction that
// created it: what `cancel --drop-target-objects` may drop.
#pragma once

#include "core/codec/row_codec.h"
#include "core/pg/session.h"
#include "core/transfer/created_objects.h"
#include "migrations-state/records.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lantern_migrate::transfer {

inline constexpr std::string_view ledger_schema = "lantern_migrate";
inline constexpr const char* job_item = "job";
inline constexpr const char* schema_item = "schema";
inline constexpr const char* created_item = "created";

struct LedgerEntry {
    migrations_state::ChunkTotals totals;
    std::vector<codec::VectorMeasure> measures;  // in the order of the table's vector columns
};

struct LedgerPart {
    std::string item;
    int part = 0;
};

struct LedgerRow {
    LedgerPart part;
    int attempt = 1;
    LedgerEntry entry;
};

// Every member runs on the session it is given; none is kept.
class Ledger {
public:
    explicit Ledger(std::string job_uid) : job_(std::move(job_uid)) {}

    // Creates schema and tables where they are missing, and enters the job, so that no other job's end drops them before this job's does.
    // Safe beside another job that does the same.
    void ensure(pg::Session&) const;
    // The same in the caller's transaction; until its end no other job creates or drops them.
    void ensure_in_transaction(pg::Session&) const;
    [[nodiscard]] bool exists(pg::Session&) const;

    [[nodiscard]] bool holds(pg::Session&, const std::string& item, int part = 0) const;
    [[nodiscard]] std::vector<bool> holds(pg::Session&, const std::vector<LedgerPart>&) const;
    [[nodiscard]] std::map<std::pair<std::string, int>, LedgerEntry> read_all(pg::Session&) const;
    [[nodiscard]] std::optional<LedgerEntry> read(pg::Session&, const std::string& item, int part) const;

    // In the caller's transaction. Waits for any other backend that works on one of these pieces: once they are ours,
    // an old backend of a killed run has committed or is gone. One statement, in one order for all, so that nobody waits in a circle.
    void lock(pg::Session&, const std::vector<LedgerPart>&) const;
    void lock(pg::Session& session, const std::string& item) const { lock(session, {{.item = item}}); }
    // The primary key is the last guard: a piece that is here already fails the whole transaction, rows and all.
    void record(pg::Session&, const std::vector<LedgerRow>&) const;
    void record(pg::Session& session, const std::string& item) const { record(session, {{.part = {.item = item}}}); }
    void forget(pg::Session&, const std::string& item) const;

    // Records `item`, again if it is here. On a session that waits for the disk at its commits (all do unless they say otherwise,
    // session.cpp) everything that others committed before without waiting is durable then, too: WAL is flushed in order.
    void flush(pg::Session&, const std::string& item) const;

    // In the transaction that created them.
    void record_created(pg::Session&, const std::vector<CreatedObject>&) const;

    // Takes this job's rows away, and tables and schema with the last job's.
    void drop(pg::Session&) const;
    void drop_in_transaction(pg::Session&) const;

private:
    std::string job_;
};

[[nodiscard]] std::string table_item(const std::string& schema, const std::string& table);

// "values nulls min_dimensions max_dimensions min_norm max_norm" a column, joined by ';'. Norms in hexadecimal floats: exact.
[[nodiscard]] std::string format_measures(const std::vector<codec::VectorMeasure>&);
[[nodiscard]] std::vector<codec::VectorMeasure> parse_measures(const std::string&);

}  // namespace lantern_migrate::transfer
