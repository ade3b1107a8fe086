#include "core/codec/nested_conversion.h"

#include "core/codec/array_wire.h"
#include "core/codec/bit_conversion.h"

#include <format>

namespace lantern_migrate::codec {

namespace {

// PostgreSQL's rangetypes.h. Flags beside these belong to indexes or to no server of today.
constexpr int range_empty = 0x01;
constexpr int lower_inclusive = 0x02;
constexpr int upper_inclusive = 0x04;
constexpr int lower_infinite = 0x08;
constexpr int upper_infinite = 0x10;
constexpr int known_range_flags = 0x1f;

// A field whose length is not known before it is written.
class OpenField {
public:
    explicit OpenField(Buffer& out) : out_(out), start_(out.size()) {
        (void)out.room(sizeof(std::int32_t));
        out.advance(sizeof(std::int32_t));
    }
    // While it grows: what was one byte may have become many.
    void check() const {
        if (static_cast<std::int64_t>(length()) > max_field_bytes)
            throw Malformed(
                std::format("with its vectors as real[], a value of more than {} bytes does not fit into a field", max_field_bytes));
    }
    void close() const {
        check();
        store_big_endian(out_.at(start_), static_cast<std::int32_t>(length()));
    }

private:
    [[nodiscard]] std::size_t length() const { return out_.size() - start_ - sizeof(std::int32_t); }

    Buffer& out_;
    std::size_t start_;
};

void put_int32(Buffer& out, std::int32_t value) {
    store_big_endian(out.room(sizeof value), value);
    out.advance(sizeof value);
}

void put_oid(Buffer& out, std::uint32_t value) {
    store_big_endian(out.room(sizeof value), value);
    out.advance(sizeof value);
}

class Conversion {
public:
    explicit Conversion(Buffer& out) : out_(out) {}

    // A whole field.
    void convert(const ValuePlan& plan, std::span<const std::byte> value) {
        if (++depth_ > max_value_depth) throw Malformed(std::format("values are nested more than {} levels deep", max_value_depth));
        switch (plan.kind) {
            case FieldKind::pass_through: pass(value); break;
            case FieldKind::vector: convert_vector(value, out_); break;
            case FieldKind::halfvec: convert_halfvec(value, out_); break;
            case FieldKind::sparsevec: convert_sparsevec(value, out_); break;
            case FieldKind::vector_array: convert_vector_array(value, out_); break;
            case FieldKind::halfvec_array: convert_halfvec_array(value, out_); break;
            case FieldKind::sparsevec_array: convert_sparsevec_array(value, out_); break;
            case FieldKind::bit: convert_bit(value, out_); break;
            case FieldKind::array: array(*plan.parts.at(0), value); break;
            case FieldKind::composite: composite(plan, value); break;
            case FieldKind::range: range(*plan.parts.at(0), value); break;
            case FieldKind::multirange: multirange(*plan.parts.at(0), value); break;
        }
        --depth_;
    }

private:
    void pass(std::span<const std::byte> value) {
        put_int32(out_, static_cast<std::int32_t>(value.size()));
        out_.append(value);
    }

    void array(const ValuePlan& element, std::span<const std::byte> value) {
        if (element.kind == FieldKind::pass_through) return convert_array(value, element.source_oid, element.target_oid, out_);
        WireReader in(value, "array");
        const ArrayHeader header = parse_array_header(in);
        check_element_oid(header, element.source_oid);
        const std::byte* dimensions = in.at();
        const std::int64_t elements = parse_element_count(in, header.ndim);
        if (elements == 0) {
            if (!in.empty()) bytes_behind_last_element(in.remaining());
            return put_empty_array(element.target_oid, out_);
        }
        const OpenField field(out_);
        put_int32(out_, header.ndim);
        const std::size_t flags = out_.size();
        put_int32(out_, 0);
        put_oid(out_, element.target_oid);
        out_.append({dimensions, in.at()});
        if (array_elements(element, in, elements, field)) store_big_endian(out_.at(flags), std::int32_t{1});
        field.close();
    }

    // Whether any is NULL.
    bool array_elements(const ValuePlan& element, WireReader& in, std::int64_t elements, const OpenField& field) {
        bool has_null = false;
        for (std::int64_t i = 1; i <= elements; ++i) {
            const std::int32_t length = in.int32();
            if (length < null_length) wrong_element_length(i, length);
            has_null |= length == null_length;
            part(element, length, in, field);
        }
        if (!in.empty()) bytes_behind_last_element(in.remaining());
        return has_null;
    }

    void part(const ValuePlan& plan, std::int32_t length, WireReader& in, const OpenField& around) {
        if (length == null_length) return put_int32(out_, null_length);
        convert(plan, in.take(static_cast<std::size_t>(length)));
        around.check();
    }

    void composite(const ValuePlan& plan, std::span<const std::byte> value) {
        WireReader in(value, "composite value");
        const std::int32_t count = in.int32();
        if (count < 0 || static_cast<std::size_t>(count) != plan.parts.size())
            throw Malformed(std::format("composite value has {} attributes instead of {}", count, plan.parts.size()));
        const OpenField field(out_);
        put_int32(out_, count);
        std::int32_t number = 0;
        for (const auto& attribute : plan.parts) {
            ++number;
            const std::uint32_t oid = in.uint32();
            if (oid != attribute->source_oid)
                throw Malformed(
                    std::format("attribute {} of the composite value is of type {}, not {}", number, oid, attribute->source_oid));
            const std::int32_t length = in.int32();
            if (length < null_length) throw Malformed(std::format("attribute {} of the composite value has the length {}", number, length));
            put_oid(out_, attribute->target_oid);
            part(*attribute, length, in, field);
        }
        if (!in.empty()) throw Malformed(std::format("{} bytes follow the last attribute of the composite value", in.remaining()));
        field.close();
    }

    void range(const ValuePlan& bound, std::span<const std::byte> value) {
        WireReader in(value, "range");
        const auto flags = in.take(1);
        const int bits = std::to_integer<int>(flags.front());
        const bool empty = (bits & range_empty) != 0;
        const auto contradicts = [&](int infinite, int inclusive) { return (bits & infinite) != 0 && (bits & inclusive) != 0; };
        if ((bits & ~known_range_flags) != 0 || (empty && bits != range_empty) || contradicts(lower_infinite, lower_inclusive) ||
            contradicts(upper_infinite, upper_inclusive))
            throw Malformed(std::format("range has flags {:#04x}, which are not known", bits));
        const OpenField field(out_);
        out_.append(flags);
        for (const int infinite : {lower_infinite, upper_infinite}) {
            if (empty || (bits & infinite) != 0) continue;
            const std::int32_t length = in.int32();
            if (length < 0) throw Malformed(std::format("bound of the range has the length {}", length));
            part(bound, length, in, field);
        }
        if (!in.empty()) throw Malformed(std::format("{} bytes follow the bounds of the range", in.remaining()));
        field.close();
    }

    void multirange(const ValuePlan& plan, std::span<const std::byte> value) {
        WireReader in(value, "multirange");
        const std::int32_t count = in.int32();
        if (count < 0) throw Malformed(std::format("multirange says {} ranges", count));
        const OpenField field(out_);
        put_int32(out_, count);
        for (std::int32_t i = 1; i <= count; ++i) {
            const std::int32_t length = in.int32();
            if (length < 0) throw Malformed(std::format("range {} of the multirange has the length {}", i, length));
            part(plan, length, in, field);
        }
        if (!in.empty()) throw Malformed(std::format("{} bytes follow the last range of the multirange", in.remaining()));
        field.close();
    }

    Buffer& out_;
    int depth_ = 0;
};

}  // namespace

void convert_nested(const ValuePlan& plan, std::span<const std::byte> value, Buffer& out) { Conversion(out).convert(plan, value); }

}  // namespace lantern_migrate::codec
