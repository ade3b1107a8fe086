// Single values. What is called measured was recorded from PostgreSQL 17 with pgvector 0.8.0 by COPY (SELECT ...) TO STDOUT (FORMAT
// binary).
#include "core/codec/row_codec.h"
#include "tests/fuzz/copy_bytes.h"
#include "tests/fuzz/reference_codec.h"
#include "tests/fuzz/row_codec_promises.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <format>
#include <random>

using namespace lantern_migrate::codec;
using namespace lantern_migrate::codec::test;

namespace {

CopyBytes from_hex(const std::string& hex) {
    CopyBytes bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) bytes.i8(std::stoi(hex.substr(i, 2), nullptr, 16));
    return bytes;
}

std::string to_hex(const Buffer& buffer) {
    std::string hex;
    for (const std::byte byte : buffer.bytes()) hex += std::format("{:02x}", std::to_integer<int>(byte));
    return hex;
}

std::string converted(const Field& field, const CopyBytes& stream) {
    RowCodec codec({field});
    Buffer out;
    codec.convert(stream.bytes(), out);
    EXPECT_TRUE(codec.finished());
    return to_hex(out);
}

const std::string header = "5047434f50590aff0d0a000000000000000000";

struct Measured {
    const char* name;
    FieldKind kind;
    std::string source;  // without the header
    std::string cast;    // what the server gives for the same value as real[]
};

void PrintTo(const Measured& value, std::ostream* out) { *out << value.name; }

class MeasuredOnAServer : public testing::TestWithParam<Measured> {};

TEST_P(MeasuredOnAServer, ConvertsToWhatTheServersOwnCastGives) {
    EXPECT_EQ(converted({.column = "c", .kind = GetParam().kind}, from_hex(header + GetParam().source)), header + GetParam().cast);
}

const Measured measured[] = {
    // '[1,-2.5,3e-40]'
    {"vector", FieldKind::vector, "000100000010000300003f800000c020000000034447ffff",
     "00010000002c0000000100000000000002bc0000000300000001000000043f80000000000004c02000000000000400034447ffff"},
    // '[1,-2.5,0.00006]'
    {"halfvec", FieldKind::halfvec, "00010000000a000300003c00c10003efffff",
     "00010000002c0000000100000000000002bc0000000300000001000000043f80000000000004c020000000000004387bc000ffff"},
    // '{1:1.5,4:-2}/5'
    {"sparsevec", FieldKind::sparsevec, "00010000001c00000005000000020000000000000000000000033fc00000c0000000ffff",
     "00010000003c0000000100000000000002bc0000000500000001000000043fc000000000000400000000000000040000000000000004c0000000"
     "0000000400000000ffff"},
    // '{"[1,2]","[3,4]"}' against '{{1,2},{3,4}}'
    {"vector_array", FieldKind::vector_array,
     "00010000003400000001000000000000400100000002000000010000000c000200003f800000400000000000000c000200004040000040800000ffff",
     "00010000003c0000000200000000000002bc00000002000000010000000200000001000000043f80000000000004400000000000000440400000"
     "0000000440800000ffff"},
    // '[0:1]={"[1,2]","[3,4]"}' against '[0:1][1:2]={{1,2},{3,4}}'
    {"vector_array_from_0", FieldKind::vector_array,
     "00010000003400000001000000000000400100000002000000000000000c000200003f800000400000000000000c000200004040000040800000ffff",
     "00010000003c0000000200000000000002bc00000002000000000000000200000001000000043f80000000000004400000000000000440400000"
     "0000000440800000ffff"},
    {"vector_array_empty", FieldKind::vector_array, "00010000000c000000000000000000004001ffff", "00010000000c0000000000000000000002bcffff"},
    // '{"[1,-2]"}' against '{{1,-2}}'
    {"halfvec_array", FieldKind::halfvec_array, "000100000020000000010000000000004072000000010000000100000008000200003c00c000ffff",
     "00010000002c0000000200000000000002bc00000001000000010000000200000001000000043f80000000000004c0000000ffff"},
    {"null", FieldKind::vector, "0001ffffffffffff", "0001ffffffffffff"},
};

INSTANTIATE_TEST_SUITE_P(VectorConversion, MeasuredOnAServer, testing::ValuesIn(measured),
                         [](const auto& value) { return value.param.name; });

TEST(VectorConversion, RewritesTheElementTypeOfAnArrayAndKeepsItsElements) {
    const Field field{.column = "c", .kind = FieldKind::array, .source_element_oid = 70001, .target_element_oid = 0xfedcba98};
    CopyBytes value;
    value.i32(2).i32(1).i32(70001).i32(1).i32(-3).i32(2).i32(1).null().field(CopyBytes("x"));
    CopyBytes expected;
    expected.i32(2).i32(1).i32(0xfedcba98).i32(1).i32(-3).i32(2).i32(1).null().field(CopyBytes("x"));
    EXPECT_EQ(from_hex(converted(field, copy_of(value))).str(), copy_of(expected).str());
    EXPECT_EQ(from_hex(converted(field, copy_of(CopyBytes().i32(0).i32(0).i32(70001)))).str(),
              copy_of(CopyBytes().i32(0).i32(0).i32(0xfedcba98)).str());
}

// Measured: the source sends flags 1 for '{1,5}' after UPDATE t SET a[2] = 5 on '{1,NULL}'; a table loaded with it sends flags 0.
TEST(VectorConversion, ClearsAnArraysNullFlagWhereNoElementIsNull) {
    const Field field{.column = "a", .kind = FieldKind::array, .source_element_oid = 23, .target_element_oid = 23};
    const std::string sent =
        "00010000002400000001000000010000001700000002000000010000000400000001000000"
        "0400000005ffff";
    const std::string read_back =
        "00010000002400000001000000000000001700000002000000010000000400000001000000"
        "0400000005ffff";
    EXPECT_EQ(converted(field, from_hex(header + sent)), header + read_back);
    EXPECT_EQ(converted(field, from_hex(header + read_back)), header + read_back);
}

TEST(VectorConversion, GivesAnArrayOfNoElementsNoDimensions) {
    const Field field{.column = "a", .kind = FieldKind::array, .source_element_oid = 23, .target_element_oid = 25};
    const CopyBytes none = CopyBytes().i32(2).i32(0).i32(23).i32(3).i32(1).i32(0).i32(1);
    EXPECT_EQ(from_hex(converted(field, copy_of(none))).str(), copy_of(CopyBytes().i32(0).i32(0).i32(25)).str());
}

TEST(VectorConversion, TakesAnArrayOfNoElementsForAnEmptyArray) {
    const CopyBytes none = CopyBytes().i32(1).i32(0).i32(16385).i32(0).i32(1);
    EXPECT_EQ(from_hex(converted({.column = "c", .kind = FieldKind::vector_array}, copy_of(none))).str(),
              copy_of(CopyBytes().i32(0).i32(0).i32(700)).str());
}

TEST(VectorConversion, KeepsTheSignOfZero) {
    const auto zeros = copy_of(real_array({0.0f, -0.0f})).str();
    EXPECT_EQ(from_hex(converted({.column = "c", .kind = FieldKind::vector}, copy_of(vector_value({0.0f, -0.0f})))).str(), zeros);
    EXPECT_EQ(from_hex(converted({.column = "c", .kind = FieldKind::halfvec}, copy_of(halfvec_value({0, 0x8000})))).str(), zeros);
    EXPECT_EQ(from_hex(converted({.column = "c", .kind = FieldKind::sparsevec}, copy_of(sparsevec_value(2, {{1, -0.0f}})))).str(), zeros);
}

// Values of every size from one dimension to the most, with random bits.
class RandomValue : public testing::TestWithParam<FieldKind> {
protected:
    CopyBytes dense(bool halves, int dimensions) {
        CopyBytes value = CopyBytes().i16(dimensions).i16(0);
        for (int i = 0; i < dimensions; ++i) halves ? value.i16(random_() & 0xffff) : value.i32(random_());
        return value;
    }
    CopyBytes sparse(int dimensions) {
        std::vector<int> indices;
        for (int i = 0; i < dimensions; ++i)
            if (random_() % 4 == 0) indices.push_back(i);
        CopyBytes value = CopyBytes().i32(dimensions).i32(static_cast<int>(indices.size())).i32(0);
        for (const int index : indices) value.i32(index);
        for (std::size_t i = 0; i < indices.size(); ++i) value.i32(random_());
        return value;
    }
    CopyBytes array(FieldKind kind, int dimensions) {
        const int size = static_cast<int>(random_() % 5);
        CopyBytes value = CopyBytes().i32(1).i32(0).i32(16385).i32(size).i32(static_cast<int>(random_() % 7) - 3);
        for (int i = 0; i < size; ++i)
            value.field(kind == FieldKind::sparsevec_array ? sparse(dimensions) : dense(kind == FieldKind::halfvec_array, dimensions));
        return value;
    }
    CopyBytes bits(int count) {
        CopyBytes value = CopyBytes().i32(count);
        for (int i = 0; i < count / 8; ++i) value.i8(static_cast<int>(random_() & 0xff));
        if (count % 8 != 0) value.i8(static_cast<int>(random_() & 0xff) & (0xff00 >> count % 8));
        return value;
    }
    // Of nested_field().
    CopyBytes composite(int dimensions) {
        return composite_of(
            {{23, std::nullopt},
             {16385, dense(false, dimensions)},
             {16501, array_of(25, {CopyBytes("one"), CopyBytes()})},
             {16502, CopyBytes().i8(0x10).field(dense(false, dimensions))},
             {16503, multirange_of({range_of(sparse(dimensions), sparse(1)), CopyBytes().i8(0x0c).field(sparse(2))})},
             {16504,
              array_of(16500, {composite_of({{16386, dense(true, dimensions)}, {16387, array(FieldKind::vector_array, dimensions)}})})}});
    }
    CopyBytes value(int dimensions) {
        switch (GetParam()) {
            case FieldKind::vector: return dense(false, dimensions);
            case FieldKind::halfvec: return dense(true, dimensions);
            case FieldKind::sparsevec: return sparse(dimensions);
            case FieldKind::vector_array:
            case FieldKind::halfvec_array:
            case FieldKind::sparsevec_array: return array(GetParam(), dimensions);
            case FieldKind::composite: return composite(dimensions);
            case FieldKind::bit: return bits(dimensions);
            case FieldKind::array:
                return CopyBytes().i32(1).i32(0).i32(25).i32(1).i32(1).field(
                    CopyBytes(std::string(static_cast<std::size_t>(dimensions), 'x')));
            case FieldKind::range:
            case FieldKind::multirange:
            case FieldKind::pass_through: return CopyBytes(std::string(static_cast<std::size_t>(dimensions), 'x'));
        }
        return {};
    }
    std::vector<Field> fields() const {
        if (GetParam() == FieldKind::composite) return {{.column = "id"}, nested_field("c"), {.column = "note"}};
        return {{.column = "id"},
                {.column = "c", .kind = GetParam(), .source_element_oid = 25, .target_element_oid = 1043},
                {.column = "note"}};
    }

    std::mt19937 random_{17};
};

TEST_P(RandomValue, IsConvertedAsTheReferenceConvertsIt) {
    std::vector<int> sizes = {15'999, 16'000};
    for (int size = 1; size < 200; ++size) sizes.push_back(size);
    for (int i = 0; i < 50; ++i) sizes.push_back(static_cast<int>(random_() % 3000) + 1);
    for (const int size : sizes) {
        CopyBytes stream = CopyBytes().header();
        for (int row = 0; row < 2; ++row) stream.i16(3).field(CopyBytes().i32(row)).field(value(size)).null();
        stream.i16(3).null().null().field(CopyBytes("the end"));
        const Verdict verdict = check_promises(fields(), stream.end_mark().bytes());
        ASSERT_EQ(verdict.broken_promise, "") << size;
        ASSERT_TRUE(verdict.converted) << size;
    }
}

INSTANTIATE_TEST_SUITE_P(EveryKind, RandomValue,
                         testing::Values(FieldKind::pass_through, FieldKind::vector, FieldKind::halfvec, FieldKind::sparsevec,
                                         FieldKind::vector_array, FieldKind::halfvec_array, FieldKind::sparsevec_array, FieldKind::array,
                                         FieldKind::composite, FieldKind::bit));

}  // namespace
