// ANALYZE of the target's tables, each as soon as it is complete.
#pragma once

#include "core/steps/run.h"

namespace lantern_migrate::steps {

// Adds a build of kind `analyze` for each table that moves. The tables must be on the target.
//
// An embedding as real[] has statistics of its elements, which no query of an embedding uses, and they cost more than the copy: 7.6 s for
// 40,000 rows of 1536 dimensions whose transfer took 2.7 s (PostgreSQL 17.11). So they are left out of this ANALYZE, and the column's
// statistics target is as it was when it has ended.
void add_statistics(Run&, std::vector<migrations_state::BuildRecord>&);

}  // namespace lantern_migrate::steps
