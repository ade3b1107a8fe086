// Arrays of vectors that no real[][] can hold: with a NULL in them, of vectors of different dimensions, or of several dimensions
// themselves.
#pragma once

#include "core/plan/catalog.h"

#include <string>

namespace lantern_migrate::plan {

// SQL that is true for a row of the column's table whose value is such an array or has one in it. Empty: there can be none.
// `vector_schema`: where the extension is.
[[nodiscard]] std::string uneven_arrays_condition(const Column&, const std::string& vector_schema);

}  // namespace lantern_migrate::plan
