// Whole COPYs: rows, messages, tallies. Single values are in vector_conversion_test.cpp, bad input in row_codec_errors_test.cpp.
#include "core/codec/row_codec.h"

#include "tests/fuzz/copy_bytes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

using namespace lantern_migrate::codec;
using namespace lantern_migrate::codec::test;

namespace {

std::string text(const Buffer& buffer) { return {reinterpret_cast<const char*>(buffer.data()), buffer.size()}; }

// id, embedding, note
std::vector<Field> words() { return {{.column = "id"}, {.column = "embedding", .kind = FieldKind::vector}, {.column = "note"}}; }

CopyBytes source_row(int id, std::initializer_list<float> embedding) {
    return CopyBytes().i16(3).field(CopyBytes().i32(id)).field(vector_value(embedding)).field(CopyBytes("note"));
}
CopyBytes target_row(int id, std::initializer_list<float> embedding) {
    return CopyBytes().i16(3).field(CopyBytes().i32(id)).field(real_array(embedding)).field(CopyBytes("note"));
}

TEST(RowCodec, ConvertsVectorsAndPassesWhatIsAroundThem) {
    RowCodec codec(words());
    Buffer out;
    codec.convert(CopyBytes().header().then(source_row(1, {1, 2})).bytes(), out);
    codec.convert(source_row(2, {3}).bytes(), out);
    EXPECT_FALSE(codec.finished());
    codec.convert(CopyBytes().end_mark().bytes(), out);
    EXPECT_TRUE(codec.finished());
    EXPECT_EQ(text(out), CopyBytes().header().then(target_row(1, {1, 2})).then(target_row(2, {3})).end_mark().str());
}

TEST(RowCodec, TakesAnyRunOfWholeRowsForAMessage) {
    const CopyBytes rows[] = {source_row(1, {1, 2}), source_row(2, {3, 4}), source_row(3, {5, 6})};
    CopyBytes expected =
        CopyBytes().header().then(target_row(1, {1, 2})).then(target_row(2, {3, 4})).then(target_row(3, {5, 6})).end_mark();
    // Bit i set: a message ends after piece i (header, rows); the end mark is the last.
    for (unsigned cuts = 0; cuts < 16; ++cuts) {
        RowCodec codec(words());
        Buffer out;
        CopyBytes message = CopyBytes().header();
        for (unsigned i = 0; i < 4; ++i) {
            if ((cuts >> i & 1) != 0) {
                codec.convert(message.bytes(), out);
                message = {};
            }
            if (i < 3) message.then(rows[i]);
        }
        codec.convert(message.end_mark().bytes(), out);
        EXPECT_TRUE(codec.finished());
        EXPECT_EQ(text(out), expected.str()) << cuts;
        EXPECT_EQ(codec.tally().rows, 3u);
    }
}

TEST(RowCodec, SkipsAHeadersExtensionAndUncriticalFlags) {
    RowCodec codec(words());
    Buffer out;
    const CopyBytes signature(CopyBytes().header().str().substr(0, 11));
    codec.convert(CopyBytes(signature).i32(0xffff).field(CopyBytes(std::string(100'000, 'e'))).end_mark().bytes(), out);
    EXPECT_TRUE(codec.finished());
    EXPECT_EQ(text(out), CopyBytes().header().end_mark().str());
    EXPECT_EQ(codec.tally().bytes_read, 11u + 4 + 4 + 100'000 + 2);
}

TEST(RowCodec, CopiesRowsWithoutFields) {
    RowCodec codec({});
    Buffer out;
    const CopyBytes rows = CopyBytes().header().i16(0).i16(0).end_mark();
    codec.convert(rows.bytes(), out);
    EXPECT_EQ(text(out), rows.str());
    EXPECT_EQ(codec.tally().rows, 2u);
}

TEST(RowCodec, TakesAnEmptyMessageForNothing) {
    RowCodec codec(words());
    Buffer out;
    codec.convert({}, out);
    codec.convert(CopyBytes().header().bytes(), out);
    codec.convert({}, out);
    codec.convert(CopyBytes().end_mark().bytes(), out);
    codec.convert({}, out);
    EXPECT_TRUE(codec.finished());
    EXPECT_EQ(text(out), CopyBytes().header().end_mark().str());
}

TEST(RowCodec, AppendsToWhatTheBufferHolds) {
    RowCodec codec(words());
    Buffer out;
    out.append(CopyBytes("before").bytes());
    codec.convert(CopyBytes().header().then(source_row(1, {1})).bytes(), out);
    EXPECT_EQ(text(out), CopyBytes("before").header().then(target_row(1, {1})).str());
}

TEST(RowCodec, TalliesRowsAndBytesOfBothSides) {
    RowCodec codec(words());
    Buffer out;
    const CopyBytes stream = CopyBytes().header().then(source_row(1, {1, 2})).then(source_row(2, {3})).end_mark();
    codec.convert(stream.bytes(), out);
    EXPECT_EQ(codec.tally().rows, 2u);
    EXPECT_EQ(codec.tally().bytes_read, stream.size());
    EXPECT_EQ(codec.tally().bytes_written, out.size());
}

TEST(RowCodec, DigestsEachConvertedRowWithItsFieldCount) {
    RowCodec codec(words());
    Buffer out;
    codec.convert(CopyBytes().header().then(source_row(1, {1, 2})).then(source_row(2, {3})).end_mark().bytes(), out);
    Digest expected;
    expected.add_row(target_row(1, {1, 2}).bytes());
    expected.add_row(target_row(2, {3}).bytes());
    EXPECT_EQ(codec.tally().digest, expected);
}

TEST(RowCodec, DigestsWhatTheTargetReadsBackLikeWhatItSent) {
    RowCodec sender(words());
    Buffer out;
    sender.convert(CopyBytes().header().then(source_row(1, {1, 2})).then(source_row(2, {3})).end_mark().bytes(), out);
    // The target gives rows in an order of its own.
    RowCodec reader(std::vector<Field>(3));
    reader.pass(CopyBytes().header().then(target_row(2, {3})).bytes());
    reader.pass(target_row(1, {1, 2}).bytes());
    EXPECT_FALSE(reader.finished());
    reader.pass(CopyBytes().end_mark().bytes());
    EXPECT_TRUE(reader.finished());
    EXPECT_EQ(reader.tally().digest, sender.tally().digest);
    EXPECT_EQ(reader.tally().rows, 2u);
    EXPECT_EQ(reader.tally().bytes_read, out.size());
    EXPECT_EQ(reader.tally().bytes_written, out.size());
}

TEST(RowCodec, PassesOnNoHeaderThatOnlyItsOwnEndUnderstands) {
    const auto signature = [] { return CopyBytes(CopyBytes().header().str().substr(0, 11)); };
    for (const auto& [header, error] : {std::pair{signature().i32(0).i32(3).text("abc"), "flags 0x00000000 and an extension of 3 bytes"},
                                        std::pair{signature().i32(1).i32(0), "flags 0x00000001 and an extension of 0 bytes"}}) {
        RowCodec codec(std::vector<Field>(1));
        try {
            codec.pass(header.bytes());
            FAIL() << "accepted";
        } catch (const CodecError& e) {
            EXPECT_EQ(e.what(), std::string("header of the binary COPY has ") + error + ", which cannot go on as they are");
        }
    }
}

TEST(RowCodec, RefusesToPassRowsThatChange) {
    RowCodec codec(words());
    EXPECT_THROW(codec.pass(CopyBytes().header().bytes()), std::logic_error);
}

TEST(RowCodec, MeasuresEachVectorColumnInTheOrderOfFields) {
    RowCodec codec({{.column = "a", .kind = FieldKind::sparsevec},
                    {.column = "id"},
                    {.column = "b", .kind = FieldKind::vector_array},
                    {.column = "c", .kind = FieldKind::vector},
                    {.column = "d", .kind = FieldKind::halfvec}});
    Buffer out;
    CopyBytes stream = CopyBytes().header();
    const CopyBytes array = array_of(16385, {vector_value({9, 9})});
    stream.i16(5)
        .field(sparsevec_value(7, {{2, 3}, {5, 4}}))
        .null()
        .field(array)
        .field(vector_value({3, 4}))
        .field(halfvec_value({0x3c00}));
    stream.i16(5).null().null().null().field(vector_value({0.6f, 0, 0.8f})).null();
    stream.i16(5).null().null().null().null().field(halfvec_value({0x4000, 0x4000, 0x3c00}));
    codec.convert(stream.end_mark().bytes(), out);

    const auto& measures = codec.tally().measures;
    ASSERT_EQ(measures.size(), 3u);
    EXPECT_EQ(measures[0],
              (VectorMeasure{.values = 1, .nulls = 2, .min_dimensions = 7, .max_dimensions = 7, .min_norm = 5, .max_norm = 5}));
    EXPECT_EQ(measures[1].values, 2u);
    EXPECT_EQ(measures[1].nulls, 1u);
    EXPECT_EQ(measures[1].min_dimensions, 2);
    EXPECT_EQ(measures[1].max_dimensions, 3);
    EXPECT_NEAR(measures[1].min_norm, 1, 1e-7);
    EXPECT_EQ(measures[1].max_norm, 5);
    EXPECT_EQ(measures[2],
              (VectorMeasure{.values = 2, .nulls = 1, .min_dimensions = 1, .max_dimensions = 3, .min_norm = 1, .max_norm = 3}));
}

TEST(RowCodec, LeavesMeasuresUntouchedWhereThereAreOnlyNulls) {
    RowCodec codec({{.column = "embedding", .kind = FieldKind::vector}});
    Buffer out;
    codec.convert(CopyBytes().header().i16(1).null().i16(1).null().end_mark().bytes(), out);
    EXPECT_EQ(codec.tally().measures[0], VectorMeasure{.nulls = 2});
}

TEST(RowCodec, ForgetsTheCopyBeforeOnStart) {
    RowCodec codec(words());
    const CopyBytes stream = CopyBytes().header().then(source_row(1, {1, 2})).end_mark();
    Buffer first;
    codec.convert(stream.bytes(), first);
    const Tally tally = codec.tally();
    codec.start();
    EXPECT_FALSE(codec.finished());
    EXPECT_EQ(codec.tally().rows, 0u);
    EXPECT_EQ(codec.tally().digest, Digest());
    ASSERT_EQ(codec.tally().measures.size(), 1u);
    EXPECT_EQ(codec.tally().measures[0], VectorMeasure());
    Buffer second;
    codec.convert(stream.bytes(), second);
    EXPECT_TRUE(codec.finished());
    EXPECT_EQ(text(second), text(first));
    EXPECT_EQ(codec.tally().digest, tally.digest);
}

TEST(RowCodec, RefusesMoreFieldsThanARowCanCount) { EXPECT_THROW(RowCodec(std::vector<Field>(32'768)), std::invalid_argument); }

}  // namespace
