// Writes binary COPY by hand, right or wrong: the tests' own encoder, which shares nothing with the codec.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lantern_migrate::codec::test {

class CopyBytes {
public:
    CopyBytes() = default;
    explicit CopyBytes(std::string bytes) : bytes_(std::move(bytes)) {}

    CopyBytes& i8(int value) { return big_endian(static_cast<std::uint64_t>(value), 1); }
    CopyBytes& i16(std::int64_t value) { return big_endian(static_cast<std::uint64_t>(value), 2); }
    CopyBytes& i32(std::int64_t value) { return big_endian(static_cast<std::uint64_t>(value), 4); }
    CopyBytes& f4(float value) { return i32(std::bit_cast<std::uint32_t>(value)); }
    CopyBytes& text(std::string_view value) {
        bytes_ += value;
        return *this;
    }
    CopyBytes& then(const CopyBytes& other) { return text(other.bytes_); }

    CopyBytes& header() { return text({"PGCOPY\n\377\r\n\0", 11}).i32(0).i32(0); }
    CopyBytes& end_mark() { return i16(-1); }
    CopyBytes& null() { return i32(-1); }
    CopyBytes& field(const CopyBytes& value) { return i32(static_cast<std::int64_t>(value.bytes_.size())).then(value); }

    [[nodiscard]] const std::string& str() const { return bytes_; }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] std::span<const std::byte> bytes() const { return std::as_bytes(std::span(bytes_)); }

private:
    CopyBytes& big_endian(std::uint64_t value, int bytes) {
        for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) bytes_ += static_cast<char>(static_cast<unsigned char>(value >> shift));
        return *this;
    }

    std::string bytes_;
};

inline CopyBytes vector_value(std::initializer_list<float> elements) {
    CopyBytes value;
    value.i16(static_cast<std::int64_t>(elements.size())).i16(0);
    for (const float element : elements) value.f4(element);
    return value;
}

inline CopyBytes halfvec_value(std::initializer_list<std::uint16_t> halves) {
    CopyBytes value;
    value.i16(static_cast<std::int64_t>(halves.size())).i16(0);
    for (const std::uint16_t half : halves) value.i16(half);
    return value;
}

struct SparseElement {
    int index;  // from 0
    float value;
};

inline CopyBytes sparsevec_value(int dimensions, std::initializer_list<SparseElement> elements) {
    CopyBytes value;
    value.i32(dimensions).i32(static_cast<std::int64_t>(elements.size())).i32(0);
    for (const auto& element : elements) value.i32(element.index);
    for (const auto& element : elements) value.f4(element.value);
    return value;
}

inline CopyBytes real_array(std::initializer_list<float> elements) {
    CopyBytes value;
    value.i32(1).i32(0).i32(700).i32(static_cast<std::int64_t>(elements.size())).i32(1);
    for (const float element : elements) value.i32(4).f4(element);
    return value;
}

// One-dimensional, lower bound 1.
inline CopyBytes array_of(std::int64_t element_oid, std::initializer_list<CopyBytes> elements) {
    CopyBytes value;
    value.i32(1).i32(0).i32(element_oid).i32(static_cast<std::int64_t>(elements.size())).i32(1);
    for (const auto& element : elements) value.field(element);
    return value;
}

struct Attribute {
    std::int64_t oid;
    std::optional<CopyBytes> value;  // empty: NULL
};

inline CopyBytes composite_of(std::initializer_list<Attribute> attributes) {
    CopyBytes value;
    value.i32(static_cast<std::int64_t>(attributes.size()));
    for (const auto& attribute : attributes) {
        value.i32(attribute.oid);
        attribute.value ? value.field(*attribute.value) : value.null();
    }
    return value;
}

// [lower,upper)
inline CopyBytes range_of(const CopyBytes& lower, const CopyBytes& upper) { return CopyBytes().i8(2).field(lower).field(upper); }

inline CopyBytes multirange_of(std::initializer_list<CopyBytes> ranges) {
    CopyBytes value;
    value.i32(static_cast<std::int64_t>(ranges.size()));
    for (const auto& range : ranges) value.field(range);
    return value;
}

// A whole COPY of one row of one field.
inline CopyBytes copy_of(const CopyBytes& value) { return CopyBytes().header().i16(1).field(value).end_mark(); }

}  // namespace lantern_migrate::codec::test
