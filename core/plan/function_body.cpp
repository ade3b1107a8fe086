#include "core/plan/function_body.h"

#include "core/errors.h"
#include "core/plan/plpgsql_declarations.h"
#include "core/plan/plpgsql_rewriting.h"
#include "core/plan/sql_tree.h"
#include "core/plan/tree_nodes.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace lantern_migrate::plan {
namespace {

constexpr std::string_view types[] = {"vector", "halfvec", "sparsevec"};
// Compiled: what they do is not in the text.
constexpr std::string_view compiled_languages[] = {"c", "internal"};

// Keywords that a type's name may follow in a body.
constexpr std::string_view before_types[] = {"as", "returns", "setof"};

struct Body {
    std::string language;
    PgQuery__String* text = nullptr;
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
            body.text = option.arg->list->items[0]->string;
        }
    }
    return body;
}

// What the columns of a function's last query become.
std::vector<SqlType> results_of(const PgQuery__CreateFunctionStmt& function, const KnownFunction& declared, const KnownObjects& objects) {
    std::vector<SqlType> results;
    for (const auto& [name, type] : declared.columns) results.push_back(type);
    if (!results.empty()) return results;
    if (function.return_type == nullptr) return {};
    if (const NamedTypes* row = objects.relation(qualified_name({function.return_type->names, function.return_type->n_names}))) {
        for (const auto& [name, type] : *row) results.push_back(type);
        return results;
    }
    return {declared.result};
}

// The last statement of a SQL function gives its result.
Rewriting rewrite_sql_body(PgQuery__String& text, const Scope& scope, const std::vector<SqlType>& results, Rewriter& rewriter) {
    SqlTree tree(text.sval);
    Rewriting all;
    std::string body;
    for (const SqlTree::Statement& statement : tree.statements()) {
        const bool last = &statement == &tree.statements().back();
        Rewriting one = last ? rewriter.rewrite_results(*statement.node, results, scope) : rewriter.rewrite(statement.node->base, scope);
        body += one.changed ? deparse(*statement.node) : std::string(statement.text);
        body += last ? "" : ";\n";
        all.add(std::move(one));
    }
    if (all.changed && all.uses.empty()) set_text(text.sval, body);
    return all;
}

// RETURN value, or BEGIN ATOMIC: a list that has a list of statements.
Rewriting rewrite_parsed_body(PgQuery__Node& body, const Scope& scope, const std::vector<SqlType>& results, Rewriter& rewriter) {
    if (body.node_case == PG_QUERY__NODE__NODE_RETURN_STMT && results.size() == 1)
        return rewriter.rewrite_value(*body.return_stmt->returnval, results.front(), scope);
    const bool nested = body.node_case == PG_QUERY__NODE__NODE_LIST && body.list->n_items == 1;
    if (!nested || body.list->items[0]->node_case != PG_QUERY__NODE__NODE_LIST) return rewriter.rewrite(body.base, scope);
    const PgQuery__List& statements = *body.list->items[0]->list;
    Rewriting all;
    for (std::size_t i = 0; i < statements.n_items; ++i) {
        const bool last = i + 1 == statements.n_items;
        PgQuery__Node& statement = *statements.items[i];
        if (statement.node_case == PG_QUERY__NODE__NODE_RETURN_STMT) {
            all.add(rewrite_parsed_body(statement, scope, results, rewriter));
            continue;
        }
        all.add(last ? rewriter.rewrite_results(statement, results, scope) : rewriter.rewrite(statement.base, scope));
    }
    return all;
}

Scope scope_of(const KnownFunction& function) {
    Scope scope;
    for (std::size_t i = 0; i < function.parameters.size(); ++i) {
        const auto& [name, type] = function.parameters[i];
        scope.parameters[static_cast<int>(i) + 1] = type;
        if (!name.empty()) scope.variables[name] = type;
    }
    for (const auto& [name, type] : function.columns) scope.variables.emplace(name, type);
    return scope;
}

}  // namespace

std::vector<ExtensionUse> uses_of_tokens(const std::string& text) {
    std::vector<ExtensionUse> uses;
    const std::vector<SqlToken> tokens = scan(text);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const std::string word = folded(tokens[i].text);
        const std::string_view next = i + 1 < tokens.size() ? tokens[i + 1].text : std::string_view{};
        if (usual_operators().contains(word)) uses.push_back({UseKind::operator_, word});
        if (next == "." && i + 2 < tokens.size() && is_setting(word + "."))
            uses.push_back({UseKind::function, "SET " + word + "." + folded(tokens[i + 2].text)});
        const bool is_type = std::ranges::contains(types, word);
        if (next == "(" && !is_type && usual_functions().contains(word)) uses.push_back({UseKind::function, word});
        if (!is_type || i == 0) continue;
        const std::string before = folded(tokens[i - 1].text);
        // `q vector(3);` and `public.vector`: a name in front, and no comma, operator or bracket.
        const bool declared = tokens[i - 1].kind == PG_QUERY__TOKEN__IDENT && next != "." && next != ",";
        if (before == "::" || before == "." || declared || std::ranges::contains(before_types, before))
            uses.push_back({UseKind::type, word});
        else if (next == "(" && before != "into")
            uses.push_back({UseKind::function, word});
    }
    return uses;
}

namespace {

// Of a language that nobody here parses: its SQL is in its strings.
std::vector<ExtensionUse> uses_of_words(std::string text) {
    for (char& c : text) c = c == '\'' || c == '"' ? ' ' : c;
    return uses_of_tokens(text);
}

}  // namespace

Rewriting rewrite_function(PgQuery__CreateFunctionStmt& function, const ExtensionNames& names, const KnownObjects& objects,
                           const RewriteOptions& options) {
    const KnownFunction declared = objects.describe(function);
    const Scope scope = scope_of(declared);
    const std::vector<SqlType> results = results_of(function, declared, objects);
    Rewriting all;
    const Body body = body_of(function);
    if (body.text != nullptr && !std::ranges::contains(compiled_languages, body.language)) {
        // Whoever calls it has a search_path of their own: names without a schema may be the extension's.
        ExtensionNames loose = names;
        loose.unqualified = true;
        Rewriter rewriter(loose, objects, options);
        try {
            if (body.language == "sql")
                all = rewrite_sql_body(*body.text, scope, results, rewriter);
            else if (body.language == "plpgsql")
                all = rewrite_plpgsql_body(function, *body.text, scope, declared.result, loose, objects, rewriter);
            else
                all.uses = uses_of_words(body.text->sval);
        } catch (const SqlError&) {
            all = {.uses = uses_of_tokens(body.text->sval)};  // a body that nobody can read
        }
        for (ExtensionUse& use : all.uses) use.in_body = true;
    }
    Rewriter rewriter(names, objects, options);
    for (std::size_t i = 0; i < function.n_parameters; ++i) {
        const PgQuery__FunctionParameter& parameter = *function.parameters[i]->function_parameter;
        if (parameter.arg_type == nullptr) continue;
        // A call's arguments would have to be numbers: real[][] has real as its element, as real[] has.
        if (parameter.mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_VARIADIC && is_array(vector_type(*parameter.arg_type, names)))
            all.uses.push_back({UseKind::type, display(*parameter.arg_type) + " as VARIADIC"});
        if (parameter.defexpr == nullptr) continue;
        if (const SqlType type = sql_type(*parameter.arg_type, names); is_vector(type))
            all.add(rewriter.rewrite_value(*parameter.defexpr, type, scope));
    }
    const bool compiled = std::ranges::contains(compiled_languages, body.language);
    // What is rewritten is taken out meanwhile: a root is not to be taken twice.
    PgQuery__Node* parsed = std::exchange(function.sql_body, nullptr);
    all.add(rewriter.rewrite(function.base, scope, compiled ? TypePolicy::refuse : TypePolicy::convert));
    function.sql_body = parsed;
    if (parsed != nullptr) all.add(rewrite_parsed_body(*parsed, scope, results, rewriter));
    return all;
}

}  // namespace lantern_migrate::plan
