// A bit string to integer[]: FieldKind::bit.
#pragma once

#include "core/codec/buffer.h"

#include <cstddef>
#include <span>

namespace lantern_migrate::codec {

// Appends a whole field (int32 length and bytes), or throws Malformed; what it has appended by then, the caller takes back.
void convert_bit(std::span<const std::byte> value, Buffer& out);

}  // namespace lantern_migrate::codec
