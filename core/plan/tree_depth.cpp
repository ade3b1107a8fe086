#include "core/plan/tree_depth.h"

#include <pg_query/pg_query.pb-c.h>

#include <string_view>
#include <vector>

namespace lantern_migrate::plan {
namespace {

// The encoding of Protocol Buffers: https://protobuf.dev/programming-guides/encoding/
enum class WireType { varint = 0, fixed64 = 1, length = 2, fixed32 = 5 };

class Reader {
public:
    explicit Reader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    [[nodiscard]] std::size_t at() const { return at_; }
    [[nodiscard]] bool good() const { return good_; }

    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && at_ < bytes_.size(); shift += 7) {
            const std::uint8_t byte = bytes_[at_++];
            value |= static_cast<std::uint64_t>(byte & 0x7fu) << shift;
            if (byte < 0x80u) return value;
        }
        good_ = false;
        return 0;
    }
    void skip(std::uint64_t bytes) {
        good_ = good_ && bytes <= bytes_.size() - at_;
        if (good_) at_ += bytes;
    }

private:
    std::span<const std::uint8_t> bytes_;
    std::size_t at_ = 0;
    bool good_ = true;
};

struct Level {
    const ProtobufCMessageDescriptor* of;
    std::size_t end;
};

}  // namespace

std::optional<std::size_t> find_too_deep_statement(std::span<const std::uint8_t> packed, std::size_t levels_max) {
    constexpr std::size_t of_statement = 2;  // the levels when a PgQuery__RawStmt is read
    Reader reader(packed);
    std::vector<Level> levels{{&pg_query__parse_result__descriptor, packed.size()}};
    bool too_deep = false;
    std::size_t location = 0;  // 0 is not written
    while (reader.good()) {
        while (!levels.empty() && reader.at() >= levels.back().end) {
            if (levels.size() == of_statement && too_deep) return location;
            levels.pop_back();
        }
        if (levels.empty()) return std::nullopt;
        const std::uint64_t key = reader.varint();
        const ProtobufCFieldDescriptor* field = protobuf_c_message_descriptor_get_field(levels.back().of, static_cast<unsigned>(key >> 3u));
        switch (static_cast<WireType>(key & 7u)) {
            case WireType::varint: {
                const std::uint64_t value = reader.varint();
                if (levels.size() == of_statement && field != nullptr && std::string_view(field->name) == "stmt_location") location = value;
                break;
            }
            case WireType::fixed64: reader.skip(8); break;
            case WireType::fixed32: reader.skip(4); break;
            case WireType::length: {
                const std::uint64_t length = reader.varint();
                const bool message = field != nullptr && field->type == PROTOBUF_C_TYPE_MESSAGE;
                if (!message || length > packed.size() - reader.at()) {
                    reader.skip(length);
                    break;
                }
                levels.push_back({static_cast<const ProtobufCMessageDescriptor*>(field->descriptor), reader.at() + length});
                if (levels.size() == of_statement) location = 0;
                too_deep = too_deep || levels.size() > levels_max;
                break;
            }
            default: return std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace lantern_migrate::plan
