#include "tests/fuzz/row_codec_promises.h"

#include "tests/fuzz/reference_codec.h"

#include <cmath>

namespace lantern_migrate::codec::test {

namespace {

bool near(double a, double b) { return a == b || std::abs(a - b) <= 1e-12 * std::max(std::abs(a), std::abs(b)); }

bool alike(const VectorMeasure& a, const VectorMeasure& b) {
    return a.values == b.values && a.nulls == b.nulls && a.min_dimensions == b.min_dimensions && a.max_dimensions == b.max_dimensions &&
           near(a.min_norm, b.min_norm) && near(a.max_norm, b.max_norm);
}

Digest digest_of(const std::vector<std::string>& rows) {
    Digest digest;
    for (const std::string& row : rows) digest.add_row(std::as_bytes(std::span(row)));
    return digest;
}

std::string compare_tally(const Tally& tally, const Reference& expected) {
    if (tally.rows != expected.rows.size()) return "the tally has another number of rows";
    if (tally.bytes_written != expected.output.size()) return "the tally has another number of bytes";
    if (tally.digest != digest_of(expected.rows)) return "the digest is another";
    if (tally.measures.size() != expected.measures.size()) return "another number of columns is measured";
    for (std::size_t i = 0; i < tally.measures.size(); ++i)
        if (!alike(tally.measures[i], expected.measures[i])) return "a measure is another";
    return {};
}

// The target's side of verification: the output is a COPY of its own, and has the same digest.
std::string read_back(const RowCodec& codec, const Buffer& out) {
    RowCodec reader(std::vector<Field>(codec.fields().size()));
    try {
        reader.pass(out.bytes());
    } catch (const CodecError& error) {
        return std::string("the output is no COPY: ") + error.what();
    }
    if (reader.finished() != codec.finished()) return "the output ends otherwise than the input";
    if (reader.tally().rows != codec.tally().rows || reader.tally().digest != codec.tally().digest) return "the output has another digest";
    return {};
}

}  // namespace

Verdict check_promises(const std::vector<Field>& fields, std::span<const std::byte> stream) {
    const Reference expected = reference_convert(fields, stream);
    RowCodec codec(fields);
    Buffer out;
    bool refused = false;
    try {
        codec.convert(stream, out);
    } catch (const CodecError& error) {
        refused = true;
        if (*error.what() == '\0') return {false, "an error without a reason"};
    }
    Verdict verdict{.converted = codec.finished(), .broken_promise = {}};
    const std::string_view output(reinterpret_cast<const char*>(out.data()), out.size());
    if (refused != expected.refused)
        verdict.broken_promise = refused ? "good input is refused" : "bad input is accepted";
    else if (output != expected.output)
        verdict.broken_promise = "the output is another";
    else if (codec.finished() != expected.finished)
        verdict.broken_promise = "the end mark is mistaken";
    else if (verdict.broken_promise = compare_tally(codec.tally(), expected); verdict.broken_promise.empty())
        verdict.broken_promise = read_back(codec, out);
    return verdict;
}

FuzzInput parse_fuzz_input(std::span<const std::byte> data) {
    constexpr FieldKind kinds[] = {FieldKind::pass_through, FieldKind::vector,        FieldKind::halfvec, FieldKind::sparsevec,
                                   FieldKind::vector_array, FieldKind::halfvec_array, FieldKind::array};
    FuzzInput input;
    if (data.empty()) return input;
    const std::size_t count = std::min(std::to_integer<std::size_t>(data[0]) % 8, data.size() - 1);
    for (const std::byte kind : data.subspan(1, count))
        input.fields.push_back({.column = "fuzzed",
                                .kind = kinds[std::to_integer<std::size_t>(kind) % std::size(kinds)],
                                .source_element_oid = 25,
                                .target_element_oid = 1043});
    input.stream = data.subspan(1 + count);
    return input;
}

}  // namespace lantern_migrate::codec::test
