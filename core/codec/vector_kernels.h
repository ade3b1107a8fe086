// The inner loops of vector conversion, one pass each: wire elements in, wire elements of a real[] out, the norm on the way.
//
// An element of a real[] is eight bytes, int32 4 and the float4. Kernels write only whole elements and read only `count` of them.
// Every implementation gives the same bits: squares of float4 are exact in double, and the sums are taken in eight lanes in a fixed order.
#pragma once

#include <cstddef>

namespace lantern_migrate::codec {

// Expands `count` elements at `from` into 8 * count bytes at `to`; gives the sum of the elements' squares.
using VectorKernel = double (*)(const std::byte* from, std::byte* to, std::size_t count);

struct VectorKernels {
    const char* name;
    VectorKernel expand_floats;  // float4 pass bit by bit, also NaN
    VectorKernel expand_halves;  // exact; a signalling NaN becomes quiet and keeps its payload, as the processor's own conversion does
};

// Plain C++, for every processor.
[[nodiscard]] const VectorKernels& portable_vector_kernels();

// The fastest that this processor can run; chosen once.
[[nodiscard]] const VectorKernels& vector_kernels();

}  // namespace lantern_migrate::codec
