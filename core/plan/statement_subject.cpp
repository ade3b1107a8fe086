#include "core/plan/statement_subject.h"

#include "core/plan/tree_nodes.h"

#include <algorithm>

namespace lantern_migrate::plan {
namespace {

struct ConstraintRule {
    PgQuery__ConstrType type;
    std::string_view word;
    Place place;
    StatementKind kind;
};

constexpr ConstraintRule constraint_rules[] = {
    {PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY, "primary key", Place::with_table, StatementKind::key},
    {PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE, "unique key", Place::with_table, StatementKind::key},
    {PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION, "exclusion constraint", Place::with_table, StatementKind::key},
    {PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN, "foreign key", Place::after_rows, StatementKind::foreign_key},
    // A check of its own, outside of CREATE TABLE, is one that is NOT VALID.
    {PG_QUERY__CONSTR_TYPE__CONSTR_CHECK, "check", Place::after_rows, StatementKind::other},
};

struct AlterRule {
    PgQuery__AlterTableType type;
    Place place;
    StatementKind kind;
};

// What is absent belongs where its table was created.
constexpr AlterRule alter_rules[] = {
    {PG_QUERY__ALTER_TABLE_TYPE__AT_ClusterOn, Place::with_table, StatementKind::other},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_ReplicaIdentity, Place::with_table, StatementKind::other},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrig, Place::last, StatementKind::trigger},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_EnableAlwaysTrig, Place::last, StatementKind::trigger},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_EnableReplicaTrig, Place::last, StatementKind::trigger},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrig, Place::last, StatementKind::trigger},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_EnableRule, Place::last, StatementKind::other},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_EnableAlwaysRule, Place::last, StatementKind::other},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_EnableReplicaRule, Place::last, StatementKind::other},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_DisableRule, Place::last, StatementKind::other},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_EnableRowSecurity, Place::last, StatementKind::other},
    {PG_QUERY__ALTER_TABLE_TYPE__AT_ForceRowSecurity, Place::last, StatementKind::other},
};

// Objects whose comments, owners and labels, like themselves, come behind the rows.
constexpr PgQuery__ObjectType created_last[] = {
    PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER,     PG_QUERY__OBJECT_TYPE__OBJECT_RULE,          PG_QUERY__OBJECT_TYPE__OBJECT_POLICY,
    PG_QUERY__OBJECT_TYPE__OBJECT_PUBLICATION, PG_QUERY__OBJECT_TYPE__OBJECT_EVENT_TRIGGER,
};

Subject creation(ObjectName name, StatementKind kind = StatementKind::schema_object, Place place = Place::before_rows) {
    return {.name = std::move(name), .place = place, .kind = kind, .table = {}, .aliases = {}};
}

// Of something that another statement created.
Subject change(std::string text, const ObjectName& object, Place place = Place::before_rows) {
    return {.name = {.key = object.key, .text = std::move(text), .owner = object.owner},
            .place = place,
            .kind = StatementKind::other,
            .table = {},
            .creates = false,
            .aliases = {}};
}

std::vector<std::string> argument_types(std::span<PgQuery__Node* const> parameters, bool with_out) {
    std::vector<std::string> types;
    for (const PgQuery__Node* node : parameters) {
        if (node->node_case != PG_QUERY__NODE__NODE_FUNCTION_PARAMETER) continue;
        const PgQuery__FunctionParameter& parameter = *node->function_parameter;
        if (parameter.mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE) continue;
        if (parameter.mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT && !with_out) continue;
        types.push_back(display(*parameter.arg_type));
    }
    return types;
}

ObjectName defined_name(const PgQuery__DefineStmt& define) {
    const QualifiedName name = qualified_name({define.defnames, define.n_defnames});
    const std::string_view kind = word(define.kind);
    switch (define.kind) {
        case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE: return type_name(kind, name);
        case PG_QUERY__OBJECT_TYPE__OBJECT_AGGREGATE: {
            std::vector<std::string> types;
            if (define.n_args > 0 && define.args[0]->node_case == PG_QUERY__NODE__NODE_LIST) {
                types = argument_types({define.args[0]->list->items, define.args[0]->list->n_items}, false);
            }
            return function_name(kind, name, types);
        }
        case PG_QUERY__OBJECT_TYPE__OBJECT_OPERATOR: {
            const ObjectKey key{ObjectClass::operator_, name, {}};
            return {.key = key, .text = std::string(kind) + " " + display(name), .owner = key};
        }
        default: return other_name(kind, name);
    }
}

Subject index_subject(const PgQuery__IndexStmt& index) {
    const QualifiedName table = qualified_name(*index.relation);
    ObjectName name = relation_name("index", {table.schema, index.idxname});
    name.owner = relation_key(table);
    Subject subject = creation(std::move(name), StatementKind::index, Place::with_table);
    subject.table = table;
    return subject;
}

Subject constraint_subject(const QualifiedName& table, const PgQuery__Constraint& constraint) {
    const auto* rule = std::ranges::find(constraint_rules, constraint.contype, &ConstraintRule::type);
    ObjectName name = part_name("constraint", table, constraint.conname);
    if (rule == std::end(constraint_rules)) return creation(std::move(name), StatementKind::other, Place::after_rows);
    name.text = std::string(rule->word) + " " + constraint.conname + " on " + display(table);
    Subject subject = creation(std::move(name), rule->kind, rule->place);
    if (rule->kind != StatementKind::other) subject.table = table;
    if (rule->kind == StatementKind::key) subject.aliases.push_back(relation_key({table.schema, constraint.conname}));
    return subject;
}

Subject attachment_subject(const PgQuery__AlterTableStmt& alter, const PgQuery__PartitionCmd& partition) {
    const bool index = alter.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_INDEX;
    const ObjectName object = relation_name(index ? "index" : "table", qualified_name(*partition.name));
    Subject subject = change("attachment of " + object.text, object, index ? Place::after_rows : Place::before_rows);
    subject.goes_with_any = true;
    return subject;
}

Subject alter_subject(const PgQuery__AlterTableStmt& alter) {
    const QualifiedName relation = qualified_name(*alter.relation);
    const ObjectName object = relation_name(word(alter.objtype), relation);
    const PgQuery__AlterTableCmd* command = alter.n_cmds > 0 ? alter.cmds[0]->alter_table_cmd : nullptr;
    if (command == nullptr) return change("settings of " + object.text, object);
    const std::string column = "column " + display(relation) + "." + command->name;
    switch (command->subtype) {
        case PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint: return constraint_subject(relation, *command->def->constraint);
        case PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition: return attachment_subject(alter, *command->def->partition_cmd);
        case PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault: return change("default of " + column, object);
        case PG_QUERY__ALTER_TABLE_TYPE__AT_AddIdentity: return change("identity of " + column, object);
        default: break;
    }
    Subject subject = change("settings of " + object.text, object);
    const auto* rule = std::ranges::find(alter_rules, command->subtype, &AlterRule::type);
    if (alter.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_INDEX) subject.place = Place::with_table;
    if (rule == std::end(alter_rules)) return subject;
    subject.place = rule->place;
    subject.kind = rule->kind;
    if (rule->place == Place::with_table || rule->kind == StatementKind::trigger) subject.table = relation;
    return subject;
}

Place place_of_changes(PgQuery__ObjectType type) { return std::ranges::contains(created_last, type) ? Place::last : Place::before_rows; }

Subject comment_subject(const PgQuery__CommentStmt& comment) {
    const ObjectName object = object_name(comment.objtype, *comment.object);
    return change("comment on " + object.text, object, place_of_changes(comment.objtype));
}

Subject grant_subject(const PgQuery__GrantStmt& grant) {
    if (grant.n_objects == 0) return change("privileges", other_name("privileges", {}));
    const ObjectName object = object_name(grant.objtype, *grant.objects[0]);
    return change("privileges on " + object.text, object);
}

Subject owner_subject(const PgQuery__AlterOwnerStmt& owner) {
    const ObjectName object = owner.object != nullptr ? object_name(owner.object_type, *owner.object)
                                                      : relation_name(word(owner.object_type), qualified_name(*owner.relation));
    return change("owner of " + object.text, object, place_of_changes(owner.object_type));
}

Subject publication_subject(const PgQuery__AlterPublicationStmt& publication) {
    const ObjectName object = other_name("publication", {"", publication.pubname});
    std::string text = "settings of " + object.text;
    if (publication.n_pubobjects > 0 && publication.pubobjects[0]->node_case == PG_QUERY__NODE__NODE_PUBLICATION_OBJ_SPEC) {
        const PgQuery__PublicationObjSpec& spec = *publication.pubobjects[0]->publication_obj_spec;
        text =
            object.text + ": " +
            (spec.pubtable != nullptr ? "table " + display(qualified_name(*spec.pubtable->relation)) : std::string("schema ") + spec.name);
    }
    Subject subject = change(text, object, Place::last);
    subject.goes_with_any = true;
    return subject;
}

Subject statistics_subject(const PgQuery__CreateStatsStmt& statistics) {
    ObjectName name = other_name("statistics", qualified_name({statistics.defnames, statistics.n_defnames}));
    if (statistics.n_relations > 0 && statistics.relations[0]->node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
        name.owner = relation_key(qualified_name(*statistics.relations[0]->range_var));
    }
    return creation(std::move(name), StatementKind::other, Place::after_rows);
}

Subject trigger_subject(const PgQuery__CreateTrigStmt& trigger) {
    const QualifiedName table = qualified_name(*trigger.relation);
    Subject subject = creation(part_name("trigger", table, trigger.trigname), StatementKind::trigger, Place::last);
    subject.table = table;
    return subject;
}

QualifiedName name_of(PgQuery__Node* const* parts, std::size_t count) { return qualified_name({parts, count}); }

// Types, functions, languages and the like: created before the rows.
Subject library_subject(const PgQuery__Node& node) {
    switch (node.node_case) {
        case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT: return creation(other_name("schema", {"", node.create_schema_stmt->schemaname}));
        case PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT:
            return creation(other_name("extension", {"", node.create_extension_stmt->extname}));
        case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
            return creation(type_name("type", name_of(node.create_enum_stmt->type_name, node.create_enum_stmt->n_type_name)));
        case PG_QUERY__NODE__NODE_CREATE_RANGE_STMT:
            return creation(type_name("type", name_of(node.create_range_stmt->type_name, node.create_range_stmt->n_type_name)));
        case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
            return creation(type_name("type", qualified_name(*node.composite_type_stmt->typevar)));
        case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
            return creation(type_name("domain", name_of(node.create_domain_stmt->domainname, node.create_domain_stmt->n_domainname)));
        case PG_QUERY__NODE__NODE_DEFINE_STMT: return creation(defined_name(*node.define_stmt));
        case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT: {
            const PgQuery__CreateFunctionStmt& function = *node.create_function_stmt;
            const bool procedure = function.is_procedure != 0;
            return creation(function_name(procedure ? "procedure" : "function", name_of(function.funcname, function.n_funcname),
                                          argument_types({function.parameters, function.n_parameters}, procedure)));
        }
        case PG_QUERY__NODE__NODE_CREATE_CAST_STMT:
            return creation(other_name("cast", {"", "(" + display(*node.create_cast_stmt->sourcetype) + " as " +
                                                        display(*node.create_cast_stmt->targettype) + ")"}));
        case PG_QUERY__NODE__NODE_CREATE_OP_CLASS_STMT:
            return creation(
                other_name("operator class", name_of(node.create_op_class_stmt->opclassname, node.create_op_class_stmt->n_opclassname)));
        case PG_QUERY__NODE__NODE_CREATE_OP_FAMILY_STMT:
            return creation(other_name("operator family",
                                       name_of(node.create_op_family_stmt->opfamilyname, node.create_op_family_stmt->n_opfamilyname)));
        case PG_QUERY__NODE__NODE_ALTER_OP_FAMILY_STMT: {
            const ObjectName family =
                other_name("operator family", name_of(node.alter_op_family_stmt->opfamilyname, node.alter_op_family_stmt->n_opfamilyname));
            return change("members of " + family.text, family);
        }
        case PG_QUERY__NODE__NODE_CREATE_CONVERSION_STMT:
            return creation(other_name(
                "conversion", name_of(node.create_conversion_stmt->conversion_name, node.create_conversion_stmt->n_conversion_name)));
        case PG_QUERY__NODE__NODE_CREATE_TRANSFORM_STMT:
            return creation(other_name("transform",
                                       {"", display(*node.create_transform_stmt->type_name) + " for " + node.create_transform_stmt->lang}));
        case PG_QUERY__NODE__NODE_CREATE_PLANG_STMT: return creation(other_name("language", {"", node.create_plang_stmt->plname}));
        case PG_QUERY__NODE__NODE_CREATE_AM_STMT: return creation(other_name("access method", {"", node.create_am_stmt->amname}));
        case PG_QUERY__NODE__NODE_CREATE_FDW_STMT: return creation(other_name("foreign data wrapper", {"", node.create_fdw_stmt->fdwname}));
        case PG_QUERY__NODE__NODE_CREATE_FOREIGN_SERVER_STMT:
            return creation(other_name("server", {"", node.create_foreign_server_stmt->servername}));
        case PG_QUERY__NODE__NODE_CREATE_USER_MAPPING_STMT: {
            const PgQuery__CreateUserMappingStmt& mapping = *node.create_user_mapping_stmt;
            const char* role = mapping.user->roletype == PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_PUBLIC ? "public" : mapping.user->rolename;
            return creation(other_name("user mapping", {"", std::string(role) + " on " + mapping.servername}));
        }
        default: return creation(other_name("statement", {"", "of another kind"}));
    }
}

}  // namespace

Subject subject_of(const PgQuery__Node& node) {
    switch (node.node_case) {
        case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
        case PG_QUERY__NODE__NODE_SELECT_STMT: return {.name = {}, .place = Place::nowhere, .table = {}, .aliases = {}};
        case PG_QUERY__NODE__NODE_CREATE_STMT:
            return creation(relation_name("table", qualified_name(*node.create_stmt->relation)), StatementKind::table);
        case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT:
            return creation(relation_name("foreign table", qualified_name(*node.create_foreign_table_stmt->base_stmt->relation)));
        case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
            return creation(relation_name("sequence", qualified_name(*node.create_seq_stmt->sequence)));
        case PG_QUERY__NODE__NODE_ALTER_SEQ_STMT: {
            const ObjectName sequence = relation_name("sequence", qualified_name(*node.alter_seq_stmt->sequence));
            return change("settings of " + sequence.text, sequence);
        }
        case PG_QUERY__NODE__NODE_VIEW_STMT: return creation(relation_name("view", qualified_name(*node.view_stmt->view)));
        case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
            return creation(relation_name(word(node.create_table_as_stmt->objtype), qualified_name(*node.create_table_as_stmt->into->rel)));
        case PG_QUERY__NODE__NODE_INDEX_STMT: return index_subject(*node.index_stmt);
        case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT: return alter_subject(*node.alter_table_stmt);
        case PG_QUERY__NODE__NODE_COMMENT_STMT: return comment_subject(*node.comment_stmt);
        case PG_QUERY__NODE__NODE_SEC_LABEL_STMT: {
            const ObjectName object = object_name(node.sec_label_stmt->objtype, *node.sec_label_stmt->object);
            return change("security label on " + object.text, object, place_of_changes(node.sec_label_stmt->objtype));
        }
        case PG_QUERY__NODE__NODE_GRANT_STMT: return grant_subject(*node.grant_stmt);
        case PG_QUERY__NODE__NODE_ALTER_DEFAULT_PRIVILEGES_STMT: return creation(other_name("default", {"", "privileges"}));
        case PG_QUERY__NODE__NODE_ALTER_OWNER_STMT: return owner_subject(*node.alter_owner_stmt);
        case PG_QUERY__NODE__NODE_CREATE_STATS_STMT: return statistics_subject(*node.create_stats_stmt);
        case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT: return trigger_subject(*node.create_trig_stmt);
        case PG_QUERY__NODE__NODE_RULE_STMT:
            return creation(part_name("rule", qualified_name(*node.rule_stmt->relation), node.rule_stmt->rulename), StatementKind::other,
                            Place::last);
        case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
            return creation(part_name("policy", qualified_name(*node.create_policy_stmt->table), node.create_policy_stmt->policy_name),
                            StatementKind::other, Place::last);
        case PG_QUERY__NODE__NODE_CREATE_EVENT_TRIG_STMT:
            return creation(other_name("event trigger", {"", node.create_event_trig_stmt->trigname}), StatementKind::other, Place::last);
        case PG_QUERY__NODE__NODE_ALTER_EVENT_TRIG_STMT: {
            const ObjectName trigger = other_name("event trigger", {"", node.alter_event_trig_stmt->trigname});
            return change("settings of " + trigger.text, trigger, Place::last);
        }
        case PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT:
            return creation(other_name("publication", {"", node.create_publication_stmt->pubname}), StatementKind::other, Place::last);
        case PG_QUERY__NODE__NODE_ALTER_PUBLICATION_STMT: return publication_subject(*node.alter_publication_stmt);
        default: return library_subject(node);
    }
}

}  // namespace lantern_migrate::plan
