#include "migrations-state/journal_schema.h"

namespace lantern_migrate::migrations_state {
namespace {

// Times are milliseconds since 1970 in UTC. Steps, dispositions and states are words, so that a later version may add one.
constexpr std::string_view version_1 = R"(
CREATE TABLE job (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,              -- names the job in the target's ledger
    name TEXT NOT NULL,
    file TEXT NOT NULL,
    source TEXT NOT NULL,                  -- for people; without a password
    target TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    step TEXT NOT NULL,
    disposition TEXT NOT NULL,             -- apart from the step: resuming never forgets where the job was
    reason TEXT NOT NULL DEFAULT '',
    hint TEXT NOT NULL DEFAULT '',
    sqlstate TEXT NOT NULL DEFAULT '',
    transient INTEGER NOT NULL DEFAULT 0,
    retry_at INTEGER,
    runs INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;
CREATE UNIQUE INDEX job_unfinished_name ON job (name) WHERE disposition NOT IN ('done', 'cancelled');

CREATE TABLE step (                        -- one row an attempt; no end: it was interrupted, or is going on
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job (id),
    step TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    began_at INTEGER NOT NULL,
    ended_at INTEGER,
    note TEXT NOT NULL DEFAULT '',
    UNIQUE (job, step, attempt)
) STRICT;

CREATE TABLE server (
    job INTEGER NOT NULL REFERENCES job (id),
    side TEXT NOT NULL,                    -- source | target
    system_identifier TEXT NOT NULL,
    timeline INTEGER NOT NULL,
    database TEXT NOT NULL,
    version_num INTEGER NOT NULL,
    PRIMARY KEY (job, side)
) STRICT;

CREATE TABLE fact (
    job INTEGER NOT NULL REFERENCES job (id),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (job, key)
) STRICT;

CREATE TABLE saved_index (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job (id),
    schema_name TEXT NOT NULL,
    name TEXT NOT NULL,
    table_schema TEXT NOT NULL,
    table_name TEXT NOT NULL,
    method TEXT NOT NULL,
    opclass TEXT NOT NULL,
    options TEXT NOT NULL,
    definition TEXT NOT NULL,              -- pg_get_indexdef, whole
    state TEXT NOT NULL,
    translation TEXT NOT NULL,
    reason TEXT NOT NULL,
    UNIQUE (job, schema_name, name)
) STRICT;

CREATE TABLE migrated_table (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job (id),
    schema_name TEXT NOT NULL,
    name TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    estimated_rows INTEGER NOT NULL,
    shape TEXT NOT NULL,
    tripwire TEXT NOT NULL DEFAULT '',
    epoch INTEGER NOT NULL DEFAULT 1,      -- one more each time it started again from nothing
    UNIQUE (job, schema_name, name)
) STRICT;

CREATE TABLE chunk (                       -- bounds are made once and never change
    table_id INTEGER NOT NULL REFERENCES migrated_table (id),
    number INTEGER NOT NULL,
    lower TEXT NOT NULL,
    upper TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending',
    attempt INTEGER NOT NULL DEFAULT 0,
    rows INTEGER NOT NULL DEFAULT 0,
    bytes_read INTEGER NOT NULL DEFAULT 0,
    bytes_written INTEGER NOT NULL DEFAULT 0,
    digest TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (table_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE measure (
    table_id INTEGER NOT NULL REFERENCES migrated_table (id),
    column_name TEXT NOT NULL,
    value_count INTEGER NOT NULL,
    null_count INTEGER NOT NULL,
    min_dimensions INTEGER NOT NULL,
    max_dimensions INTEGER NOT NULL,
    min_norm REAL NOT NULL,
    max_norm REAL NOT NULL,
    PRIMARY KEY (table_id, column_name)
) STRICT, WITHOUT ROWID;

CREATE TABLE build (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job (id),
    item TEXT NOT NULL,
    kind TEXT NOT NULL,
    table_schema TEXT NOT NULL,
    table_name TEXT NOT NULL,
    sql TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    server_losses INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    began_at INTEGER,
    ended_at INTEGER,
    UNIQUE (job, item)
) STRICT;

CREATE TABLE verification (
    table_id INTEGER PRIMARY KEY REFERENCES migrated_table (id),
    method TEXT NOT NULL,
    rows_sent INTEGER NOT NULL,
    rows_found INTEGER NOT NULL,
    digest_sent TEXT NOT NULL,
    digest_found TEXT NOT NULL,
    equal INTEGER NOT NULL
) STRICT;

CREATE TABLE finding (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job (id),
    severity TEXT NOT NULL,
    object TEXT NOT NULL,
    reason TEXT NOT NULL,
    remedy TEXT NOT NULL,
    UNIQUE (job, severity, object, reason, remedy)
) STRICT;

CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job (id),
    at INTEGER NOT NULL,
    severity TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX event_job ON event (job, id);
)";

constexpr std::string_view version_2 = R"(
CREATE TABLE copy_run (                    -- one row a run that copied to the end
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES job (id),
    run INTEGER NOT NULL,
    began_at INTEGER NOT NULL,
    first_row_at INTEGER,
    ended_at INTEGER NOT NULL,
    workers INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    bytes_read INTEGER NOT NULL,
    bytes_written INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    chunks_again INTEGER NOT NULL,
    journal_commits INTEGER NOT NULL,
    journal_us INTEGER NOT NULL,
    ledger_us INTEGER NOT NULL
) STRICT;
ALTER TABLE verification ADD COLUMN target_state TEXT NOT NULL DEFAULT '';
)";

constexpr std::string_view upgrades[] = {version_1, version_2};

}  // namespace

std::span<const std::string_view> journal_upgrades() { return upgrades; }

}  // namespace lantern_migrate::migrations_state
