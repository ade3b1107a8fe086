// `schema.existing: use`: whether the target's own tables can take the rows.
#pragma once

#include "core/pg/session.h"
#include "core/plan/catalog.h"
#include "core/plan/finding.h"

#include <vector>

namespace lantern_migrate::steps {

// Blocking findings: columns that a table of the target lacks, generates, or has in another type. Rows go in binary form, where another
// type of the same length would read other values and not say so. Tables that are not there are passed over.
[[nodiscard]] std::vector<plan::Finding> find_unfit_columns(pg::Session& source, pg::Session& target, const plan::Catalog&);

}  // namespace lantern_migrate::steps
