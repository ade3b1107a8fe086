#include "core/plan/plpgsql_rows.h"

#include "core/errors.h"
#include "core/plan/plpgsql_declarations.h"
#include "core/plan/plpgsql_parts.h"

#include <algorithm>
#include <optional>

namespace lantern_migrate::plan {
namespace {

struct CursorArgument {
    std::string name;
    std::string type;
};

class RowReader {
public:
    RowReader(const PlpgsqlBody& body, const std::vector<SqlToken>& tokens, const TypeReader& types, const Scope& scope)
        : body_(body), tokens_(tokens), types_(types), scope_(scope) {}

    PlpgsqlRows run() {
        for (const BodyPart& part : body_.parts()) {
            if (part.kind == BodyPart::Kind::statement) read(part);
        }
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            if (is(i, "fetch")) read_fetch(i);
            // FOR r IN cursor LOOP
            if (is(i, "for") && is(i + 2, "in") && (is(i + 4, "loop") || is(i + 4, "("))) pass(name(i + 3), name(i + 1));
        }
        return std::move(rows_);
    }

private:
    [[nodiscard]] bool is(std::size_t token, std::string_view word) const {
        return token < tokens_.size() && folded(tokens_[token].text) == word;
    }
    [[nodiscard]] std::string name(std::size_t token) const { return unquoted_name(tokens_[token].text); }

    static void add(NamedTypes& columns, const NamedTypes& more) {
        for (const auto& [name, type] : more) {
            const SqlType given = type == SqlType::untyped ? SqlType::text : type;
            const auto known = std::ranges::find(columns, name, &NamedTypes::value_type::first);
            if (known == columns.end())
                columns.emplace_back(name, given);
            else if (known->second != given)
                known->second = SqlType::unknown;
        }
    }

    void pass(const std::string& cursor, const std::string& record) {
        if (const auto found = rows_.cursors.find(cursor); found != rows_.cursors.end()) add(rows_.records[record], found->second);
    }

    // FETCH NEXT FROM cursor INTO r;
    void read_fetch(std::size_t fetch) {
        std::size_t into = fetch;
        while (into < tokens_.size() && tokens_[into].text != ";" && !is(into, "into")) ++into;
        if (is(into, "into") && is(into + 2, ";")) pass(name(into - 1), name(into + 1));
    }

    void read(const BodyPart& part) {
        const char* begin = body_.text().data() + part.offset;
        const auto found = std::ranges::find_if(tokens_, [&](const SqlToken& token) { return token.text.data() >= begin; });
        const auto query = static_cast<std::size_t>(found - tokens_.begin());
        const std::vector<SqlToken> into = scan(part.into);
        if (!into.empty()) {
            const std::size_t first = into.size() > 2 && folded(into[1].text) == "strict" ? 2 : 1;
            if (into.size() == first + 1) give(part, rows_.records, unquoted_name(into[first].text));
        } else if (query >= 3 && is(query - 1, "in") && is(query - 3, "for")) {
            give(part, rows_.records, name(query - 2));
        } else if (query >= 3 && (is(query - 1, "for") || is(query - 1, "is"))) {
            if (const auto cursor = cursor_before(query - 1)) give(part, rows_.cursors, *cursor);
        }
    }

    // OPEN c FOR, c NO SCROLL CURSOR (q vector) FOR
    [[nodiscard]] std::optional<std::string> cursor_before(std::size_t end) const {
        for (std::size_t i = end; i > 0 && tokens_[i].text != ";"; --i) {
            if (is(i - 1, "open")) return name(i);
            if (!is(i, "cursor")) continue;
            std::size_t at = i - 1;
            if (is(at, "scroll")) at -= at > 1 && is(at - 1, "no") ? 2u : 1u;
            return name(at);
        }
        return std::nullopt;
    }

    void give(const BodyPart& part, std::map<std::string, NamedTypes>& rows, const std::string& name) {
        try {
            const SqlTree tree(part.sql);
            if (tree.statements().size() != 1) return;
            if (const auto outputs = types_.outputs(*tree.statements().front().node, scope_)) add(rows[name], *outputs);
        } catch (const SqlError&) {
            return;  // whoever rewrites the part reports it
        }
    }

    const PlpgsqlBody& body_;
    const std::vector<SqlToken>& tokens_;
    const TypeReader& types_;
    const Scope& scope_;
    PlpgsqlRows rows_;
};

// From the first token behind the parenthesis.
void read_arguments(const std::vector<SqlToken>& tokens, std::size_t at, const std::vector<CursorArgument>& arguments,
                    std::vector<CursorWord>& found) {
    std::size_t number = 0;
    for (int depth = 0; at + 1 < tokens.size() && depth >= 0 && tokens[at].text != ";"; ++at) {
        const std::string_view before = tokens[at - 1].text, after = tokens[at + 1].text;
        const bool begins = before == "(" || before == "," || before == ":=" || before == "=>";
        if (depth == 0 && begins && (after == "," || after == ")")) {
            const bool named = before != "(" && before != ",";
            const auto argument = named ? std::ranges::find(arguments, unquoted_name(tokens[at - 2].text), &CursorArgument::name)
                                        : arguments.begin() + static_cast<std::ptrdiff_t>(std::min(number, arguments.size()));
            if (argument != arguments.end()) found.push_back({&tokens[at], argument->type});
        }
        if (tokens[at].text == "," && depth == 0) ++number;
        if (tokens[at].text == "(" || tokens[at].text == "[") ++depth;
        if (tokens[at].text == ")" || tokens[at].text == "]") --depth;
    }
}

}  // namespace

std::vector<CursorWord> cursor_words(const std::vector<SqlToken>& tokens) {
    std::map<std::string, std::vector<CursorArgument>> cursors;
    for (const PlpgsqlDeclaration& declaration : plpgsql_declarations(tokens)) {
        if (!declaration.cursor.empty())
            cursors[declaration.cursor].push_back({declaration.name, written_tokens(tokens, declaration.type)});
    }
    std::vector<CursorWord> found;
    for (std::size_t i = 0; i + 3 < tokens.size(); ++i) {
        const std::string word = folded(tokens[i].text);
        if ((word != "open" && word != "in") || tokens[i + 2].text != "(") continue;
        const auto cursor = cursors.find(unquoted_name(tokens[i + 1].text));
        if (cursor != cursors.end()) read_arguments(tokens, i + 3, cursor->second, found);
    }
    return found;
}

PlpgsqlRows plpgsql_rows(const PlpgsqlBody& body, const std::vector<SqlToken>& tokens, const TypeReader& types, const Scope& scope) {
    return RowReader(body, tokens, types, scope).run();
}

}  // namespace lantern_migrate::plan
