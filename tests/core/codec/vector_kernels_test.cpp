#include "core/codec/vector_kernels.h"

#include "core/codec/wire.h"
#include "tests/fuzz/copy_bytes.h"
#include "tests/fuzz/reference_codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

namespace lantern_migrate::codec {

// Names a parameter in the list of tests.
static void PrintTo(const VectorKernels* kernels, std::ostream* out) { *out << kernels->name; }

}  // namespace lantern_migrate::codec

using namespace lantern_migrate::codec;
using lantern_migrate::codec::test::CopyBytes;
using lantern_migrate::codec::test::reference_float_bits;

namespace {

// Source and target end where their allocations end: a sanitizer sees any step beyond.
struct Expansion {
    std::vector<std::byte> elements;
    double squares;
};

Expansion expand(VectorKernel kernel, const CopyBytes& source, std::size_t count) {
    const std::vector<std::byte> from(source.bytes().begin(), source.bytes().end());
    Expansion expansion{std::vector<std::byte>(count * 8, std::byte{0xee}), 0};
    expansion.squares = kernel(from.data(), expansion.elements.data(), count);
    return expansion;
}

class EveryKernel : public testing::TestWithParam<const VectorKernels*> {};

TEST_P(EveryKernel, ConvertsEachOfTheHalvesExactly) {
    CopyBytes halves;
    for (int half = 0; half < 65536; ++half) halves.i16(half);
    const Expansion expansion = expand(GetParam()->expand_halves, halves, 65536);
    for (std::uint32_t half = 0; half < 65536; ++half) {
        const std::byte* element = expansion.elements.data() + half * 8;
        ASSERT_EQ(load_big_endian<std::uint32_t>(element), 4u) << half;
        ASSERT_EQ(load_big_endian<std::uint32_t>(element + 4), reference_float_bits(static_cast<std::uint16_t>(half))) << half;
    }
}

TEST_P(EveryKernel, ConvertsEachOfTheHalvesInTheTailToo) {
    for (int half = 0; half < 65536; half += 7) {
        const Expansion expansion = expand(GetParam()->expand_halves, CopyBytes().i16(half), 1);
        ASSERT_EQ(load_big_endian<std::uint32_t>(expansion.elements.data() + 4), reference_float_bits(static_cast<std::uint16_t>(half)))
            << half;
    }
}

TEST_P(EveryKernel, PassesEveryBitOfFloats) {
    std::mt19937 random(11);
    for (std::size_t count = 0; count < 70; ++count) {
        CopyBytes floats;
        CopyBytes elements;
        for (std::size_t i = 0; i < count; ++i) {
            // Every other one a signalling NaN, which arithmetic would change.
            const auto any = static_cast<std::uint32_t>(random());
            const std::uint32_t bits = i % 2 == 0 ? any : 0x7f800001u | (any & 0x803fffffu);
            floats.i32(bits);
            elements.i32(4).i32(bits);
        }
        const Expansion expansion = expand(GetParam()->expand_floats, floats, count);
        ASSERT_TRUE(std::ranges::equal(expansion.elements, elements.bytes())) << count;
    }
}

TEST_P(EveryKernel, SumsSquaresWithoutLosingPrecision) {
    std::mt19937 random(12);
    std::normal_distribution<float> normal;
    for (const std::size_t count : {1u, 3u, 7u, 8u, 9u, 768u, 1536u, 16000u}) {
        CopyBytes floats;
        long double squares = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const float value = normal(random);
            floats.f4(value);
            squares += static_cast<long double>(value) * value;
        }
        const double expected = static_cast<double>(squares);
        EXPECT_NEAR(expand(GetParam()->expand_floats, floats, count).squares, expected, expected * 1e-14) << count;
    }
}

TEST_P(EveryKernel, SumsTheSquaresOfTheLargestFloatsWithoutOverflow) {
    const float largest = std::numeric_limits<float>::max();
    CopyBytes floats;
    for (int i = 0; i < 20; ++i) floats.f4(largest);
    EXPECT_DOUBLE_EQ(expand(GetParam()->expand_floats, floats, 20).squares, 20.0 * largest * static_cast<double>(largest));
}

TEST_P(EveryKernel, GivesTheSameSumToTheLastBitAsThePortableOne) {
    std::mt19937 random(13);
    std::normal_distribution<float> normal;
    for (std::size_t count = 0; count < 300; ++count) {
        CopyBytes floats;
        CopyBytes halves;
        for (std::size_t i = 0; i < count; ++i) {
            floats.f4(normal(random));
            halves.i16(static_cast<std::int64_t>(random() & 0xbbff));  // finite
        }
        ASSERT_EQ(expand(GetParam()->expand_floats, floats, count).squares,
                  expand(portable_vector_kernels().expand_floats, floats, count).squares);
        ASSERT_EQ(expand(GetParam()->expand_halves, halves, count).squares,
                  expand(portable_vector_kernels().expand_halves, halves, count).squares);
    }
}

// On a processor with nothing better, both are the portable one.
INSTANTIATE_TEST_SUITE_P(VectorKernels, EveryKernel, testing::Values(&portable_vector_kernels(), &vector_kernels()),
                         [](const auto& kernels) { return std::string(kernels.index == 0 ? "portable" : "chosen"); });

}  // namespace
