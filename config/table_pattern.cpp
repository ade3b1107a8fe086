#include "config/table_pattern.h"

#include "config/job_spec.h"

#include <algorithm>
#include <optional>

namespace lantern_migrate::config {
namespace {

using Kind = NamePattern::Piece::Kind;

// The length of the character that begins here; a stray byte counts as a character, so that this always moves on.
std::size_t character_length(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    return std::min(length, text.size());
}

NamePattern::Piece piece_for(std::string_view character) {
    if (character == "*") return {Kind::any_text, {}};
    if (character == "?") return {Kind::any_character, {}};
    return {Kind::literal, std::string(character)};
}

}  // namespace

// Goes back to the last `*` only: linear in practice, and never exponential.
bool NamePattern::matches(std::string_view name) const {
    std::size_t piece = 0;
    std::size_t at = 0;
    std::optional<std::size_t> last_star;
    std::size_t star_at = 0;
    while (at < name.size()) {
        const std::size_t length = character_length(name.substr(at));
        if (piece < pieces_.size() && pieces_[piece].kind == Kind::any_text) {
            last_star = piece++;
            star_at = at;
        } else if (piece < pieces_.size() &&
                   (pieces_[piece].kind == Kind::any_character || pieces_[piece].literal == name.substr(at, length))) {
            ++piece;
            at += length;
        } else if (last_star) {
            star_at += character_length(name.substr(star_at));
            piece = *last_star + 1;
            at = star_at;
        } else {
            return false;
        }
    }
    return std::all_of(pieces_.begin() + static_cast<std::ptrdiff_t>(piece), pieces_.end(),
                       [](const Piece& left) { return left.kind == Kind::any_text; });
}

bool NamePattern::matches_everything() const {
    return !pieces_.empty() && std::ranges::all_of(pieces_, [](const Piece& piece) { return piece.kind == Kind::any_text; });
}

std::expected<TablePattern, std::string> parse_table_pattern(std::string_view text) {
    std::vector<NamePattern::Piece> sides[2];
    std::size_t side = 0;
    bool quoted = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view character = text.substr(at, character_length(text.substr(at)));
        at += character.size();
        if (character == "\"") {
            const bool doubled = quoted && text.substr(at).starts_with('"');
            if (doubled) {
                sides[side].push_back({Kind::literal, "\""});
                ++at;
            } else {
                quoted = !quoted;
            }
        } else if (quoted) {
            sides[side].push_back({Kind::literal, std::string(character)});
        } else if (character == "." && side == 0) {
            side = 1;
        } else {
            sides[side].push_back(piece_for(character));
        }
    }
    if (quoted) return std::unexpected("has a double quote that is not closed");
    if (side == 0) return std::unexpected("must be `schema.table`, such as `public.items` or `*.items`");
    if (sides[0].empty()) return std::unexpected("has no schema before the dot; `*.` stands for every schema");
    if (sides[1].empty()) return std::unexpected("has no table after the dot; `.*` stands for every table");
    return TablePattern{NamePattern(std::move(sides[0])), NamePattern(std::move(sides[1]))};
}

namespace {

bool any_matches(const std::vector<std::string>& patterns, std::string_view schema, std::string_view table) {
    return std::ranges::any_of(patterns, [&](const std::string& text) {
        const auto pattern = parse_table_pattern(text);
        return pattern && pattern->schema.matches(schema) && pattern->table.matches(table);
    });
}

}  // namespace

bool TableFilter::matches(std::string_view schema, std::string_view table) const {
    return any_matches(include, schema, table) && !any_matches(exclude, schema, table);
}

bool TableFilter::selects_everything() const {
    return exclude.empty() && std::ranges::any_of(include, [](const std::string& text) {
               const auto pattern = parse_table_pattern(text);
               return pattern && pattern->schema.matches_everything() && pattern->table.matches_everything();
           });
}

}  // namespace lantern_migrate::config
