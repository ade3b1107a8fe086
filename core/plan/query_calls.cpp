// The part of Rewriter for calls: of pgvector's functions, of users' and of PostgreSQL's that look into their arguments.
#include "core/plan/compatibility.h"
#include "core/plan/query_rewriter.h"
#include "core/plan/tree_nodes.h"

#include <algorithm>

namespace lantern_migrate::plan {
namespace {

constexpr std::string_view parameter_note = "send the parameter as '{1,2,3}', not as '[1,2,3]'";

// PostgreSQL's own that make text or JSON of whatever they are given.
constexpr std::string_view showing_functions[] = {"concat",
                                                  "concat_ws",
                                                  "format",
                                                  "to_json",
                                                  "to_jsonb",
                                                  "json_build_array",
                                                  "json_agg",
                                                  "jsonb_build_array",
                                                  "json_build_object",
                                                  "jsonb_build_object",
                                                  "jsonb_agg",
                                                  "json_object_agg",
                                                  "jsonb_object_agg",
                                                  "quote_literal",
                                                  "quote_nullable"};
// Those that an array of arrays answers as one of vectors does.
constexpr std::string_view array_functions[] = {"array_length", "array_lower", "array_upper", "count", "array_agg",
                                                "first_value",  "last_value",  "lag",         "lead",  "nth_value",
                                                "any_value",    "min",         "max"};

// PostgreSQL's own that take a text or JSON which may read as a vector does: '[0]' is a regular expression, too.
constexpr std::string_view text_taking_families[] = {"json", "regexp_", "string_", "quote_", "pg_", "xml", "ts_", "sha"};
constexpr std::string_view text_taking_functions[] = {
    "set_config", "current_setting", "concat",          "concat_ws",  "format",      "replace",   "translate",    "btrim",
    "ltrim",      "rtrim",           "strpos",          "split_part", "starts_with", "length",    "char_length",  "octet_length",
    "lower",      "upper",           "initcap",         "substr",     "substring",   "left",      "right",        "lpad",
    "rpad",       "repeat",          "reverse",         "overlay",    "position",    "encode",    "decode",       "convert_to",
    "md5",        "hashtext",        "to_json",         "to_jsonb",   "to_char",     "to_number", "to_tsvector",  "to_tsquery",
    "nextval",    "currval",         "plainto_tsquery", "setval",     "count",       "ascii",     "array_to_json"};

bool is(const PgQuery__Node* node, PgQuery__Node__NodeCase node_case) { return node != nullptr && node->node_case == node_case; }

}  // namespace

void Rewriter::call(PgQuery__Node& node, const Scope& scope) {
    PgQuery__FuncCall& call = *node.func_call;
    const QualifiedName name = qualified_name({call.funcname, call.n_funcname});
    const std::vector<SqlType> arguments = types_.of_all(call.args, call.n_args, scope);
    const FunctionRule* rule = function_rule(name.name);
    const bool ours = types_.is_extension_function(name, arguments);
    if (!ours) {
        settled_.insert(&call.base);
        call_of_user(call, name, scope);
        populated_row(call, name, scope);
        descend(node.base, scope);
        return call_of_other(call, name, arguments);
    }
    const auto vector = std::ranges::find_if(arguments, is_vector);
    for (std::size_t i = 0; rule != nullptr && !rule->of_bits && i < (rule->mixed_arguments ? 1 : call.n_args); ++i) {
        literal(call.args[i], vector == arguments.end() ? SqlType::vector : *vector);
        if (is(call.args[i], PG_QUERY__NODE__NODE_PARAM_REF)) found_.notes.emplace(parameter_note);
    }
    descend(node.base, scope);
    std::vector<std::pair<PgQuery__Node*, SqlType>> values;
    for (std::size_t i = 0; i < call.n_args; ++i) values.emplace_back(call.args[i], arguments[i]);
    round_beside_halves(values);
    if (rule == nullptr) return;  // convert_uses() reports it
    NodeList parts{call.funcname, call.n_funcname};
    if (rule->function.empty()) {
        parts.clear();
        parts.append(string_node("array_length"));
        NodeList{call.args, call.n_args}.append(integer_constant_node(1));
        settled_.insert(&call.base);
        found_.changed = true;
        return;
    }
    const bool of_halves = std::ranges::contains(arguments, SqlType::halfvec);
    const std::string_view function = of_halves && !rule->half_function.empty() ? rule->half_function : rule->function;
    if (!can(function)) return;
    parts.clear();
    parts.append(string_node(compatibility_schema));
    parts.append(string_node(function));
    settled_.insert(&call.base);
    found_.functions.emplace(function);
    found_.changed = true;
}

// Functions that look into their arguments see an array now.
void Rewriter::call_of_other(PgQuery__FuncCall& call, const QualifiedName& name, const std::vector<SqlType>& arguments) {
    if (objects_.has_function(name.name)) return;
    if (name.name == "set_config" || name.name == "current_setting") return named_setting(call, name.name);
    const bool shows = std::ranges::contains(showing_functions, name.name);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (shows && is_vector(arguments[i])) cast_to_text(*call.args[i], arguments[i]);
        if (arguments[i] == SqlType::vectors && !std::ranges::contains(array_functions, name.name))
            found_.uses.push_back({UseKind::function, display(name) + " of an array of vectors"});
    }
}

// A literal for a parameter that was a vector.
void Rewriter::call_of_user(const PgQuery__FuncCall& call, const QualifiedName& name, const Scope& scope) {
    const auto functions = objects_.functions(name, call.n_args);
    if (functions.empty()) return call_of_unknown(call, name, scope);
    for (std::size_t i = 0; i < call.n_args; ++i) {
        const bool named = is(call.args[i], PG_QUERY__NODE__NODE_NAMED_ARG_EXPR);
        PgQuery__Node* value = named ? call.args[i]->named_arg_expr->arg : call.args[i];
        const SqlType from = types_.of(value, scope);
        if (from != SqlType::untyped && from != SqlType::vector) continue;
        const auto type_in = [&](const KnownFunction* function) {
            if (!named) return function->parameters[i].second;
            const auto found = std::ranges::find(function->parameters, call.args[i]->named_arg_expr->name, &NamedTypes::value_type::first);
            return found == function->parameters.end() ? SqlType::unknown : found->second;
        };
        const SqlType type = type_in(functions.front());
        if (std::ranges::all_of(functions, [&](const auto* f) { return type_in(f) == type; })) {
            literal(value, type);
            if (from == SqlType::vector && type == SqlType::halfvec) convert_by(*value, "to_halfvec", type);
        } else if (std::ranges::any_of(functions, [&](const auto* f) { return is_vector(type_in(f)); }) &&
                   std::ranges::none_of(functions, [&](const auto* f) { return type_in(f) == SqlType::text; })) {
            doubt(value);
        }
    }
}

// Nobody declared it: unless PostgreSQL has it, its parameters may be vectors.
void Rewriter::call_of_unknown(const PgQuery__FuncCall& call, const QualifiedName& name, const Scope& scope) {
    if ((name.name == "lag" || name.name == "lead") && call.n_args == 3)
        return beside(call.args[2], types_.of(call.args[2], scope), types_.of(call.args[0], scope));
    if (name.schema == "pg_catalog" || std::ranges::contains(text_taking_functions, name.name)) return;
    if (std::ranges::any_of(text_taking_families, [&](std::string_view prefix) { return name.name.starts_with(prefix); })) return;
    for (std::size_t i = 0; i < call.n_args; ++i)
        doubt(is(call.args[i], PG_QUERY__NODE__NODE_NAMED_ARG_EXPR) ? call.args[i]->named_arg_expr->arg : call.args[i]);
}

}  // namespace lantern_migrate::plan
