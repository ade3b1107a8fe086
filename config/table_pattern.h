// `schema.table` patterns of the job file, taken apart.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::config {

// One side of a pattern. `*` stands for any number of characters, a dot included, and `?` for one character (not one byte).
class NamePattern {
public:
    struct Piece {
        enum class Kind { literal, any_character, any_text } kind;
        std::string literal;  // one character, as UTF-8
    };

    explicit NamePattern(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}

    [[nodiscard]] bool matches(std::string_view name) const;
    [[nodiscard]] bool matches_everything() const;

private:
    std::vector<Piece> pieces_;
};

struct TablePattern {
    NamePattern schema;
    NamePattern table;
};

// Splits at the first dot outside double quotes. Within double quotes nothing is special and "" is one quote, as in SQL:
// app."a*b" is the one table a*b. Case matters, quoted or not: patterns are held against the names in the catalog.
// The error says what is wrong, without the pattern.
[[nodiscard]] std::expected<TablePattern, std::string> parse_table_pattern(std::string_view text);

}  // namespace lantern_migrate::config
