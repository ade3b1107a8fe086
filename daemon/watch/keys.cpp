#include "daemon/watch/keys.h"

#include <algorithm>
#include <optional>

namespace lantern_migrate::daemon::watch {
namespace {

using Kind = Key::Kind;

constexpr char escape = '\x1b';
// No key sends more: what is longer is no sequence.
constexpr std::size_t sequence_max = 32;

struct Sequence {
    std::string_view bytes;  // behind ESC
    Kind kind;
};
// Of xterm, the Linux console, screen and tmux, in both modes of their cursor keys.
constexpr Sequence sequences[] = {
    {"[A", Kind::up},   {"OA", Kind::up},   {"[B", Kind::down},     {"OB", Kind::down},  {"[5~", Kind::page_up}, {"[6~", Kind::page_down},
    {"[H", Kind::home}, {"OH", Kind::home}, {"[1~", Kind::home},    {"[7~", Kind::home}, {"[F", Kind::end},      {"OF", Kind::end},
    {"[4~", Kind::end}, {"[8~", Kind::end}, {"[Z", Kind::back_tab}, {"OM", Kind::enter},
};

// The length of the whole sequence at the front, ESC included; 0: more of it is to come.
std::size_t sequence_length(std::string_view text) {
    if (text.size() < 2) return 0;
    if (text[1] == 'O') return text.size() < 3 ? 0 : 3;
    if (text[1] != '[') return 1;  // ESC, then another key
    for (std::size_t at = 2; at < text.size(); ++at) {
        if (text[at] >= '@' && text[at] <= '~' && !(at == 2 && text[at] == '[')) return at + 1;
        if (at + 1 == sequence_max) return at + 1;
    }
    return 0;
}

std::optional<Key> key_of_sequence(std::string_view text) {
    if (text.size() == 1) return Key{.kind = Kind::escape};
    const auto found = std::ranges::find(sequences, text.substr(1), &Sequence::bytes);
    return found == std::end(sequences) ? std::nullopt : std::optional(Key{.kind = found->kind});
}

std::optional<Key> key_of_byte(char byte) {
    switch (byte) {
        case '\r':
        case '\n': return Key{.kind = Kind::enter};
        case '\t': return Key{.kind = Kind::tab};
        case '\b':
        case '\x7f': return Key{.kind = Kind::backspace};
        default: break;
    }
    if (static_cast<unsigned char>(byte) < 0x20) return std::nullopt;
    return Key{.text = std::string(1, byte)};
}

// Of a UTF-8 character by its first byte; 1 for what is none.
std::size_t character_length(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    if (byte >= 0xF0 && byte < 0xF5) return 4;
    if (byte >= 0xE0) return byte < 0xF0 ? 3 : 1;
    return byte >= 0xC2 ? 2 : 1;
}

}  // namespace

std::vector<Key> KeyReader::feed(std::string_view bytes) {
    pending_ += bytes;
    std::vector<Key> keys;
    std::string_view rest = pending_;
    while (!rest.empty()) {
        const bool sequence = rest.front() == escape;
        const std::size_t length = sequence ? sequence_length(rest) : character_length(rest.front());
        if (length == 0 || length > rest.size()) break;
        const std::string_view part = rest.substr(0, length);
        std::optional<Key> key;
        if (sequence)
            key = key_of_sequence(part);
        else if (length == 1)
            key = key_of_byte(part.front());
        else
            key = Key{.text = std::string(part)};
        if (key) keys.push_back(*std::move(key));
        rest.remove_prefix(length);
    }
    pending_ = std::string(rest);
    return keys;
}

std::vector<Key> KeyReader::pause() {
    const bool lone = pending_.size() == 1 && pending_.front() == escape;
    pending_.clear();
    return lone ? std::vector{Key{.kind = Kind::escape}} : std::vector<Key>{};
}

}  // namespace lantern_migrate::daemon::watch
