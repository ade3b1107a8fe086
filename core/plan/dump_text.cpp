#include "core/plan/dump_text.h"

#include <algorithm>

namespace lantern_migrate::plan {
namespace {

constexpr std::string_view restrict_word = "\\restrict ";
constexpr std::string_view unrestrict_word = "\\unrestrict ";

std::string_view line_at(std::string_view text, std::size_t begin) {
    std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

bool is_blank_or_comment(std::string_view line) { return line.empty() || line.starts_with("--"); }

void blank(std::string& text, std::size_t begin, std::size_t length) {
    std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(begin), length, ' ');
}

}  // namespace

std::string without_psql_lines(std::string_view dump) {
    std::string text(dump);
    std::size_t first = 0;
    while (first < dump.size() && is_blank_or_comment(line_at(dump, first))) {
        const auto end = dump.find('\n', first);
        if (end == std::string_view::npos) return text;
        first = end + 1;
    }
    const std::string_view opening = first < dump.size() ? line_at(dump, first) : std::string_view{};
    if (!opening.starts_with(restrict_word)) return text;
    blank(text, first, opening.size());
    // The token is random for each dump: the last line with it is psql's, whatever the statements before hold.
    const std::string closing = "\n" + std::string(unrestrict_word) + std::string(opening.substr(restrict_word.size()));
    const auto last = dump.rfind(closing);
    if (last != std::string_view::npos && line_at(dump, last + 1).size() == closing.size() - 1) blank(text, last + 1, closing.size() - 1);
    return text;
}

}  // namespace lantern_migrate::plan
