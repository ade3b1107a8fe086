#include "core/plan/uneven_arrays.h"

#include <gtest/gtest.h>

namespace lantern_migrate::plan {
namespace {

using Kind = ValueType::Kind;
using Value = std::shared_ptr<const ValueType>;

Value holder(Kind kind, std::vector<Value> parts, std::vector<std::string> attributes = {}) {
    return std::make_shared<const ValueType>(
        ValueType{.kind = kind, .holds_vector = true, .parts = std::move(parts), .attributes = std::move(attributes)});
}
Value vectors(VectorType type) {
    return std::make_shared<const ValueType>(ValueType{.kind = Kind::vector, .vector = type, .holds_vector = true});
}
const Value text = std::make_shared<const ValueType>(ValueType{});

std::string condition(const Value& value) { return uneven_arrays_condition(Column{.name = "c", .value = value}, "Ext"); }

std::string of_vectors(const std::string& value, const std::string& dimensions = "\"Ext\".vector_dims(e)") {
    return "pg_catalog.array_ndims(" + value + ") > 1 OR EXISTS (SELECT FROM pg_catalog.unnest(" + value +
           ") AS u(e) WHERE e IS NULL) OR (SELECT pg_catalog.count(DISTINCT " + dimensions + ") FROM pg_catalog.unnest(" + value +
           ") AS u(e)) > 1";
}

TEST(UnevenArrays, CanBeInAColumnOfArraysOfVectorsAlone) {
    EXPECT_EQ(condition(vectors(VectorType::vector_array)), of_vectors("c"));
    EXPECT_EQ(condition(vectors(VectorType::sparsevec_array)), of_vectors("c", "pg_catalog.split_part(e::text, '/', 2)"));
    EXPECT_EQ(condition(vectors(VectorType::vector)), "");
    EXPECT_EQ(condition(text), "");
    EXPECT_EQ(condition(nullptr), "");
}

TEST(UnevenArrays, AreLookedForAtEveryDepth) {
    const Value array = vectors(VectorType::halfvec_array);
    const Value pair = holder(Kind::composite, {text, array, vectors(VectorType::vector)}, {"note", "Many", "one"});
    EXPECT_EQ(condition(pair), of_vectors("(c).\"Many\""));
    EXPECT_EQ(condition(holder(Kind::array, {pair})),
              "EXISTS (SELECT FROM (SELECT pg_catalog.unnest(c) AS e) AS u1 WHERE " + of_vectors("(u1.e).\"Many\"") + ")");
    const Value range = holder(Kind::range, {array});
    EXPECT_EQ(condition(range), of_vectors("pg_catalog.lower(c)") + " OR " + of_vectors("pg_catalog.upper(c)"));
    EXPECT_EQ(condition(holder(Kind::composite, {holder(Kind::multirange, {range})}, {"m"})),
              "EXISTS (SELECT FROM (SELECT pg_catalog.unnest((c).m) AS e) AS u1 WHERE " + of_vectors("pg_catalog.lower(u1.e)") + " OR " +
                  of_vectors("pg_catalog.upper(u1.e)") + ")");
}

TEST(UnevenArrays, AreNotLookedForWithoutEnd) {
    Value value = vectors(VectorType::vector_array);
    for (int level = 0; level < 40; ++level) value = holder(Kind::composite, {value, value}, {"a", "b"});
    EXPECT_LT(condition(value).size(), 1'000'000U) << "two to the fortieth conditions otherwise";
}

}  // namespace
}  // namespace lantern_migrate::plan
