// The part of Rewriter that knows statements: which names their clauses see, and where an expression orders rows.
#include "core/plan/query_rewriter.h"
#include "core/plan/tree_nodes.h"
#include "core/plan/tree_walk.h"

#include <algorithm>
#include <utility>

namespace lantern_migrate::plan {
namespace {

// Of a literal: convert_uses() makes it a cast to real[].
bool is_cast_to_vector(const PgQuery__Node* node, const ExtensionNames& names) {
    return node != nullptr && node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST &&
           vector_type(*node->type_cast->type_name, names) != VectorType::none;
}

}  // namespace

void Rewriter::descend(ProtobufCMessage& message, const Scope& scope) {
    walk(message, [&](ProtobufCMessage& inner) {
        if (&inner == &message) return Walk::into;
        if (auto* node = as<PgQuery__Node>(inner, pg_query__node__descriptor)) {
            expression(node, scope);
            return Walk::over;
        }
        if (auto* arm = as<PgQuery__SelectStmt>(inner, pg_query__select_stmt__descriptor)) {
            select(*arm, scope);
            return Walk::over;
        }
        if (auto* window_of = as<PgQuery__WindowDef>(inner, pg_query__window_def__descriptor)) {
            window(*window_of, scope);
            return Walk::over;
        }
        return shown(inner, scope) ? Walk::over : Walk::into;
    });
}

bool Rewriter::statement(PgQuery__Node& node, const Scope& scope) {
    switch (node.node_case) {
        case PG_QUERY__NODE__NODE_SELECT_STMT: select(*node.select_stmt, scope); return true;
        case PG_QUERY__NODE__NODE_INSERT_STMT: insert(*node.insert_stmt, scope); return true;
        case PG_QUERY__NODE__NODE_UPDATE_STMT: update(*node.update_stmt, scope); return true;
        case PG_QUERY__NODE__NODE_DELETE_STMT: delete_(*node.delete_stmt, scope); return true;
        case PG_QUERY__NODE__NODE_MERGE_STMT: merge(*node.merge_stmt, scope); return true;
        case PG_QUERY__NODE__NODE_PREPARE_STMT: {
            Scope inner{.outer = &scope};
            const PgQuery__PrepareStmt& prepare = *node.prepare_stmt;
            for (std::size_t i = 0; i < prepare.n_argtypes; ++i)
                inner.parameters[static_cast<int>(i) + 1] = sql_type(*prepare.argtypes[i]->type_name, names_);
            expression(prepare.query, inner);
            return true;
        }
        case PG_QUERY__NODE__NODE_VIEW_STMT:
        case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT: {
            const bool outside = std::exchange(keeps_unnamed_, true);
            descend(node.base, scope);
            keeps_unnamed_ = outside;
            return true;
        }
        case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT: setting(*node.variable_set_stmt); return true;
        case PG_QUERY__NODE__NODE_VARIABLE_SHOW_STMT: shown_setting(*node.variable_show_stmt); return true;
        case PG_QUERY__NODE__NODE_EXECUTE_STMT: {
            const PgQuery__ExecuteStmt& execute = *node.execute_stmt;
            const std::vector<SqlType> types = objects_.prepared(execute.name);
            for (std::size_t i = 0; i < execute.n_params; ++i)
                assign(execute.params[i], i < types.size() ? types[i] : SqlType::unknown, scope);
            return true;
        }
        case PG_QUERY__NODE__NODE_CALL_STMT: {
            if (node.call_stmt->funccall == nullptr) return false;
            // The grammar has it bare, outside of a node.
            PgQuery__Node bare = PG_QUERY__NODE__INIT;
            bare.node_case = PG_QUERY__NODE__NODE_FUNC_CALL;
            bare.func_call = node.call_stmt->funccall;
            call(bare, scope);
            return true;
        }
        default: return false;
    }
}

void Rewriter::each(PgQuery__Node** nodes, std::size_t count, const Scope& scope) {
    for (std::size_t i = 0; i < count; ++i) expression(nodes[i], scope);
}

void Rewriter::with(PgQuery__WithClause* clause, const Scope& scope) {
    if (clause == nullptr) return;
    for (std::size_t i = 0; i < clause->n_ctes; ++i) expression(clause->ctes[i]->common_table_expr->ctequery, scope);
}

void Rewriter::sort(PgQuery__Node& node, const Scope& scope, Place place) {
    if (node.node_case != PG_QUERY__NODE__NODE_SORT_BY) return expression(&node, scope);
    expression(node.sort_by->node, scope, place);
}

// A literal that has a vector above or below it.
void Rewriter::literals_below(PgQuery__SelectStmt& select, const NamedTypes& columns) {
    if (select.larg != nullptr) {
        literals_below(*select.larg, columns);
        return literals_below(*select.rarg, columns);
    }
    const auto settle = [&](PgQuery__Node* value, std::size_t i) {
        if (i < columns.size()) beside(value, SqlType::untyped, columns[i].second);
    };
    for (std::size_t row = 0; row < select.n_values_lists; ++row) {
        const PgQuery__List& values = *select.values_lists[row]->list;
        for (std::size_t i = 0; i < values.n_items; ++i) settle(values.items[i], i);
    }
    for (std::size_t i = 0; i < select.n_target_list && !is_star(*select.target_list[i]->res_target); ++i)
        settle(select.target_list[i]->res_target->val, i);
}

void Rewriter::select(PgQuery__SelectStmt& select, const Scope& around) {
    if (select.larg != nullptr) {
        Scope scope{.outer = &around};
        types_.add_with(scope, select.with_clause);
        with(select.with_clause, scope);
        if (const auto columns = types_.outputs(select, scope)) literals_below(select, *columns);
        this->select(*select.larg, scope);
        this->select(*select.rarg, scope);
        each(select.sort_clause, select.n_sort_clause, scope);
        return;
    }
    Scope scope{.outer = &around};
    types_.open(scope, select);
    const bool around_is_grouped = std::exchange(grouped_, select.n_group_clause > 0);
    resolve_output_order(select, scope);
    with(select.with_clause, scope);
    if (const auto columns = select.n_values_lists > 1 ? types_.outputs(select, scope) : std::nullopt) literals_below(select, *columns);
    // Asked before the outputs are rewritten.
    std::vector<Place> places;
    for (std::size_t i = 0; i < select.n_sort_clause; ++i)
        places.push_back(may_order_otherwise(select, *select.sort_clause[i]) ? Place::order : Place::value);
    body_of_select(select, scope);
    for (std::size_t i = 0; i < select.n_sort_clause; ++i) sort(*select.sort_clause[i], scope, places[i]);
    grouped_ = around_is_grouped;
}

void Rewriter::body_of_select(PgQuery__SelectStmt& select, const Scope& scope) {
    each(select.from_clause, select.n_from_clause, scope);
    for (std::size_t i = 0; i < select.n_target_list; ++i) {
        PgQuery__ResTarget& target = *select.target_list[i]->res_target;
        const std::string name = output_name(target);
        expression(select.target_list[i], scope);
        // Whoever reads the column by its name finds it.
        const bool renamed = output_name(target) != name || is_cast_to_vector(target.val, names_);
        if (renamed && (name != unnamed_output || keeps_unnamed_ || select.into_clause != nullptr)) set_text(target.name, name);
    }
    each(select.distinct_clause, select.n_distinct_clause, scope);
    expression(select.where_clause, scope);
    each(select.group_clause, select.n_group_clause, scope);
    expression(select.having_clause, scope);
    each(select.window_clause, select.n_window_clause, scope);
    each(select.values_lists, select.n_values_lists, scope);
    expression(select.limit_offset, scope);
    expression(select.limit_count, scope);
}

void Rewriter::insert_rows(PgQuery__Node& query, const std::vector<SqlType>& columns, const Scope& scope) {
    const auto type_of = [&](std::size_t i) { return i < columns.size() ? columns[i] : SqlType::unknown; };
    PgQuery__SelectStmt& select = *query.select_stmt;
    for (std::size_t row = 0; row < select.n_values_lists; ++row) {
        const PgQuery__List& values = *select.values_lists[row]->list;
        for (std::size_t i = 0; i < values.n_items; ++i) assign(values.items[i], type_of(i), scope);
    }
    if (select.n_values_lists > 0 && select.n_sort_clause == 0 && select.limit_count == nullptr) return with(select.with_clause, scope);
    NamedTypes wanted;
    for (const SqlType type : columns) wanted.emplace_back("", type);
    const PgQuery__SelectStmt* first = &select;
    while (first->larg != nullptr) first = first->larg;
    if (columns.empty()) wanted.resize(first->n_target_list, {"", SqlType::unknown});  // of a table that nobody declared
    literals_below(select, wanted);
    std::vector<PgQuery__Node*> halves, texts;
    outputs_to_convert(select, columns, scope, halves, texts);
    this->select(select, scope);
    // A star's columns cannot be told to, and where equal rows are one, it is rounded ones that are equal.
    const bool possible = !std::ranges::contains(halves, nullptr) && (select.larg == nullptr || select.all != 0);
    if (!halves.empty() && !possible) return found_.uses.push_back({UseKind::cast, "halfvec"});
    if (std::ranges::contains(texts, nullptr)) return found_.uses.push_back({UseKind::cast, "text"});
    for (PgQuery__Node* value : texts) cast_to_text(*value, SqlType::vector);
    for (PgQuery__Node* value : halves) convert_by(*value, "to_halfvec", SqlType::halfvec);
}

// Those that a column of halves rounds, and vectors for a column of texts. Found before they are rewritten, for then they are of other
// types.
void Rewriter::outputs_to_convert(PgQuery__SelectStmt& select, const std::vector<SqlType>& columns, const Scope& around,
                                  std::vector<PgQuery__Node*>& halves, std::vector<PgQuery__Node*>& texts) const {
    if (select.larg != nullptr) {
        Scope scope{.outer = &around};
        types_.add_with(scope, select.with_clause);
        outputs_to_convert(*select.larg, columns, scope, halves, texts);
        return outputs_to_convert(*select.rarg, columns, scope, halves, texts);
    }
    const auto outputs = types_.outputs(select, around);
    for (std::size_t i = 0; outputs && i < outputs->size() && i < columns.size(); ++i) {
        const SqlType from = (*outputs)[i].second;
        const bool rounds = columns[i] == SqlType::halfvec && (from == SqlType::vector || from == SqlType::sparsevec);
        const bool shows = columns[i] == SqlType::text && is_vector(from);
        const PgQuery__ResTarget* target = from == SqlType::sparsevec && shows ? nullptr : numbered_output(select, i + 1);
        if (rounds || shows) (rounds ? halves : texts).push_back(target == nullptr ? nullptr : target->val);
    }
}

void Rewriter::insert(PgQuery__InsertStmt& insert, const Scope& around) {
    Scope scope{.outer = &around};
    types_.add_with(scope, insert.with_clause);
    with(insert.with_clause, scope);
    const NamedTypes* known = objects_.relation(qualified_name(*insert.relation));
    std::vector<SqlType> columns;
    for (std::size_t i = 0; i < insert.n_cols; ++i) {
        const PgQuery__ResTarget& target = *insert.cols[i]->res_target;
        const auto column =
            known == nullptr ? NamedTypes::const_iterator{} : std::ranges::find(*known, target.name, &NamedTypes::value_type::first);
        // embedding[1] = ... is of a number.
        columns.push_back(known == nullptr || column == known->end() ? SqlType::unknown
                          : target.n_indirection > 0                 ? SqlType::other
                                                                     : column->second);
    }
    if (insert.n_cols == 0 && known != nullptr) {
        for (const auto& [name, type] : *known) columns.push_back(type);
    }
    if (insert.select_stmt != nullptr && insert.select_stmt->node_case == PG_QUERY__NODE__NODE_SELECT_STMT)
        insert_rows(*insert.select_stmt, columns, scope);
    types_.add_relation(scope, *insert.relation);
    ScopeRelation excluded = scope.relations.back();
    excluded.alias = "excluded";
    const ScopeRelation relation = scope.relations.back();
    scope.relations.push_back(std::move(excluded));
    if (insert.on_conflict_clause != nullptr) {
        PgQuery__OnConflictClause& conflict = *insert.on_conflict_clause;
        if (conflict.infer != nullptr) descend(conflict.infer->base, scope);
        assignments(conflict.target_list, conflict.n_target_list, relation, scope);
        expression(conflict.where_clause, scope);
    }
    each(insert.returning_list, insert.n_returning_list, scope);
}

void Rewriter::assignments(PgQuery__Node** targets, std::size_t count, const ScopeRelation& relation, const Scope& scope) {
    const auto type_of = [&](std::size_t i) {
        const PgQuery__ResTarget& target = *targets[i]->res_target;
        const auto column = std::ranges::find(relation.columns, target.name, &NamedTypes::value_type::first);
        if (target.n_indirection > 0) return SqlType::other;  // embedding[1] = ... is of a number
        return column == relation.columns.end() ? SqlType::unknown : column->second;
    };
    for (std::size_t i = 0; i < count; ++i) {
        PgQuery__Node* value = targets[i]->res_target->val;
        if (value == nullptr || value->node_case != PG_QUERY__NODE__NODE_MULTI_ASSIGN_REF) {
            assign(value, type_of(i), scope);
            continue;
        }
        // (a, b) = (x, y): the parser gives the row to each target, and the first one's is what counts.
        const PgQuery__MultiAssignRef& part = *value->multi_assign_ref;
        if (part.colno != 1 || part.source == nullptr) continue;
        if (part.source->node_case != PG_QUERY__NODE__NODE_ROW_EXPR) {
            expression(part.source, scope);
            continue;
        }
        const PgQuery__RowExpr& row = *part.source->row_expr;
        for (std::size_t k = 0; k < row.n_args; ++k) assign(row.args[k], i + k < count ? type_of(i + k) : SqlType::unknown, scope);
    }
}

void Rewriter::update(PgQuery__UpdateStmt& update, const Scope& around) {
    Scope scope{.outer = &around};
    types_.add_with(scope, update.with_clause);
    with(update.with_clause, scope);
    types_.add_relation(scope, *update.relation);
    const ScopeRelation relation = scope.relations.back();
    for (std::size_t i = 0; i < update.n_from_clause; ++i) types_.add_from(scope, *update.from_clause[i]);
    each(update.from_clause, update.n_from_clause, scope);
    assignments(update.target_list, update.n_target_list, relation, scope);
    expression(update.where_clause, scope);
    each(update.returning_list, update.n_returning_list, scope);
}

void Rewriter::delete_(PgQuery__DeleteStmt& statement, const Scope& around) {
    Scope scope{.outer = &around};
    types_.add_with(scope, statement.with_clause);
    with(statement.with_clause, scope);
    types_.add_relation(scope, *statement.relation);
    for (std::size_t i = 0; i < statement.n_using_clause; ++i) types_.add_from(scope, *statement.using_clause[i]);
    each(statement.using_clause, statement.n_using_clause, scope);
    expression(statement.where_clause, scope);
    each(statement.returning_list, statement.n_returning_list, scope);
}

void Rewriter::merge(PgQuery__MergeStmt& merge, const Scope& around) {
    Scope scope{.outer = &around};
    types_.add_with(scope, merge.with_clause);
    with(merge.with_clause, scope);
    types_.add_relation(scope, *merge.relation);
    const ScopeRelation relation = scope.relations.back();
    types_.add_from(scope, *merge.source_relation);
    expression(merge.source_relation, scope);
    expression(merge.join_condition, scope);
    for (std::size_t i = 0; i < merge.n_merge_when_clauses; ++i) {
        PgQuery__MergeWhenClause& when = *merge.merge_when_clauses[i]->merge_when_clause;
        expression(when.condition, scope);
        if (when.command_type != PG_QUERY__CMD_TYPE__CMD_INSERT) {
            assignments(when.target_list, when.n_target_list, relation, scope);
            continue;
        }
        for (std::size_t v = 0; v < when.n_values; ++v) {
            const char* name = v < when.n_target_list ? when.target_list[v]->res_target->name : nullptr;
            const auto column =
                name == nullptr ? relation.columns.end() : std::ranges::find(relation.columns, name, &NamedTypes::value_type::first);
            const bool by_place = when.n_target_list == 0 && v < relation.columns.size();
            assign(when.values[v],
                   by_place                           ? relation.columns[v].second
                   : column == relation.columns.end() ? SqlType::unknown
                                                      : column->second,
                   scope);
        }
    }
    each(merge.returning_list, merge.n_returning_list, scope);
}

}  // namespace lantern_migrate::plan
