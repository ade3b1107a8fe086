// What the target's role may not do there and has to, said in the plan: found out in the middle, it would cost the run.
#pragma once

#include "core/pg/session.h"
#include "core/plan/catalog.h"
#include "core/plan/finding.h"

#include <vector>

namespace lantern_migrate::steps {

// The database, the extension, the schemas that are there already. Three queries; throws PgError.
void find_missing_target_rights(pg::Session& target, const plan::Catalog&, std::vector<plan::Finding>&);

}  // namespace lantern_migrate::steps
