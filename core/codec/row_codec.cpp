#include "core/codec/row_codec.h"

#include "core/codec/bit_conversion.h"
#include "core/codec/nested_conversion.h"
#include "core/codec/wire.h"

#include <algorithm>
#include <array>
#include <format>
#include <utility>

namespace lantern_migrate::codec {

namespace {

constexpr std::array<unsigned char, 11> signature = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', 0xff, '\r', '\n', 0};
constexpr std::size_t plain_header_bytes = signature.size() + 2 * sizeof(std::int32_t);  // no flags, no extension
constexpr std::uint32_t critical_flags = 0xffff0000;
constexpr std::int16_t end_mark = -1;

bool is_vector(FieldKind kind) {
    switch (kind) {
        case FieldKind::vector:
        case FieldKind::halfvec:
        case FieldKind::sparsevec: return true;
        case FieldKind::pass_through:
        case FieldKind::vector_array:
        case FieldKind::halfvec_array:
        case FieldKind::sparsevec_array:
        case FieldKind::bit:
        case FieldKind::array:
        case FieldKind::composite:
        case FieldKind::range:
        case FieldKind::multirange: return false;
    }
    return false;
}

// Which values have parts is known before the first row.
void check_value(const Field& field) {
    const bool has_parts = field.kind == FieldKind::composite || field.kind == FieldKind::range || field.kind == FieldKind::multirange;
    const bool fits = field.value == nullptr ? !has_parts : field.value->kind == field.kind;
    if (!fits) throw std::invalid_argument("the field " + field.column + " does not say what its values are made of");
}

std::string describe(std::uint64_t row, const std::string& column, const std::string& reason) {
    if (row == 0) return reason;
    if (column.empty()) return std::format("row {}: {}", row, reason);
    return std::format("row {}, column {}: {}", row, column, reason);
}

[[noreturn, gnu::cold, gnu::noinline]] void wrong_field_count(int has, std::size_t expected) {
    throw Malformed(std::format("has {} fields instead of {}", has, expected));
}

[[noreturn, gnu::cold, gnu::noinline]] void wrong_field_length(std::int32_t length) {
    throw Malformed(std::format("field length is {}", length));
}

// -1 for NULL; anything else is what follows at least.
inline std::int32_t take_field_length(WireReader& in) {
    const std::int32_t length = in.int32();
    if (length < null_length) wrong_field_length(length);
    return length;
}

std::span<const std::byte> between(const std::byte* begin, const std::byte* end) { return {begin, end}; }

void put_header(Buffer& out) {
    std::byte* to = out.room(plain_header_bytes);
    std::memcpy(to, signature.data(), signature.size());
    to = store_big_endian(to + signature.size(), std::int32_t{0});
    store_big_endian(to, std::int32_t{0});
    out.advance(plain_header_bytes);
}

}  // namespace

CodecError::CodecError(std::uint64_t row, std::string column, const std::string& reason)
    : std::runtime_error(describe(row, column, reason)), row_(row), column_(std::move(column)) {}

RowCodec::RowCodec(std::vector<Field> fields) : fields_(std::move(fields)) {
    if (fields_.size() > std::numeric_limits<std::int16_t>::max())
        throw std::invalid_argument("a row of binary COPY has at most 32767 fields");
    for (const Field& field : fields_) {
        check_value(field);
        if (field.kind == FieldKind::pass_through) {
            ++passing_last_;
            continue;
        }
        stretches_.push_back({.passing = std::exchange(passing_last_, 0), .converted = &field, .measured = is_vector(field.kind)});
    }
    const auto vectors = static_cast<std::size_t>(std::ranges::count_if(fields_, is_vector, &Field::kind));
    tally_.measures.resize(vectors);
    row_vectors_.resize(vectors);
}

void RowCodec::start() {
    state_ = State::header;
    const std::size_t vectors = tally_.measures.size();
    std::vector<VectorMeasure> measures = std::move(tally_.measures);
    measures.assign(vectors, {});
    tally_ = {};
    tally_.measures = std::move(measures);
}

void RowCodec::convert(std::span<const std::byte> message, Buffer& out) { take_message(message, &out); }

void RowCodec::pass(std::span<const std::byte> message) {
    if (converts()) throw std::logic_error("rows that change cannot go on as they are");
    take_message(message, nullptr);
}

void RowCodec::take_message(std::span<const std::byte> message, Buffer* out) {
    if (message.empty()) return;
    WireReader in(message, state_ == State::header ? "header of the binary COPY" : "row");
    std::size_t kept = out ? out->size() : 0;
    bool in_header = state_ == State::header;
    field_ = fields_.size();
    try {
        if (in_header) {
            take_header(in, out);
            in = WireReader(between(in.at(), message.data() + message.size()), "row");
            in_header = false;
        }
        while (!in.empty()) {
            kept = out ? out->size() : 0;
            take_row(in, out);
        }
    } catch (const Malformed& malformed) {
        give_up(out, kept);
        throw CodecError(in_header ? 0 : tally_.rows + 1, field_ < fields_.size() ? fields_[field_].column : "", malformed.what());
    } catch (...) {
        give_up(out, kept);
        throw;
    }
}

void RowCodec::give_up(Buffer* out, std::size_t kept) {
    if (out) out->truncate(kept);
    state_ = State::failed;
}

void RowCodec::take_header(WireReader& in, Buffer* out) {
    const std::byte* begin = in.at();
    if (!std::ranges::equal(in.take(signature.size()), std::as_bytes(std::span(signature))))
        throw Malformed("not a binary COPY: its signature is missing");
    const std::uint32_t flags = in.uint32();
    if ((flags & critical_flags) != 0)
        throw Malformed(std::format("header of the binary COPY has flags {:#010x}, which are not known", flags));
    const std::int32_t extension = in.int32();
    if (extension < 0) throw Malformed(std::format("header of the binary COPY has an extension of {} bytes", extension));
    in.take(static_cast<std::size_t>(extension));
    if (out) {
        put_header(*out);
    } else if (flags != 0 || extension != 0) {
        throw Malformed(std::format(
            "header of the binary COPY has flags {:#010x} and an extension of {} bytes, which cannot go on as they are", flags, extension));
    }
    tally_.bytes_written += plain_header_bytes;
    tally_.bytes_read += static_cast<std::size_t>(in.at() - begin);
    state_ = State::rows;
}

void RowCodec::take_row(WireReader& in, Buffer* out) {
    if (state_ == State::finished) throw Malformed("something follows the end mark");
    if (state_ == State::failed) throw Malformed("this COPY has failed before");
    const std::byte* begin = in.at();
    const std::int16_t count = in.int16();
    if (count == end_mark) return take_end_mark(in, out);
    if (count < 0 || static_cast<std::size_t>(count) != fields_.size()) wrong_field_count(count, fields_.size());

    const std::span<const std::byte> row = out ? convert_row(in, begin, *out) : pass_row(in, begin);
    tally_.digest.add_row(row);
    ++tally_.rows;
    tally_.bytes_read += static_cast<std::size_t>(in.at() - begin);
    tally_.bytes_written += row.size();
}

void RowCodec::take_end_mark(WireReader& in, Buffer* out) {
    if (!in.empty()) throw Malformed("something follows the end mark");
    if (out) {
        store_big_endian(out->room(sizeof end_mark), end_mark);
        out->advance(sizeof end_mark);
    }
    tally_.bytes_read += sizeof end_mark;
    tally_.bytes_written += sizeof end_mark;
    state_ = State::finished;
}

// Only looked at; `field_` follows for messages.
void RowCodec::pass_fields(WireReader& in, std::size_t count) {
    for (const std::size_t end = field_ + count; field_ < end; ++field_) {
        const std::int32_t length = take_field_length(in);
        if (length > 0) in.take(static_cast<std::size_t>(length));
    }
}

std::span<const std::byte> RowCodec::pass_row(WireReader& in, const std::byte* begin) {
    field_ = 0;
    pass_fields(in, fields_.size());
    return between(begin, in.at());
}

// What lies between converted values (fields that pass, NULLs, the field count) is copied in runs.
std::span<const std::byte> RowCodec::convert_row(WireReader& in, const std::byte* begin, Buffer& out) {
    const std::size_t row_start = out.size();
    const std::byte* run = begin;
    auto vector = row_vectors_.begin();
    field_ = 0;
    for (const Stretch& stretch : stretches_) {
        pass_fields(in, stretch.passing);
        const std::byte* field_start = in.at();
        const std::int32_t length = take_field_length(in);
        ConvertedVector converted;
        if (length != null_length) {
            const auto value = in.take(static_cast<std::size_t>(length));
            out.append(between(run, field_start));
            run = in.at();
            converted = convert_value(*stretch.converted, value, out);
        }
        if (stretch.measured) *vector++ = converted;
        ++field_;
    }
    pass_fields(in, passing_last_);
    out.append(between(run, in.at()));
    measure_row();
    return out.bytes().subspan(row_start);
}

ConvertedVector RowCodec::convert_value(const Field& field, std::span<const std::byte> value, Buffer& out) {
    switch (field.kind) {
        case FieldKind::vector: return convert_vector(value, out);
        case FieldKind::halfvec: return convert_halfvec(value, out);
        case FieldKind::sparsevec: return convert_sparsevec(value, out);
        case FieldKind::vector_array: convert_vector_array(value, out); return {};
        case FieldKind::halfvec_array: convert_halfvec_array(value, out); return {};
        case FieldKind::sparsevec_array: convert_sparsevec_array(value, out); return {};
        case FieldKind::bit: convert_bit(value, out); return {};
        case FieldKind::array:
            if (field.value == nullptr) {
                convert_array(value, field.source_element_oid, field.target_element_oid, out);
                return {};
            }
            [[fallthrough]];
        case FieldKind::composite:
        case FieldKind::range:
        case FieldKind::multirange: convert_nested(*field.value, value, out); return {};
        case FieldKind::pass_through: break;
    }
    throw std::logic_error("a field that passes is not converted");
}

// Only once the whole row has proven good: a bad one leaves no trace in the tally.
void RowCodec::measure_row() {
    for (std::size_t i = 0; i < row_vectors_.size(); ++i) {
        const ConvertedVector& vector = row_vectors_[i];
        if (vector.dimensions == 0)
            ++tally_.measures[i].nulls;
        else
            tally_.measures[i].add_value(vector.dimensions, vector.norm);
    }
}

}  // namespace lantern_migrate::codec
