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

Field nested_field(std::string column) {
    const auto plan = [](FieldKind kind, std::uint32_t source, std::uint32_t target, std::vector<std::shared_ptr<const ValuePlan>> parts) {
        return std::make_shared<const ValuePlan>(ValuePlan{kind, source, target, std::move(parts)});
    };
    const auto vector = plan(FieldKind::vector, 16385, 1021, {});
    const auto inner = plan(FieldKind::composite, 16500, 17500,
                            {plan(FieldKind::halfvec, 16386, 1021, {}), plan(FieldKind::vector_array, 16387, 1021, {})});
    auto value =
        plan(FieldKind::composite, 0, 0,
             {plan(FieldKind::pass_through, 23, 23, {}), vector,
              plan(FieldKind::array, 16501, 17501, {plan(FieldKind::pass_through, 25, 1043, {})}),
              plan(FieldKind::range, 16502, 17502, {vector}),
              plan(FieldKind::multirange, 16503, 17503, {plan(FieldKind::range, 0, 0, {plan(FieldKind::sparsevec, 16388, 1021, {})})}),
              plan(FieldKind::array, 16504, 17504, {inner})});
    return {.column = std::move(column), .kind = FieldKind::composite, .value = std::move(value)};
}

FuzzInput parse_fuzz_input(std::span<const std::byte> data) {
    constexpr FieldKind kinds[] = {
        FieldKind::pass_through,  FieldKind::vector, FieldKind::halfvec,         FieldKind::sparsevec, FieldKind::vector_array,
        FieldKind::halfvec_array, FieldKind::array,  FieldKind::sparsevec_array, FieldKind::composite, FieldKind::bit};
    FuzzInput input;
    if (data.empty()) return input;
    const std::size_t count = std::min(std::to_integer<std::size_t>(data[0]) % 8, data.size() - 1);
    for (const std::byte byte : data.subspan(1, count)) {
        const FieldKind kind = kinds[std::to_integer<std::size_t>(byte) % std::size(kinds)];
        input.fields.push_back(kind == FieldKind::composite
                                   ? nested_field("fuzzed")
                                   : Field{.column = "fuzzed", .kind = kind, .source_element_oid = 25, .target_element_oid = 1043});
    }
    input.stream = data.subspan(1 + count);
    return input;
}

}  // namespace lantern_migrate::codec::test
