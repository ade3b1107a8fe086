// The codec once more, as plainly as it can be written: byte by byte, no speed, no code in common. What the tests compare with.
#pragma once

#include "core/codec/row_codec.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lantern_migrate::codec::test {

struct Reference {
    std::string output;             // what is good of it
    std::vector<std::string> rows;  // converted, field counts included
    std::vector<VectorMeasure> measures;
    bool finished = false;
    bool refused = false;
};

[[nodiscard]] Reference reference_convert(const std::vector<Field>& fields, std::span<const std::byte> stream);

// IEEE 754 binary16 to the bits of binary32, by arithmetic.
[[nodiscard]] std::uint32_t reference_float_bits(std::uint16_t half);

}  // namespace lantern_migrate::codec::test
