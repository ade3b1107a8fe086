// `cancel --drop-target-objects`: the target is cleaned of what the job made, and of nothing else.
//
// What the job made is what the ledger says: it was written in the transactions that made it. All of it goes in one transaction, ledger
// rows included, and nothing goes if
//   - a table has a row that no chunk of the job brought, or that was changed since (its transaction is not one of the ledger's),
//   - somebody else's object needs one of the job's (every DROP is a RESTRICT), or would silently go with it (a partition),
//   - an object has another name than the job gave it.
// Killed before the COMMIT, nothing happened; behind it, there is nothing left to do but the database, if the job created that too.
#pragma once

#include "core/steps/migration.h"

#include <stop_token>
#include <string>

namespace lantern_migrate::steps {

// Never asks the source. Gives what was dropped, as a sentence for the operator. Doing it again finds nothing to do.
// Throws MigrationError where the target is not to be touched, PgError, JournalError; then nothing is dropped.
std::string drop_target(const config::JobSpec&, migrations_state::Journal&, const migrations_state::Job&, const Observer&,
                        const std::stop_token&);

// Of a job that is cancelled without it: what stays on the target and how it is removed; empty if that is nothing.
[[nodiscard]] std::string left_on_target(const migrations_state::Journal&, const migrations_state::Job&);

}  // namespace lantern_migrate::steps
