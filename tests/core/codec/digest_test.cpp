#include "core/codec/digest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

using namespace lantern_migrate::codec;

namespace {

Digest digest_of(const std::vector<std::string>& rows) {
    Digest digest;
    for (const std::string& row : rows) digest.add_row(std::as_bytes(std::span(row)));
    return digest;
}

std::vector<std::string> some_rows() {
    std::vector<std::string> rows;
    for (int i = 0; i < 500; ++i) rows.push_back(std::string(static_cast<std::size_t>(i), 'x') + std::to_string(i));
    return rows;
}

TEST(Digest, IsThatOfXxh3WhateverTheProcessor) {
    // xxhsum -H128 on the same bytes: digests of an older version, or of a daemon on another machine, stay comparable.
    EXPECT_EQ(digest_of({"lantern"}).hex(), "9bb4a99d342011793036ba7c759caa2f");
    EXPECT_EQ(digest_of({std::string(10'000, 'v')}).hex(), "cc12595389e72eda2d66b38f43a585f7");
}

TEST(Digest, DoesNotDependOnTheOrderOfRows) {
    std::vector<std::string> rows = some_rows();
    const Digest in_order = digest_of(rows);
    std::ranges::shuffle(rows, std::mt19937(7));
    EXPECT_EQ(digest_of(rows), in_order);
}

TEST(Digest, AddsUpFromChunks) {
    const std::vector<std::string> rows = some_rows();
    Digest first = digest_of({rows.begin(), rows.begin() + 123});
    first.add(digest_of({rows.begin() + 123, rows.end()}));
    EXPECT_EQ(first, digest_of(rows));
}

TEST(Digest, ChangesWhenARowIsDoubledOrMissingOrAnother) {
    const std::vector<std::string> rows = some_rows();
    const Digest whole = digest_of(rows);

    std::vector<std::string> doubled = rows;
    doubled.push_back(rows[42]);
    EXPECT_NE(digest_of(doubled), whole);

    // An exclusive or, unlike a sum, would not see a row that is there three times.
    doubled.push_back(rows[42]);
    EXPECT_NE(digest_of(doubled), whole);

    std::vector<std::string> missing = rows;
    missing.erase(missing.begin() + 42);
    EXPECT_NE(digest_of(missing), whole);

    std::vector<std::string> another = rows;
    another[42][0] ^= 1;
    EXPECT_NE(digest_of(another), whole);
}

TEST(Digest, CarriesFromTheLowHalfIntoTheHighAndWrapsAround) {
    Digest sum(0, ~std::uint64_t{0});
    sum.add({0, 1});
    EXPECT_EQ(sum, Digest(1, 0));

    Digest wrapped(~std::uint64_t{0}, ~std::uint64_t{0});
    wrapped.add({0, 1});
    EXPECT_EQ(wrapped, Digest());

    Digest both(5, ~std::uint64_t{0});
    both.add({7, ~std::uint64_t{0}});
    EXPECT_EQ(both, Digest(13, ~std::uint64_t{0} - 1));
}

TEST(Digest, SurvivesTheWayThroughHex) {
    EXPECT_EQ(Digest().hex(), "00000000000000000000000000000000");
    EXPECT_EQ(Digest(0x0123456789abcdef, 0xfedcba9876543210).hex(), "0123456789abcdeffedcba9876543210");
    std::mt19937_64 random(3);
    for (int i = 0; i < 1000; ++i) {
        const Digest digest(random(), random());
        EXPECT_EQ(Digest::from_hex(digest.hex()), digest);
    }
}

TEST(Digest, RefusesWhatHexDoesNotGive) {
    for (const std::string bad : {"", "0123", "0123456789ABCDEFfedcba9876543210", "0123456789abcdeffedcba987654321g",
                                  "0x23456789abcdeffedcba9876543210", "0123456789abcdeffedcba98765432100"}) {
        try {
            (void)Digest::from_hex(bad);
            ADD_FAILURE() << bad << " is accepted";
        } catch (const std::invalid_argument& error) {
            EXPECT_EQ(error.what(), "not a digest: " + bad);
        }
    }
}

}  // namespace
