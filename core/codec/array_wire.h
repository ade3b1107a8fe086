// Arrays as array_send writes them, piece by piece; for the conversions, not for callers of the codec.
// int32 dimensions, int32 flags (1: has NULLs), int32 element type OID; a dimension: int32 size, int32 lower bound; an element: int32
// length
// (-1: NULL), bytes.
#pragma once

#include "core/codec/buffer.h"
#include "core/codec/wire.h"

namespace lantern_migrate::codec {

inline constexpr std::uint32_t float4_oid = 700;
inline constexpr std::size_t element_bytes = 8;  // of a real[] or integer[]: int32 4, four bytes
inline constexpr std::size_t array_header_bytes = 12;
inline constexpr std::size_t dimension_bytes = 8;
// PostgreSQL's MaxAllocSize: no field is longer.
inline constexpr std::int64_t max_field_bytes = 0x3fffffff;

// A field that holds an array of `ndim` dimensions of four-byte elements, its own int32 length included.
constexpr std::size_t field_bytes(std::size_t ndim, std::size_t elements) {
    return sizeof(std::int32_t) + array_header_bytes + ndim * dimension_bytes + elements * element_bytes;
}

// Writes the length of such a field and its array header up to the dimensions; gives the place where those go.
inline std::byte* put_field_header(std::byte* to, std::int32_t ndim, std::size_t elements, std::uint32_t element_oid) {
    const std::size_t length = field_bytes(static_cast<std::size_t>(ndim), elements) - sizeof(std::int32_t);
    to = store_big_endian(to, static_cast<std::int32_t>(length));
    to = store_big_endian(to, ndim);
    to = store_big_endian(to, std::int32_t{0});  // no NULL among the elements
    return store_big_endian(to, element_oid);
}

inline std::byte* put_dimension(std::byte* to, std::int32_t size, std::int32_t lower_bound) {
    to = store_big_endian(to, size);
    return store_big_endian(to, lower_bound);
}

void put_empty_array(std::uint32_t element_oid, Buffer& out);

struct ArrayHeader {
    std::int32_t ndim;
    std::uint32_t element_oid;
};

struct Bounds {
    std::int32_t size;
    std::int32_t lower;
};

// All throw Malformed.
[[nodiscard]] ArrayHeader parse_array_header(WireReader&);
[[nodiscard]] Bounds parse_bounds(WireReader&);
[[nodiscard]] std::int64_t parse_element_count(WireReader&, std::int32_t ndim);
void check_element_oid(const ArrayHeader&, std::uint32_t expected);
[[noreturn]] void wrong_element_length(std::int64_t element, std::int32_t length);
[[noreturn]] void bytes_behind_last_element(std::size_t bytes);

}  // namespace lantern_migrate::codec
