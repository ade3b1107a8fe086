#include "core/codec/vector_conversion.h"

#include "core/codec/row_codec.h"
#include "core/codec/vector_kernels.h"
#include "core/codec/wire.h"

#include <cmath>
#include <format>
#include <limits>

namespace lantern_migrate::codec {

namespace {

constexpr std::uint32_t float4_oid = 700;
constexpr std::size_t element_bytes = 8;  // of a real[]: int32 4, float4
constexpr std::size_t array_header_bytes = 12;
constexpr std::size_t dimension_bytes = 8;
constexpr std::size_t dense_header_bytes = 4;
constexpr std::size_t sparse_header_bytes = 12;
constexpr int max_array_dimensions = 6;
// PostgreSQL's MaxAllocSize: no field is longer.
constexpr std::int64_t max_field_bytes = 0x3fffffff;

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

// A field that holds a real[] of `ndim` dimensions, its own int32 length included.
constexpr std::size_t field_bytes(std::size_t ndim, std::size_t elements) {
    return sizeof(std::int32_t) + array_header_bytes + ndim * dimension_bytes + elements * element_bytes;
}

// Writes the length of such a field and its array header up to the dimensions; gives the place where those go.
std::byte* put_field_header(std::byte* to, std::int32_t ndim, std::size_t elements, std::uint32_t element_oid = float4_oid) {
    const std::size_t length = field_bytes(static_cast<std::size_t>(ndim), elements) - sizeof(std::int32_t);
    to = store_big_endian(to, static_cast<std::int32_t>(length));
    to = store_big_endian(to, ndim);
    to = store_big_endian(to, std::int32_t{0});  // no NULL among the elements
    return store_big_endian(to, element_oid);
}

std::byte* put_dimension(std::byte* to, std::int32_t size, std::int32_t lower_bound) {
    to = store_big_endian(to, size);
    return store_big_endian(to, lower_bound);
}

ConvertedVector convert_dense(const DenseFormat& format, std::span<const std::byte> value, Buffer& out) {
    const DenseVector vector = parse_dense(format, value);
    const auto count = static_cast<std::size_t>(vector.dimensions);
    const std::size_t bytes = field_bytes(1, count);
    std::byte* to = put_dimension(put_field_header(out.room(bytes), 1, count), vector.dimensions, 1);
    const double squares = (vector_kernels().*format.expand)(vector.elements, to, count);
    out.advance(bytes);
    return {vector.dimensions, std::sqrt(squares)};
}

struct ArrayHeader {
    std::int32_t ndim;
    std::uint32_t element_oid;
};

ArrayHeader parse_array_header(WireReader& in) {
    const std::int32_t ndim = in.int32();
    const std::int32_t flags = in.int32();
    const std::uint32_t element_oid = in.uint32();
    if (ndim < 0 || ndim > max_array_dimensions) throw Malformed(std::format("array says {} dimensions", ndim));
    if (flags != 0 && flags != 1) throw Malformed(std::format("array has flags {}, which are not known", flags));
    return {ndim, element_oid};
}

struct Bounds {
    std::int32_t size;
    std::int32_t lower;
};

Bounds parse_bounds(WireReader& in) {
    const Bounds bounds{in.int32(), in.int32()};
    if (bounds.size < 0) throw Malformed(std::format("array says {} elements", bounds.size));
    if (bounds.lower > std::numeric_limits<std::int32_t>::max() - bounds.size)
        throw Malformed(std::format("array of {} elements has the lower bound {}", bounds.size, bounds.lower));
    return bounds;
}

void put_empty_array(std::uint32_t element_oid, Buffer& out) {
    put_field_header(out.room(field_bytes(0, 0)), 0, 0, element_oid);
    out.advance(field_bytes(0, 0));
}

std::int64_t parse_element_count(WireReader& in, std::int32_t ndim) {
    std::int64_t elements = ndim == 0 ? 0 : 1;
    for (std::int32_t i = 0; i < ndim; ++i) {
        elements *= parse_bounds(in).size;
        // Each element takes four bytes at least; this also keeps the product from overflowing.
        if (elements > max_field_bytes) throw Malformed(std::format("array says {} elements", elements));
    }
    return elements;
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
        if (length < -1) throw Malformed(std::format("element {} of the array has the length {}", i, length));
        if (length == -1)
            found = true;
        else
            in.take(static_cast<std::size_t>(length));
    }
    if (!in.empty()) throw Malformed(std::format("{} bytes follow the last element of the array", in.remaining()));
    return found;
}

// Checks all elements and gives their common number of dimensions.
int common_dimensions(const DenseFormat& format, WireReader in, std::int32_t size) {
    int common = 0;
    for (std::int32_t i = 1; i <= size; ++i) {
        const std::int32_t length = in.int32();
        if (length == -1) throw Malformed(std::format("element {} of the {} array is NULL, which a real[][] cannot hold", i, format.name));
        if (length < 0) throw Malformed(std::format("element {} of the {} array has the length {}", i, format.name, length));
        const DenseVector vector = parse_dense(format, in.take(static_cast<std::size_t>(length)));
        if (i == 1) common = vector.dimensions;
        if (vector.dimensions != common)
            throw Malformed(std::format("the {} array holds vectors of {} and of {} dimensions, which a real[][] cannot", format.name,
                                        common, vector.dimensions));
    }
    if (!in.empty()) throw Malformed(std::format("{} bytes follow the last element of the array", in.remaining()));
    return common;
}

void convert_dense_array(const DenseFormat& format, std::span<const std::byte> value, Buffer& out) {
    WireReader in(value, "array");
    const ArrayHeader header = parse_array_header(in);
    if (header.ndim > 1) throw Malformed(std::format("{} array has {} dimensions; only 1 becomes a real[][]", format.name, header.ndim));
    const Bounds bounds = header.ndim == 0 ? Bounds{0, 1} : parse_bounds(in);
    // From here on elements are of one length, or `common_dimensions` has thrown.
    const int dimensions = common_dimensions(format, in, bounds.size);
    if (bounds.size == 0) return put_empty_array(float4_oid, out);

    const auto per_vector = static_cast<std::size_t>(dimensions);
    const std::size_t elements = static_cast<std::size_t>(bounds.size) * per_vector;
    const std::size_t bytes = field_bytes(2, elements);
    if (static_cast<std::int64_t>(bytes) > max_field_bytes)
        throw Malformed(std::format("{} array of {} times {} dimensions does not fit into a field", format.name, bounds.size, dimensions));
    std::byte* to = put_field_header(out.room(bytes), 2, elements);
    to = put_dimension(put_dimension(to, bounds.size, bounds.lower), dimensions, 1);
    const VectorKernel expand = vector_kernels().*format.expand;
    const std::size_t stride = sizeof(std::int32_t) + dense_header_bytes + per_vector * format.element_bytes;
    const std::byte* from = in.at() + sizeof(std::int32_t) + dense_header_bytes;
    for (std::int32_t i = 0; i < bounds.size; ++i, from += stride, to += per_vector * element_bytes) expand(from, to, per_vector);
    out.advance(bytes);
}

// Puts nnz values at their indices over zeros; gives the sum of their squares.
double scatter(WireReader& indices, const std::byte* values, std::int32_t nnz, std::int32_t dimensions, std::byte* to) {
    double squares = 0;
    std::int32_t previous = -1;
    for (std::int32_t i = 0; i < nnz; ++i) {
        const std::int32_t index = indices.int32();
        if (index < 0 || index >= dimensions)
            throw Malformed(std::format("sparsevec of {} dimensions has the index {}", dimensions, index));
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
    WireReader in(value, "sparsevec");
    const std::int32_t dimensions = in.int32();
    const std::int32_t nnz = in.int32();
    const std::int32_t unused = in.int32();
    if (dimensions < 1 || dimensions > max_dense_dimensions) wrong_dimensions("sparsevec", dimensions);
    if (nnz < 0 || nnz > dimensions) throw Malformed(std::format("sparsevec of {} dimensions says {} elements", dimensions, nnz));
    if (unused != 0) throw Malformed(std::format("sparsevec has {} where 0 is expected", unused));
    const auto elements = static_cast<std::size_t>(nnz);
    if (in.remaining() != elements * 8)
        throw Malformed(
            std::format("sparsevec of {} elements takes {} bytes and has {}", nnz, sparse_header_bytes + elements * 8, value.size()));

    const auto count = static_cast<std::size_t>(dimensions);
    const std::size_t bytes = field_bytes(1, count);
    std::byte* to = put_dimension(put_field_header(out.room(bytes), 1, count), dimensions, 1);
    for (std::size_t i = 0; i < count; ++i) store_big_endian(to + i * element_bytes, std::uint64_t{4} << 32);
    const double squares = scatter(in, in.at() + elements * sizeof(std::int32_t), nnz, dimensions, to);
    out.advance(bytes);
    return {dimensions, std::sqrt(squares)};
}

void convert_vector_array(std::span<const std::byte> value, Buffer& out) { convert_dense_array(vector_format, value, out); }

void convert_halfvec_array(std::span<const std::byte> value, Buffer& out) { convert_dense_array(halfvec_format, value, out); }

void convert_array(std::span<const std::byte> value, std::uint32_t source_oid, std::uint32_t target_oid, Buffer& out) {
    WireReader in(value, "array");
    const ArrayHeader header = parse_array_header(in);
    if (header.element_oid != source_oid)
        throw Malformed(std::format("array has elements of type {}, not {}", header.element_oid, source_oid));
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
