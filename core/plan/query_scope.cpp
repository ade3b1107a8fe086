#include "core/plan/query_scope.h"

#include "core/plan/query_rules.h"
#include "core/plan/tree_nodes.h"

#include <algorithm>
#include <string_view>

namespace lantern_migrate::plan {
namespace {

// Functions of PostgreSQL's own that give back what they are given first.
constexpr std::string_view passing_functions[] = {"any_value", "first_value", "last_value", "nth_value", "lag", "lead", "max", "min"};

// Of PostgreSQL's, beside whose results an operator of pgvector's name is PostgreSQL's own.
constexpr std::string_view other_functions[] = {
    "to_tsquery", "plainto_tsquery", "phraseto_tsquery", "websearch_to_tsquery", "point", "box", "circle", "lseg", "polygon", "now",
    "count"};

constexpr std::string_view text_functions[] = {"string_agg",
                                               "concat",
                                               "concat_ws",
                                               "format",
                                               "quote_literal",
                                               "lower",
                                               "upper",
                                               "btrim",
                                               "ltrim",
                                               "rtrim",
                                               "left",
                                               "right",
                                               "substr",
                                               "substring",
                                               "split_part",
                                               "replace",
                                               "regexp_replace",
                                               "regexp_substr",
                                               "regexp_split_to_table",
                                               "string_to_table",
                                               "to_char",
                                               "md5",
                                               "array_to_string",
                                               "translate",
                                               "json_array_elements_text",
                                               "jsonb_array_elements_text",
                                               "json_extract_path_text",
                                               "jsonb_extract_path_text"};
// Whose results unnest() makes texts of.
constexpr std::string_view text_array_functions[] = {"string_to_array", "regexp_split_to_array", "regexp_matches"};

constexpr std::string_view text_types[] = {"text", "varchar", "bpchar"};

const SqlType* find(const NamedTypes& columns, const std::string& name) {
    const auto found = std::ranges::find(columns, name, &NamedTypes::value_type::first);
    return found == columns.end() ? nullptr : &found->second;
}

}  // namespace

SqlType Scope::column(const std::string& name) const {
    for (const Scope* scope = this; scope != nullptr; scope = scope->outer) {
        for (const ScopeRelation& relation : scope->relations) {
            if (relation.by_alias) continue;
            if (const SqlType* type = find(relation.columns, name)) return *type;
        }
        // It may well be a column of one of these.
        if (!std::ranges::all_of(scope->relations, &ScopeRelation::complete)) break;
    }
    for (const Scope* scope = this; scope != nullptr; scope = scope->outer) {
        if (const auto variable = scope->variables.find(name); variable != scope->variables.end()) return variable->second;
    }
    return SqlType::unknown;
}

SqlType Scope::column(const std::string& alias, const std::string& name) const {
    for (const Scope* scope = this; scope != nullptr; scope = scope->outer) {
        const auto relation = std::ranges::find(scope->relations, alias, &ScopeRelation::alias);
        if (relation == scope->relations.end()) continue;
        const SqlType* type = find(relation->columns, name);
        return type == nullptr ? SqlType::unknown : *type;
    }
    // A function's own name may stand before its parameter's.
    for (const Scope* scope = this; scope != nullptr; scope = scope->outer) {
        if (const auto variable = scope->variables.find(name); variable != scope->variables.end()) return variable->second;
    }
    return SqlType::unknown;
}

SqlType Scope::parameter(int number) const {
    for (const Scope* scope = this; scope != nullptr; scope = scope->outer) {
        if (const auto found = scope->parameters.find(number); found != scope->parameters.end()) return found->second;
    }
    return SqlType::unknown;
}

const std::optional<NamedTypes>* Scope::query(const std::string& name) const {
    for (const Scope* scope = this; scope != nullptr; scope = scope->outer) {
        if (const auto found = scope->queries.find(name); found != scope->queries.end()) return &found->second;
    }
    return nullptr;
}

SqlType TypeReader::of(const PgQuery__Node* node, const Scope& scope) const {
    if (node == nullptr) return SqlType::unknown;
    switch (node->node_case) {
        case PG_QUERY__NODE__NODE_A_CONST: {
            const PgQuery__AConst& constant = *node->a_const;
            if (constant.val_case == PG_QUERY__A__CONST__VAL_BSVAL) return SqlType::bits;
            return constant.isnull != 0 || constant.val_case == PG_QUERY__A__CONST__VAL_SVAL ? SqlType::untyped : SqlType::other;
        }
        case PG_QUERY__NODE__NODE_TYPE_CAST: return sql_type(*node->type_cast->type_name, names_);
        case PG_QUERY__NODE__NODE_COLUMN_REF: return of_column(*node->column_ref, scope);
        case PG_QUERY__NODE__NODE_PARAM_REF: return scope.parameter(node->param_ref->number);
        case PG_QUERY__NODE__NODE_FUNC_CALL: return of_call(*node->func_call, scope);
        case PG_QUERY__NODE__NODE_A_EXPR: return of_operator(*node->a_expr, scope);
        case PG_QUERY__NODE__NODE_SUB_LINK: return of_link(*node->sub_link, scope);
        case PG_QUERY__NODE__NODE_COALESCE_EXPR: return first_known(node->coalesce_expr->args, node->coalesce_expr->n_args, scope);
        case PG_QUERY__NODE__NODE_MIN_MAX_EXPR: return first_known(node->min_max_expr->args, node->min_max_expr->n_args, scope);
        case PG_QUERY__NODE__NODE_CASE_EXPR: {
            const PgQuery__CaseExpr& cases = *node->case_expr;
            for (std::size_t i = 0; i < cases.n_args; ++i) {
                const SqlType type = of(cases.args[i]->case_when->result, scope);
                if (type != SqlType::untyped && type != SqlType::unknown) return type;
            }
            return of(cases.defresult, scope);
        }
        case PG_QUERY__NODE__NODE_COLLATE_CLAUSE: return of(node->collate_clause->arg, scope);
        case PG_QUERY__NODE__NODE_A_ARRAY_EXPR: {
            const PgQuery__AArrayExpr& array = *node->a_array_expr;
            bool strings = false;
            for (std::size_t i = 0; i < array.n_elements; ++i) {
                const SqlType type = of(array.elements[i], scope);
                if (is_vector(type) || type == SqlType::vectors) return SqlType::vectors;
                strings = strings || type == SqlType::text || type == SqlType::untyped;
            }
            return strings ? SqlType::other : SqlType::numbers;
        }
        case PG_QUERY__NODE__NODE_A_INDIRECTION: {
            const PgQuery__AIndirection& part = *node->a_indirection;
            // (i).v
            const std::vector<std::string> field = texts({part.indirection, part.n_indirection});
            const bool of_row = part.n_indirection == 1 && field.size() == 1 && part.arg->node_case == PG_QUERY__NODE__NODE_COLUMN_REF;
            if (of_row && part.arg->column_ref->n_fields == 1) {
                const std::vector<std::string> row = texts({part.arg->column_ref->fields, 1});
                if (!row.empty()) return scope.column(row[0], field[0]);
            }
            const bool element = part.n_indirection == 1 && part.indirection[0]->node_case == PG_QUERY__NODE__NODE_A_INDICES &&
                                 part.indirection[0]->a_indices->is_slice == 0;
            return element && of(part.arg, scope) == SqlType::vectors ? SqlType::vector : SqlType::unknown;
        }
        case PG_QUERY__NODE__NODE_BOOL_EXPR:
        case PG_QUERY__NODE__NODE_NULL_TEST:
        case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
        case PG_QUERY__NODE__NODE_ROW_EXPR:
        case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION: return SqlType::other;
        default: return SqlType::unknown;
    }
}

std::vector<SqlType> TypeReader::of_all(PgQuery__Node* const* nodes, std::size_t count, const Scope& scope) const {
    std::vector<SqlType> types;
    for (std::size_t i = 0; i < count; ++i) types.push_back(of(nodes[i], scope));
    return types;
}

SqlType TypeReader::first_known(PgQuery__Node* const* nodes, std::size_t count, const Scope& scope) const {
    SqlType found = SqlType::untyped;
    for (const SqlType type : of_all(nodes, count, scope)) {
        if (type != SqlType::untyped && type != SqlType::unknown) return type;
        if (type == SqlType::unknown) found = type;
    }
    return found;
}

SqlType TypeReader::of_column(const PgQuery__ColumnRef& column, const Scope& scope) const {
    const auto parts = texts({column.fields, column.n_fields});
    if (parts.size() != column.n_fields || parts.empty()) return SqlType::unknown;
    return parts.size() == 1 ? scope.column(parts[0]) : scope.column(parts[parts.size() - 2], parts.back());
}

bool TypeReader::is_extension_function(const QualifiedName& name, const std::vector<SqlType>& arguments) const {
    if (!names_.owns(name) || !names_.functions.contains(name.name)) return false;
    if (name.schema.empty() && objects_.has_function(name.name)) return false;
    if (std::ranges::any_of(arguments, is_vector)) return true;
    const FunctionRule* rule = function_rule(name.name);
    if (rule == nullptr) return true;
    if (rule->shared_name) return false;  // avg() and sum() are everybody's
    const std::size_t judged = rule->mixed_arguments ? std::min<std::size_t>(1, arguments.size()) : arguments.size();
    return std::ranges::none_of(arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(judged), [&](SqlType type) {
        return type == SqlType::other || type == SqlType::text || (type == SqlType::bits && !rule->of_bits);
    });
}

bool TypeReader::is_array_of_texts(const PgQuery__Node& node, const Scope& scope) const {
    if (node.node_case == PG_QUERY__NODE__NODE_FUNC_CALL) {
        const QualifiedName name = qualified_name({node.func_call->funcname, node.func_call->n_funcname});
        return std::ranges::contains(text_array_functions, name.name) && !objects_.has_function(name.name);
    }
    if (node.node_case == PG_QUERY__NODE__NODE_TYPE_CAST) {
        const PgQuery__TypeName& type = *node.type_cast->type_name;
        return type.n_array_bounds == 1 && std::ranges::contains(text_types, qualified_name({type.names, type.n_names}).name);
    }
    if (node.node_case != PG_QUERY__NODE__NODE_A_ARRAY_EXPR || node.a_array_expr->n_elements == 0) return false;
    const SqlType element = of(node.a_array_expr->elements[0], scope);
    return element == SqlType::text || element == SqlType::untyped;
}

SqlType TypeReader::of_call(const PgQuery__FuncCall& call, const Scope& scope) const {
    const QualifiedName name = qualified_name({call.funcname, call.n_funcname});
    const std::vector<SqlType> arguments = of_all(call.args, call.n_args, scope);
    const SqlType first = arguments.empty() ? SqlType::unknown : arguments.front();
    if (is_extension_function(name, arguments)) {
        const FunctionRule* rule = function_rule(name.name);
        if (rule == nullptr) return SqlType::unknown;
        if (rule->result == SqlType::vector) return is_vector(first) ? first : SqlType::vector;
        return rule->result;
    }
    if (name.name == "array_agg" && is_vector(first)) return SqlType::vectors;
    if (name.name == "unnest" && first == SqlType::vectors) return SqlType::vector;
    if (name.name == "unnest" && call.n_args == 1 && is_array_of_texts(*call.args[0], scope)) return SqlType::text;
    if (std::ranges::contains(passing_functions, name.name)) return first;
    if (std::ranges::contains(text_functions, name.name) && !objects_.has_function(name.name)) return SqlType::text;
    if (std::ranges::contains(other_functions, name.name) && !objects_.has_function(name.name)) return SqlType::other;
    const auto functions = objects_.functions(name, arguments.size());
    if (functions.empty()) return SqlType::unknown;
    const SqlType result = functions.front()->result;
    return std::ranges::all_of(functions, [&](const auto* f) { return f->result == result; }) ? result : SqlType::unknown;
}

SqlType TypeReader::of_operator(const PgQuery__AExpr& expression, const Scope& scope) const {
    if (expression.kind == PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF) return of(expression.lexpr, scope);
    if (expression.kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP) return SqlType::other;
    const QualifiedName name = qualified_name({expression.name, expression.n_name});
    const SqlType left = of(expression.lexpr, scope), right = of(expression.rexpr, scope);
    const OperatorRule* rule = operator_rule(name.name);
    if (name.name == "->>" || name.name == "#>>") return SqlType::text;
    if (name.name == "->" || name.name == "#>") return SqlType::other;  // JSON
    if (name.name == "||") {
        // '[' || id || ']'
        const bool literal = (left == SqlType::untyped && right == SqlType::other) || (left == SqlType::other && right == SqlType::untyped);
        if (literal || left == SqlType::text || right == SqlType::text) return SqlType::text;
    }
    if (rule != nullptr && rule->result == SqlType::vector) {
        if (is_vector(left) || is_vector(right)) return is_vector(left) ? left : right;
        return left == SqlType::unknown || right == SqlType::unknown ? SqlType::unknown : left;
    }
    if (rule != nullptr || is_comparison(name.name)) return SqlType::other;
    return SqlType::unknown;
}

SqlType TypeReader::of_link(const PgQuery__SubLink& link, const Scope& scope) const {
    const bool array = link.sub_link_type == PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK;
    if (!array && link.sub_link_type != PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK) return SqlType::other;
    const auto columns = outputs(*link.subselect, scope);
    if (!columns || columns->empty()) return SqlType::unknown;
    const SqlType type = columns->front().second;
    if (!array) return type;
    return is_vector(type) ? SqlType::vectors : SqlType::unknown;
}

}  // namespace lantern_migrate::plan
