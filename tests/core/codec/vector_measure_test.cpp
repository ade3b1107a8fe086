#include "core/codec/row_codec.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace lantern_migrate::codec;

namespace {

VectorMeasure measure_of(std::initializer_list<std::pair<int, double>> vectors) {
    VectorMeasure measure;
    for (const auto& [dimensions, norm] : vectors) measure.add_value(dimensions, norm);
    return measure;
}

TEST(VectorMeasure, HoldsTheExtremesOfWhatPassed) {
    const VectorMeasure measure = measure_of({{3, 1.5}, {2, 0.5}, {4, 1.0}});
    EXPECT_EQ(measure.values, 3u);
    EXPECT_EQ(measure.min_dimensions, 2);
    EXPECT_EQ(measure.max_dimensions, 4);
    EXPECT_EQ(measure.min_norm, 0.5);
    EXPECT_EQ(measure.max_norm, 1.5);
}

TEST(VectorMeasure, MergesToWhatOneWouldHaveHeld) {
    VectorMeasure first = measure_of({{3, 1.5}, {2, 0.5}});
    first.nulls = 2;
    VectorMeasure second = measure_of({{5, 2.5}});
    second.nulls = 3;
    VectorMeasure both = measure_of({{3, 1.5}, {2, 0.5}, {5, 2.5}});
    both.nulls = 5;
    first.merge(second);
    EXPECT_EQ(first, both);
}

TEST(VectorMeasure, MergesWithAnEmptyOneToItself) {
    const VectorMeasure measure = measure_of({{3, 1.0}});
    VectorMeasure left = measure;
    left.merge({});
    EXPECT_EQ(left, measure);
    VectorMeasure right;
    right.merge(measure);
    EXPECT_EQ(right, measure);
}

TEST(VectorMeasure, NeverLooksNormalisedWithANanInIt) {
    EXPECT_EQ(measure_of({{3, 1.0}, {3, std::nan("")}, {3, 1.0}}).max_norm, std::numeric_limits<double>::infinity());
}

}  // namespace
