// An order-independent digest of a set of rows: the sum, modulo 2^128, of a 128-bit XXH3 of each row's bytes.
// Chunks add up to their table's digest in any order, and a row counted twice or left out changes it.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lantern_migrate::codec {

class Digest {
public:
    Digest() = default;
    Digest(std::uint64_t high, std::uint64_t low) : high_(high), low_(low) {}

    void add_row(std::span<const std::byte> row);
    void add(const Digest& other);

    // 32 lower-case hex digits.
    [[nodiscard]] std::string hex() const;
    // Throws std::invalid_argument unless given what hex() gives.
    [[nodiscard]] static Digest from_hex(std::string_view);

    bool operator==(const Digest&) const = default;

private:
    std::uint64_t high_ = 0;
    std::uint64_t low_ = 0;
};

}  // namespace lantern_migrate::codec
