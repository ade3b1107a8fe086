#include "core/plan/function_body.h"

#include "core/errors.h"
#include "core/plan/extension_uses.h"
#include "core/plan/plpgsql_declarations.h"
#include "core/plan/sql_tree.h"
#include "core/plan/tree_nodes.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace lantern_migrate::plan {
namespace {

constexpr std::string_view types[] = {"vector", "halfvec", "sparsevec"};
// Compiled: what they do is not in the text.
constexpr std::string_view compiled_languages[] = {"c", "internal"};

// Keywords that a type's name may follow in a body.
constexpr std::string_view before_types[] = {"as", "returns", "setof"};

struct Body {
    std::string language;
    std::string text;
};

Body body_of(const PgQuery__CreateFunctionStmt& function) {
    Body body;
    for (std::size_t i = 0; i < function.n_options; ++i) {
        const PgQuery__DefElem& option = *function.options[i]->def_elem;
        if (option.arg == nullptr) continue;
        if (std::string_view(option.defname) == "language" && option.arg->node_case == PG_QUERY__NODE__NODE_STRING) {
            body.language = option.arg->string->sval;
        }
        if (std::string_view(option.defname) == "as" && option.arg->node_case == PG_QUERY__NODE__NODE_LIST &&
            option.arg->list->n_items == 1) {
            body.text = option.arg->list->items[0]->string->sval;
        }
    }
    return body;
}

// Empty optional: the parser does not take it.
std::optional<std::vector<ExtensionUse>> uses_of_sql(const std::string& text) {
    const ExtensionNames names{.schema = {}, .functions = usual_functions(), .operators = usual_operators(), .unqualified = true};
    std::vector<ExtensionUse> uses;
    try {
        const SqlTree tree(text);
        for (const SqlTree::Statement& statement : tree.statements()) {
            const Conversion conversion = convert_uses(statement.node->base, names, TypePolicy::refuse);
            uses.insert(uses.end(), conversion.uses.begin(), conversion.uses.end());
            // A literal that could be written anew stays in the text as it is.
            if (conversion.changed && conversion.uses.empty()) uses.push_back({UseKind::type, "vector"});
        }
    } catch (const SqlError&) {
        return std::nullopt;
    }
    return uses;
}

std::vector<ExtensionUse> uses_of_tokens(const std::string& text) {
    std::vector<ExtensionUse> uses;
    const std::vector<SqlToken> tokens = scan(text);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const std::string word = folded(tokens[i].text);
        const std::string_view next = i + 1 < tokens.size() ? tokens[i + 1].text : std::string_view{};
        if (usual_operators().contains(word)) uses.push_back({UseKind::operator_, word});
        if (next == "(" && usual_functions().contains(word)) uses.push_back({UseKind::function, word});
        if (!std::ranges::contains(types, word) || i == 0) continue;
        const std::string before = folded(tokens[i - 1].text);
        // `q vector(3);` and `public.vector`: a name in front, and no comma, operator or bracket.
        const bool declared = tokens[i - 1].kind == PG_QUERY__TOKEN__IDENT && next != "." && next != ",";
        if (before == "::" || before == "." || declared || std::ranges::contains(before_types, before))
            uses.push_back({UseKind::type, word});
    }
    return uses;
}

}  // namespace

std::string describe_body_uses(const PgQuery__CreateFunctionStmt& function) {
    const Body body = body_of(function);
    if (body.text.empty() || std::ranges::contains(compiled_languages, body.language)) return {};
    if (body.language == "sql") {
        if (const auto uses = uses_of_sql(body.text)) return describe(*uses);
    }
    return describe(uses_of_tokens(body.text));
}

}  // namespace lantern_migrate::plan
