// Reads what a source holds, in a fixed number of queries whatever its size.
#pragma once

#include "core/pg/session.h"
#include "core/plan/catalog.h"

namespace lantern_migrate::pg {

// Within the session's current transaction, so that the answers agree with each other. System schemas, temporary tables,
// members of extensions and the ledger's schema are left out. Throws PgError.
[[nodiscard]] plan::Catalog read_catalog(Session&);

// Tables of these whose rows the session's role may not read.
[[nodiscard]] std::vector<plan::QualifiedName> read_unreadable_tables(Session&);

}  // namespace lantern_migrate::pg
