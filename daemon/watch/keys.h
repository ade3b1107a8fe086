// Keys out of what a terminal sends for them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::daemon::watch {

struct Key {
    enum class Kind { character, up, down, page_up, page_down, home, end, enter, tab, back_tab, backspace, escape };
    Kind kind = Kind::character;
    std::string text{};  // of a character, in UTF-8

    bool operator==(const Key&) const = default;
};

class KeyReader {
public:
    // Bytes as they were read. Sequences that mean nothing here are swallowed whole.
    [[nodiscard]] std::vector<Key> feed(std::string_view bytes);
    // Nothing came for a moment: a lone ESC is the key itself.
    [[nodiscard]] std::vector<Key> pause();
    [[nodiscard]] bool halfway() const { return !pending_.empty(); }

private:
    std::string pending_;  // the front of a sequence
};

}  // namespace lantern_migrate::daemon::watch
