#include "core/plan/plpgsql_declarations.h"

#include <algorithm>

namespace lantern_migrate::plan {
namespace {

using Tokens = std::span<const SqlToken>;

constexpr std::string_view before_statements[] = {";", "begin", "then", "else", "loop", ">>"};
// What ends a type, at any depth of parentheses: as in PL/pgSQL's own read_datatype().
constexpr std::string_view after_types[] = {";", "collate", "not", ":=", "=", "default"};

bool statement_begins(Tokens tokens, std::size_t at) {
    if (at == 0 || std::ranges::contains(before_statements, folded(tokens[at - 1].text))) return true;
    return at >= 3 && tokens[at - 3].text == "#";  // #variable_conflict use_column
}

bool is(Tokens tokens, std::size_t at, std::string_view word) { return at < tokens.size() && folded(tokens[at].text) == word; }

// The semicolon that ends a declaration, or the end of the text.
std::size_t end_of_declaration(Tokens tokens, std::size_t at) {
    int depth = 0;
    for (; at < tokens.size(); ++at) {
        const std::string_view text = tokens[at].text;
        if (text == ";" && depth <= 0) break;
        if (text == "(" || text == "[") ++depth;
        if (text == ")" || text == "]") --depth;
    }
    return at;
}

// Behind `CURSOR (`: name type, name type)
void read_cursor_arguments(Tokens tokens, const std::string& cursor, std::size_t at, std::vector<PlpgsqlDeclaration>& found) {
    while (at + 1 < tokens.size()) {
        const std::size_t name = at++;
        const std::size_t type = at;
        int depth = 0;
        for (; at < tokens.size(); ++at) {
            const std::string_view text = tokens[at].text;
            if (depth == 0 && (text == "," || text == ")")) break;
            if (text == "(") ++depth;
            if (text == ")") --depth;
        }
        if (at == tokens.size() || at == type) return;
        found.push_back({unquoted_name(tokens[name].text), {type, at - 1}, std::nullopt, false, cursor});
        if (tokens[at++].text == ")") return;
    }
}

void read_variable(Tokens tokens, std::size_t name, std::size_t at, std::vector<PlpgsqlDeclaration>& found) {
    const std::size_t type = at;
    while (at < tokens.size() && !std::ranges::contains(after_types, folded(tokens[at].text))) ++at;
    if (at == type || at == tokens.size()) return;
    PlpgsqlDeclaration declaration{unquoted_name(tokens[name].text), {type, at - 1}, std::nullopt, false, {}};
    const std::size_t after = at;
    const auto is_default = [](const SqlToken& t) { return t.text == ":=" || t.text == "=" || folded(t.text) == "default"; };
    while (at < tokens.size() && tokens[at].text != ";" && !is_default(tokens[at])) ++at;
    if (at == tokens.size()) return;
    declaration.has_default = tokens[at].text != ";";
    if (declaration.has_default) declaration.between = TokenRange{after, at};
    found.push_back(std::move(declaration));
}

// One declaration, from its name; gives where the next one begins.
std::size_t read_declaration(Tokens tokens, std::size_t name, std::vector<PlpgsqlDeclaration>& found) {
    std::size_t at = name + 1;
    const bool no_scroll = is(tokens, at, "no") && is(tokens, at + 1, "scroll");
    const std::size_t cursor = at + (no_scroll ? 2u : is(tokens, at, "scroll") ? 1u : 0u);
    if (is(tokens, cursor, "cursor")) {
        if (is(tokens, cursor + 1, "(")) read_cursor_arguments(tokens, unquoted_name(tokens[name].text), cursor + 2, found);
    } else if (!is(tokens, at, "alias") || !is(tokens, at + 1, "for")) {
        if (is(tokens, at, "constant")) ++at;
        read_variable(tokens, name, at, found);
    }
    return end_of_declaration(tokens, at) + 1;
}

}  // namespace

std::string folded(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower;
}

std::string unquoted_name(std::string_view text) {
    if (text.size() < 2 || text.front() != '"') return folded(text);
    std::string name;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        name += text[i];
        if (text[i] == '"') ++i;  // doubled
    }
    return name;
}

std::vector<PlpgsqlDeclaration> plpgsql_declarations(Tokens tokens) {
    std::vector<PlpgsqlDeclaration> found;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        if (!is(tokens, at, "declare") || !statement_begins(tokens, at)) continue;
        std::size_t next = at + 1;
        while (next < tokens.size() && !is(tokens, next, "begin")) {
            next = is(tokens, next, "declare") ? next + 1 : read_declaration(tokens, next, found);
        }
        at = next;
    }
    return found;
}

}  // namespace lantern_migrate::plan
