// The part of Rewriter for what orders rows: there a distance may be said as Lantern's index wants it, if nothing else has to agree with
// it.
#include "core/plan/query_rewriter.h"
#include "core/plan/tree_nodes.h"
#include "core/plan/tree_walk.h"

#include <algorithm>

namespace lantern_migrate::plan {
namespace {

constexpr std::string_view unsteady_note =
    "what is searched for may be another each time it is asked for: the distance is shown and ordered by as one, and no index serves it";

constexpr std::string_view distinct_note =
    "no index serves this order: with DISTINCT and GROUP BY, rows are ordered by the distance that is shown";

// PostgreSQL's own that a query's vector is often made with; any other that nobody declares may be volatile.
constexpr std::string_view steady_functions[] = {"abs",   "array_agg",  "array_append", "array_cat",  "array_fill", "avg",        "btrim",
                                                 "ceil",  "concat",     "count",        "date_trunc", "floor",      "format",     "length",
                                                 "lower", "ltrim",      "max",          "md5",        "min",        "mod",        "now",
                                                 "power", "replace",    "round",        "row_number", "rtrim",      "split_part", "sqrt",
                                                 "sum",   "string_agg", "substr",       "trunc",      "unnest",     "upper"};

// The number of an output column, from 1, or 0.
std::size_t ordinal(const PgQuery__Node& node) {
    if (node.node_case != PG_QUERY__NODE__NODE_A_CONST || node.a_const->val_case != PG_QUERY__A__CONST__VAL_IVAL) return 0;
    return static_cast<std::size_t>(std::max(0, node.a_const->ival->ival));
}

}  // namespace

bool Rewriter::orders_as_index(const PgQuery__Node& node, const Scope& scope) const {
    if (node.node_case != PG_QUERY__NODE__NODE_A_EXPR || node.a_expr->kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP) return false;
    const PgQuery__AExpr& operation = *node.a_expr;
    const QualifiedName name = qualified_name({operation.name, operation.n_name});
    const OperatorRule* rule = operator_rule(name.name);
    if (rule == nullptr || (rule->form != OperatorForm::squared_distance && rule->form != OperatorForm::same_distance)) return false;
    return is_extension_operator(name, types_.of(operation.lexpr, scope), types_.of(operation.rexpr, scope), operation);
}

bool Rewriter::is_steady(PgQuery__Node& node) const {
    bool steady = true;
    walk(node.base, [&](ProtobufCMessage& message) {
        if (message.descriptor == &pg_query__range_table_sample__descriptor) steady = false;
        const auto* call = as<PgQuery__FuncCall>(message, pg_query__func_call__descriptor);
        if (call == nullptr) return Walk::into;
        const QualifiedName name = qualified_name({call->funcname, call->n_funcname});
        const auto declared = objects_.functions(name, call->n_args);
        if (!declared.empty())
            steady = steady && std::ranges::all_of(declared, &KnownFunction::steady);
        else if (function_rule(name.name) == nullptr && !std::ranges::contains(steady_functions, name.name))
            steady = false;
        return Walk::into;
    });
    return steady;
}

// With DISTINCT and GROUP BY, what orders has to be what is given back. So it has where it would be another the second time.
bool Rewriter::may_order_otherwise(const PgQuery__SelectStmt& select, PgQuery__Node& key) const {
    if (select.n_distinct_clause > 0 || select.n_group_clause > 0) return false;
    return is_steady(key) || std::all_of(select.target_list, select.target_list + select.n_target_list,
                                         [&](PgQuery__Node* target) { return is_steady(*target); });
}

// ORDER BY distance, ORDER BY 2: a copy of the output column's expression, so that it may stand there as the index wants it.
void Rewriter::resolve_output_order(PgQuery__SelectStmt& select, const Scope& scope) {
    for (std::size_t i = 0; i < select.n_sort_clause; ++i) {
        if (select.sort_clause[i]->node_case != PG_QUERY__NODE__NODE_SORT_BY) continue;
        PgQuery__Node& key = *select.sort_clause[i]->sort_by->node;
        const PgQuery__ResTarget* target = numbered_output(select, ordinal(key));
        if (key.node_case == PG_QUERY__NODE__NODE_COLUMN_REF && key.column_ref->n_fields == 1) {
            const std::vector<std::string> name = texts({key.column_ref->fields, 1});
            for (std::size_t t = 0; !name.empty() && t < select.n_target_list && target == nullptr; ++t) {
                if (output_name(*select.target_list[t]->res_target) == name[0]) target = select.target_list[t]->res_target;
            }
        }
        if (target == nullptr || !orders_as_index(*target->val, scope)) continue;
        if (may_order_otherwise(select, *target->val))
            put(key, clone(*target->val));
        else
            found_.notes.emplace(is_steady(*target->val) ? distinct_note : unsteady_note);
    }
}

void Rewriter::window(PgQuery__WindowDef& window, const Scope& scope) {
    // RANGE BETWEEN 2 PRECEDING is of the distance itself.
    const bool ranges = window.start_offset != nullptr || window.end_offset != nullptr;
    each(window.partition_clause, window.n_partition_clause, scope);
    for (std::size_t i = 0; i < window.n_order_clause; ++i) {
        const bool freely = !ranges && !grouped_ && is_steady(*window.order_clause[i]);
        sort(*window.order_clause[i], scope, freely ? Place::order : Place::value);
    }
    expression(window.start_offset, scope);
    expression(window.end_offset, scope);
}

}  // namespace lantern_migrate::plan
