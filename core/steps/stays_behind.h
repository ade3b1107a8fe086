// What a database has beside schema and rows, and what a job does not move: said in the plan, with how to move it by hand.
#pragma once

#include "core/pg/session.h"
#include "core/plan/catalog.h"
#include "core/plan/finding.h"

#include <vector>

namespace lantern_migrate::steps {

// Large objects, rows in an extension's configuration tables, settings of the database and of roles in it, subscriptions, the order of
// columns. A few queries; throws PgError.
void find_what_stays_behind(pg::Session& source, const plan::Catalog&, std::vector<plan::Finding>&);

}  // namespace lantern_migrate::steps
