// What RowCodec promises for every input, checked on one.
#pragma once

#include "core/codec/row_codec.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lantern_migrate::codec::test {

struct Verdict {
    bool converted = false;      // to the end mark
    std::string broken_promise;  // empty: kept them all
};

// Converts `stream` as one message and compares rows, bytes, measures, tally and digest with the reference's.
[[nodiscard]] Verdict check_promises(const std::vector<Field>& fields, std::span<const std::byte> stream);

// A value of every kind that has others in it, three levels deep: a composite of an integer, a vector, an array of texts, a range of
// vectors, a multirange of sparse vectors, an array of composites of a halfvec and an array of vectors.
[[nodiscard]] Field nested_field(std::string column);

// What a fuzzer hands over: a byte saying how many fields (modulo 8), a byte a field saying its kind, and a COPY.
struct FuzzInput {
    std::vector<Field> fields;
    std::span<const std::byte> stream;
};
[[nodiscard]] FuzzInput parse_fuzz_input(std::span<const std::byte> data);

}  // namespace lantern_migrate::codec::test
