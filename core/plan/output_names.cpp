// What an output column without an alias is called: PostgreSQL's FigureColname(), of parse_target.c.
#include "core/plan/query_scope.h"
#include "core/plan/tree_nodes.h"

#include <span>
#include <string_view>
#include <utility>

namespace lantern_migrate::plan {
namespace {

// A cast's type gives its name only to what has none of its own, or a weak one.
enum class Strength { none, weak, own };

struct Figured {
    std::string name;
    Strength strength = Strength::none;
};

constexpr std::pair<PgQuery__Node__NodeCase, std::string_view> named_kinds[] = {
    {PG_QUERY__NODE__NODE_A_ARRAY_EXPR, "array"},
    {PG_QUERY__NODE__NODE_COALESCE_EXPR, "coalesce"},
    {PG_QUERY__NODE__NODE_ROW_EXPR, "row"},
    {PG_QUERY__NODE__NODE_GROUPING_FUNC, "grouping"},
    {PG_QUERY__NODE__NODE_XML_SERIALIZE, "xmlserialize"},
    {PG_QUERY__NODE__NODE_JSON_PARSE_EXPR, "json"},
    {PG_QUERY__NODE__NODE_JSON_SCALAR_EXPR, "json_scalar"},
    {PG_QUERY__NODE__NODE_JSON_SERIALIZE_EXPR, "json_serialize"},
    {PG_QUERY__NODE__NODE_JSON_OBJECT_CONSTRUCTOR, "json_object"},
    {PG_QUERY__NODE__NODE_JSON_ARRAY_CONSTRUCTOR, "json_array"},
    {PG_QUERY__NODE__NODE_JSON_ARRAY_QUERY_CONSTRUCTOR, "json_array"},
    {PG_QUERY__NODE__NODE_JSON_OBJECT_AGG, "json_objectagg"},
    {PG_QUERY__NODE__NODE_JSON_ARRAY_AGG, "json_arrayagg"},
};

Figured own(std::string_view name) { return {std::string(name), Strength::own}; }

Figured last_of(std::span<PgQuery__Node* const> parts) {
    const std::vector<std::string> names = texts(parts);
    return names.empty() ? Figured{} : own(names.back());
}

Figured figure(const PgQuery__Node* node);

// A subquery has its first column's, which is one also where it is ?column?.
Figured of_link(const PgQuery__SubLink& link) {
    if (link.sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK) return own("exists");
    if (link.sub_link_type == PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK) return own("array");
    if (link.sub_link_type != PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK || link.subselect->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return {};
    const PgQuery__SelectStmt* query = link.subselect->select_stmt;
    while (query->larg != nullptr) query = query->larg;
    if (query->n_values_lists > 0) return own("column1");
    return own(query->n_target_list == 0 ? unnamed_output : output_name(*query->target_list[0]->res_target));
}

Figured of_cast(const PgQuery__TypeCast& cast) {
    Figured inner = figure(cast.arg);
    if (inner.strength == Strength::own || cast.type_name == nullptr) return inner;
    Figured type = last_of({cast.type_name->names, cast.type_name->n_names});
    type.strength = Strength::weak;
    return type;
}

Figured figure(const PgQuery__Node* node) {
    if (node == nullptr) return {};
    switch (node->node_case) {
        case PG_QUERY__NODE__NODE_COLUMN_REF: return last_of({node->column_ref->fields, node->column_ref->n_fields});
        case PG_QUERY__NODE__NODE_FUNC_CALL: return last_of({node->func_call->funcname, node->func_call->n_funcname});
        case PG_QUERY__NODE__NODE_A_INDIRECTION: {
            const PgQuery__AIndirection& part = *node->a_indirection;
            Figured field = last_of({part.indirection, part.n_indirection});
            return field.strength == Strength::own ? field : figure(part.arg);
        }
        case PG_QUERY__NODE__NODE_A_EXPR: return node->a_expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF ? own("nullif") : Figured{};
        case PG_QUERY__NODE__NODE_TYPE_CAST: return of_cast(*node->type_cast);
        case PG_QUERY__NODE__NODE_COLLATE_CLAUSE: return figure(node->collate_clause->arg);
        case PG_QUERY__NODE__NODE_SUB_LINK: return of_link(*node->sub_link);
        case PG_QUERY__NODE__NODE_CASE_EXPR: {
            Figured other = figure(node->case_expr->defresult);
            return other.strength == Strength::own ? other : Figured{"case", Strength::weak};
        }
        case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
            return own(node->min_max_expr->op == PG_QUERY__MIN_MAX_OP__IS_GREATEST ? "greatest" : "least");
        default: break;
    }
    for (const auto& [kind, name] : named_kinds) {
        if (node->node_case == kind) return own(name);
    }
    return {};
}

}  // namespace

std::string output_name(const PgQuery__ResTarget& target) {
    if (target.name != nullptr && *target.name != '\0') return target.name;
    Figured figured = figure(target.val);
    return figured.strength == Strength::none ? std::string(unnamed_output) : std::move(figured.name);
}

}  // namespace lantern_migrate::plan
