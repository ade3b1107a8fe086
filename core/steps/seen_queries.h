// The application's own statements, as the source's pg_stat_statements has seen them, with what becomes of each: `plan --queries`.
#pragma once

#include "core/pg/session.h"
#include "core/plan/catalog.h"
#include "core/steps/migration.h"

#include <string>

namespace lantern_migrate::steps {

// Those that use pgvector, the most called first. `dump` tells what types their columns are of.
[[nodiscard]] SeenQueries read_seen_queries(pg::Session& source, const plan::Catalog&, const std::string& dump);

}  // namespace lantern_migrate::steps
