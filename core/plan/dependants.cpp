#include "core/plan/dependants.h"

#include "core/plan/data_types.h"
#include "core/plan/function_body.h"
#include "core/plan/sql_tree.h"
#include "core/plan/tree_nodes.h"
#include "core/plan/tree_walk.h"

#include <algorithm>

namespace lantern_migrate::plan {

void Dependants::declare_view(const PgQuery__RangeVar& name, const PgQuery__Node& query, PgQuery__Node* const* aliases, std::size_t count) {
    auto columns = rewriter_.types().outputs(query, {});
    if (!columns) return;
    const std::vector<std::string> names = texts({aliases, count});
    for (std::size_t i = 0; i < names.size() && i < columns->size(); ++i) (*columns)[i].first = names[i];
    objects_.declare(qualified_name(name), std::move(*columns));
}

void Dependants::declare(const PgQuery__Node& statement) {
    switch (statement.node_case) {
        case PG_QUERY__NODE__NODE_CREATE_STMT: return objects_.declare(*statement.create_stmt);
        case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT: return objects_.declare(*statement.create_foreign_table_stmt->base_stmt);
        case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT: return objects_.declare(*statement.create_function_stmt);
        case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT: {
            const PgQuery__CreateDomainStmt& domain = *statement.create_domain_stmt;
            const VectorType type = vector_type(sql_type(*domain.type_name, names_));
            if (type != VectorType::none) names_.domains[qualified_name({domain.domainname, domain.n_domainname})] = type;
            return;
        }
        case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT: {
            NamedTypes attributes;
            const PgQuery__CompositeTypeStmt& type = *statement.composite_type_stmt;
            for (std::size_t i = 0; i < type.n_coldeflist; ++i) {
                const PgQuery__ColumnDef& attribute = *type.coldeflist[i]->column_def;
                attributes.emplace_back(attribute.colname, sql_type(*attribute.type_name, names_));
            }
            // What a string says of it holds a vector's text.
            if (std::ranges::any_of(attributes, [](const auto& attribute) { return is_vector(attribute.second); }))
                names_.holders.insert(qualified_name(*type.typevar));
            return objects_.declare(qualified_name(*type.typevar), std::move(attributes));
        }
        case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT: {
            const PgQuery__CreateTrigStmt& trigger = *statement.create_trig_stmt;
            return objects_.declare_trigger(qualified_name({trigger.funcname, trigger.n_funcname}), qualified_name(*trigger.relation));
        }
        case PG_QUERY__NODE__NODE_VIEW_STMT: {
            const PgQuery__ViewStmt& view = *statement.view_stmt;
            return declare_view(*view.view, *view.query, view.aliases, view.n_aliases);
        }
        case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT: {
            const PgQuery__CreateTableAsStmt& view = *statement.create_table_as_stmt;
            return declare_view(*view.into->rel, *view.query, view.into->col_names, view.into->n_col_names);
        }
        case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT: return declare_columns(*statement.alter_table_stmt);
        case PG_QUERY__NODE__NODE_RENAME_STMT: return declare_name(*statement.rename_stmt);
        case PG_QUERY__NODE__NODE_PREPARE_STMT: {
            std::vector<SqlType> types;
            const PgQuery__PrepareStmt& prepare = *statement.prepare_stmt;
            for (std::size_t i = 0; i < prepare.n_argtypes; ++i) types.push_back(sql_type(*prepare.argtypes[i]->type_name, names_));
            return objects_.declare_prepared(prepare.name, std::move(types));
        }
        default: return;
    }
}

void Dependants::declare_columns(const PgQuery__AlterTableStmt& alter) {
    const QualifiedName table = qualified_name(*alter.relation);
    const NamedTypes* known = objects_.relation(table);
    if (known == nullptr) return;
    NamedTypes columns = *known;
    for (std::size_t i = 0; i < alter.n_cmds; ++i) {
        const PgQuery__AlterTableCmd& command = *alter.cmds[i]->alter_table_cmd;
        const bool adds = command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn;
        const bool retypes = command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType;
        const std::string name = adds ? command.def->column_def->colname : command.name;
        const auto column = std::ranges::find(columns, name, &NamedTypes::value_type::first);
        if (command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn && column != columns.end()) columns.erase(column);
        if ((!adds && !retypes) || command.def->column_def->type_name == nullptr) continue;
        const SqlType type = sql_type(*command.def->column_def->type_name, names_);
        if (column == columns.end())
            columns.emplace_back(name, type);
        else if (retypes)  // ADD COLUMN IF NOT EXISTS changes nothing
            column->second = type;
    }
    objects_.redeclare(table, std::move(columns));
}

void Dependants::declare_name(const PgQuery__RenameStmt& rename) {
    if (rename.relation == nullptr) return;
    const QualifiedName table = qualified_name(*rename.relation);
    const NamedTypes* known = objects_.relation(table);
    if (known == nullptr) return;
    NamedTypes columns = *known;
    if (rename.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN) {
        const auto column = std::ranges::find(columns, rename.subname, &NamedTypes::value_type::first);
        if (column != columns.end()) column->first = rename.newname;
        objects_.redeclare(table, std::move(columns));
    } else if (rename.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE || rename.rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_VIEW) {
        objects_.declare({table.schema, rename.newname}, std::move(columns));
    }
}

Scope Dependants::scope_of(const QualifiedName& table) const {
    Scope scope;
    const NamedTypes* columns = objects_.relation(table);
    const NamedTypes known = columns == nullptr ? NamedTypes{} : *columns;
    // In triggers and rules the rows are called so.
    for (const std::string& alias : {table.name, std::string("old"), std::string("new")})
        scope.relations.push_back({.alias = alias, .columns = known, .complete = columns != nullptr});
    return scope;
}

Rewriting Dependants::rewrite_part(ProtobufCMessage& part, const QualifiedName& table, SqlType value) {
    Scope scope = scope_of(table);
    scope.variables["value"] = value;
    const auto* constraint = as<PgQuery__Constraint>(part, pg_query__constraint__descriptor);
    if (constraint != nullptr && constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT && is_vector(value))
        return rewriter_.rewrite_value(*constraint->raw_expr, value, scope);
    return rewriter_.rewrite(part, scope);
}

void Dependants::keep_dimensions(PgQuery__ColumnDef& column, bool in_type, Rewriting& all) const {
    const VectorType type = vector_type(*column.type_name, names_);
    const int dimensions = declared_dimensions(*column.type_name);
    if (type == VectorType::none || dimensions == 0) return;
    if (in_type) {
        all.notes.insert("nothing checks the " + std::to_string(dimensions) + " dimensions of " + quote_identifier(column.colname) +
                         ": a composite type takes no constraints");
        return;
    }
    NodeList{column.constraints, column.n_constraints}.append(
        dimensions_check_node(dimensions_check_name(column.colname), column.colname, is_array(type) ? 2 : 1, dimensions));
    all.notes.emplace(declaration_note);
    all.changed = true;
}

Rewriting Dependants::rewrite_type(PgQuery__Node& statement) {
    Rewriting all;
    PgQuery__CompositeTypeStmt& type = *statement.composite_type_stmt;
    for (std::size_t i = 0; i < type.n_coldeflist; ++i) keep_dimensions(*type.coldeflist[i]->column_def, true, all);
    all.add(rewriter_.rewrite(statement.base, {}));
    return all;
}

Rewriting Dependants::rewrite_alteration(PgQuery__AlterTableStmt& alter) {
    const QualifiedName table = qualified_name(*alter.relation);
    const Scope scope = scope_of(table);
    Rewriting all;
    for (std::size_t i = 0; i < alter.n_cmds; ++i) {
        const PgQuery__AlterTableCmd& command = *alter.cmds[i]->alter_table_cmd;
        if (command.def == nullptr) continue;
        if (command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault)
            all.add(rewriter_.rewrite_value(*command.def, scope.column(command.name), scope));
        if (command.def->node_case != PG_QUERY__NODE__NODE_COLUMN_DEF || command.def->column_def->type_name == nullptr) continue;
        PgQuery__ColumnDef& column = *command.def->column_def;
        const SqlType type = sql_type(*column.type_name, names_);
        // The check of its length is another object.
        if (command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType && is_vector(type))
            all.uses.push_back({UseKind::cast, "vector by ALTER COLUMN TYPE"});
        for (std::size_t k = 0; k < column.n_constraints; ++k) {
            // The others have no type of their own, and come below: a root is not to be taken twice.
            if (column.constraints[k]->constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT)
                all.add(rewrite_part(column.constraints[k]->constraint->base, table, type));
        }
        if (command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn)
            keep_dimensions(column, alter.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_TYPE, all);
    }
    // What a foreign table's server sends is pgvector's text still.
    if (alter.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE) {
        all.add(rewriter_.rewrite(alter.base, scope, TypePolicy::refuse));
        return all;
    }
    all.add(rewriter_.rewrite(alter.base, scope));
    return all;
}

// Its body is one of a function without arguments.
Rewriting Dependants::rewrite_block(PgQuery__DoStmt& block) {
    PgQuery__String* body = nullptr;
    std::string language = "plpgsql";
    for (std::size_t i = 0; i < block.n_args; ++i) {
        const PgQuery__DefElem& option = *block.args[i]->def_elem;
        if (std::string_view(option.defname) == "as") body = option.arg->string;
        if (std::string_view(option.defname) == "language") language = option.arg->string->sval;
    }
    if (body == nullptr) return {};
    const SqlTree tree("CREATE FUNCTION pg_temp.block() RETURNS void LANGUAGE plpgsql AS 'body'");
    PgQuery__CreateFunctionStmt& function = *tree.statements().front().node->create_function_stmt;
    PgQuery__String* copy = nullptr;
    for (std::size_t i = 0; i < function.n_options; ++i) {
        const PgQuery__DefElem& option = *function.options[i]->def_elem;
        if (std::string_view(option.defname) == "language") set_text(option.arg->string->sval, language);
        if (std::string_view(option.defname) == "as") copy = option.arg->list->items[0]->string;
    }
    set_text(copy->sval, body->sval);
    Rewriting rewriting = rewrite_function(function, names_, objects_, options_);
    if (rewriting.changed) set_text(body->sval, copy->sval);
    return rewriting;
}

Rewriting Dependants::rewrite(PgQuery__Node& statement) {
    const auto of_table = [&](const PgQuery__RangeVar* table) {
        return rewriter_.rewrite(statement.base, scope_of(qualified_name(*table)));
    };
    switch (statement.node_case) {
        case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
            return rewrite_function(*statement.create_function_stmt, names_, objects_, options_);
        case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT: return of_table(statement.create_policy_stmt->table);
        case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT: return of_table(statement.create_trig_stmt->relation);
        case PG_QUERY__NODE__NODE_RULE_STMT: return of_table(statement.rule_stmt->relation);
        case PG_QUERY__NODE__NODE_INDEX_STMT: return of_table(statement.index_stmt->relation);
        case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT: return rewrite_alteration(*statement.alter_table_stmt);
        case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT: return rewrite_type(statement);
        case PG_QUERY__NODE__NODE_DO_STMT: return rewrite_block(*statement.do_stmt);
        case PG_QUERY__NODE__NODE_CREATE_STATS_STMT: {
            const PgQuery__CreateStatsStmt& statistics = *statement.create_stats_stmt;
            const bool table = statistics.n_relations == 1 && statistics.relations[0]->node_case == PG_QUERY__NODE__NODE_RANGE_VAR;
            return table ? of_table(statistics.relations[0]->range_var) : rewriter_.rewrite(statement.base, {});
        }
        // What a foreign table's server sends is pgvector's text still.
        case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT: return rewriter_.rewrite(statement.base, {}, TypePolicy::refuse);
        // Whoever has a cast to a type of pgvector's has a reason that an array does not know.
        case PG_QUERY__NODE__NODE_CREATE_CAST_STMT: return rewriter_.rewrite(statement.base, {}, TypePolicy::refuse);
        default: return rewriter_.rewrite(statement.base, {});
    }
}

}  // namespace lantern_migrate::plan
