#include "core/codec/vector_conversion.h"

#include "core/codec/array_wire.h"
#include "core/codec/row_codec.h"
#include "core/codec/vector_kernels.h"

#include <cmath>
#include <format>

namespace lantern_migrate::codec {

namespace {

constexpr std::size_t dense_header_bytes = 4;
constexpr std::size_t sparse_header_bytes = 12;

struct DenseFormat {
    const char* name;
    std::size_t element_bytes;
    VectorKernel VectorKernels::* expand;
};

constexpr DenseFormat vector_format{"vector", 4, &VectorKernels::expand_floats};
constexpr DenseFormat halfvec_format{"halfvec", 2, &VectorKernels::expand_halves};

struct DenseVector {
    int dimensions;
    const std::byte* elements;
};

[[noreturn, gnu::cold, gnu::noinline]] void wrong_length(const DenseFormat& format, int dimensions, std::size_t bytes) {
    if (bytes % format.element_bytes == 0)
        throw Malformed(std::format("{} says {} dimensions and holds {}", format.name, dimensions, bytes / format.element_bytes));
    throw Malformed(std::format("{} says {} dimensions and holds {} bytes of elements", format.name, dimensions, bytes));
}

[[noreturn, gnu::cold, gnu::noinline]] void wrong_dimensions(const char* name, int dimensions) {
    throw Malformed(std::format("{} says {} dimensions, not 1 to {}", name, dimensions, max_dense_dimensions));
}

DenseVector parse_dense(const DenseFormat& format, std::span<const std::byte> value) {
    WireReader in(value, format.name);
    const int dimensions = in.int16();
    const int unused = in.int16();
    if (dimensions < 1 || dimensions > max_dense_dimensions) wrong_dimensions(format.name, dimensions);
    if (unused != 0) throw Malformed(std::format("{} has {} where 0 is expected", format.name, unused));
    if (in.remaining() != static_cast<std::size_t>(dimensions) * format.element_bytes) wrong_length(format, dimensions, in.remaining());
    return {dimensions, in.at()};
}

ConvertedVector convert_dense(const DenseFormat& format, std::span<const std::byte> value, Buffer& out) {
    const DenseVector vector = parse_dense(format, value);
    const auto count = static_cast<std::size_t>(vector.dimensions);
    const std::size_t bytes = field_bytes(1, count);
    std::byte* to = put_dimension(put_field_header(out.room(bytes), 1, count, float4_oid), vector.dimensions, 1);
    const double squares = (vector_kernels().*format.expand)(vector.elements, to, count);
    out.advance(bytes);
    return {vector.dimensions, std::sqrt(squares)};
}

// Whether all elements are as long as the first, not NULL, and fill what is left: the rule for numbers, and without a branch an element.
bool all_alike(const WireReader& in, std::int64_t elements) {
    if (elements == 0 || in.remaining() < sizeof(std::int32_t)) return false;
    const auto length = load_big_endian<std::int32_t>(in.at());
    if (length < 0) return false;
    const std::size_t stride = sizeof(std::int32_t) + static_cast<std::size_t>(length);
    if (in.remaining() != static_cast<std::size_t>(elements) * stride) return false;
    std::int32_t differences = 0;
    const std::byte* end = in.at() + in.remaining();
    for (const std::byte* at = in.at(); at != end; at += stride) differences |= load_big_endian<std::int32_t>(at) ^ length;
    return differences == 0;
}

// Checks all elements.
bool any_null(WireReader in, std::int64_t elements) {
    if (all_alike(in, elements)) return false;
    bool found = false;
    for (std::int64_t i = 1; i <= elements; ++i) {
        const std::int32_t length = in.int32();
        if (length < null_length) wrong_element_length(i, length);
        if (length == null_length)
            found = true;
        else
            in.take(static_cast<std::size_t>(length));
    }
    if (!in.empty()) bytes_behind_last_element(in.remaining());
    return found;
}

// Checks all elements and gives their common number of dimensions. `parse` gives a vector of an element's bytes, or throws.
template <class Parse>
int common_dimensions(const char* name, Parse parse, WireReader in, std::int32_t size) {
    int common = 0;
    for (std::int32_t i = 1; i <= size; ++i) {
        const std::int32_t length = in.int32();
        if (length == null_length)
            throw Malformed(std::format("element {} of the {} array is NULL, which a real[][] cannot hold", i, name));
        if (length < 0) throw Malformed(std::format("element {} of the {} array has the length {}", i, name, length));
        const int dimensions = parse(in.take(static_cast<std::size_t>(length))).dimensions;
        if (i == 1) common = dimensions;
        if (dimensions != common)
            throw Malformed(
                std::format("the {} array holds vectors of {} and of {} dimensions, which a real[][] cannot", name, common, dimensions));
    }
    if (!in.empty()) bytes_behind_last_element(in.remaining());
    return common;
}

// `expand` writes an element's vector: where it is in the source's array, and where to.
template <class Parse, class Expand>
void convert_array_of_vectors(const char* name, std::span<const std::byte> value, Buffer& out, Parse parse, Expand expand) {
    WireReader in(value, "array");
    const ArrayHeader header = parse_array_header(in);
    if (header.ndim > 1) throw Malformed(std::format("{} array has {} dimensions; only 1 becomes a real[][]", name, header.ndim));
    const Bounds bounds = header.ndim == 0 ? Bounds{0, 1} : parse_bounds(in);
    // From here on elements are of one length, or `common_dimensions` has thrown.
    const int dimensions = common_dimensions(name, parse, in, bounds.size);
    if (bounds.size == 0) return put_empty_array(float4_oid, out);

    const auto per_vector = static_cast<std::size_t>(dimensions);
    const std::int64_t elements = std::int64_t{bounds.size} * dimensions;
    const std::size_t bytes = field_bytes(2, static_cast<std::size_t>(elements));
    if (static_cast<std::int64_t>(bytes) > max_field_bytes)
        throw Malformed(std::format("{} array of {} times {} dimensions does not fit into a field", name, bounds.size, dimensions));
    std::byte* to = put_field_header(out.room(bytes), 2, static_cast<std::size_t>(elements), float4_oid);
    to = put_dimension(put_dimension(to, bounds.size, bounds.lower), dimensions, 1);
    for (std::int32_t i = 0; i < bounds.size; ++i, to += per_vector * element_bytes)
        expand(in.take(static_cast<std::size_t>(in.int32())), to);
    out.advance(bytes);
}

void convert_dense_array(const DenseFormat& format, std::span<const std::byte> value, Buffer& out) {
    const VectorKernel kernel = vector_kernels().*format.expand;
    convert_array_of_vectors(
        format.name, value, out, [&](std::span<const std::byte> element) { return parse_dense(format, element); },
        [&](std::span<const std::byte> element, std::byte* to) {
            kernel(element.data() + dense_header_bytes, to, (element.size() - dense_header_bytes) / format.element_bytes);
        });
}

struct SparseVector {
    int dimensions;
    std::int32_t nnz;
    WireReader elements;  // the indices, then the values
};

SparseVector parse_sparse(std::span<const std::byte> value) {
    WireReader in(value, "sparsevec");
    const std::int32_t dimensions = in.int32();
    const std::int32_t nnz = in.int32();
    const std::int32_t unused = in.int32();
    if (dimensions < 1 || dimensions > max_dense_dimensions) wrong_dimensions("sparsevec", dimensions);
    if (nnz < 0 || nnz > dimensions) throw Malformed(std::format("sparsevec of {} dimensions says {} elements", dimensions, nnz));
    if (unused != 0) throw Malformed(std::format("sparsevec has {} where 0 is expected", unused));
    const std::size_t elements = static_cast<std::size_t>(nnz) * 8;
    if (in.remaining() != elements)
        throw Malformed(
            std::format("sparsevec of {} elements takes {} bytes and has {}", nnz, sparse_header_bytes + elements, value.size()));
    return {dimensions, nnz, in};
}

// Writes zeros, and over them the values at their indices; gives the sum of their squares.
double expand_sparse(const SparseVector& vector, std::byte* to) {
    const auto count = static_cast<std::size_t>(vector.dimensions);
    for (std::size_t i = 0; i < count; ++i) store_big_endian(to + i * element_bytes, std::uint64_t{4} << 32);
    WireReader indices = vector.elements;
    const std::byte* values = indices.at() + static_cast<std::size_t>(vector.nnz) * sizeof(std::int32_t);
    double squares = 0;
    std::int32_t previous = -1;
    for (std::int32_t i = 0; i < vector.nnz; ++i) {
        const std::int32_t index = indices.int32();
        if (index < 0 || index >= vector.dimensions)
            throw Malformed(std::format("sparsevec of {} dimensions has the index {}", vector.dimensions, index));
        if (index <= previous) throw Malformed(std::format("sparsevec has the index {} after {}", index, previous));
        previous = index;
        const auto bits = load_big_endian<std::uint32_t>(values + static_cast<std::size_t>(i) * sizeof(float));
        store_big_endian(to + static_cast<std::size_t>(index) * element_bytes + sizeof(std::int32_t), bits);
        const auto number = static_cast<double>(std::bit_cast<float>(bits));
        squares += number * number;
    }
    return squares;
}

}  // namespace

ConvertedVector convert_vector(std::span<const std::byte> value, Buffer& out) { return convert_dense(vector_format, value, out); }

ConvertedVector convert_halfvec(std::span<const std::byte> value, Buffer& out) { return convert_dense(halfvec_format, value, out); }

ConvertedVector convert_sparsevec(std::span<const std::byte> value, Buffer& out) {
    const SparseVector vector = parse_sparse(value);
    const auto count = static_cast<std::size_t>(vector.dimensions);
    const std::size_t bytes = field_bytes(1, count);
    std::byte* to = put_dimension(put_field_header(out.room(bytes), 1, count, float4_oid), vector.dimensions, 1);
    const double squares = expand_sparse(vector, to);
    out.advance(bytes);
    return {vector.dimensions, std::sqrt(squares)};
}

void convert_vector_array(std::span<const std::byte> value, Buffer& out) { convert_dense_array(vector_format, value, out); }

void convert_halfvec_array(std::span<const std::byte> value, Buffer& out) { convert_dense_array(halfvec_format, value, out); }

void convert_sparsevec_array(std::span<const std::byte> value, Buffer& out) {
    convert_array_of_vectors(
        "sparsevec", value, out, [](std::span<const std::byte> element) { return parse_sparse(element); },
        [](std::span<const std::byte> element, std::byte* to) { expand_sparse(parse_sparse(element), to); });
}

void convert_array(std::span<const std::byte> value, std::uint32_t source_oid, std::uint32_t target_oid, Buffer& out) {
    WireReader in(value, "array");
    const ArrayHeader header = parse_array_header(in);
    check_element_oid(header, source_oid);
    const std::int64_t elements = parse_element_count(in, header.ndim);
    const bool has_null = any_null(in, elements);
    if (elements == 0) return put_empty_array(target_oid, out);

    const std::size_t bytes = sizeof(std::int32_t) + value.size();
    std::byte* to = store_big_endian(out.room(bytes), static_cast<std::int32_t>(value.size()));
    std::memcpy(to, value.data(), value.size());
    to = store_big_endian(to + sizeof header.ndim, std::int32_t{has_null});
    store_big_endian(to, target_oid);
    out.advance(bytes);
}

}  // namespace lantern_migrate::codec
