#include "core/codec/row_codec.h"

#include <gtest/gtest.h>

#include <string_view>

using namespace lantern_migrate::codec;

namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST(TextRows, PassesLinesAsTheyAre) {
    TextRows rows;
    Buffer out;
    rows.pass(bytes("1\t{1,2,3}\n"), out);
    rows.pass(bytes("2\t\\N\n"), out);
    EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(out.data()), out.size()), "1\t{1,2,3}\n2\t\\N\n");
    EXPECT_EQ(rows.tally().rows, 2u);
    EXPECT_EQ(rows.tally().bytes_read, 15u);
    EXPECT_EQ(rows.tally().bytes_written, 15u);
}

TEST(TextRows, DigestsALineHoweverMessagesAreCut) {
    TextRows one_by_one;
    one_by_one.digest_only(bytes("1\ta\n"));
    one_by_one.digest_only(bytes("\n"));
    one_by_one.digest_only(bytes("2\tb\n"));
    TextRows at_once;
    at_once.digest_only(bytes("1\ta\n\n2\tb\n"));
    EXPECT_EQ(at_once.tally().digest, one_by_one.tally().digest);
    EXPECT_EQ(at_once.tally().rows, 3u);
    EXPECT_EQ(at_once.tally().bytes_written, 0u);
}

TEST(TextRows, DigestsWhatItReadsBackLikeWhatItPassed) {
    TextRows sent;
    Buffer out;
    sent.pass(bytes("1\ta\n"), out);
    TextRows read;
    read.digest_only(out.bytes());
    EXPECT_EQ(read.tally().digest, sent.tally().digest);
}

TEST(TextRows, RefusesALineCutShortAndPassesNothingOfIt) {
    TextRows rows;
    Buffer out;
    rows.pass(bytes("1\n"), out);
    const Tally before = rows.tally();
    try {
        rows.pass(bytes("2\n3"), out);
        FAIL() << "accepted";
    } catch (const CodecError& error) {
        EXPECT_STREQ(error.what(), "row 2: line is cut short");
    }
    EXPECT_EQ(out.size(), 2u);
    EXPECT_EQ(rows.tally().rows, before.rows);
    EXPECT_EQ(rows.tally().digest, before.digest);
}

TEST(TextRows, BeginsAnewWithEveryCopy) {
    TextRows rows;
    rows.digest_only(bytes("1\n"));
    rows.start();
    EXPECT_EQ(rows.tally().rows, 0u);
    EXPECT_EQ(rows.tally().digest, Digest());
}

}  // namespace
