// What the vector indexes are for: the nearest, told by exact scans on both sides.
#pragma once

#include <string>
#include <vector>

namespace lantern_migrate::test {

// For each vector index of the target and the one of its name on the source: from up to three values of the column, the ten smallest
// distances by the operators of both indexes, after the stated transformation (squared L2; cosine in place of an inner product of unit
// vectors). Distances, not keys: what is equally far may come in any order. One line for each difference; empty: equal.
[[nodiscard]] std::vector<std::string> compare_neighbours(const std::string& source_url, const std::string& target_url);

}  // namespace lantern_migrate::test
