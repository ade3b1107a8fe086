#include "core/plan/vector_literal.h"

#include <gtest/gtest.h>

namespace lantern_migrate::plan {
namespace {

struct Good {
    const char* literal;
    const char* array;
    int dimensions = 0;
};

TEST(VectorLiterals, AreWrittenAsArraysWithTheSameValues) {
    const Good cases[] = {
        {"[1,2,3]", "{1,2,3}"},
        {"[1,2,3]", "{1,2,3}", 3},
        {" \t[ 1 ,\n2.50, -3e2 ]  ", "{1,2.5,-300}"},
        {"[+1,.5,5.]", "{1,0.5,5}"},
        {"[0,-0]", "{0,-0}"},
        {"[0.1,1e-7,123456789]", "{0.1,1e-07,123456792}"},
        {"[1e-45,3.4028235e+38,-3.4028235e+38]", "{1e-45,3.4028235e+38,-3.4028235e+38}"},
        {"[0.30000001192092896]", "{0.3}"},
    };
    for (const Good& c : cases) EXPECT_EQ(to_array_literal(c.literal, VectorType::vector, c.dimensions), c.array) << c.literal;
}

TEST(HalfvecLiterals, AreRoundedAsTheTypeRounds) {
    const Good cases[] = {
        {"[1,2,3]", "{1,2,3}"},
        {"[0.1]", "{0.099975586}"},
        {"[65504,65519.99]", "{65504,65504}"},
        {"[2049,2051]", "{2048,2052}"},          // ties to even
        {"[5.9604645e-08]", "{5.9604645e-08}"},  // the smallest
        {"[2.9e-08,3e-08]", "{0,5.9604645e-08}"},
        {"[-0]", "{-0}"},
    };
    for (const Good& c : cases) EXPECT_EQ(to_array_literal(c.literal, VectorType::halfvec), c.array) << c.literal;
    EXPECT_EQ(to_array_literal("[65520]", VectorType::halfvec), std::nullopt);
}

TEST(SparsevecLiterals, AreMadeDense) {
    const Good cases[] = {
        {"{1:1,3:2}/5", "{1,0,2,0,0}"},
        {"{1:1,3:2}/5", "{1,0,2,0,0}", 5},
        {" { 3 : 2.5 , 1 : -1 } / 3 ", "{-1,0,2.5}"},
        {"{}/2", "{0,0}"},
        {"{ }/1", "{0}"},
    };
    for (const Good& c : cases) EXPECT_EQ(to_array_literal(c.literal, VectorType::sparsevec, c.dimensions), c.array) << c.literal;
    const auto widest = to_array_literal("{16000:1}/16000", VectorType::sparsevec);
    ASSERT_TRUE(widest.has_value());
    EXPECT_TRUE(widest->ends_with(",0,1}"));
}

TEST(VectorLiterals, ThatAreNoneAreRefused) {
    for (const char* bad : {"",      " ",           "[",      "]",      "[]",     "[ ]",   "[1,]",  "[,1]", "[1,,2]",
                            "[1 2]", "[1,2",        "1,2]",   "{1,2}",  "[1,2]]", "[[1]]", "[a]",   "[1a]", "[nan]",
                            "[inf]", "[-infinity]", "[1e39]", "[0x10]", "[--1]",  "[+-1]", "[++1]", "[1]x", "NULL"}) {
        EXPECT_EQ(to_array_literal(bad, VectorType::vector), std::nullopt) << bad;
        EXPECT_EQ(to_array_literal(bad, VectorType::halfvec), std::nullopt) << bad;
    }
}

TEST(SparsevecLiterals, ThatAreNoneAreRefused) {
    for (const char* bad : {"",          "{}",      "/3",     "{}/",    "{}/0",      "{}/-1",    "{}/x",        "{1:1}/16001",
                            "{0:1}/3",   "{4:1}/3", "{1}/3",  "{1:}/3", "{:1}/3",    "{1:1,}/3", "{1:1,1:2}/3", "{1:0,1:2}/3",
                            "{1:nan}/3", "{1:1/3",  "1:1}/3", "[1,2]",  "{1:1}/3/3", "{1.5:1}/3"}) {
        EXPECT_EQ(to_array_literal(bad, VectorType::sparsevec), std::nullopt) << bad;
    }
}

TEST(VectorLiterals, OfAnotherLengthThanDeclaredAreRefused) {
    EXPECT_EQ(to_array_literal("[1,2,3]", VectorType::vector, 2), std::nullopt);
    EXPECT_EQ(to_array_literal("[1,2,3]", VectorType::halfvec, 4), std::nullopt);
    EXPECT_EQ(to_array_literal("{1:1}/3", VectorType::sparsevec, 4), std::nullopt);
}

TEST(VectorLiterals, AreNotArraysOfVectors) {
    for (const VectorType type : {VectorType::none, VectorType::vector_array, VectorType::halfvec_array, VectorType::sparsevec_array}) {
        EXPECT_EQ(to_array_literal("[1,2,3]", type), std::nullopt);
        EXPECT_EQ(to_array_literal("{\"[1,2,3]\"}", type), std::nullopt);
    }
}

}  // namespace
}  // namespace lantern_migrate::plan
