// Bytes of output a second and core of the row codec, digest and norms included. Build with optimisation; one row a message, as libpq gives
// them.
#include "core/codec/row_codec.h"
#include "core/codec/vector_kernels.h"
#include "tests/fuzz/copy_bytes.h"

#include <benchmark/benchmark.h>

#include <random>

using namespace lantern_migrate::codec;
using lantern_migrate::codec::test::CopyBytes;

namespace {

constexpr std::size_t rows_a_round = 64;
// What the copy loop hands to the target at once: larger than L2, so that memory has its share.
constexpr std::size_t buffer_bytes = 1 << 20;

std::mt19937 random_bits(1);

CopyBytes dense(int dimensions, bool halves) {
    std::normal_distribution<float> normal;
    CopyBytes value = CopyBytes().i16(dimensions).i16(0);
    for (int i = 0; i < dimensions; ++i) halves ? value.i16(random_bits() & 0xbbff) : value.f4(normal(random_bits));
    return value;
}

CopyBytes sparse(int dimensions, int nnz) {
    CopyBytes value = CopyBytes().i32(dimensions).i32(nnz).i32(0);
    for (int i = 0; i < nnz; ++i) value.i32(i * (dimensions / nnz));
    for (int i = 0; i < nnz; ++i) value.f4(static_cast<float>(i));
    return value;
}

CopyBytes array_of_vectors(int size, int dimensions) {
    CopyBytes value = CopyBytes().i32(1).i32(0).i32(16385).i32(size).i32(1);
    for (int i = 0; i < size; ++i) value.field(dense(dimensions, false));
    return value;
}

CopyBytes array_of_integers(int size) {
    CopyBytes value = CopyBytes().i32(1).i32(0).i32(25).i32(size).i32(1);
    for (int i = 0; i < size; ++i) value.i32(4).i32(i);
    return value;
}

CopyBytes row_with(const CopyBytes& value) {
    return CopyBytes().i16(3).field(CopyBytes().i32(0).i32(7)).field(value).field(CopyBytes("a short note"));
}

void convert_rows(benchmark::State& state, const std::vector<Field>& fields, const CopyBytes& row) {
    const std::vector<CopyBytes> messages(rows_a_round, row);
    RowCodec codec(fields);
    Buffer out(buffer_bytes + 2 * 1024 * 1024);
    codec.convert(CopyBytes().header().bytes(), out);
    for (auto _ : state) {
        for (const CopyBytes& message : messages) {
            codec.convert(message.bytes(), out);
            if (out.size() > buffer_bytes) out.clear();
        }
        benchmark::DoNotOptimize(out.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(codec.tally().bytes_written));
    state.SetItemsProcessed(static_cast<std::int64_t>(codec.tally().rows));
}

void convert_value(benchmark::State& state, FieldKind kind, const CopyBytes& value) {
    convert_rows(state,
                 {{.column = "id"}, {.column = "c", .kind = kind, .source_element_oid = 25, .target_element_oid = 25}, {.column = "note"}},
                 row_with(value));
}

// A composite of a vector, a text and an enum, as its type's OIDs differ.
void convert_composite(benchmark::State& state, int dimensions) {
    const auto part = [](FieldKind kind, std::uint32_t source_oid, std::uint32_t target_oid) {
        return std::make_shared<const ValuePlan>(ValuePlan{kind, source_oid, target_oid, {}});
    };
    const auto value = std::make_shared<const ValuePlan>(ValuePlan{
        FieldKind::composite,
        0,
        0,
        {part(FieldKind::vector, 16385, 1021), part(FieldKind::pass_through, 25, 25), part(FieldKind::pass_through, 16500, 17500)}});
    convert_rows(state, {{.column = "id"}, {.column = "c", .kind = FieldKind::composite, .value = value}, {.column = "note"}},
                 row_with(CopyBytes()
                              .i32(3)
                              .i32(16385)
                              .field(dense(dimensions, false))
                              .i32(25)
                              .field(CopyBytes("a short note"))
                              .i32(16500)
                              .field(CopyBytes("sad"))));
}

void digest_rows(benchmark::State& state, const CopyBytes& row) {
    const std::vector<CopyBytes> messages(rows_a_round, row);
    RowCodec codec(std::vector<Field>(3));
    codec.pass(CopyBytes().header().bytes());
    for (auto _ : state)
        for (const CopyBytes& message : messages) codec.pass(message.bytes());
    state.SetBytesProcessed(static_cast<std::int64_t>(codec.tally().bytes_read));
    state.SetItemsProcessed(static_cast<std::int64_t>(codec.tally().rows));
}

void run_kernel(benchmark::State& state, VectorKernel kernel, bool halves) {
    constexpr int dimensions = 1536;
    const CopyBytes value = dense(dimensions, halves);
    std::vector<std::byte> out(dimensions * 8);
    for (auto _ : state) benchmark::DoNotOptimize(kernel(value.bytes().data() + 4, out.data(), dimensions));
    state.SetBytesProcessed(state.iterations() * dimensions * 8);
}

CopyBytes text_of(std::size_t bytes) { return CopyBytes(std::string(bytes, 't')); }

BENCHMARK_CAPTURE(convert_value, vector_1536, FieldKind::vector, dense(1536, false));
BENCHMARK_CAPTURE(convert_value, vector_384, FieldKind::vector, dense(384, false));
BENCHMARK_CAPTURE(convert_value, vector_100, FieldKind::vector, dense(100, false));
BENCHMARK_CAPTURE(convert_value, vector_3, FieldKind::vector, dense(3, false));
BENCHMARK_CAPTURE(convert_value, halfvec_1536, FieldKind::halfvec, dense(1536, true));
BENCHMARK_CAPTURE(convert_value, halfvec_768, FieldKind::halfvec, dense(768, true));
BENCHMARK_CAPTURE(convert_value, sparsevec_1536_of_100, FieldKind::sparsevec, sparse(1536, 100));
BENCHMARK_CAPTURE(convert_value, vector_array_8_of_384, FieldKind::vector_array, array_of_vectors(8, 384));
BENCHMARK_CAPTURE(convert_value, array_1536_of_int4, FieldKind::array, array_of_integers(1536));
BENCHMARK_CAPTURE(convert_composite, of_vector_384, 384);
BENCHMARK_CAPTURE(convert_value, pass_through_12KB, FieldKind::pass_through, text_of(12'288));
BENCHMARK_CAPTURE(convert_value, pass_through_100B, FieldKind::pass_through, text_of(100));
BENCHMARK_CAPTURE(digest_rows, 12KB, row_with(text_of(12'288)));
BENCHMARK_CAPTURE(digest_rows, 100B, row_with(text_of(100)));
BENCHMARK_CAPTURE(run_kernel, floats_chosen, vector_kernels().expand_floats, false);
BENCHMARK_CAPTURE(run_kernel, floats_portable, portable_vector_kernels().expand_floats, false);
BENCHMARK_CAPTURE(run_kernel, halves_chosen, vector_kernels().expand_halves, true);
BENCHMARK_CAPTURE(run_kernel, halves_portable, portable_vector_kernels().expand_halves, true);

}  // namespace
