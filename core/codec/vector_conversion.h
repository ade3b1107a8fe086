// One value of pgvector's binary formats to one COPY field of real[]; one array to the same array as the target has it.
//
// Each function appends a whole field (int32 length and bytes) to `out`, or throws Malformed; what it has appended by then,
// the caller takes back. Formats: FieldKind in row_codec.h; PostgreSQL's array_send for the other side.
#pragma once

#include "core/codec/buffer.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace lantern_migrate::codec {

struct ConvertedVector {
    int dimensions = 0;
    double norm = 0;  // Euclidean
};

ConvertedVector convert_vector(std::span<const std::byte> value, Buffer& out);
ConvertedVector convert_halfvec(std::span<const std::byte> value, Buffer& out);
ConvertedVector convert_sparsevec(std::span<const std::byte> value, Buffer& out);

// The first dimension keeps its lower bound.
void convert_vector_array(std::span<const std::byte> value, Buffer& out);
void convert_halfvec_array(std::span<const std::byte> value, Buffer& out);
void convert_sparsevec_array(std::span<const std::byte> value, Buffer& out);

// Gives the array in the bytes that the target will send for it, so that both ends have one digest. Its flag for NULLs says whether there
// are any: the source's stays set when the last NULL is overwritten, array_recv clears it. An array without elements has no dimensions.
void convert_array(std::span<const std::byte> value, std::uint32_t source_oid, std::uint32_t target_oid, Buffer& out);

}  // namespace lantern_migrate::codec
