// What would do the target good and is not the job's to do: it would change the server for others, or outlast the job. Pure.
#pragma once

#include "core/plan/catalog.h"
#include "core/plan/finding.h"

#include <vector>

namespace lantern_migrate::plan {

// Severity info each, with the figure that supports it.
[[nodiscard]] std::vector<Finding> advise(const Catalog&);

}  // namespace lantern_migrate::plan
