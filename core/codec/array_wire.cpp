#include "core/codec/array_wire.h"

#include <format>
#include <limits>

namespace lantern_migrate::codec {

namespace {

constexpr int max_array_dimensions = 6;

}  // namespace

ArrayHeader parse_array_header(WireReader& in) {
    const std::int32_t ndim = in.int32();
    const std::int32_t flags = in.int32();
    const std::uint32_t element_oid = in.uint32();
    if (ndim < 0 || ndim > max_array_dimensions) throw Malformed(std::format("array says {} dimensions", ndim));
    if (flags != 0 && flags != 1) throw Malformed(std::format("array has flags {}, which are not known", flags));
    return {ndim, element_oid};
}

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

void check_element_oid(const ArrayHeader& header, std::uint32_t expected) {
    if (header.element_oid != expected) throw Malformed(std::format("array has elements of type {}, not {}", header.element_oid, expected));
}

void wrong_element_length(std::int64_t element, std::int32_t length) {
    throw Malformed(std::format("element {} of the array has the length {}", element, length));
}

void bytes_behind_last_element(std::size_t bytes) { throw Malformed(std::format("{} bytes follow the last element of the array", bytes)); }

}  // namespace lantern_migrate::codec
