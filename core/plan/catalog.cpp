#include "core/plan/catalog.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace lantern_migrate::plan {
namespace {

enum class Keyword { unreserved, column_name, type_or_function_name, reserved };

// The parser's own list: what PostgreSQL 17 quotes, quote_identifier() quotes.
struct KeywordEntry {
    std::string_view word;
    Keyword category;
};
constexpr Keyword UNRESERVED_KEYWORD = Keyword::unreserved;
constexpr Keyword COL_NAME_KEYWORD = Keyword::column_name;
constexpr Keyword TYPE_FUNC_NAME_KEYWORD = Keyword::type_or_function_name;
constexpr Keyword RESERVED_KEYWORD = Keyword::reserved;
#define PG_KEYWORD(word, token, category, label) {word, category},
constexpr KeywordEntry keywords[] = {
#include <pg_query/postgres/parser/kwlist.h>
};
#undef PG_KEYWORD

bool needs_quotes_as_keyword(const std::string& name) {
    static const auto words = [] {
        std::unordered_set<std::string_view> set;
        for (const KeywordEntry& entry : keywords) {
            if (entry.category != Keyword::unreserved) set.insert(entry.word);
        }
        return set;
    }();
    return words.contains(name);
}

std::string between(char quote, const std::string& text) {
    std::string quoted(1, quote);
    for (const char c : text) {
        if (c == quote) quoted += quote;
        quoted += c;
    }
    return quoted + quote;
}

bool is_plain(const std::string& name) {
    const auto starts = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    return !name.empty() && starts(name.front()) && std::ranges::all_of(name, [&](char c) { return starts(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

std::string quote_identifier(const std::string& name) {
    return is_plain(name) && !needs_quotes_as_keyword(name) ? name : between('"', name);
}

std::string quote_literal(const std::string& text) { return between('\'', text); }

std::string QualifiedName::sql() const { return quote_identifier(schema) + "." + quote_identifier(name); }

std::vector<const Column*> Table::copied_columns() const {
    std::vector<const Column*> copied;
    for (const Column& column : columns) {
        if (!column.generated) copied.push_back(&column);
    }
    return copied;
}

std::string Table::shape() const {
    std::string line;
    for (const Column& column : columns) {
        if (!line.empty()) line += ", ";
        line += quote_identifier(column.name) + " " + column.type;
        if (column.generated) line += " generated";
        if (column.as_integers) line += " as integer[]";
    }
    return line;
}

}  // namespace lantern_migrate::plan
