// vectors.bits: integer_array. Which columns of type bit(n) become integer[], since Lantern compares bits only so.
#pragma once

#include "core/plan/catalog.h"
#include "core/plan/finding.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace lantern_migrate::plan {

inline constexpr int word_bits = 32;

// Table and column, and how many bits it has.
using BitColumns = std::map<std::pair<QualifiedName, std::string>, int>;

// How many integers hold the bits of the column.
[[nodiscard]] int words_of(const Column&);

// Marks the columns that an index by bit_hamming_ops is on, here and in the tables that inherit from one another with theirs.
void mark_bit_columns(Catalog&);

// By table and name; of partitioned tables too.
[[nodiscard]] BitColumns bit_columns(const Catalog&);

// Columns whose type is the row type of a table with such a column: what is inside of them would have to become another type too.
[[nodiscard]] std::vector<Finding> rows_with_bit_columns(const Catalog&);

}  // namespace lantern_migrate::plan
