#include "core/codec/row_codec.h"

#include <gtest/gtest.h>

#include <string_view>

using namespace lantern_migrate::codec;

namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(TextRows, CountsLinesThatGoOnAsTheyAre) {
    TextRows rows;
    rows.pass(bytes("1\t{1,2,3}\n"));
    rows.pass(bytes("2\t\\N\n"));
    EXPECT_EQ(rows.tally().rows, 2u);
    EXPECT_EQ(rows.tally().bytes_read, 15u);
    EXPECT_EQ(rows.tally().bytes_written, 15u);
}

TEST(TextRows, DigestsALineHoweverMessagesAreCut) {
    TextRows one_by_one;
    one_by_one.pass(bytes("1\ta\n"));
    one_by_one.pass(bytes("\n"));
    one_by_one.pass(bytes("2\tb\n"));
    TextRows at_once;
    at_once.pass(bytes("1\ta\n\n2\tb\n"));
    EXPECT_EQ(at_once.tally().digest, one_by_one.tally().digest);
    EXPECT_EQ(at_once.tally().rows, 3u);
    EXPECT_EQ(at_once.tally().bytes_written, 9u);
}

TEST(TextRows, RefusesALineCutShortAndCountsNothingOfIt) {
    TextRows rows;
    rows.pass(bytes("1\n"));
    const Tally before = rows.tally();
    try {
        rows.pass(bytes("2\n3"));
        FAIL() << "accepted";
    } catch (const CodecError& error) {
        EXPECT_STREQ(error.what(), "row 2: line is cut short");
    }
    EXPECT_EQ(rows.tally().rows, before.rows);
    EXPECT_EQ(rows.tally().digest, before.digest);
}

TEST(TextRows, BeginsAnewWithEveryCopy) {
    TextRows rows;
    rows.pass(bytes("1\n"));
    rows.start();
    EXPECT_EQ(rows.tally().rows, 0u);
    EXPECT_EQ(rows.tally().digest, Digest());
}

}  // namespace
