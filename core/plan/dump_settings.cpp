#include "core/plan/dump_settings.h"

#include "core/plan/tree_nodes.h"

#include <string_view>

namespace lantern_migrate::plan {

// pg_dump says by SET what it does not say in the statement. All other settings are the session's own affair.
bool DumpSettings::take(const PgQuery__Node& node) {
    if (node.node_case != PG_QUERY__NODE__NODE_VARIABLE_SET_STMT) return false;
    const PgQuery__VariableSetStmt& set = *node.variable_set_stmt;
    const char* value = set.n_args == 1 ? string_constant(set.args[0]) : nullptr;
    if (std::string_view(set.name) == "default_tablespace") tablespace_ = value == nullptr ? "" : value;
    if (std::string_view(set.name) == "default_table_access_method")
        access_method_ = value == nullptr || std::string_view(value) == "heap" ? "" : value;
    return true;
}

bool DumpSettings::apply(PgQuery__Node& node) const {
    const auto fill = [](char*& field, const std::string& value) {
        if (value.empty() || *field != '\0') return false;
        set_text(field, value);
        return true;
    };
    switch (node.node_case) {
        case PG_QUERY__NODE__NODE_CREATE_STMT: {
            const bool placed = fill(node.create_stmt->tablespacename, tablespace_);
            return fill(node.create_stmt->access_method, access_method_) || placed;
        }
        case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT: {
            const bool placed = fill(node.create_table_as_stmt->into->table_space_name, tablespace_);
            return fill(node.create_table_as_stmt->into->access_method, access_method_) || placed;
        }
        case PG_QUERY__NODE__NODE_INDEX_STMT: return fill(node.index_stmt->table_space, tablespace_);
        case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT: {
            const PgQuery__AlterTableStmt& alter = *node.alter_table_stmt;
            if (alter.n_cmds == 0 || alter.cmds[0]->alter_table_cmd->subtype != PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint) return false;
            PgQuery__Constraint& constraint = *alter.cmds[0]->alter_table_cmd->def->constraint;
            const bool has_index = constraint.contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY ||
                                   constraint.contype == PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE ||
                                   constraint.contype == PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION;
            return has_index && fill(constraint.indexspace, tablespace_);
        }
        // A schema may be there already, because another job moved other tables of it.
        case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT: node.create_schema_stmt->if_not_exists = 1; return true;
        default: return false;
    }
}

}  // namespace lantern_migrate::plan
