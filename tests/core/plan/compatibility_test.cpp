#include "core/plan/compatibility.h"
#include "core/plan/sql_tree.h"
#include "core/plan/statement_subject.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace lantern_migrate::plan {
namespace {

std::vector<std::string_view> names(const std::vector<const CompatibilityFunction*>& functions) {
    std::vector<std::string_view> result;
    for (const auto* function : functions) result.push_back(function->name);
    return result;
}

TEST(CompatibilityFunctions, AreEachOneStatementThatMakesWhatTheySay) {
    ASSERT_GE(compatibility_functions().size(), 40U);
    for (const CompatibilityFunction& function : compatibility_functions()) {
        const SqlTree tree{std::string(function.sql)};
        ASSERT_EQ(tree.statements().size(), 1U) << function.name;
        const Subject subject = subject_of(*tree.statements().front().node);
        EXPECT_EQ(subject.name.key.object_class, ObjectClass::function) << function.name;
        EXPECT_EQ(subject.name.key.name.schema, compatibility_schema) << function.name;
        EXPECT_EQ(subject.name.text, function.object) << function.name;
        EXPECT_TRUE(tree.statements().front().text.starts_with("CREATE OR REPLACE ")) << function.name;
        // array_to_vector_integer is an overload of array_to_vector.
        EXPECT_TRUE(function.name.starts_with(subject.name.key.name.name)) << function.name;
    }
}

TEST(CompatibilityFunctions, AreInTheOrderOfTheirNamesAndEachNameIsOnce) {
    const auto functions = compatibility_functions();
    const auto wrong = std::ranges::adjacent_find(functions, std::ranges::greater_equal{}, &CompatibilityFunction::name);
    EXPECT_EQ(wrong, functions.end()) << wrong->name;
}

// A body that names a function of the schema needs it; PostgreSQL would tell only when it is called.
TEST(CompatibilityFunctions, NeedWhatTheirBodiesName) {
    for (const CompatibilityFunction& function : compatibility_functions()) {
        for (const CompatibilityFunction& other : compatibility_functions()) {
            if (&other == &function || other.name.starts_with("array_to_vector_")) continue;
            bool named = false;
            for (const std::string_view end : {"(", ",", "\n"})
                named |= function.sql.contains(std::string(compatibility_schema) + "." + std::string(other.name) + std::string(end));
            named &= !function.object.contains("." + std::string(other.name) + "(");
            const bool needed = std::ranges::contains(function.needs, other.name);
            EXPECT_EQ(named, needed) << function.name << " and " << other.name;
        }
    }
}

TEST(CompatibilityClosure, HasEachFunctionOnceBehindWhatItNeeds) {
    std::set<std::string> all;
    for (const CompatibilityFunction& function : compatibility_functions()) all.emplace(function.name);
    const auto made = names(compatibility_closure(all));
    EXPECT_EQ(made.size(), all.size());
    for (const CompatibilityFunction& function : compatibility_functions()) {
        const auto place = std::ranges::find(made, function.name);
        ASSERT_NE(place, made.end()) << function.name;
        for (const std::string_view need : function.needs) {
            EXPECT_LT(std::ranges::find(made, need), place) << function.name << " and what it needs, " << need;
        }
    }
}

TEST(CompatibilityClosure, HasNothingElse) {
    EXPECT_THAT(names(compatibility_closure({})), testing::IsEmpty());
    EXPECT_THAT(names(compatibility_closure({"vector_dims"})), testing::ElementsAre("vector_dims"));
    EXPECT_THAT(names(compatibility_closure({"l2_distance"})),
                testing::ElementsAre("rounded_to_real", "checked_vector", "refused_pair", "l2_squared_distance", "l2_distance"));
    EXPECT_THAT(names(compatibility_closure({"avg", "vector_average"})),
                testing::ElementsAre("checked_vector", "vector_accum", "vector_combine", "rounded_to_real", "vector_average", "avg"));
    EXPECT_THAT(names(compatibility_closure({"array_to_vector"})),
                testing::ElementsAre("checked_vector", "array_to_vector_integer", "rounded_to_real", "array_to_vector_double",
                                     "array_to_vector_numeric", "array_to_vector"));
}

TEST(CompatibilityClosure, OfANameThatThereIsNoneOfThrows) {
    try {
        (void)compatibility_closure({"l2_distance", "l3_distance"});
        FAIL();
    } catch (const std::out_of_range& error) {
        EXPECT_STREQ(error.what(), "there is no compatibility function l3_distance");
    }
}

}  // namespace
}  // namespace lantern_migrate::plan
