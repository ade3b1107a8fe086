#include "config/text_check.h"

#include <format>

namespace lantern_migrate::config {
namespace {

bool is_continuation(unsigned char byte) { return (byte & 0xc0) == 0x80; }

// The length of the UTF-8 character at the front, 0 if there is none: overlong forms, surrogates and what lies beyond U+10FFFF included.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const unsigned lead = byte(0);
    if (lead < 0x80) return 1;
    const auto all = [&](std::size_t length) {
        for (std::size_t i = 1; i < length; ++i) {
            if (!is_continuation(static_cast<unsigned char>(byte(i)))) return std::size_t{0};
        }
        return length;
    };
    if (lead >= 0xc2 && lead <= 0xdf) return all(2);
    if (lead == 0xe0 && byte(1) < 0xa0) return 0;
    if (lead == 0xed && byte(1) > 0x9f) return 0;
    if (lead >= 0xe0 && lead <= 0xef) return all(3);
    if (lead == 0xf0 && byte(1) < 0x90) return 0;
    if (lead == 0xf4 && byte(1) > 0x8f) return 0;
    if (lead >= 0xf0 && lead <= 0xf4) return all(4);
    return 0;
}

// yaml-cpp takes 0x04 for the end of the file, so that the rest would be ignored in silence.
bool is_control(unsigned char byte) { return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f; }

}  // namespace

std::optional<Mistake> first_unsound_byte(std::string_view text) {
    int line = 1;
    std::size_t line_begin = 0;
    bool indentation = true;
    std::optional<std::size_t> tab;
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const auto mistake_at = [&](std::size_t where, std::string message) {
            return Mistake{.line = line, .column = static_cast<int>(where - line_begin) + 1, .key = {}, .message = std::move(message)};
        };
        const std::size_t length = utf8_length(text.substr(at));
        if (length == 0) return mistake_at(at, std::format("byte 0x{:02x} is not UTF-8", byte));
        if (is_control(byte)) return mistake_at(at, std::format("control character 0x{:02x}; this is not a text file", byte));
        if (byte == '\n') {
            ++line;
            line_begin = at + 1;
            indentation = true;
            tab.reset();
        } else if (indentation && byte == '\t') {
            if (!tab) tab = at;
        } else if (indentation && byte != ' ') {
            // A comment or an empty line may have tabs before it.
            if (tab && byte != '#' && byte != '\r') return mistake_at(*tab, "indented with a tab; YAML is indented with spaces");
            indentation = false;
        }
        at += length;
    }
    return std::nullopt;
}

}  // namespace lantern_migrate::config
