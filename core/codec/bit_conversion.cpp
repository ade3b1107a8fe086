#include "core/codec/bit_conversion.h"

#include "core/codec/array_wire.h"

#include <algorithm>
#include <array>
#include <format>

namespace lantern_migrate::codec {

namespace {

constexpr std::uint32_t int4_oid = 23;
constexpr std::size_t word_bytes = 4;
constexpr std::size_t byte_bits = 8;

}  // namespace

void convert_bit(std::span<const std::byte> value, Buffer& out) {
    WireReader in(value, "bit string");
    const std::int32_t bits = in.int32();
    if (bits < 1) throw Malformed(std::format("bit string says {} bits", bits));
    const std::size_t bytes = (static_cast<std::size_t>(bits) + byte_bits - 1) / byte_bits;
    if (in.remaining() != bytes)
        throw Malformed(std::format("bit string of {} bits takes {} bytes and has {}", bits, bytes, in.remaining()));
    const std::size_t unused = bytes * byte_bits - static_cast<std::size_t>(bits);
    // They would count in distances.
    if ((std::to_integer<unsigned>(value.back()) & ((1u << unused) - 1)) != 0)
        throw Malformed(std::format("bit string of {} bits has others set behind them", bits));

    const std::size_t words = (bytes + word_bytes - 1) / word_bytes;
    std::byte* to = put_field_header(out.room(field_bytes(1, words)), 1, words, int4_oid);
    to = put_dimension(to, static_cast<std::int32_t>(words), 1);
    for (auto rest = in.take(bytes); !rest.empty(); rest = rest.subspan(std::min(rest.size(), word_bytes))) {
        std::array<std::byte, word_bytes> word{};
        std::ranges::copy(rest.first(std::min(rest.size(), word_bytes)), word.begin());
        to = store_big_endian(to, static_cast<std::int32_t>(word_bytes));
        to = std::ranges::copy(word, to).out;
    }
    out.advance(field_bytes(1, words));
}

}  // namespace lantern_migrate::codec
