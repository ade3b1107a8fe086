// Every prefix, and very many mutations, of good COPYs of every kind: the codec and the naive reference must agree on each.
#include "tests/fuzz/copy_bytes.h"
#include "tests/fuzz/row_codec_promises.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

using namespace lantern_migrate::codec;
using namespace lantern_migrate::codec::test;

namespace {

struct Seed {
    const char* name;
    FieldKind kind;
    CopyBytes value;
};

void PrintTo(const Seed& seed, std::ostream* out) { *out << seed.name; }

std::vector<Field> fields_of(FieldKind kind) {
    if (kind == FieldKind::composite) return {{.column = "id"}, nested_field("c"), {.column = "note"}};
    return {{.column = "id"}, {.column = "c", .kind = kind, .source_element_oid = 25, .target_element_oid = 1043}, {.column = "note"}};
}

CopyBytes stream_of(const CopyBytes& value) {
    CopyBytes stream = CopyBytes().header();
    stream.i16(3).field(CopyBytes().i32(1)).field(value).field(CopyBytes("note"));
    stream.i16(3).field(CopyBytes().i32(2)).null().null();
    stream.i16(3).null().field(value).field(CopyBytes());
    return stream.end_mark();
}

class Mutator {
public:
    std::string operator()(std::string bytes) {
        for (auto times = 1 + random_() % 3; times != 0; --times) mutate(bytes);
        return bytes;
    }

private:
    void mutate(std::string& bytes) {
        if (bytes.empty()) return;
        const std::size_t at = random_() % bytes.size();
        switch (random_() % 7) {
            case 0: bytes[at] = static_cast<char>(bytes[at] ^ (1 << random_() % 8)); break;
            case 1: bytes[at] = static_cast<char>(random_()); break;
            case 2: bytes.resize(at); break;
            case 3: bytes.erase(at, 1 + random_() % 8); break;
            case 4: bytes.insert(at, bytes.substr(random_() % bytes.size(), 1 + random_() % 24)); break;
            case 5: put_number(bytes, at, 4); break;
            case 6: put_number(bytes, at, 2); break;
        }
    }
    // Counts and lengths at their borders.
    void put_number(std::string& bytes, std::size_t at, std::size_t size) {
        constexpr std::int64_t numbers[] = {
            0, 1, -1, -2, 2, 3, 4, 8, 12, 255, 16'000, 16'001, 32'767, -32'768, 0x7fffffff, -0x7fffffff - 1, 0x3fffffff};
        const std::int64_t number = numbers[random_() % std::size(numbers)];
        const CopyBytes replacement = size == 4 ? CopyBytes().i32(number) : CopyBytes().i16(number);
        bytes.replace(at, size, replacement.str());
    }

    std::mt19937_64 random_{20};
};

class Mutated : public testing::TestWithParam<Seed> {};

TEST_P(Mutated, IsRefusedOrConvertedAsTheReferenceDoes) {
    constexpr int wanted = 200'000;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    const std::vector<Field> fields = fields_of(GetParam().kind);
    const std::string good = stream_of(GetParam().value).str();
    Mutator mutator;
    int tried = 0;
    int converted = 0;
    for (; tried < wanted && (tried % 256 != 0 || std::chrono::steady_clock::now() < deadline); ++tried) {
        const std::string bad = mutator(good);
        const Verdict verdict = check_promises(fields, std::as_bytes(std::span(bad)));
        ASSERT_EQ(verdict.broken_promise, "") << "input " << tried << ": " << testing::PrintToString(bad);
        converted += verdict.converted ? 1 : 0;
    }
    RecordProperty("tried", tried);
    RecordProperty("converted", converted);
    // Mutations that are all good, or all bad, would prove nothing.
    EXPECT_GT(converted, tried / 200);
    EXPECT_LT(converted, tried - tried / 4);
}

TEST_P(Mutated, IsRefusedOrUnfinishedWhereItIsCutShort) {
    const CopyBytes stream = stream_of(GetParam().value);
    for (std::size_t size = 0; size < stream.size(); ++size) {
        const Verdict verdict = check_promises(fields_of(GetParam().kind), stream.bytes().first(size));
        EXPECT_EQ(verdict.broken_promise, "") << size;
        EXPECT_FALSE(verdict.converted) << size;
    }
    EXPECT_TRUE(check_promises(fields_of(GetParam().kind), stream.bytes()).converted);
}

const Seed seeds[] = {
    {"pass_through", FieldKind::pass_through, CopyBytes("as it is")},
    {"vector", FieldKind::vector, vector_value({1, -2.5f, 3, 4, 5, 6, 7, 8, 9})},
    {"halfvec", FieldKind::halfvec, halfvec_value({0x3c00, 0xc100, 0x03ef, 0x7c00, 0x7d01, 0x8000, 1, 2, 3, 4})},
    {"sparsevec", FieldKind::sparsevec, sparsevec_value(9, {{0, 1.5f}, {3, -2}, {8, 3}})},
    {"vector_array", FieldKind::vector_array, array_of(16385, {vector_value({1, 2}), vector_value({3, 4}), vector_value({5, 6})})},
    {"halfvec_array", FieldKind::halfvec_array, array_of(16498, {halfvec_value({1, 2, 3}), halfvec_value({0x3c00, 5, 6})})},
    {"sparsevec_array", FieldKind::sparsevec_array,
     array_of(16502, {sparsevec_value(3, {{0, 1.5f}, {2, -2}}), sparsevec_value(3, {{1, 4}})})},
    {"bit", FieldKind::bit, CopyBytes().i32(44).text("\x12\x34\x56\x78\x9a\xb0")},
    {"nested", FieldKind::composite,
     composite_of({{23, CopyBytes().i32(7)},
                   {16385, vector_value({1, 2})},
                   {16501, array_of(25, {CopyBytes("one"), CopyBytes("two")})},
                   {16502, range_of(vector_value({1}), vector_value({2}))},
                   {16503, multirange_of({range_of(sparsevec_value(2, {{0, 1}}), sparsevec_value(2, {{1, 2}}))})},
                   {16504, array_of(16500, {composite_of({{16386, halfvec_value({1, 2})},
                                                          {16387, array_of(16385, {vector_value({1, 2}), vector_value({3, 4})})}}),
                                            composite_of({{16386, std::nullopt}, {16387, std::nullopt}})})}})},
    {"array", FieldKind::array, array_of(25, {CopyBytes("one"), CopyBytes("two")})},
};

INSTANTIATE_TEST_SUITE_P(EveryKind, Mutated, testing::ValuesIn(seeds), [](const auto& seed) { return std::string(seed.param.name); });

TEST(FuzzInput, DrawsFieldsFromItsFirstBytes) {
    const CopyBytes data = CopyBytes().i8(3).i8(1).i8(6).i8(8).text("stream");
    const FuzzInput input = parse_fuzz_input(data.bytes());
    ASSERT_EQ(input.fields.size(), 3u);
    EXPECT_EQ(input.fields[0].kind, FieldKind::vector);
    EXPECT_EQ(input.fields[1].kind, FieldKind::array);
    EXPECT_EQ(input.fields[2].kind, FieldKind::composite);
    EXPECT_EQ(input.stream.size(), 6u);
}

}  // namespace
