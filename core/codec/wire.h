// Reading and writing PostgreSQL's wire integers: big-endian, unaligned, and never past the end.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace lantern_migrate::codec {

// The length of a NULL.
inline constexpr std::int32_t null_length = -1;

// What is wrong with a value or a row. RowCodec catches it and adds which row and column.
class Malformed : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

template <std::integral Integer>
[[nodiscard]] inline Integer load_big_endian(const std::byte* from) {
    std::make_unsigned_t<Integer> value;
    std::memcpy(&value, from, sizeof value);
    if constexpr (std::endian::native == std::endian::little) value = std::byteswap(value);
    return static_cast<Integer>(value);
}

// Gives the place after what was written.
template <std::integral Integer>
inline std::byte* store_big_endian(std::byte* to, Integer integer) {
    auto value = static_cast<std::make_unsigned_t<Integer>>(integer);
    if constexpr (std::endian::native == std::endian::little) value = std::byteswap(value);
    std::memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

// Reads a run of bytes from its front. Whatever it lacks is Malformed: "WHOLE is cut short".
class WireReader {
public:
    WireReader(std::span<const std::byte> bytes, const char* whole) : at_(bytes.data()), end_(at_ + bytes.size()), whole_(whole) {}

    [[nodiscard]] const std::byte* at() const { return at_; }
    [[nodiscard]] std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }
    [[nodiscard]] bool empty() const { return at_ == end_; }

    std::int16_t int16() { return integer<std::int16_t>(); }
    std::int32_t int32() { return integer<std::int32_t>(); }
    std::uint32_t uint32() { return integer<std::uint32_t>(); }

    std::span<const std::byte> take(std::size_t count) {
        if (remaining() < count) cut_short();
        const std::byte* taken = at_;
        at_ += count;
        return {taken, count};
    }

private:
    template <std::integral Integer>
    Integer integer() {
        return load_big_endian<Integer>(take(sizeof(Integer)).data());
    }
    [[noreturn, gnu::cold, gnu::noinline]] void cut_short() const { throw Malformed(std::string(whole_) + " is cut short"); }

    const std::byte* at_;
    const std::byte* end_;
    const char* whole_;
};

}  // namespace lantern_migrate::codec
