// Bit strings as integers, by hand.
#include "core/codec/row_codec.h"
#include "tests/fuzz/copy_bytes.h"

#include <gtest/gtest.h>

#include <bit>

using namespace lantern_migrate::codec;
using namespace lantern_migrate::codec::test;

namespace {

std::string outcome(const CopyBytes& value) {
    RowCodec codec({{.column = "c", .kind = FieldKind::bit}});
    Buffer out;
    try {
        codec.convert(copy_of(value).bytes(), out);
    } catch (const CodecError& error) {
        return error.what();
    }
    return {reinterpret_cast<const char*>(out.data()), out.size()};
}

// As bit_send writes B'...'.
CopyBytes bit_value(const std::string& digits) {
    CopyBytes value = CopyBytes().i32(static_cast<std::int64_t>(digits.size()));
    for (std::size_t at = 0; at < digits.size(); at += 8) {
        std::string byte = digits.substr(at, 8);
        byte.resize(8, '0');
        value.i8(std::stoi(byte, nullptr, 2));
    }
    return value;
}

std::string integers(std::initializer_list<std::int32_t> words) {
    CopyBytes value = CopyBytes().i32(1).i32(0).i32(23).i32(static_cast<std::int64_t>(words.size())).i32(1);
    for (const std::int32_t word : words) value.i32(4).i32(word);
    return copy_of(value).str();
}

TEST(BitConversion, FillsWholeWordsFromTheMostSignificantBit) {
    const std::string ones(32, '1');
    struct {
        std::string digits;
        std::initializer_list<std::int32_t> words;
    } const cases[] = {
        {"1", {-0x7fffffff - 1}},
        {"0", {0}},
        {"01", {0x40000000}},
        {"000000001", {0x00800000}},
        {"00000000000000000000000000000001", {1}},
        {ones, {-1}},
        {ones + "1", {-1, -0x7fffffff - 1}},
        {std::string(32, '0') + "0000000000000011", {0, 0x00030000}},
        {"0111" + std::string(28, '1') + ones, {0x7fffffff, -1}},
    };
    for (const auto& [digits, words] : cases) EXPECT_EQ(outcome(bit_value(digits)), integers(words)) << digits;
}

// bit(33): SELECT B'101010101111000011001010010101011' sent by PostgreSQL 17.
TEST(BitConversion, TakesWhatAServerSends) {
    EXPECT_EQ(outcome(CopyBytes().i32(33).i8(0xaa).i8(0xf0).i8(0xca).i8(0x55).i8(0x80)),
              integers({static_cast<std::int32_t>(0xaaf0ca55), -0x7fffffff - 1}));
}

TEST(BitConversion, IsRefusedWithItsReason) {
    const std::pair<CopyBytes, const char*> cases[] = {
        {CopyBytes(), "bit string is cut short"},
        {CopyBytes().i32(0), "bit string says 0 bits"},
        {CopyBytes().i32(-8).i8(0), "bit string says -8 bits"},
        {CopyBytes().i32(9).i8(0), "bit string of 9 bits takes 2 bytes and has 1"},
        {CopyBytes().i32(8).i8(0).i8(0), "bit string of 8 bits takes 1 bytes and has 2"},
        {CopyBytes().i32(0x7fffffff).i8(0), "bit string of 2147483647 bits takes 268435456 bytes and has 1"},
        {CopyBytes().i32(7).i8(1), "bit string of 7 bits has others set behind them"},
    };
    for (const auto& [value, reason] : cases) EXPECT_EQ(outcome(value), "row 1, column c: " + std::string(reason));
}

}  // namespace
