#include "core/plan/partition_tree.h"

#include "core/plan/tree_nodes.h"

namespace lantern_migrate::plan {

void PartitionTree::note(const PgQuery__Node& statement) {
    if (statement.node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_STMT || statement.alter_table_stmt->n_cmds == 0) return;
    const PgQuery__AlterTableCmd& command = *statement.alter_table_stmt->cmds[0]->alter_table_cmd;
    if (command.subtype != PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition) return;
    parents_[qualified_name(*command.def->partition_cmd->name)] = qualified_name(*statement.alter_table_stmt->relation);
}

int PartitionTree::depth(const QualifiedName& table) const {
    int above = 0;
    for (auto parent = parents_.find(table); parent != parents_.end(); parent = parents_.find(parent->second)) ++above;
    return above;
}

}  // namespace lantern_migrate::plan
