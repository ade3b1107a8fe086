#include "core/codec/row_codec.h"

#include <algorithm>
#include <cmath>

namespace lantern_migrate::codec {

void VectorMeasure::add_value(int dimensions, double norm) {
    ++values;
    min_dimensions = std::min(min_dimensions, dimensions);
    max_dimensions = std::max(max_dimensions, dimensions);
    // A NaN would slip through every comparison and let a column look normalised that is not.
    if (std::isnan(norm)) norm = std::numeric_limits<double>::infinity();
    min_norm = std::min(min_norm, norm);
    max_norm = std::max(max_norm, norm);
}

void VectorMeasure::merge(const VectorMeasure& other) {
    values += other.values;
    nulls += other.nulls;
    min_dimensions = std::min(min_dimensions, other.min_dimensions);
    max_dimensions = std::max(max_dimensions, other.max_dimensions);
    min_norm = std::min(min_norm, other.min_norm);
    max_norm = std::max(max_norm, other.max_norm);
}

}  // namespace lantern_migrate::codec
