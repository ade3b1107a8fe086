// The half of TypeReader that reads relations: what FROM and WITH bring, and what a query gives.
#include "core/plan/query_scope.h"
#include "core/plan/tree_nodes.h"

#include <algorithm>

namespace lantern_migrate::plan {
namespace {

void rename(NamedTypes& columns, PgQuery__Node* const* names, std::size_t count) {
    const std::vector<std::string> texts_of = texts({names, count});
    for (std::size_t i = 0; i < texts_of.size() && i < columns.size(); ++i) columns[i].first = texts_of[i];
}

// Rows one below the other have one type a column, which a literal takes from the others.
void settle(SqlType& type, SqlType other) {
    if (type == SqlType::untyped || (type == SqlType::unknown && other != SqlType::untyped)) type = other;
}

ScopeRelation relation_of(std::optional<NamedTypes> columns, const std::string& name, const PgQuery__Alias* alias) {
    ScopeRelation relation{
        .alias = alias == nullptr ? name : alias->aliasname, .columns = columns.value_or(NamedTypes{}), .complete = columns.has_value()};
    if (alias != nullptr) rename(relation.columns, alias->colnames, alias->n_colnames);
    // Nothing outside says what a literal is of, and so it is a text.
    for (auto& [column, type] : relation.columns) type = type == SqlType::untyped ? SqlType::text : type;
    return relation;
}

}  // namespace

bool is_star(const PgQuery__ResTarget& target) {
    if (target.val == nullptr || target.val->node_case != PG_QUERY__NODE__NODE_COLUMN_REF) return false;
    const PgQuery__ColumnRef& column = *target.val->column_ref;
    return column.n_fields > 0 && column.fields[column.n_fields - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR;
}

const PgQuery__ResTarget* numbered_output(const PgQuery__SelectStmt& select, std::size_t number) {
    if (number == 0 || number > select.n_target_list) return nullptr;
    for (std::size_t i = 0; i < number; ++i) {
        if (is_star(*select.target_list[i]->res_target)) return nullptr;
    }
    return select.target_list[number - 1]->res_target;
}

void TypeReader::add_relation(Scope& scope, const PgQuery__RangeVar& range) const {
    const QualifiedName name = qualified_name(range);
    if (const auto* query = name.schema.empty() ? scope.query(name.name) : nullptr) {
        scope.relations.push_back(relation_of(*query, name.name, range.alias));
        return;
    }
    const NamedTypes* columns = objects_.relation(name);
    scope.relations.push_back(relation_of(columns == nullptr ? std::nullopt : std::optional(*columns), name.name, range.alias));
}

void TypeReader::add_function(Scope& scope, const PgQuery__RangeFunction& range) const {
    NamedTypes columns;
    bool complete = true;
    for (std::size_t i = 0; i < range.n_functions; ++i) {
        const PgQuery__Node& item = *range.functions[i];
        const PgQuery__Node* call = item.node_case == PG_QUERY__NODE__NODE_LIST && item.list->n_items > 0 ? item.list->items[0] : &item;
        if (call->node_case != PG_QUERY__NODE__NODE_FUNC_CALL) {
            complete = false;
            continue;
        }
        const QualifiedName name = qualified_name({call->func_call->funcname, call->func_call->n_funcname});
        const auto functions = objects_.functions(name, call->func_call->n_args);
        if (functions.size() == 1 && !functions.front()->columns.empty()) {
            columns.insert(columns.end(), functions.front()->columns.begin(), functions.front()->columns.end());
        } else {
            const std::string column = range.alias != nullptr ? range.alias->aliasname : name.name;
            columns.emplace_back(column, of(call, scope));
            complete = complete && range.n_coldeflist == 0 && functions.empty();
        }
    }
    for (std::size_t i = 0; i < range.n_coldeflist; ++i) {
        const PgQuery__ColumnDef& column = *range.coldeflist[i]->column_def;
        columns.emplace_back(column.colname, sql_type(*column.type_name, names_));
    }
    if (range.ordinality != 0) columns.emplace_back("ordinality", SqlType::other);
    ScopeRelation relation = relation_of(std::move(columns), "", range.alias);
    relation.complete = complete;
    scope.relations.push_back(std::move(relation));
}

void TypeReader::add_from(Scope& scope, const PgQuery__Node& item) const {
    switch (item.node_case) {
        case PG_QUERY__NODE__NODE_RANGE_VAR: return add_relation(scope, *item.range_var);
        case PG_QUERY__NODE__NODE_RANGE_SUBSELECT: {
            const PgQuery__RangeSubselect& range = *item.range_subselect;
            scope.relations.push_back(relation_of(outputs(*range.subquery, scope), "", range.alias));
            return;
        }
        case PG_QUERY__NODE__NODE_JOIN_EXPR: {
            const PgQuery__JoinExpr& join = *item.join_expr;
            add_from(scope, *join.larg);
            add_from(scope, *join.rarg);
            if (join.alias != nullptr) scope.relations.push_back(relation_of(std::nullopt, "", join.alias));
            return;
        }
        case PG_QUERY__NODE__NODE_RANGE_FUNCTION: return add_function(scope, *item.range_function);
        case PG_QUERY__NODE__NODE_RANGE_TABLE_SAMPLE: return add_from(scope, *item.range_table_sample->relation);
        default: scope.relations.push_back({.alias = {}, .columns = {}, .complete = false});
    }
}

void TypeReader::add_with(Scope& scope, const PgQuery__WithClause* with) const {
    if (with == nullptr) return;
    for (std::size_t i = 0; i < with->n_ctes; ++i) {
        const PgQuery__CommonTableExpr& query = *with->ctes[i]->common_table_expr;
        auto columns = outputs(*query.ctequery, scope);
        // Of unknown columns it still hides a table of its name.
        if (columns) rename(*columns, query.aliascolnames, query.n_aliascolnames);
        scope.queries[query.ctename] = std::move(columns);
    }
}

void TypeReader::open(Scope& scope, const PgQuery__SelectStmt& select) const {
    add_with(scope, select.with_clause);
    for (std::size_t i = 0; i < select.n_from_clause; ++i) add_from(scope, *select.from_clause[i]);
}

bool TypeReader::add_star(NamedTypes& columns, const PgQuery__ColumnRef& star, const Scope& scope) const {
    const std::vector<std::string> parts = texts({star.fields, star.n_fields});
    for (const ScopeRelation& relation : scope.relations) {
        if (!parts.empty() && relation.alias != parts.back()) continue;
        if (!relation.complete) return false;
        columns.insert(columns.end(), relation.columns.begin(), relation.columns.end());
    }
    return true;
}

std::optional<NamedTypes> TypeReader::outputs(const PgQuery__SelectStmt& select, const Scope& around) const {
    if (select.larg != nullptr) {
        Scope with{.outer = &around};
        add_with(with, select.with_clause);
        auto left = outputs(*select.larg, with);
        const auto right = outputs(*select.rarg, with);
        for (std::size_t i = 0; left && right && i < left->size() && i < right->size(); ++i) settle((*left)[i].second, (*right)[i].second);
        return left;
    }
    NamedTypes columns;
    for (std::size_t k = 0; k < select.n_values_lists; ++k) {
        const PgQuery__List& row = *select.values_lists[k]->list;
        for (std::size_t i = 0; i < row.n_items; ++i) {
            if (k == 0) columns.emplace_back("column" + std::to_string(i + 1), SqlType::untyped);
            if (i < columns.size()) settle(columns[i].second, of(row.items[i], around));
        }
    }
    if (select.n_values_lists > 0) return columns;
    Scope scope{.outer = &around};
    open(scope, select);
    return target_columns({select.target_list, select.n_target_list}, scope);
}

std::optional<NamedTypes> TypeReader::target_columns(std::span<PgQuery__Node* const> targets, const Scope& scope) const {
    NamedTypes columns;
    for (const PgQuery__Node* node : targets) {
        const PgQuery__ResTarget& target = *node->res_target;
        if (!is_star(target))
            columns.emplace_back(output_name(target), of(target.val, scope));
        else if (!add_star(columns, *target.val->column_ref, scope))
            return std::nullopt;
    }
    return columns;
}

// RETURNING sees the table, and what else the statement reads from.
std::optional<NamedTypes> TypeReader::outputs(const PgQuery__Node& query, const Scope& around) const {
    Scope scope{.outer = &around};
    switch (query.node_case) {
        case PG_QUERY__NODE__NODE_SELECT_STMT: return outputs(*query.select_stmt, around);
        case PG_QUERY__NODE__NODE_INSERT_STMT: {
            const PgQuery__InsertStmt& insert = *query.insert_stmt;
            add_with(scope, insert.with_clause);
            add_relation(scope, *insert.relation);
            return target_columns({insert.returning_list, insert.n_returning_list}, scope);
        }
        case PG_QUERY__NODE__NODE_UPDATE_STMT: {
            const PgQuery__UpdateStmt& update = *query.update_stmt;
            add_with(scope, update.with_clause);
            add_relation(scope, *update.relation);
            for (std::size_t i = 0; i < update.n_from_clause; ++i) add_from(scope, *update.from_clause[i]);
            return target_columns({update.returning_list, update.n_returning_list}, scope);
        }
        case PG_QUERY__NODE__NODE_DELETE_STMT: {
            const PgQuery__DeleteStmt& statement = *query.delete_stmt;
            add_with(scope, statement.with_clause);
            add_relation(scope, *statement.relation);
            for (std::size_t i = 0; i < statement.n_using_clause; ++i) add_from(scope, *statement.using_clause[i]);
            return target_columns({statement.returning_list, statement.n_returning_list}, scope);
        }
        case PG_QUERY__NODE__NODE_MERGE_STMT: {
            const PgQuery__MergeStmt& merge = *query.merge_stmt;
            add_with(scope, merge.with_clause);
            add_from(scope, *merge.source_relation);  // its columns come first in a star
            add_relation(scope, *merge.relation);
            return target_columns({merge.returning_list, merge.n_returning_list}, scope);
        }
        default: return std::nullopt;
    }
}

}  // namespace lantern_migrate::plan
