// Functions that look for names in their caller's search_path, where the caller is a copy: checks, generated columns and indexes call
// them, and neither a session of the job nor, from PostgreSQL 17 on, the server as it builds an index has a search_path.
#pragma once

#include "core/pg/session.h"
#include "core/plan/catalog.h"
#include "core/plan/finding.h"

#include <vector>

namespace lantern_migrate::steps {

// Told by trying: each such expression is asked of one row of its table on the source. A blocking finding for each that finds no name.
[[nodiscard]] std::vector<plan::Finding> find_lost_names(pg::Session& source, const plan::Catalog&);

}  // namespace lantern_migrate::steps
