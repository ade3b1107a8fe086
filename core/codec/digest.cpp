#include "core/codec/digest.h"

#include <format>
#include <stdexcept>

// Debian's libxxhash is built for the oldest processors and brings a variant that picks AVX2 or AVX-512 as it runs.
#if defined(__x86_64__)
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

namespace lantern_migrate::codec {

namespace {

constexpr std::size_t hex_digits_a_half = 16;

std::uint64_t half_from_hex(std::string_view digits, std::string_view whole) {
    std::uint64_t value = 0;
    for (const char digit : digits) {
        const bool decimal = digit >= '0' && digit <= '9';
        if (!decimal && !(digit >= 'a' && digit <= 'f')) throw std::invalid_argument(std::format("not a digest: {}", whole));
        value = value << 4 | static_cast<std::uint64_t>(decimal ? digit - '0' : digit - 'a' + 10);
    }
    return value;
}

}  // namespace

void Digest::add_row(std::span<const std::byte> row) {
    const XXH128_hash_t hash = XXH3_128bits(row.data(), row.size());
    add({hash.high64, hash.low64});
}

void Digest::add(const Digest& other) {
    low_ += other.low_;
    const std::uint64_t carry = low_ < other.low_ ? 1 : 0;
    high_ += other.high_ + carry;
}

std::string Digest::hex() const { return std::format("{:016x}{:016x}", high_, low_); }

Digest Digest::from_hex(std::string_view digits) {
    if (digits.size() != 2 * hex_digits_a_half) throw std::invalid_argument(std::format("not a digest: {}", digits));
    return {half_from_hex(digits.substr(0, hex_digits_a_half), digits), half_from_hex(digits.substr(hex_digits_a_half), digits)};
}

}  // namespace lantern_migrate::codec
