// Bad input: each error's whole message, and what it leaves behind.
#include "core/codec/row_codec.h"
#include "tests/fuzz/copy_bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

using namespace lantern_migrate::codec;
using namespace lantern_migrate::codec::test;

namespace {

std::string text(const Buffer& buffer) { return {reinterpret_cast<const char*>(buffer.data()), buffer.size()}; }

std::string error_of(RowCodec& codec, const CopyBytes& message, Buffer& out) {
    try {
        codec.convert(message.bytes(), out);
    } catch (const CodecError& error) {
        return error.what();
    }
    return "accepted";
}

struct BadValue {
    FieldKind kind;
    CopyBytes value;
    std::string reason;
};

void PrintTo(const BadValue& bad, std::ostream* out) { *out << bad.reason; }

class RefusesValue : public testing::TestWithParam<BadValue> {};

TEST_P(RefusesValue, WithRowColumnAndReason) {
    const auto& [kind, value, reason] = GetParam();
    RowCodec codec({{.column = "id"}, {.column = "c", .kind = kind, .source_element_oid = 70001, .target_element_oid = 80001}});
    Buffer out;
    const CopyBytes good = CopyBytes().header().i16(2).field(CopyBytes("1")).null();
    codec.convert(good.bytes(), out);
    EXPECT_EQ(error_of(codec, CopyBytes().i16(2).field(CopyBytes("2")).field(value), out), "row 2, column c: " + reason);
    EXPECT_EQ(text(out), good.str());
    EXPECT_EQ(codec.tally().rows, 1u);
}

const BadValue bad_vectors[] = {
    {FieldKind::vector, CopyBytes(), "vector is cut short"},
    {FieldKind::vector, CopyBytes().i16(1), "vector is cut short"},
    {FieldKind::vector, CopyBytes().i16(3).i16(0).f4(1).f4(2), "vector says 3 dimensions and holds 2"},
    {FieldKind::vector, CopyBytes().i16(1).i16(0).f4(1).f4(2), "vector says 1 dimensions and holds 2"},
    {FieldKind::vector, CopyBytes().i16(2).i16(0).f4(1).i16(2), "vector says 2 dimensions and holds 6 bytes of elements"},
    {FieldKind::vector, CopyBytes().i16(0).i16(0), "vector says 0 dimensions, not 1 to 16000"},
    {FieldKind::vector, CopyBytes().i16(-1).i16(0), "vector says -1 dimensions, not 1 to 16000"},
    {FieldKind::vector, CopyBytes().i16(16001).i16(0).text(std::string(16001 * 4, 'x')), "vector says 16001 dimensions, not 1 to 16000"},
    {FieldKind::vector, CopyBytes().i16(1).i16(7).f4(1), "vector has 7 where 0 is expected"},
    {FieldKind::halfvec, CopyBytes().i16(2).i16(0).i16(1), "halfvec says 2 dimensions and holds 1"},
    {FieldKind::halfvec, CopyBytes().i16(1).i16(0).i8(1), "halfvec says 1 dimensions and holds 1 bytes of elements"},
    {FieldKind::halfvec, CopyBytes().i16(0).i16(0), "halfvec says 0 dimensions, not 1 to 16000"},
    {FieldKind::halfvec, CopyBytes().i16(1).i16(-2).i16(0), "halfvec has -2 where 0 is expected"},
    {FieldKind::sparsevec, CopyBytes().i32(1).i32(0), "sparsevec is cut short"},
    {FieldKind::sparsevec, sparsevec_value(0, {}), "sparsevec says 0 dimensions, not 1 to 16000"},
    {FieldKind::sparsevec, sparsevec_value(16001, {}), "sparsevec says 16001 dimensions, not 1 to 16000"},
    {FieldKind::sparsevec, CopyBytes().i32(5).i32(-1).i32(0), "sparsevec of 5 dimensions says -1 elements"},
    {FieldKind::sparsevec, sparsevec_value(1, {{0, 1}, {1, 1}}), "sparsevec of 1 dimensions says 2 elements"},
    {FieldKind::sparsevec, CopyBytes().i32(5).i32(0).i32(1), "sparsevec has 1 where 0 is expected"},
    {FieldKind::sparsevec, CopyBytes().i32(5).i32(1).i32(0).i32(2), "sparsevec of 1 elements takes 20 bytes and has 16"},
    {FieldKind::sparsevec, sparsevec_value(5, {}).i32(2), "sparsevec of 0 elements takes 12 bytes and has 16"},
    {FieldKind::sparsevec, sparsevec_value(5, {{5, 1}}), "sparsevec of 5 dimensions has the index 5"},
    {FieldKind::sparsevec, sparsevec_value(5, {{-1, 1}}), "sparsevec of 5 dimensions has the index -1"},
    {FieldKind::sparsevec, sparsevec_value(5, {{2, 1}, {2, 1}}), "sparsevec has the index 2 after 2"},
    {FieldKind::sparsevec, sparsevec_value(5, {{3, 1}, {2, 1}}), "sparsevec has the index 2 after 3"},
};
INSTANTIATE_TEST_SUITE_P(Vectors, RefusesValue, testing::ValuesIn(bad_vectors));

CopyBytes array_header(int ndim, int flags = 0, std::int64_t element_oid = 16385) {
    return CopyBytes().i32(ndim).i32(flags).i32(element_oid);
}

const BadValue bad_arrays[] = {
    {FieldKind::vector_array, CopyBytes().i32(0).i32(0), "array is cut short"},
    {FieldKind::vector_array, array_header(1), "array is cut short"},
    {FieldKind::vector_array, array_header(7), "array says 7 dimensions"},
    {FieldKind::vector_array, array_header(-1), "array says -1 dimensions"},
    {FieldKind::vector_array, array_header(0, 2), "array has flags 2, which are not known"},
    {FieldKind::vector_array, array_header(2).i32(1).i32(1).i32(1).i32(1).field(vector_value({1})),
     "vector array has 2 dimensions; only 1 becomes a real[][]"},
    {FieldKind::vector_array, array_header(1).i32(-1).i32(1), "array says -1 elements"},
    {FieldKind::vector_array, array_header(1).i32(1).i32(0x7fffffff).field(vector_value({1})),
     "array of 1 elements has the lower bound 2147483647"},
    {FieldKind::vector_array, array_header(1).i32(0x7fffffff).i32(0), "array is cut short"},
    {FieldKind::vector_array, array_header(1, 1).i32(2).i32(1).field(vector_value({1, 2})).null(),
     "element 2 of the vector array is NULL, which a real[][] cannot hold"},
    {FieldKind::vector_array, array_header(1).i32(1).i32(1).i32(-2), "element 1 of the vector array has the length -2"},
    {FieldKind::vector_array, array_of(16385, {vector_value({1, 2}), vector_value({1, 2, 3})}),
     "the vector array holds vectors of 2 and of 3 dimensions, which a real[][] cannot"},
    {FieldKind::vector_array, array_of(16385, {CopyBytes().i16(2).i16(0).f4(1)}), "vector says 2 dimensions and holds 1"},
    {FieldKind::vector_array, array_of(16385, {vector_value({1})}).i8(0), "1 bytes follow the last element of the array"},
    {FieldKind::vector_array, array_header(0).i8(0), "1 bytes follow the last element of the array"},
    {FieldKind::halfvec_array, array_header(1, 1).i32(1).i32(1).null(),
     "element 1 of the halfvec array is NULL, which a real[][] cannot hold"},
    {FieldKind::halfvec_array, array_of(16498, {halfvec_value({1}), halfvec_value({1, 2})}),
     "the halfvec array holds vectors of 1 and of 2 dimensions, which a real[][] cannot"},
    {FieldKind::halfvec_array, array_of(16498, {CopyBytes().i16(0).i16(0)}), "halfvec says 0 dimensions, not 1 to 16000"},
    {FieldKind::array, CopyBytes(), "array is cut short"},
    {FieldKind::array, array_header(0, 0, 70002), "array has elements of type 70002, not 70001"},
    {FieldKind::array, array_header(7, 0, 70001), "array says 7 dimensions"},
    {FieldKind::array, array_header(0, 3, 70001), "array has flags 3, which are not known"},
    {FieldKind::array, array_header(2, 0, 70001).i32(1).i32(1), "array is cut short"},
    {FieldKind::array, array_header(1, 0, 70001).i32(-5).i32(1), "array says -5 elements"},
    {FieldKind::array, array_header(0, 0, 70001).i32(1), "4 bytes follow the last element of the array"},
    {FieldKind::array, array_header(1, 0, 70001).i32(0).i32(1).null(), "4 bytes follow the last element of the array"},
    {FieldKind::array, array_header(1, 0, 70001).i32(2).i32(1).null(), "array is cut short"},
    {FieldKind::array, array_header(1, 0, 70001).i32(1).i32(1).i32(5).text("1234"), "array is cut short"},
    {FieldKind::array, array_header(1, 0, 70001).i32(2).i32(1).null().i32(-2), "element 2 of the array has the length -2"},
    {FieldKind::array, array_of(70001, {CopyBytes("x")}).i8(0), "1 bytes follow the last element of the array"},
    {FieldKind::array, array_header(3, 0, 70001).i32(65'536).i32(1).i32(65'536).i32(1).i32(65'536).i32(1),
     "array says 4294967296 elements"},
};
INSTANTIATE_TEST_SUITE_P(Arrays, RefusesValue, testing::ValuesIn(bad_arrays));

// 262 MiB that become more than a gigabyte. Memory of calloc is zero, and real only where it is touched: each element's first page.
TEST(RowCodec, RefusesAnArrayThatWouldNotFitIntoAField) {
    constexpr std::size_t dimensions = 16'000;
    constexpr std::size_t elements = 8'389;
    const CopyBytes element_header = CopyBytes().i32(4 + dimensions * 2).i16(dimensions).i16(0);
    const std::size_t element_bytes = element_header.size() + dimensions * 2;
    const CopyBytes array = CopyBytes().i32(1).i32(0).i32(16498).i32(elements).i32(1);
    const CopyBytes before =
        CopyBytes().header().i16(1).i32(static_cast<std::int64_t>(array.size() + elements * element_bytes)).then(array);
    const std::size_t size = before.size() + elements * element_bytes;

    const std::unique_ptr<std::byte, decltype(&std::free)> message(static_cast<std::byte*>(std::calloc(size, 1)), &std::free);
    ASSERT_NE(message, nullptr);
    std::ranges::copy(before.bytes(), message.get());
    for (std::size_t i = 0; i < elements; ++i) std::ranges::copy(element_header.bytes(), message.get() + before.size() + i * element_bytes);

    RowCodec codec({{.column = "c", .kind = FieldKind::halfvec_array}});
    Buffer out;
    try {
        codec.convert({message.get(), size}, out);
        FAIL() << "accepted";
    } catch (const CodecError& error) {
        EXPECT_STREQ(error.what(), "row 1, column c: halfvec array of 8389 times 16000 dimensions does not fit into a field");
    }
    EXPECT_LT(out.capacity(), 1000u);
}

struct BadCopy {
    CopyBytes message;
    std::string error;
};

void PrintTo(const BadCopy& bad, std::ostream* out) { *out << bad.error; }

class RefusesCopy : public testing::TestWithParam<BadCopy> {};

TEST_P(RefusesCopy, OfTwoFieldsWithItsReason) {
    RowCodec codec({{.column = "id"}, {.column = "embedding", .kind = FieldKind::vector}});
    Buffer out;
    EXPECT_EQ(error_of(codec, GetParam().message, out), GetParam().error);
    EXPECT_FALSE(codec.finished());

    // Without anything to convert rows take another way; it must be as strict, with output and without.
    for (const bool digest : {false, true}) {
        RowCodec passing({{.column = "id"}, {.column = "embedding"}});
        try {
            digest ? passing.pass(GetParam().message.bytes()) : passing.convert(GetParam().message.bytes(), out);
            ADD_FAILURE() << "accepted";
        } catch (const CodecError& error) {
            EXPECT_EQ(error.what(), GetParam().error);
        }
        EXPECT_FALSE(passing.finished());
    }
}

CopyBytes copy_header() { return CopyBytes().header(); }
CopyBytes signature() { return CopyBytes(copy_header().str().substr(0, 11)); }

const BadCopy bad_copies[] = {
    {CopyBytes("1\t[1,2,3]\n, which is text"), "not a binary COPY: its signature is missing"},
    {CopyBytes("PGCOPY"), "header of the binary COPY is cut short"},
    {signature().i32(0), "header of the binary COPY is cut short"},
    {signature().i32(0x00010000).i32(0), "header of the binary COPY has flags 0x00010000, which are not known"},
    {signature().i32(0x80000001).i32(0), "header of the binary COPY has flags 0x80000001, which are not known"},
    {signature().i32(0).i32(-1), "header of the binary COPY has an extension of -1 bytes"},
    {signature().i32(0).i32(5).text("1234"), "header of the binary COPY is cut short"},
    {signature().i32(0).i32(0x7fffffff), "header of the binary COPY is cut short"},
    {copy_header().i8(0), "row 1: row is cut short"},
    {copy_header().i16(2), "row 1, column id: row is cut short"},
    {copy_header().i16(2).i32(4).i16(0), "row 1, column id: row is cut short"},
    {copy_header().i16(2).null().i16(0), "row 1, column embedding: row is cut short"},
    {copy_header().i16(2).null().i32(0x7fffffff).text("and no more"), "row 1, column embedding: row is cut short"},
    {copy_header().i16(2).null().null().i16(2).null(), "row 2, column embedding: row is cut short"},
    {copy_header().i16(2).i32(-2).null(), "row 1, column id: field length is -2"},
    {copy_header().i16(2).null().i32(-2147483648), "row 1, column embedding: field length is -2147483648"},
    {copy_header().i16(1).null(), "row 1: has 1 fields instead of 2"},
    {copy_header().i16(3).null().null().null(), "row 1: has 3 fields instead of 2"},
    {copy_header().i16(-2), "row 1: has -2 fields instead of 2"},
    {copy_header().i16(2).null().null().i16(0), "row 2: has 0 fields instead of 2"},
    {copy_header().end_mark().i8(0), "row 1: something follows the end mark"},
    {copy_header().end_mark().i16(2).null().null(), "row 1: something follows the end mark"},
    {copy_header().i16(2).null().null().end_mark().end_mark(), "row 2: something follows the end mark"},
};
INSTANTIATE_TEST_SUITE_P(Copies, RefusesCopy, testing::ValuesIn(bad_copies));

class AfterAnError : public testing::Test {
protected:
    static CopyBytes row(float x, float y) { return CopyBytes().i16(2).field(vector_value({x})).field(vector_value({y})); }

    RowCodec codec_{{{.column = "a", .kind = FieldKind::vector}, {.column = "b", .kind = FieldKind::vector}}};
    Buffer out_;
};

TEST_F(AfterAnError, TheRowsBeforeItStayAndItsOwnLeavesNothing) {
    Buffer good;
    RowCodec reference(codec_.fields());
    reference.convert(CopyBytes().header().then(row(1, 2)).then(row(3, 4)).bytes(), good);

    const CopyBytes bad = CopyBytes().i16(2).field(vector_value({100})).field(CopyBytes().i16(9).i16(0));
    const CopyBytes message = CopyBytes().header().then(row(1, 2)).then(row(3, 4)).then(bad).then(row(5, 6));
    try {
        codec_.convert(message.bytes(), out_);
        FAIL() << "accepted";
    } catch (const CodecError& error) {
        EXPECT_STREQ(error.what(), "row 3, column b: vector says 9 dimensions and holds 0");
        EXPECT_EQ(error.row(), 3u);
        EXPECT_EQ(error.column(), "b");
    }
    EXPECT_EQ(text(out_), text(good));
    EXPECT_EQ(codec_.tally().rows, reference.tally().rows);
    EXPECT_EQ(codec_.tally().bytes_read, reference.tally().bytes_read);
    EXPECT_EQ(codec_.tally().bytes_written, reference.tally().bytes_written);
    EXPECT_EQ(codec_.tally().digest, reference.tally().digest);
    EXPECT_EQ(codec_.tally().measures, reference.tally().measures);
}

TEST_F(AfterAnError, TheCopyCannotGoOnAsIfNoRowWereLost) {
    codec_.convert(CopyBytes().header().bytes(), out_);
    EXPECT_EQ(error_of(codec_, CopyBytes().i16(7), out_), "row 1: has 7 fields instead of 2");
    EXPECT_EQ(error_of(codec_, row(1, 2), out_), "row 1: this COPY has failed before");
    EXPECT_EQ(error_of(codec_, CopyBytes().end_mark(), out_), "row 1: this COPY has failed before");
    EXPECT_FALSE(codec_.finished());
}

TEST_F(AfterAnError, AnotherCopyCanStart) {
    EXPECT_EQ(error_of(codec_, CopyBytes("no header at all, only text"), out_), "not a binary COPY: its signature is missing");
    EXPECT_TRUE(out_.empty());
    codec_.start();
    codec_.convert(CopyBytes().header().then(row(1, 2)).end_mark().bytes(), out_);
    EXPECT_TRUE(codec_.finished());
}

TEST_F(AfterAnError, AFinishedCopyIsFinishedNoMore) {
    codec_.convert(CopyBytes().header().end_mark().bytes(), out_);
    EXPECT_TRUE(codec_.finished());
    EXPECT_EQ(error_of(codec_, row(1, 2), out_), "row 1: something follows the end mark");
    EXPECT_FALSE(codec_.finished());
}

TEST(CodecError, NamesWhatIsKnown) {
    EXPECT_STREQ(CodecError(17, "embedding", "vector says 3 dimensions and holds 2").what(),
                 "row 17, column embedding: vector says 3 dimensions and holds 2");
    EXPECT_STREQ(CodecError(17, "", "row is cut short").what(), "row 17: row is cut short");
    EXPECT_STREQ(CodecError(0, "", "not a binary COPY").what(), "not a binary COPY");
}

}  // namespace
