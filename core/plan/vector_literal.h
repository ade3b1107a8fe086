// pgvector's way to write a value, and an array's.
#pragma once

#include "core/plan/catalog.h"

#include <optional>
#include <string>
#include <string_view>

namespace lantern_migrate::plan {

// A sparsevec of more dimensions is not made dense: 16,000 are what a vector can have.
inline constexpr int dense_dimensions_max = 16'000;

// '[1,2,3]' (or '{1:1,3:2}/5' of a sparsevec) as the text of a real[]: '{1,2,3}', the values bit for bit.
// Empty for what is no such literal, for arrays of vectors, and for a length that is not `dimensions` (0: any).
[[nodiscard]] std::optional<std::string> to_array_literal(std::string_view literal, VectorType, int dimensions = 0);

}  // namespace lantern_migrate::plan
