#include "config/nearest_word.h"

#include <gtest/gtest.h>

namespace lantern_migrate::config {
namespace {

constexpr std::string_view words[] = {"workers", "chunk_size", "max_rate", "m", "ef"};

TEST(NearestWord, IsTheOneFewestEditsAway) {
    EXPECT_EQ(nearest_word("worker", words), "workers");
    EXPECT_EQ(nearest_word("chunksize", words), "chunk_size");
    EXPECT_EQ(nearest_word("max-rate", words), "max_rate");
}

TEST(NearestWord, CountsASwapOfTwoLettersAsOneEdit) {
    constexpr std::string_view candidates[] = {"table", "tbale2"};
    EXPECT_EQ(nearest_word("tbale", std::span(candidates).first(1)), "table");
    EXPECT_EQ(nearest_word("fe", words), "ef");
    EXPECT_EQ(nearest_word("wrokers", words), "workers");
}

TEST(NearestWord, IsNotGuessedFromAfar) {
    for (const char* text : {"", "threads", "x", "size", "workers_per_table"}) EXPECT_EQ(nearest_word(text, words), std::nullopt) << text;
    EXPECT_EQ(nearest_word(std::string(100000, 'w'), words), std::nullopt);
}

TEST(NearestWord, IsPutAsAQuestion) {
    EXPECT_EQ(did_you_mean("worker", words), "; did you mean `workers`?");
    EXPECT_EQ(did_you_mean("threads", words), "");
}

}  // namespace
}  // namespace lantern_migrate::config
