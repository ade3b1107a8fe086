// Values that have others in them: composites, ranges, multiranges, and arrays of such. What is inside is converted, the type OIDs become
// the target's, and the lengths around it follow.
#pragma once

#include "core/codec/row_codec.h"

#include <cstddef>
#include <span>

namespace lantern_migrate::codec {

// Appends a whole field (int32 length and bytes), or throws Malformed; what it has appended by then, the caller takes back.
void convert_nested(const ValuePlan& plan, std::span<const std::byte> value, Buffer& out);

}  // namespace lantern_migrate::codec
