// The declarations in a body of PL/pgSQL, by its tokens: libpg_query's tree says what is declared, but not where its type stands.
#pragma once

#include "core/plan/sql_tree.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::plan {

// Tokens by their index, the last one included.
struct TokenRange {
    std::size_t first, last;

    friend bool operator==(const TokenRange&, const TokenRange&) = default;
    friend auto operator<=>(const TokenRange&, const TokenRange&) = default;
};

struct PlpgsqlDeclaration {
    std::string name;  // folded or unquoted
    TokenRange type;
    // Of what follows the type (COLLATE, NOT NULL) and its := or DEFAULT.
    std::optional<TokenRange> between;
    bool has_default = false;
    std::string cursor;  // that it is an argument of
};

// In the order of the text. Every DECLARE where a statement can begin is read; what is not a declaration there is left out.
[[nodiscard]] std::vector<PlpgsqlDeclaration> plpgsql_declarations(std::span<const SqlToken>);

// ASCII letters folded, as keywords are.
[[nodiscard]] std::string folded(std::string_view);
// A name as the server knows it: folded, or without its quotes.
[[nodiscard]] std::string unquoted_name(std::string_view);

}  // namespace lantern_migrate::plan
