#include "core/codec/vector_kernels.h"

#include "core/codec/wire.h"

#include <array>
#include <bit>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lantern_migrate::codec {

namespace {

constexpr std::size_t lane_count = 8;
constexpr std::uint64_t element_length = std::uint64_t{sizeof(float)} << 32;

// Element i is summed in lane i % 8.
using Lanes = std::array<double, lane_count>;

double sum(const Lanes& lanes) { return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7])); }

// IEEE 754 binary16 to binary32. Without branches, so that a compiler can vectorise it,
// and without subnormal float4 on the way, which some processors handle slowly or flush to zero.
std::uint32_t float_bits_of_half(std::uint16_t half) {
    constexpr std::uint32_t rebias = std::uint32_t{127 - 15} << 23;
    const std::uint32_t magnitude = (half & 0x7fffu) << 13;
    const std::uint32_t exponent = magnitude & 0x0f800000u;
    const std::uint32_t normal = magnitude + rebias;
    // 2^-14 * (1 + fraction) - 2^-14: exact, since a half's fraction has ten bits only.
    const float subnormal = std::bit_cast<float>(normal + (1u << 23)) - std::bit_cast<float>(rebias + (1u << 23));
    const std::uint32_t quiet = (magnitude & 0x007fffffu) != 0 ? 0x00400000u : 0u;
    const std::uint32_t special = (magnitude | 0x7f800000u) | quiet;
    const std::uint32_t finite = exponent == 0 ? std::bit_cast<std::uint32_t>(subnormal) : normal;
    return (exponent == 0x0f800000u ? special : finite) | ((half & 0x8000u) << 16);
}

struct Floats {
    static constexpr std::size_t size = 4;
    static std::uint32_t load_bits(const std::byte* from) { return load_big_endian<std::uint32_t>(from); }
};

struct Halves {
    static constexpr std::size_t size = 2;
    static std::uint32_t load_bits(const std::byte* from) { return float_bits_of_half(load_big_endian<std::uint16_t>(from)); }
};

template <typename Source>
inline void expand_one(const std::byte* from, std::byte* to, std::size_t i, double& lane) {
    const std::uint32_t bits = Source::load_bits(from + i * Source::size);
    store_big_endian(to + i * 8, element_length | bits);
    const auto value = static_cast<double>(std::bit_cast<float>(bits));
    lane += value * value;
}

// What is left of `count` elements after the whole runs of lanes.
template <typename Source>
inline void expand_tail(const std::byte* from, std::byte* to, std::size_t whole, std::size_t count, Lanes& lanes) {
    for (std::size_t i = whole; i < count; ++i) expand_one<Source>(from, to, i, lanes[i - whole]);
}

template <typename Source>
double expand_portably(const std::byte* from, std::byte* to, std::size_t count) {
    Lanes lanes{};
    const std::size_t whole = count - count % lane_count;
    for (std::size_t i = 0; i < whole; i += lane_count)
    // Unrolled, the lanes stay in registers; as memory they bound the speed.
#pragma GCC unroll 8
        for (std::size_t lane = 0; lane < lane_count; ++lane) expand_one<Source>(from, to, i + lane, lanes[lane]);
    expand_tail<Source>(from, to, whole, count, lanes);
    return sum(lanes);
}

#if defined(__x86_64__)

#define LANTERN_TARGET_AVX2 [[gnu::target("avx2,f16c")]]

// Two runs of four lanes, two registers.
struct Sums {
    __m256d low;
    __m256d high;
};

LANTERN_TARGET_AVX2 inline __m256i swap_bytes_of_words(__m256i words) {
    const __m256i order = _mm256_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12,  //
                                           3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
    return _mm256_shuffle_epi8(words, order);
}

LANTERN_TARGET_AVX2 inline void add_squares(__m256 values, Sums& sums) {
    const __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(values));
    const __m256d high = _mm256_cvtps_pd(_mm256_extractf128_ps(values, 1));
    sums.low = _mm256_add_pd(sums.low, _mm256_mul_pd(low, low));
    sums.high = _mm256_add_pd(sums.high, _mm256_mul_pd(high, high));
}

// Eight big-endian words become eight elements: each word gets the big-endian int32 4 before it.
LANTERN_TARGET_AVX2 inline void store_elements(__m256i big_endian, std::byte* to) {
    const __m256i length = _mm256_set1_epi32(0x04000000);
    // Unpacking works within 128-bit halves; with the quarters as 0 2 1 3 its results come out in order.
    const __m256i quarters = _mm256_permute4x64_epi64(big_endian, 0b11'01'10'00);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_unpacklo_epi32(length, quarters));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 32), _mm256_unpackhi_epi32(length, quarters));
}

LANTERN_TARGET_AVX2 inline void store_lanes(const Sums& sums, Lanes& lanes) {
    _mm256_storeu_pd(lanes.data(), sums.low);
    _mm256_storeu_pd(lanes.data() + 4, sums.high);
}

LANTERN_TARGET_AVX2 double expand_floats_avx2(const std::byte* from, std::byte* to, std::size_t count) {
    Sums sums{_mm256_setzero_pd(), _mm256_setzero_pd()};
    const std::size_t whole = count - count % lane_count;
    for (std::size_t i = 0; i < whole; i += lane_count) {
        const __m256i big_endian = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i * 4));
        store_elements(big_endian, to + i * 8);
        add_squares(_mm256_castsi256_ps(swap_bytes_of_words(big_endian)), sums);
    }
    Lanes lanes;
    store_lanes(sums, lanes);
    expand_tail<Floats>(from, to, whole, count, lanes);
    return sum(lanes);
}

LANTERN_TARGET_AVX2 double expand_halves_avx2(const std::byte* from, std::byte* to, std::size_t count) {
    const __m128i order = _mm_setr_epi8(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
    Sums sums{_mm256_setzero_pd(), _mm256_setzero_pd()};
    const std::size_t whole = count - count % lane_count;
    for (std::size_t i = 0; i < whole; i += lane_count) {
        const __m128i halves = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i * 2)), order);
        const __m256 values = _mm256_cvtph_ps(halves);
        store_elements(swap_bytes_of_words(_mm256_castps_si256(values)), to + i * 8);
        add_squares(values, sums);
    }
    Lanes lanes;
    store_lanes(sums, lanes);
    expand_tail<Halves>(from, to, whole, count, lanes);
    return sum(lanes);
}

#endif

VectorKernels choose() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("f16c")) return {"avx2", expand_floats_avx2, expand_halves_avx2};
#endif
    return portable_vector_kernels();
}

}  // namespace

const VectorKernels& portable_vector_kernels() {
    static constexpr VectorKernels portable{"portable", expand_portably<Floats>, expand_portably<Halves>};
    return portable;
}

const VectorKernels& vector_kernels() {
    static const VectorKernels chosen = choose();
    return chosen;
}

}  // namespace lantern_migrate::codec
