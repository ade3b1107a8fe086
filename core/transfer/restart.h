// A table that changed on the source while nobody held it starts again from nothing, alone.
#pragma once

#include "core/pg/session.h"
#include "core/plan/catalog.h"
#include "core/transfer/ledger.h"
#include "migrations-state/journal.h"

#include <string>

namespace lantern_migrate::transfer {

// On the target, in one transaction: foreign keys to and from the table, its keys, indexes and triggers go, its rows go (TRUNCATE), and
// so does everything the ledger says of them. Then in the journal: its chunks and builds are pending again, `tripwire` is its new baseline.
// Interrupted between the two, the next run finds the old tripwire and does it again; builds that were dropped elsewhere are then found
// by their absence from the ledger.
// Of a table that the operator made (`schema.existing: use`) only what the job built goes.
enum class TableOf { job, the_operator };
void restart_table(pg::Session& target, const Ledger&, migrations_state::Journal&, migrations_state::JobId,
                   const migrations_state::TableRecord&, const std::string& tripwire, TableOf);

// Takes all rows of the table away, in the caller's transaction.
void empty_table(pg::Session& target, const plan::QualifiedName& table, TableOf);

}  // namespace lantern_migrate::transfer
