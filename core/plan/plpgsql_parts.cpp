#include "core/plan/plpgsql_parts.h"

#include <algorithm>

namespace lantern_migrate::plan {
namespace {

using Kind = BodyPart::Kind;

constexpr std::size_t excerpt_bytes_max = 200;

struct Piece {
    Kind kind;
    TokenRange tokens;
    std::optional<TokenRange> into;
    bool perform = false;
    std::string target_type;

    friend bool operator==(const Piece&, const Piece&) = default;
};

bool is_string(PgQuery__Token kind) {
    return kind == PG_QUERY__TOKEN__SCONST || kind == PG_QUERY__TOKEN__USCONST || kind == PG_QUERY__TOKEN__BCONST ||
           kind == PG_QUERY__TOKEN__XCONST;
}

bool is_operator(const SqlToken& token) {
    if (token.kind == PG_QUERY__TOKEN__TYPECAST) return true;
    return token.kind == PG_QUERY__TOKEN__Op && token.text != "#" && token.text != "<<" && token.text != ">>";
}

class Placer {
public:
    Placer(const std::vector<SqlToken>& tokens, const PlpgsqlTypes& types, const MarkedBody& marked)
        : tokens_(tokens), types_(types), marked_(marked) {}

    void place(const PlpgsqlExpression& expression) {
        const bool perform = expression.node == "PLpgSQL_stmt_perform";
        MarkedBody::Found found = marked_.find(expression.query);
        // PL/pgSQL has overwritten the word PERFORM, whose mark is the first.
        if (perform && found.runs.empty()) return leftover(expression, found);
        if (perform && !is_word(found.runs.front().first, 1, "perform")) return doubt(expression);
        if (perform) --found.runs.front().first;
        if (!certain(expression, found)) return doubt(expression);
        if (expression.node == "PLpgSQL_stmt_execsql") return place_statement(expression, found.runs);
        for (TokenRange run : found.runs) {
            const std::size_t target = run.first;
            if (expression.mode > 2) run.first = value_of_assignment(run);
            if (run.first > run.last) return doubt(expression);
            pieces.push_back({kind_of(expression), run, std::nullopt, perform, target_type(expression, target, run)});
        }
    }

    std::vector<Piece> pieces;
    std::vector<std::string> unplaced;

    void doubt(const PlpgsqlExpression& expression) {
        unplaced.push_back(marked_.without_marks(expression.query).substr(0, excerpt_bytes_max));
    }

private:
    // Is the token so many before this one the word?
    bool is_word(std::size_t token, std::size_t before, std::string_view word) const {
        return token >= before && folded(tokens_[token - before].text) == word;
    }

    void leftover(const PlpgsqlExpression& expression, const MarkedBody::Found& found) {
        if (!harmless(found.rest)) doubt(expression);
    }

    static Kind kind_of(const PlpgsqlExpression& e) {
        const bool executes = e.node == "PLpgSQL_stmt_dynexecute" || e.node == "PLpgSQL_stmt_dynfors";
        if (e.key == "dynquery" || (executes && e.key == "query")) return Kind::dynamic;
        return e.mode == 0 ? Kind::statement : Kind::expression;
    }

    // Words, numbers, commas and parentheses: what PL/pgSQL puts around expressions, or single words that need no rewriting.
    bool harmless(const std::string& rest) const {
        if (marked_.without_marks(rest) != rest) return false;
        return std::ranges::none_of(scan(rest), [](const SqlToken& t) { return is_string(t.kind) || is_operator(t); });
    }

    bool certain(const PlpgsqlExpression& e, const MarkedBody::Found& found) const {
        if (!harmless(found.rest)) return false;
        const std::vector<SqlToken> rest = scan(found.rest);
        const bool synthetic = e.key == "argquery" || e.node == "PLpgSQL_case_when";
        const bool negated = rest.size() == 2 && folded(rest[0].text) == "not";  // IF NOT FOUND: no mark is behind NOT
        if (found.runs.empty()) return rest.size() <= 1 || negated || synthetic;
        if (synthetic) return true;
        const bool parenthesized = kind_of(e) == Kind::dynamic && rest.size() == 2 && rest[0].text == "(" && rest[1].text == ")";
        const bool performed = e.node == "PLpgSQL_stmt_perform" && rest.size() == 1 && folded(rest[0].text) == "select";
        if (!rest.empty() && !parenthesized && !performed) return false;
        return found.runs.size() == 1 || (e.node == "PLpgSQL_stmt_execsql" && found.runs.size() == 2);
    }

    // INTO stands between two runs, or behind the only one: its words are blanks in what the parser gave.
    void place_statement(const PlpgsqlExpression& expression, const std::vector<TokenRange>& runs) {
        if (runs.empty()) return;
        Piece piece{Kind::statement, {runs.front().first, runs.back().last}, std::nullopt};
        const std::size_t next = runs.front().last + 1;
        if (next < tokens_.size() && folded(tokens_[next].text) == "into") {
            std::size_t end = next;
            if (runs.size() == 2) {
                end = runs.back().first;
            } else {
                while (end < tokens_.size() && tokens_[end].text != ";") ++end;
                piece.tokens.last = end - 1;
            }
            piece.into = TokenRange{next, end - 1};
        } else if (runs.size() == 2) {
            return doubt(expression);
        }
        pieces.push_back(piece);
    }

    std::string target_type(const PlpgsqlExpression& e, std::size_t target, TokenRange value) const {
        if (e.node == "PLpgSQL_stmt_return" || e.node == "PLpgSQL_stmt_return_next") return types_.result;
        if (e.mode > 2) return target + 2 == value.first ? variable_type(unquoted_name(tokens_[target].text)) : std::string();
        if (e.key == "argquery") return argument_type(value.first);
        if (e.key != "default_val") return {};
        for (const PlpgsqlDeclaration& declaration : types_.declarations) {
            const bool its = declaration.between && declaration.between->last + 1 == value.first;
            if (its) return written_tokens(tokens_, declaration.type);
        }
        return {};
    }

    // Empty where two declarations of the name differ.
    std::string variable_type(const std::string& name) const {
        const auto [first, last] = types_.variables.equal_range(name);
        const bool alike = std::all_of(first, last, [&](const auto& variable) { return variable.second == first->second; });
        return first != last && alike ? first->second : std::string();
    }

    // cursor(value, value) or cursor(name := value)
    std::string argument_type(std::size_t value) const {
        const std::string named = is_word(value, 1, ":=") && value >= 2 ? unquoted_name(tokens_[value - 2].text) : std::string();
        std::size_t number = 0, open = value;
        for (int depth = 0; open > 0;) {
            const std::string_view text = tokens_[--open].text;
            if (depth == 0 && text == "(") break;
            if (depth == 0 && text == ",") ++number;
            if (text == ")" || text == "]") ++depth;
            if (text == "(" || text == "[") --depth;
        }
        if (open == 0) return {};
        const std::string cursor = unquoted_name(tokens_[open - 1].text);
        for (const PlpgsqlDeclaration& argument : types_.declarations) {
            if (argument.cursor != cursor) continue;
            if (named.empty() ? number-- == 0 : argument.name == named) return written_tokens(tokens_, argument.type);
        }
        return {};
    }

    // Behind the := or = that is in no bracket; past the end where there is none.
    std::size_t value_of_assignment(TokenRange run) const {
        int depth = 0;
        for (std::size_t i = run.first; i <= run.last; ++i) {
            const std::string_view text = tokens_[i].text;
            if (depth == 0 && (text == ":=" || text == "=")) return i + 1;
            if (text == "(" || text == "[") ++depth;
            if (text == ")" || text == "]") --depth;
        }
        return run.last + 1;
    }

    const std::vector<SqlToken>& tokens_;
    const PlpgsqlTypes& types_;
    const MarkedBody& marked_;
};

class Cutter {
public:
    Cutter(const std::string& body, const std::vector<SqlToken>& tokens) : body_(body), tokens_(tokens) {}

    BodyPart part(const Piece& piece) const {
        BodyPart part{piece.kind, begin(piece.tokens.first), 0, {}, {}, {}, piece.target_type, 1};
        part.length = end(piece.tokens.last) - part.offset;
        part.text = body_.substr(part.offset, part.length);
        part.sql = part.text;
        part.line += static_cast<int>(std::ranges::count(std::string_view(body_).substr(0, part.offset), '\n'));
        if (piece.into) {
            const std::size_t from = begin(piece.into->first) - part.offset;
            const std::size_t length = end(piece.into->last) - begin(piece.into->first);
            part.into = part.text.substr(from, length);
            part.sql.replace(from, length, std::string(length, ' '));
        }
        if (piece.perform) part.sql.replace(0, std::string_view("perform").size(), "SELECT");
        return part;
    }

    // Of the line, for what has no part.
    std::string line_at(std::size_t token) const {
        const std::size_t at = begin(token);
        const auto before = body_.rfind('\n', at);
        const std::size_t from = before == std::string::npos ? 0 : before + 1;
        return body_.substr(from, std::min(body_.find('\n', at), body_.size()) - from).substr(0, excerpt_bytes_max);
    }

private:
    std::size_t begin(std::size_t token) const { return static_cast<std::size_t>(tokens_[token].text.data() - body_.data()); }
    std::size_t end(std::size_t token) const { return begin(token) + tokens_[token].text.size(); }

    const std::string& body_;
    const std::vector<SqlToken>& tokens_;
};

}  // namespace

std::string written_tokens(const std::vector<SqlToken>& tokens, TokenRange range) {
    const std::string_view first = tokens[range.first].text, last = tokens[range.last].text;
    return {first.data(), last.data() + last.size()};
}

PlpgsqlParts plpgsql_parts(const std::string& body, const std::vector<SqlToken>& tokens, const PlpgsqlTypes& types,
                           const MarkedBody& marked, const std::vector<PlpgsqlExpression>& expressions) {
    Placer placer(tokens, types, marked);
    for (const PlpgsqlExpression& expression : expressions) placer.place(expression);
    for (const PlpgsqlDeclaration& declaration : types.declarations) placer.pieces.push_back({Kind::type, declaration.type, std::nullopt});
    std::ranges::sort(placer.pieces, {}, &Piece::tokens);
    // A loop's variable is told twice, with its default.
    const auto [first, last] = std::ranges::unique(placer.pieces);
    placer.pieces.erase(first, last);

    const Cutter cutter(body, tokens);
    PlpgsqlParts result{{}, std::move(placer.unplaced)};
    std::size_t next = 0;
    const auto look_at_gap = [&](std::size_t until) {
        for (; next < until; ++next) {
            if (is_operator(tokens[next])) result.unplaced.push_back(cutter.line_at(next));
        }
    };
    for (const Piece& piece : placer.pieces) {
        if (piece.tokens.first < next) {
            result.unplaced.push_back(cutter.part(piece).text.substr(0, excerpt_bytes_max));
            continue;
        }
        look_at_gap(piece.tokens.first);
        result.parts.push_back(cutter.part(piece));
        next = piece.tokens.last + 1;
    }
    look_at_gap(tokens.size());
    return result;
}

}  // namespace lantern_migrate::plan
