// Values that have others in them, by hand: what comes out, and each error's whole message.
#include "core/codec/row_codec.h"
#include "tests/fuzz/copy_bytes.h"
#include "tests/fuzz/row_codec_promises.h"

#include <gtest/gtest.h>

using namespace lantern_migrate::codec;
using namespace lantern_migrate::codec::test;

namespace {

using Part = std::shared_ptr<const ValuePlan>;

Part part(FieldKind kind, std::uint32_t source_oid = 0, std::uint32_t target_oid = 0, std::vector<Part> parts = {}) {
    return std::make_shared<const ValuePlan>(ValuePlan{kind, source_oid, target_oid, std::move(parts)});
}

Field field_of(const Part& value) { return {.column = "c", .kind = value->kind, .value = value}; }

// What becomes of the one field of one row, or the error.
std::string outcome(const Part& plan, const CopyBytes& value) {
    RowCodec codec({field_of(plan)});
    Buffer out;
    try {
        codec.convert(copy_of(value).bytes(), out);
    } catch (const CodecError& error) {
        return error.what();
    }
    return {reinterpret_cast<const char*>(out.data()), out.size()};
}

const Part integer = part(FieldKind::pass_through, 23, 23);
const Part mood = part(FieldKind::pass_through, 16390, 17390);
const Part vector = part(FieldKind::vector, 16385, 1021);
const Part pair = part(FieldKind::composite, 16400, 17400, {vector, integer, mood});

CopyBytes source_pair(const std::optional<CopyBytes>& v) {
    return composite_of({{16385, v}, {23, CopyBytes().i32(7)}, {16390, CopyBytes("sad")}});
}
CopyBytes target_pair(const std::optional<CopyBytes>& v) {
    return composite_of({{1021, v}, {23, CopyBytes().i32(7)}, {17390, CopyBytes("sad")}});
}

TEST(NestedValue, OfACompositeGetsTheTargetsTypesAndLengths) {
    EXPECT_EQ(outcome(pair, source_pair(vector_value({1, 2}))), copy_of(target_pair(real_array({1, 2}))).str());
    EXPECT_EQ(outcome(pair, source_pair(std::nullopt)), copy_of(target_pair(std::nullopt)).str());
    EXPECT_EQ(outcome(part(FieldKind::composite), composite_of({})), copy_of(composite_of({})).str()) << "a type without attributes";
}

TEST(NestedValue, OfAnArrayKeepsItsShapeAndSaysWhetherItHasNulls) {
    const Part pairs = part(FieldKind::array, 0, 0, {pair});
    EXPECT_EQ(outcome(pairs, array_of(16400, {source_pair(vector_value({1})), source_pair(vector_value({2, 3}))})),
              copy_of(array_of(17400, {target_pair(real_array({1})), target_pair(real_array({2, 3}))})).str())
        << "arrays of composites may hold vectors of any lengths";
    const auto shaped = [](int flags, std::int64_t oid) { return CopyBytes().i32(2).i32(flags).i32(oid).i32(1).i32(-4).i32(2).i32(9); };
    EXPECT_EQ(outcome(pairs, shaped(0, 16400).null().field(source_pair(std::nullopt))),
              copy_of(shaped(1, 17400).null().field(target_pair(std::nullopt))).str());
    EXPECT_EQ(outcome(pairs, shaped(1, 16400).field(source_pair(std::nullopt)).field(source_pair(std::nullopt))),
              copy_of(shaped(0, 17400).field(target_pair(std::nullopt)).field(target_pair(std::nullopt))).str())
        << "the source's flag stays set when the last NULL is gone";
    EXPECT_EQ(outcome(pairs, CopyBytes().i32(1).i32(0).i32(16400).i32(0).i32(1)), copy_of(CopyBytes().i32(0).i32(0).i32(17400)).str());
}

TEST(NestedValue, OfADomainOverVectorsIsAnElementOfItsOwn) {
    const Part embeddings = part(FieldKind::array, 0, 0, {part(FieldKind::vector, 16420, 17420)});
    EXPECT_EQ(outcome(embeddings, array_of(16420, {vector_value({1}), vector_value({2, 3})})),
              copy_of(array_of(17420, {real_array({1}), real_array({2, 3})})).str());
}

TEST(NestedValue, OfARangeHasTheBoundsItsFlagsPromise) {
    const Part range = part(FieldKind::range, 0, 0, {vector});
    const CopyBytes one = vector_value({1}), two = vector_value({2});
    EXPECT_EQ(outcome(range, range_of(one, two)), copy_of(range_of(real_array({1}), real_array({2}))).str());
    EXPECT_EQ(outcome(range, CopyBytes().i8(0x0c).field(two)), copy_of(CopyBytes().i8(0x0c).field(real_array({2}))).str()) << "(,2]";
    EXPECT_EQ(outcome(range, CopyBytes().i8(0x12).field(one)), copy_of(CopyBytes().i8(0x12).field(real_array({1}))).str()) << "[1,)";
    EXPECT_EQ(outcome(range, CopyBytes().i8(0x18)), copy_of(CopyBytes().i8(0x18)).str()) << "(,)";
    EXPECT_EQ(outcome(range, CopyBytes().i8(1)), copy_of(CopyBytes().i8(1)).str()) << "empty";
    const Part multirange = part(FieldKind::multirange, 0, 0, {range});
    EXPECT_EQ(outcome(multirange, multirange_of({range_of(one, two), CopyBytes().i8(0x18)})),
              copy_of(multirange_of({range_of(real_array({1}), real_array({2})), CopyBytes().i8(0x18)})).str());
    EXPECT_EQ(outcome(multirange, multirange_of({})), copy_of(multirange_of({})).str());
}

TEST(NestedValue, OfAnArrayOfSparseVectorsIsDense) {
    EXPECT_EQ(
        outcome(part(FieldKind::composite, 0, 0, {part(FieldKind::sparsevec_array, 16421, 1021)}),
                composite_of({{16421, array_of(16502, {sparsevec_value(2, {{1, 5}}), sparsevec_value(2, {})})}})),
        copy_of(composite_of(
                    {{1021,
                      CopyBytes().i32(2).i32(0).i32(700).i32(2).i32(1).i32(2).i32(1).i32(4).f4(0).i32(4).f4(5).i32(4).f4(0).i32(4).f4(0)}}))
            .str());
}

TEST(NestedValue, IsRefusedWithItsReason) {
    const Part range = part(FieldKind::range, 0, 0, {vector});
    const Part multirange = part(FieldKind::multirange, 0, 0, {range});
    const Part pairs = part(FieldKind::array, 0, 0, {pair});
    const Part single = part(FieldKind::composite, 0, 0, {vector});
    struct Bad {
        Part plan;
        CopyBytes value;
        const char* reason;
    };
    const Bad cases[] = {
        {pair, CopyBytes(), "composite value is cut short"},
        {pair, composite_of({{16385, std::nullopt}}), "composite value has 1 attributes instead of 3"},
        {pair, CopyBytes().i32(-1), "composite value has -1 attributes instead of 3"},
        {single, composite_of({{16386, std::nullopt}}), "attribute 1 of the composite value is of type 16386, not 16385"},
        {single, CopyBytes().i32(1).i32(16385).i32(-2), "attribute 1 of the composite value has the length -2"},
        {single, CopyBytes().i32(1).i32(16385).i32(4).i16(1), "composite value is cut short"},
        {single, composite_of({{16385, CopyBytes().i16(2).i16(0).f4(1)}}), "vector says 2 dimensions and holds 1"},
        {single, composite_of({{16385, std::nullopt}}).i8(0), "1 bytes follow the last attribute of the composite value"},
        {pairs, array_of(16401, {}), "array has elements of type 16401, not 16400"},
        {pairs, CopyBytes().i32(1).i32(0).i32(16400).i32(1).i32(1).i32(-3), "element 1 of the array has the length -3"},
        {pairs, CopyBytes().i32(0).i32(0).i32(16400).i8(0), "1 bytes follow the last element of the array"},
        {pairs, array_of(16400, {source_pair(std::nullopt)}).i16(0), "2 bytes follow the last element of the array"},
        {range, CopyBytes(), "range is cut short"},
        {range, CopyBytes().i8(0x20), "range has flags 0x20, which are not known"},
        {range, CopyBytes().i8(3), "range has flags 0x03, which are not known"},
        {range, CopyBytes().i8(0x0a), "range has flags 0x0a, which are not known"},
        {range, CopyBytes().i8(0x14), "range has flags 0x14, which are not known"},
        {range, CopyBytes().i8(1).i8(1), "1 bytes follow the bounds of the range"},
        {range, CopyBytes().i8(2).field(vector_value({1})), "range is cut short"},
        {range, CopyBytes().i8(2).null(), "bound of the range has the length -1"},
        {multirange, CopyBytes().i32(-1), "multirange says -1 ranges"},
        {multirange, CopyBytes().i32(1).null(), "range 1 of the multirange has the length -1"},
        {multirange, CopyBytes().i32(2).field(CopyBytes().i8(1)), "multirange is cut short"},
        {multirange, multirange_of({}).i8(0), "1 bytes follow the last range of the multirange"},
    };
    for (const Bad& bad : cases) EXPECT_EQ(outcome(bad.plan, bad.value), "row 1, column c: " + std::string(bad.reason));
}

TEST(NestedValue, IsFollowedDownToALimit) {
    Part plan = vector;
    CopyBytes value = vector_value({1});
    for (int level = 1; level < max_value_depth; ++level) {
        value = composite_of({{plan->source_oid, value}});
        plan = part(FieldKind::composite, 17000 + static_cast<std::uint32_t>(level), 18000, {plan});
    }
    EXPECT_EQ(outcome(plan, value).substr(0, 6), "PGCOPY");
    EXPECT_EQ(outcome(part(FieldKind::composite, 0, 0, {plan}), composite_of({{plan->source_oid, value}})),
              "row 1, column c: values are nested more than 64 levels deep");
}

TEST(NestedValue, ThatWouldBeLongerThanAFieldIsRefused) {
    // 12 bytes of a sparse vector become 128,000; the same value again and again, so that the input stays small.
    const Part wide = part(FieldKind::array, 0, 0, {part(FieldKind::sparsevec, 16422, 17422)});
    constexpr int elements = 8'389;
    CopyBytes value = CopyBytes().i32(1).i32(0).i32(16422).i32(elements).i32(1);
    for (int i = 0; i < elements; ++i) value.field(sparsevec_value(16'000, {}));
    EXPECT_EQ(outcome(wide, value),
              "row 1, column c: with its vectors as real[], a value of more than 1073741823 bytes does not fit into a field");
}

TEST(NestedValue, MustSayWhatItIsMadeOf) {
    const auto refused = [](const Field& field) {
        try {
            RowCodec codec({field});
        } catch (const std::invalid_argument& error) {
            return std::string(error.what());
        }
        return std::string("accepted");
    };
    const std::string reason = "the field c does not say what its values are made of";
    EXPECT_EQ(refused({.column = "c", .kind = FieldKind::composite}), reason);
    EXPECT_EQ(refused({.column = "c", .kind = FieldKind::range, .value = pair}), reason);
    EXPECT_EQ(refused({.column = "c", .kind = FieldKind::array}), "accepted");
}

}  // namespace
