// The part of Rewriter for what makes JSON, XML or rows of values, or values of them.
#include "core/plan/query_rewriter.h"
#include "core/plan/tree_nodes.h"
#include "core/plan/tree_walk.h"

#include <algorithm>
#include <string_view>

namespace lantern_migrate::plan {
namespace {

// PostgreSQL's own that read each field of a row from its text.
constexpr std::string_view populating_functions[] = {"json_populate_record", "jsonb_populate_record", "json_populate_recordset",
                                                     "jsonb_populate_recordset"};

bool has_vectors(const NamedTypes& columns) {
    return std::ranges::any_of(columns, [](const auto& column) { return is_vector(column.second) || column.second == SqlType::vectors; });
}

}  // namespace

// In JSON a vector is the string "[1,2,3]", in XML that text.
void Rewriter::shown_value(PgQuery__Node* value, const Scope& scope) {
    if (value == nullptr) return;
    const SqlType from = types_.of(value, scope);
    expression(value, scope);
    convert(*value, from, SqlType::text);
}

// True: it is one of those that show what they are given, and all that is in it has been rewritten.
bool Rewriter::shown(ProtobufCMessage& message, const Scope& scope) {
    if (auto* json = as<PgQuery__JsonValueExpr>(message, pg_query__json_value_expr__descriptor)) {
        shown_value(json->raw_expr, scope);
        return true;
    }
    if (auto* json = as<PgQuery__JsonScalarExpr>(message, pg_query__json_scalar_expr__descriptor)) {
        shown_value(json->expr, scope);
        return true;
    }
    if (auto* xml = as<PgQuery__XmlExpr>(message, pg_query__xml_expr__descriptor)) {
        for (std::size_t i = 0; i < xml->n_named_args; ++i) {
            PgQuery__ResTarget& argument = *xml->named_args[i]->res_target;
            // Only a column may be without a name.
            const std::string name = output_name(argument);
            const bool named = argument.name != nullptr && *argument.name != '\0';
            if (!named && is_vector(types_.of(argument.val, scope))) set_text(argument.name, name);
            shown_value(argument.val, scope);
        }
        for (std::size_t i = 0; i < xml->n_args; ++i) shown_value(xml->args[i], scope);
        return true;
    }
    if (auto* range = as<PgQuery__RangeFunction>(message, pg_query__range_function__descriptor)) column_list(*range);
    return false;
}

// FROM jsonb_to_recordset(j) AS t(e vector(3)): whoever fills it has texts, unless it is a function of the schema's own.
void Rewriter::column_list(const PgQuery__RangeFunction& range) {
    NamedTypes columns;
    for (std::size_t i = 0; i < range.n_coldeflist; ++i) {
        const PgQuery__ColumnDef& column = *range.coldeflist[i]->column_def;
        columns.emplace_back(column.colname, sql_type(*column.type_name, names_));
    }
    if (!has_vectors(columns) || range.n_functions == 0) return;
    const PgQuery__Node& item = *range.functions[0];
    const PgQuery__Node& first = item.node_case == PG_QUERY__NODE__NODE_LIST && item.list->n_items > 0 ? *item.list->items[0] : item;
    if (first.node_case != PG_QUERY__NODE__NODE_FUNC_CALL) return;
    const QualifiedName name = qualified_name({first.func_call->funcname, first.func_call->n_funcname});
    if (!objects_.has_function(name.name)) found_.uses.push_back({UseKind::type, "vector in the columns of " + display(name)});
}

// jsonb_populate_record(NULL::items, j)
void Rewriter::populated_row(const PgQuery__FuncCall& call, const QualifiedName& name, const Scope& scope) {
    if (call.n_args == 0 || !std::ranges::contains(populating_functions, name.name) || objects_.has_function(name.name)) return;
    const PgQuery__Node& row = *call.args[0];
    bool vectors = false;
    if (row.node_case == PG_QUERY__NODE__NODE_TYPE_CAST) {
        const PgQuery__TypeName& type = *row.type_cast->type_name;
        const NamedTypes* columns = objects_.relation(qualified_name({type.names, type.n_names}));
        vectors = columns != nullptr && has_vectors(*columns);
    }
    if (vectors || is_row_with_vectors(row, scope)) found_.uses.push_back({UseKind::function, display(name) + " of a row with vectors"});
}

bool Rewriter::is_row_with_vectors(const PgQuery__Node& value, const Scope& scope) const {
    if (value.node_case == PG_QUERY__NODE__NODE_ROW_EXPR) {
        const std::vector<SqlType> types = types_.of_all(value.row_expr->args, value.row_expr->n_args, scope);
        return std::ranges::any_of(types, [](SqlType type) { return is_vector(type) || type == SqlType::vectors; });
    }
    if (value.node_case != PG_QUERY__NODE__NODE_COLUMN_REF) return false;
    const PgQuery__ColumnRef& column = *value.column_ref;
    const std::vector<std::string> parts = texts({column.fields, column.n_fields});
    const bool star = column.n_fields == 2 && column.fields[1]->node_case == PG_QUERY__NODE__NODE_A_STAR;
    if (parts.size() != 1 || (column.n_fields != 1 && !star)) return false;
    // A column of the name comes before the row.
    if (!star && scope.column(parts[0]) != SqlType::unknown) return false;
    for (const Scope* around = &scope; around != nullptr; around = around->outer) {
        const auto relation = std::ranges::find(around->relations, parts[0], &ScopeRelation::alias);
        if (relation != around->relations.end()) return has_vectors(relation->columns);
    }
    return false;
}

// ROW('x', '[1,2,3]')::pair
void Rewriter::row_of_type(const PgQuery__TypeName& type, PgQuery__Node& value) {
    if (value.node_case != PG_QUERY__NODE__NODE_ROW_EXPR || type.n_array_bounds > 0) return;
    const NamedTypes* columns = objects_.relation(qualified_name({type.names, type.n_names}));
    for (std::size_t i = 0; columns != nullptr && i < columns->size() && i < value.row_expr->n_args; ++i) {
        if (is_vector((*columns)[i].second)) literal(value.row_expr->args[i], (*columns)[i].second);
    }
}

}  // namespace lantern_migrate::plan
