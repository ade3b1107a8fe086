#include "core/codec/row_codec.h"

#include <cstring>

namespace lantern_migrate::codec {

// A newline within a value is escaped, so every newline ends a row.
void TextRows::pass(std::span<const std::byte> message) {
    if (message.empty()) return;
    if (message.back() != std::byte{'\n'}) throw CodecError(tally_.rows + 1, "", "line is cut short");
    for (auto rest = message; !rest.empty();) {
        const auto* newline = static_cast<const std::byte*>(std::memchr(rest.data(), '\n', rest.size()));
        const auto length = static_cast<std::size_t>(newline - rest.data()) + 1;
        tally_.digest.add_row(rest.first(length));
        ++tally_.rows;
        rest = rest.subspan(length);
    }
    tally_.bytes_read += message.size();
    tally_.bytes_written += message.size();
}

}  // namespace lantern_migrate::codec
