// Rows of binary COPY on their way from pgvector to Lantern: pass-through fields stay as they are, vectors become real[].
//
// Binary COPY: an 11-byte signature, int32 flags, int32 header extension length and extension; then per row an int16 field count and
// per field an int32 length (-1: NULL) and its bytes; at the end an int16 -1. All big-endian (PostgreSQL's documentation of COPY).
// PostgreSQL sends the header in one message with the first row, then a message a row, then the end mark;
// the codec takes any run of whole rows, so a message may also hold several.
//
// Pure: no I/O. One codec serves one COPY at a time, one thread at a time.
// Any malformed input is a CodecError, never a crash and never a wrong value; the row it is in leaves nothing in the output.
#pragma once

#include "core/codec/buffer.h"
#include "core/codec/digest.h"
#include "core/codec/vector_conversion.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace lantern_migrate::codec {

class WireReader;

enum class FieldKind {
    pass_through,
    vector,        // int16 dim, int16 0, dim x float4                         -> real[]
    halfvec,       // int16 dim, int16 0, dim x float2                         -> real[]
    sparsevec,     // int32 dim, int32 nnz, int32 0, nnz x int32 index, nnz x float4 -> dense real[]
    vector_array,  // an array of vector                                       -> real[][]; all elements alike in length, none NULL
    halfvec_array,
    array,  // any other array: the header is rewritten to the target's element OID, and to the flags that the target will send.
            // The OIDs may be alike: an array that had a NULL once may say so for ever on the source, never on the target,
            // and as pass_through its digest would differ (measured: UPDATE t SET a[2] = 5 on '{1,NULL}').
    sparsevec_array,
    composite,   // int32 count; an attribute: int32 type OID, int32 length, bytes. Dropped attributes are not sent.
    range,       // int8 flags; the bounds that the flags promise: int32 length, bytes
    bit,         // int32 bits, the bits -> integer[]: 32 a word, the most significant first, zeros behind the last. A hamming
                 // distance counts the same bits then.
    multirange,  // int32 count; a range: int32 length, bytes
};

// How a value that has others in it is converted, all the way down. Types that occur twice may share theirs.
struct ValuePlan {
    FieldKind kind = FieldKind::pass_through;
    std::uint32_t source_oid = 0;  // inside an array or composite: what the source says there of this value's type (checked)
    std::uint32_t target_oid = 0;  // and what the target wants
    // Of an array: its elements; of a composite: its attributes, in order; of a range: its bounds; of a multirange: its ranges.
    std::vector<std::shared_ptr<const ValuePlan>> parts{};
};

// Further down, a value is a CodecError: each level is a call.
inline constexpr int max_value_depth = 64;

struct Field {
    std::string column;  // for messages
    FieldKind kind = FieldKind::pass_through;
    std::uint32_t source_element_oid = 0;  // of `array`: what the source's header must say (checked, like array_recv does)
    std::uint32_t target_element_oid = 0;  // of `array`: what the target wants there
    // Of composites, ranges and multiranges, and of arrays whose elements change; then the OIDs above say nothing.
    std::shared_ptr<const ValuePlan> value = nullptr;
};

// A sparsevec wider than this is a finding of the plan, and an error here.
inline constexpr int max_dense_dimensions = 16'000;

// What passed through a vector column. Norms are Euclidean, computed in double.
struct VectorMeasure {
    std::uint64_t values = 0;  // not NULL
    std::uint64_t nulls = 0;
    int min_dimensions = std::numeric_limits<int>::max();
    int max_dimensions = 0;
    double min_norm = std::numeric_limits<double>::infinity();
    double max_norm = 0;

    void add_value(int dimensions, double norm);  // a norm that is NaN counts as infinite
    void merge(const VectorMeasure&);
    bool operator==(const VectorMeasure&) const = default;
};

// Malformed or unconvertible input. what() names the row (from 1, of this COPY; 0 is the header), the column (empty: none) and the reason:
// `row 17, column embedding: vector says 3 dimensions and holds 2`.
class CodecError : public std::runtime_error {
public:
    CodecError(std::uint64_t row, std::string column, const std::string& reason);
    [[nodiscard]] std::uint64_t row() const { return row_; }
    [[nodiscard]] const std::string& column() const { return column_; }

private:
    std::uint64_t row_;
    std::string column_;
};

struct Tally {
    std::uint64_t rows = 0;
    std::uint64_t bytes_read = 0;  // as bytes_written: header and end mark included
    std::uint64_t bytes_written = 0;
    Digest digest;                        // over each row's converted bytes, field count included
    std::vector<VectorMeasure> measures;  // one a field that is a vector (kinds vector, halfvec, sparsevec), in the order of fields
};

class RowCodec {
public:
    explicit RowCodec(std::vector<Field> fields);
    RowCodec(const RowCodec&) = delete;
    RowCodec& operator=(const RowCodec&) = delete;

    // Forgets the COPY before; fields and memory stay.
    void start();

    // Appends what the target gets for one message of the source. The first call's output begins with the COPY header, and
    // the end mark's output is the end mark. An empty message is nothing. On a CodecError the rows before the bad one stay
    // in `out` and in the tally, and until start() every further message is a CodecError too: a row was lost.
    void convert(std::span<const std::byte> message, Buffer& out);

    // Checks, counts and digests a message that goes on as it is, without a copy: rows of a table in which nothing changes, and rows
    // of the target, which are in target form already. Only where !converts(); else a std::logic_error. A header with flags or an
    // extension, which PostgreSQL does not send, cannot go on as it is and is a CodecError.
    void pass(std::span<const std::byte> message);
    [[nodiscard]] bool converts() const { return !stretches_.empty(); }

    // True once the end mark was seen. A COPY that ended without it is truncated: the caller must not commit it.
    [[nodiscard]] bool finished() const { return state_ == State::finished; }

    [[nodiscard]] const Tally& tally() const { return tally_; }
    [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }

private:
    enum class State { header, rows, finished, failed };
    // Fields of a row up to the next that is converted; decided once a table, so that a row costs no branch a field.
    struct Stretch {
        std::size_t passing = 0;  // fields before it
        const Field* converted = nullptr;
        bool measured = false;
    };

    // Without `out` the message goes on as it is.
    void take_message(std::span<const std::byte> message, Buffer* out);
    void take_header(WireReader& in, Buffer* out);
    void take_row(WireReader& in, Buffer* out);
    void take_end_mark(WireReader& in, Buffer* out);
    void pass_fields(WireReader& in, std::size_t count);
    std::span<const std::byte> pass_row(WireReader& in, const std::byte* begin);
    std::span<const std::byte> convert_row(WireReader& in, const std::byte* begin, Buffer& out);
    static ConvertedVector convert_value(const Field& field, std::span<const std::byte> value, Buffer& out);
    void measure_row();
    void give_up(Buffer* out, std::size_t kept);

    std::vector<Field> fields_;
    std::vector<Stretch> stretches_;
    std::size_t passing_last_ = 0;  // fields behind the last stretch
    State state_ = State::header;
    Tally tally_;
    std::vector<ConvertedVector> row_vectors_;  // of the row at hand, one a measure; 0 dimensions: NULL
    std::size_t field_ = 0;                     // at hand, for messages; fields_.size(): none
};

// The same for the text format, where a type has no binary form: a message is a line (or several) that goes on as it is; conversions were
// done by casts on the source. A line without its newline is a CodecError, and nothing of its message is counted.
class TextRows {
public:
    void start() { tally_ = {}; }
    void pass(std::span<const std::byte> message);
    [[nodiscard]] const Tally& tally() const { return tally_; }

private:
    Tally tally_;
};

}  // namespace lantern_migrate::codec
