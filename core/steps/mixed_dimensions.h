// Columns of vectors that declare no dimensions, and hold vectors of several: no index of Lantern takes them as they are.
#pragma once

#include "core/pg/session.h"
#include "core/plan/catalog.h"
#include "core/plan/finding.h"

#include <vector>

namespace lantern_migrate::steps {

// Looks at the first rows of each such table, in one query: to count all would read whole tables, which the copy does anyway and
// tells then (the report's measures). Throws PgError.
void find_mixed_dimensions(pg::Session& source, const plan::Catalog&, std::vector<plan::Finding>&);

}  // namespace lantern_migrate::steps
