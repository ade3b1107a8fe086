#include "tests/fuzz/reference_codec.h"

#include "tests/fuzz/copy_bytes.h"

#include <bit>
#include <cmath>
#include <optional>

namespace lantern_migrate::codec::test {

namespace {

struct Refused {};

class Input {
public:
    explicit Input(std::string bytes) : bytes_(std::move(bytes)) {}

    std::string text(std::size_t count) {
        if (bytes_.size() - at_ < count) throw Refused{};
        at_ += count;
        return bytes_.substr(at_ - count, count);
    }
    std::uint64_t number(std::size_t bytes) {
        std::uint64_t value = 0;
        for (const char byte : text(bytes)) value = value * 256 + static_cast<unsigned char>(byte);
        return value;
    }
    int i16() { return static_cast<std::int16_t>(number(2)); }
    std::int64_t i32() { return static_cast<std::int32_t>(number(4)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    [[nodiscard]] bool at_end() const { return at_ == bytes_.size(); }

private:
    std::string bytes_;
    std::size_t at_ = 0;
};

void require(bool condition) {
    if (!condition) throw Refused{};
}

using Floats = std::vector<std::uint32_t>;

Floats read_dense(const std::string& value, bool halves) {
    Input in(value);
    const int dimensions = in.i16();
    require(dimensions >= 1 && dimensions <= 16000);
    require(in.i16() == 0);
    Floats floats;
    for (int i = 0; i < dimensions; ++i)
        floats.push_back(halves ? reference_float_bits(static_cast<std::uint16_t>(in.number(2))) : in.u32());
    require(in.at_end());
    return floats;
}

Floats read_sparse(const std::string& value) {
    Input in(value);
    const std::int64_t dimensions = in.i32();
    const std::int64_t nnz = in.i32();
    require(in.i32() == 0);
    require(dimensions >= 1 && dimensions <= 16000);
    require(nnz >= 0 && nnz <= dimensions);
    std::vector<std::int64_t> indices;
    for (std::int64_t i = 0; i < nnz; ++i) {
        indices.push_back(in.i32());
        require(indices.back() >= 0 && indices.back() < dimensions);
        require(i == 0 || indices[indices.size() - 2] < indices.back());
    }
    Floats floats(static_cast<std::size_t>(dimensions));
    for (const std::int64_t index : indices) floats[static_cast<std::size_t>(index)] = in.u32();
    require(in.at_end());
    return floats;
}

void put_elements(CopyBytes& array, const Floats& floats) {
    for (const std::uint32_t bits : floats) array.i32(4).i32(bits);
}

CopyBytes array_of_floats(const Floats& floats) {
    CopyBytes array;
    array.i32(1).i32(0).i32(700).i32(static_cast<std::int64_t>(floats.size())).i32(1);
    put_elements(array, floats);
    return array;
}

struct Shape {
    std::vector<std::int64_t> sizes;
    std::vector<std::int64_t> lower;
    std::uint32_t element_oid;
};

Shape read_shape(Input& in) {
    const std::int64_t ndim = in.i32();
    const std::int64_t flags = in.i32();
    Shape shape{{}, {}, in.u32()};
    require(ndim >= 0 && ndim <= 6 && (flags == 0 || flags == 1));
    for (std::int64_t i = 0; i < ndim; ++i) {
        shape.sizes.push_back(in.i32());
        shape.lower.push_back(in.i32());
        require(shape.sizes.back() >= 0 && shape.lower.back() + shape.sizes.back() <= 0x7fffffff);
    }
    return shape;
}

CopyBytes array_of_arrays(const std::string& value, FieldKind kind) {
    Input in(value);
    const Shape shape = read_shape(in);
    require(shape.sizes.size() <= 1);
    const std::int64_t size = shape.sizes.empty() ? 0 : shape.sizes[0];
    std::vector<Floats> vectors;
    for (std::int64_t i = 0; i < size; ++i) {
        const std::int64_t length = in.i32();
        require(length >= 0);
        const std::string element = in.text(static_cast<std::size_t>(length));
        vectors.push_back(kind == FieldKind::sparsevec_array ? read_sparse(element)
                                                             : read_dense(element, kind == FieldKind::halfvec_array));
        require(vectors.back().size() == vectors.front().size());
    }
    require(in.at_end());
    if (vectors.empty()) return CopyBytes().i32(0).i32(0).i32(700);
    CopyBytes array;
    array.i32(2).i32(0).i32(700).i32(size).i32(shape.lower[0]).i32(static_cast<std::int64_t>(vectors[0].size())).i32(1);
    for (const Floats& vector : vectors) put_elements(array, vector);
    return array;
}

CopyBytes array_with_oid(const std::string& value, std::uint32_t source_oid, std::uint32_t target_oid) {
    Input in(value);
    const Shape shape = read_shape(in);
    require(shape.element_oid == source_oid);
    double elements = shape.sizes.empty() ? 0 : 1;
    for (const std::int64_t size : shape.sizes) elements *= static_cast<double>(size);
    int flags = 0;
    for (double i = 0; i < elements; ++i) {
        const std::int64_t length = in.i32();
        require(length >= -1);
        if (length == -1) flags = 1;
        if (length > 0) in.text(static_cast<std::size_t>(length));
    }
    require(in.at_end());
    if (elements == 0) return CopyBytes().i32(0).i32(0).i32(target_oid);
    return CopyBytes(value.substr(0, 4)).i32(flags).i32(target_oid).text(value.substr(12));
}

CopyBytes integers_of_bits(const std::string& value) {
    Input in(value);
    const std::int64_t count = in.i32();
    require(count >= 1);
    std::string bits;
    while (!in.at_end()) {
        const auto byte = in.number(1);
        for (int i = 7; i >= 0; --i) bits += (byte >> i) % 2 == 1 ? '1' : '0';
    }
    require(static_cast<std::int64_t>(bits.size()) == (count + 7) / 8 * 8);
    require(bits.find('1', static_cast<std::size_t>(count)) == std::string::npos);
    while (bits.size() % 32 != 0) bits += '0';
    CopyBytes array = CopyBytes().i32(1).i32(0).i32(23).i32(static_cast<std::int64_t>(bits.size() / 32)).i32(1);
    for (std::size_t at = 0; at < bits.size(); at += 32) array.i32(4).i32(std::stoll(bits.substr(at, 32), nullptr, 2));
    return array;
}

CopyBytes nested(const ValuePlan& plan, const std::string& value);

// A length and, unless it says NULL, what it counts.
CopyBytes nested_field(const ValuePlan& plan, Input& in, bool may_be_null) {
    const std::int64_t length = in.i32();
    require(length >= (may_be_null ? -1 : 0));
    if (length == -1) return CopyBytes().null();
    return CopyBytes().field(nested(plan, in.text(static_cast<std::size_t>(length))));
}

CopyBytes nested_array(const ValuePlan& element, const std::string& value) {
    Input in(value);
    const Shape shape = read_shape(in);
    require(shape.element_oid == element.source_oid);
    double elements = shape.sizes.empty() ? 0 : 1;
    for (const std::int64_t size : shape.sizes) elements *= static_cast<double>(size);
    CopyBytes content;
    int flags = 0;
    for (double i = 0; i < elements; ++i) {
        const CopyBytes field = nested_field(element, in, true);
        if (field.str() == CopyBytes().null().str()) flags = 1;
        content.then(field);
    }
    require(in.at_end());
    if (elements == 0) return CopyBytes().i32(0).i32(0).i32(element.target_oid);
    CopyBytes array = CopyBytes().i32(static_cast<std::int64_t>(shape.sizes.size())).i32(flags).i32(element.target_oid);
    for (std::size_t i = 0; i < shape.sizes.size(); ++i) array.i32(shape.sizes[i]).i32(shape.lower[i]);
    return array.then(content);
}

CopyBytes nested_composite(const ValuePlan& plan, const std::string& value) {
    Input in(value);
    require(in.i32() == static_cast<std::int64_t>(plan.parts.size()));
    CopyBytes composite = CopyBytes().i32(static_cast<std::int64_t>(plan.parts.size()));
    for (const auto& attribute : plan.parts) {
        require(in.u32() == attribute->source_oid);
        composite.i32(attribute->target_oid).then(nested_field(*attribute, in, true));
    }
    require(in.at_end());
    return composite;
}

CopyBytes nested_range(const ValuePlan& bound, const std::string& value) {
    Input in(value);
    const auto flags = in.number(1);
    CopyBytes range = CopyBytes().i8(static_cast<int>(flags));
    if (flags == 1) {
        require(in.at_end());
        return range;
    }
    // 2 and 4: inclusive, 8 and 16: infinite, which is never inclusive.
    require(flags % 2 == 0 && flags < 32);
    require((flags & 10) != 10 && (flags & 20) != 20);
    if ((flags & 8) == 0) range.then(nested_field(bound, in, false));
    if ((flags & 16) == 0) range.then(nested_field(bound, in, false));
    require(in.at_end());
    return range;
}

CopyBytes nested_multirange(const ValuePlan& range, const std::string& value) {
    Input in(value);
    const std::int64_t count = in.i32();
    require(count >= 0);
    CopyBytes multirange = CopyBytes().i32(count);
    for (std::int64_t i = 0; i < count; ++i) multirange.then(nested_field(range, in, false));
    require(in.at_end());
    return multirange;
}

CopyBytes nested(const ValuePlan& plan, const std::string& value) {
    switch (plan.kind) {
        case FieldKind::pass_through: return CopyBytes(value);
        case FieldKind::vector:
        case FieldKind::halfvec: return array_of_floats(read_dense(value, plan.kind == FieldKind::halfvec));
        case FieldKind::sparsevec: return array_of_floats(read_sparse(value));
        case FieldKind::vector_array:
        case FieldKind::halfvec_array:
        case FieldKind::sparsevec_array: return array_of_arrays(value, plan.kind);
        case FieldKind::bit: return integers_of_bits(value);
        case FieldKind::array: return nested_array(*plan.parts[0], value);
        case FieldKind::composite: return nested_composite(plan, value);
        case FieldKind::range: return nested_range(*plan.parts[0], value);
        case FieldKind::multirange: return nested_multirange(*plan.parts[0], value);
    }
    throw Refused{};
}

class ReferenceRows {
public:
    explicit ReferenceRows(const std::vector<Field>& fields) : fields_(fields) {
        for (const Field& field : fields)
            if (measured(field.kind)) result_.measures.emplace_back();
    }

    Reference run(std::span<const std::byte> stream) {
        try {
            read(Input(std::string(reinterpret_cast<const char*>(stream.data()), stream.size())));
        } catch (const Refused&) {
            result_.refused = true;
        }
        return result_;
    }

private:
    static bool measured(FieldKind kind) { return kind == FieldKind::vector || kind == FieldKind::halfvec || kind == FieldKind::sparsevec; }

    void read(Input in) {
        if (in.at_end()) return;
        require(in.text(11) == CopyBytes().header().str().substr(0, 11));
        require((in.u32() & 0xffff0000u) == 0);
        const std::int64_t extension = in.i32();
        require(extension >= 0);
        in.text(static_cast<std::size_t>(extension));
        result_.output = CopyBytes().header().str();
        while (!in.at_end()) read_row(in);
    }

    void read_row(Input& in) {
        const int count = in.i16();
        if (count == -1) {
            require(in.at_end());
            result_.output += CopyBytes().end_mark().str();
            result_.finished = true;
            return;
        }
        require(count >= 0 && static_cast<std::size_t>(count) == fields_.size());
        CopyBytes row = CopyBytes().i16(count);
        std::vector<std::optional<Floats>> vectors;
        for (const Field& field : fields_) {
            const std::int64_t length = in.i32();
            require(length >= -1);
            if (length == -1) {
                row.null();
                if (measured(field.kind)) vectors.emplace_back();
            } else {
                row.field(convert(field, in.text(static_cast<std::size_t>(length)), vectors));
            }
        }
        result_.output += row.str();
        result_.rows.push_back(row.str());
        for (std::size_t i = 0; i < vectors.size(); ++i) measure(result_.measures[i], vectors[i]);
    }

    static CopyBytes convert(const Field& field, const std::string& value, std::vector<std::optional<Floats>>& vectors) {
        if (field.kind == FieldKind::pass_through) return CopyBytes(value);
        if (field.value != nullptr) return nested(*field.value, value);
        if (field.kind == FieldKind::array) return array_with_oid(value, field.source_element_oid, field.target_element_oid);
        if (field.kind == FieldKind::bit) return integers_of_bits(value);
        if (!measured(field.kind)) return array_of_arrays(value, field.kind);
        vectors.emplace_back(field.kind == FieldKind::sparsevec ? read_sparse(value) : read_dense(value, field.kind == FieldKind::halfvec));
        return array_of_floats(*vectors.back());
    }

    static void measure(VectorMeasure& into, const std::optional<Floats>& floats) {
        if (!floats) {
            ++into.nulls;
            return;
        }
        long double squares = 0;
        for (const std::uint32_t bits : *floats) {
            const long double value = std::bit_cast<float>(bits);
            squares += value * value;
        }
        double norm = static_cast<double>(std::sqrt(squares));
        if (std::isnan(norm)) norm = HUGE_VAL;
        const int dimensions = static_cast<int>(floats->size());
        ++into.values;
        if (dimensions < into.min_dimensions) into.min_dimensions = dimensions;
        if (dimensions > into.max_dimensions) into.max_dimensions = dimensions;
        if (norm < into.min_norm) into.min_norm = norm;
        if (norm > into.max_norm) into.max_norm = norm;
    }

    const std::vector<Field>& fields_;
    Reference result_;
};

}  // namespace

std::uint32_t reference_float_bits(std::uint16_t half) {
    const std::uint32_t sign = half >= 0x8000 ? 0x80000000u : 0u;
    const int exponent = half / 1024 % 32;
    const int fraction = half % 1024;
    if (exponent == 31) return sign | 0x7f800000u | (fraction == 0 ? 0u : 0x00400000u) | static_cast<std::uint32_t>(fraction) * 8192u;
    const double magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    return sign | std::bit_cast<std::uint32_t>(static_cast<float>(magnitude));
}

Reference reference_convert(const std::vector<Field>& fields, std::span<const std::byte> stream) {
    return ReferenceRows(fields).run(stream);
}

}  // namespace lantern_migrate::codec::test
