// The part of Rewriter for queries whose columns become values of types that are known: what a SQL function gives back, what INTO names.
#include "core/plan/query_rewriter.h"
#include "core/plan/tree_nodes.h"

#include <span>
#include <utility>

namespace lantern_migrate::plan {
namespace {

using Targets = std::span<PgQuery__Node* const>;

bool is_whole_row(const PgQuery__ResTarget& target) {
    if (target.val == nullptr || target.val->node_case != PG_QUERY__NODE__NODE_COLUMN_REF) return false;
    const PgQuery__ColumnRef& column = *target.val->column_ref;
    return column.n_fields > 0 && column.fields[column.n_fields - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR;
}

// The output column of this number, from 0; null where a star hides which that is.
PgQuery__ResTarget* target_at(Targets targets, std::size_t number) {
    for (std::size_t i = 0; i <= number && i < targets.size(); ++i) {
        if (is_whole_row(*targets[i]->res_target)) return nullptr;
    }
    return number < targets.size() ? targets[number]->res_target : nullptr;
}

bool differs(SqlType from, SqlType to) {
    if (to == SqlType::text) return is_vector(from) || from == SqlType::vectors;
    if (is_vector(to) && from == SqlType::text) return true;
    return to == SqlType::halfvec && (from == SqlType::vector || from == SqlType::sparsevec || from == SqlType::numbers);
}

// ORDER BY 1, or by the column's own name: the order of texts is another.
bool orders_by(const PgQuery__SelectStmt& select, std::size_t number) {
    const std::string name = output_name(*select.target_list[number]->res_target);
    for (std::size_t i = 0; i < select.n_sort_clause; ++i) {
        if (select.sort_clause[i]->node_case != PG_QUERY__NODE__NODE_SORT_BY) continue;
        const PgQuery__Node& key = *select.sort_clause[i]->sort_by->node;
        if (key.node_case == PG_QUERY__NODE__NODE_A_CONST) return true;
        if (key.node_case != PG_QUERY__NODE__NODE_COLUMN_REF || key.column_ref->n_fields != 1) continue;
        if (texts({key.column_ref->fields, 1}) == std::vector{name}) return true;
    }
    return false;
}

}  // namespace

void Rewriter::results_to_convert(const PgQuery__SelectStmt& select, const std::vector<SqlType>& wanted, const Scope& around,
                                  std::vector<Result>& results) const {
    if (select.larg != nullptr) {
        Scope scope{.outer = &around};
        types_.add_with(scope, select.with_clause);
        const std::size_t before = results.size();
        results_to_convert(*select.larg, wanted, scope, results);
        results_to_convert(*select.rarg, wanted, scope, results);
        // Rows that are equal once they are rounded would be one; an order is of the columns as they were.
        const bool alike = select.all != 0 && select.n_sort_clause == 0;
        for (std::size_t i = before; !alike && i < results.size(); ++i) results[i].value = nullptr;
        return;
    }
    const auto outputs = types_.outputs(select, around);
    for (std::size_t i = 0; outputs && i < outputs->size() && i < wanted.size(); ++i) {
        const SqlType from = (*outputs)[i].second;
        if (!differs(from, wanted[i])) continue;
        const PgQuery__ResTarget* target = target_at({select.target_list, select.n_target_list}, i);
        const bool possible = target != nullptr && !orders_by(select, i) && select.n_distinct_clause == 0;
        results.push_back({possible ? target->val : nullptr, from, wanted[i]});
    }
}

void Rewriter::results_to_convert(const PgQuery__Node& query, const std::vector<SqlType>& wanted, const Scope& around,
                                  std::vector<Result>& results) const {
    if (query.node_case == PG_QUERY__NODE__NODE_SELECT_STMT) return results_to_convert(*query.select_stmt, wanted, around, results);
    Targets returning;
    if (query.node_case == PG_QUERY__NODE__NODE_INSERT_STMT)
        returning = {query.insert_stmt->returning_list, query.insert_stmt->n_returning_list};
    if (query.node_case == PG_QUERY__NODE__NODE_UPDATE_STMT)
        returning = {query.update_stmt->returning_list, query.update_stmt->n_returning_list};
    if (query.node_case == PG_QUERY__NODE__NODE_DELETE_STMT)
        returning = {query.delete_stmt->returning_list, query.delete_stmt->n_returning_list};
    if (query.node_case == PG_QUERY__NODE__NODE_MERGE_STMT)
        returning = {query.merge_stmt->returning_list, query.merge_stmt->n_returning_list};
    const auto outputs = types_.outputs(query, around);
    for (std::size_t i = 0; outputs && i < outputs->size() && i < wanted.size(); ++i) {
        const SqlType from = (*outputs)[i].second;
        const PgQuery__ResTarget* target = target_at(returning, i);
        if (differs(from, wanted[i])) results.push_back({target == nullptr ? nullptr : target->val, from, wanted[i]});
    }
}

Rewriting Rewriter::rewrite_results(PgQuery__Node& query, const std::vector<SqlType>& wanted, const Scope& scope) {
    found_ = {};
    settled_.clear();
    // Before anything is rewritten, for then it is of other types.
    std::vector<Result> results;
    results_to_convert(query, wanted, scope, results);
    if (query.node_case == PG_QUERY__NODE__NODE_SELECT_STMT) {
        NamedTypes columns;
        for (const SqlType type : wanted) columns.emplace_back("", type);
        literals_below(*query.select_stmt, columns);
    }
    expression(&query, scope);
    for (const Result& result : results) {
        if (result.value != nullptr)
            convert(*result.value, result.from, result.to);
        else
            found_.uses.push_back({UseKind::cast, result.to == SqlType::text      ? "text"
                                                  : result.to == SqlType::halfvec ? "halfvec"
                                                                                  : "vector"});
    }
    Conversion rest = convert_uses(query.base, names_, TypePolicy::convert, settled_);
    found_.changed |= rest.changed;
    found_.uses.insert(found_.uses.end(), rest.uses.begin(), rest.uses.end());
    return std::exchange(found_, {});
}

}  // namespace lantern_migrate::plan
