#include "core/plan/object_names.h"

#include "core/plan/sql_tree.h"
#include "core/plan/tree_nodes.h"
#include "core/plan/tree_walk.h"

#include <algorithm>
#include <optional>

namespace lantern_migrate::plan {
namespace {

struct ObjectWord {
    PgQuery__ObjectType type;
    std::string_view word;
    ObjectClass object_class;
};

constexpr ObjectWord object_words[] = {
    {PG_QUERY__OBJECT_TYPE__OBJECT_ACCESS_METHOD, "access method", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_AGGREGATE, "aggregate", ObjectClass::function},
    {PG_QUERY__OBJECT_TYPE__OBJECT_CAST, "cast", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION, "collation", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN, "column", ObjectClass::relation},
    {PG_QUERY__OBJECT_TYPE__OBJECT_CONVERSION, "conversion", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_DATABASE, "database", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN, "domain", ObjectClass::type},
    {PG_QUERY__OBJECT_TYPE__OBJECT_DOMCONSTRAINT, "constraint", ObjectClass::part},
    {PG_QUERY__OBJECT_TYPE__OBJECT_EVENT_TRIGGER, "event trigger", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_EXTENSION, "extension", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_FDW, "foreign data wrapper", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_SERVER, "server", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE, "foreign table", ObjectClass::relation},
    {PG_QUERY__OBJECT_TYPE__OBJECT_FUNCTION, "function", ObjectClass::function},
    {PG_QUERY__OBJECT_TYPE__OBJECT_INDEX, "index", ObjectClass::relation},
    {PG_QUERY__OBJECT_TYPE__OBJECT_LANGUAGE, "language", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_LARGEOBJECT, "large object", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW, "materialized view", ObjectClass::relation},
    {PG_QUERY__OBJECT_TYPE__OBJECT_OPCLASS, "operator class", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_OPERATOR, "operator", ObjectClass::operator_},
    {PG_QUERY__OBJECT_TYPE__OBJECT_OPFAMILY, "operator family", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_POLICY, "policy", ObjectClass::part},
    {PG_QUERY__OBJECT_TYPE__OBJECT_PROCEDURE, "procedure", ObjectClass::function},
    {PG_QUERY__OBJECT_TYPE__OBJECT_PUBLICATION, "publication", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_ROLE, "role", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE, "routine", ObjectClass::function},
    {PG_QUERY__OBJECT_TYPE__OBJECT_RULE, "rule", ObjectClass::part},
    {PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA, "schema", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE, "sequence", ObjectClass::relation},
    {PG_QUERY__OBJECT_TYPE__OBJECT_STATISTIC_EXT, "statistics", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_SUBSCRIPTION, "subscription", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT, "constraint", ObjectClass::part},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TABLE, "table", ObjectClass::relation},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TABLESPACE, "tablespace", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TRANSFORM, "transform", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER, "trigger", ObjectClass::part},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TSCONFIGURATION, "text search configuration", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TSDICTIONARY, "text search dictionary", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TSPARSER, "text search parser", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TSTEMPLATE, "text search template", ObjectClass::other},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TYPE, "type", ObjectClass::type},
    {PG_QUERY__OBJECT_TYPE__OBJECT_VIEW, "view", ObjectClass::relation},
};

const ObjectWord& entry(PgQuery__ObjectType type) {
    static constexpr ObjectWord unknown{PG_QUERY__OBJECT_TYPE__OBJECT_TYPE_UNDEFINED, "object", ObjectClass::other};
    const auto* found = std::ranges::find(object_words, type, &ObjectWord::type);
    return found == std::end(object_words) ? unknown : *found;
}

// All names in a list, types among them displayed: of casts, operator classes, constraints of domains.
std::vector<std::string> parts_of(const PgQuery__List& list) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < list.n_items; ++i) {
        const PgQuery__Node& item = *list.items[i];
        if (item.node_case == PG_QUERY__NODE__NODE_STRING) parts.emplace_back(item.string->sval);
        if (item.node_case == PG_QUERY__NODE__NODE_TYPE_NAME) parts.push_back(display(*item.type_name));
    }
    return parts;
}

QualifiedName last_two(const std::vector<std::string>& parts) {
    if (parts.empty()) return {};
    return {parts.size() > 1 ? parts[parts.size() - 2] : std::string{}, parts.back()};
}

ObjectName from_name(const ObjectWord& object, const QualifiedName& name) {
    switch (object.object_class) {
        case ObjectClass::relation: return relation_name(object.word, name);
        case ObjectClass::type: return type_name(object.word, name);
        case ObjectClass::function: return function_name(object.word, name, {});
        case ObjectClass::operator_:
        case ObjectClass::part:
        case ObjectClass::other: break;
    }
    return other_name(object.word, name);
}

ObjectName from_list(const ObjectWord& object, const PgQuery__List& list) {
    std::vector<std::string> parts = parts_of(list);
    if (object.type == PG_QUERY__OBJECT_TYPE__OBJECT_CAST && parts.size() == 2) {
        return other_name("cast", {"", "(" + parts[0] + " as " + parts[1] + ")"});
    }
    const bool of_relation = object.object_class == ObjectClass::part || object.type == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN;
    if (!of_relation || parts.size() < 2) return from_name(object, last_two(parts));
    const std::string last = parts.back();
    parts.pop_back();
    if (object.type == PG_QUERY__OBJECT_TYPE__OBJECT_DOMCONSTRAINT) {
        // The domain's name is one TypeName, not two strings.
        const PgQuery__Node& domain = *list.items[0];
        const QualifiedName name = domain.node_case == PG_QUERY__NODE__NODE_TYPE_NAME
                                       ? qualified_name({domain.type_name->names, domain.type_name->n_names})
                                       : last_two(parts);
        ObjectName found = part_name(object.word, name, last);
        found.owner = type_key(name);
        return found;
    }
    if (object.object_class == ObjectClass::part) return part_name(object.word, last_two(parts), last);
    const QualifiedName relation = last_two(parts);
    return {.key = relation_key(relation), .text = "column " + display(relation) + "." + last, .owner = relation_key(relation)};
}

// nextval('public.items_id_seq'::regclass): the cast fails where there is no such relation.
std::optional<QualifiedName> relation_in_cast(const PgQuery__TypeCast& typecast) {
    const char* text = string_constant(typecast.arg);
    if (text == nullptr || qualified_name({typecast.type_name->names, typecast.type_name->n_names}).name != "regclass") return std::nullopt;
    const std::string identifiers = text;
    std::vector<std::string> parts;
    for (const SqlToken& token : scan(identifiers)) {
        if (token.text == ".") continue;
        std::string part(token.text);
        if (part.size() >= 2 && part.front() == '"') {
            part = part.substr(1, part.size() - 2);
            for (auto quote = part.find("\"\""); quote != std::string::npos; quote = part.find("\"\"", quote + 1)) part.erase(quote, 1);
        }
        parts.push_back(std::move(part));
    }
    if (parts.size() != 2) return std::nullopt;
    return QualifiedName{parts[0], parts[1]};
}

ObjectName from_signature(const ObjectWord& object, const PgQuery__ObjectWithArgs& signature) {
    const QualifiedName name = qualified_name({signature.objname, signature.n_objname});
    std::vector<std::string> arguments;
    for (std::size_t i = 0; i < signature.n_objargs; ++i) {
        // An operator without a left side has an empty node there.
        const PgQuery__Node& argument = *signature.objargs[i];
        arguments.push_back(argument.node_case == PG_QUERY__NODE__NODE_TYPE_NAME ? display(*argument.type_name) : "none");
    }
    ObjectName found = function_name(object.word, name, arguments);
    found.key.object_class = object.object_class;
    found.owner = found.key;
    return found;
}

}  // namespace

ObjectKey relation_key(const QualifiedName& name) { return {ObjectClass::relation, name, {}}; }
ObjectKey type_key(const QualifiedName& name) { return {ObjectClass::type, name, {}}; }
ObjectKey part_key(const QualifiedName& relation, std::string_view kind, std::string_view name) {
    return {ObjectClass::part, relation, std::string(kind) + " " + std::string(name)};
}

ObjectName relation_name(std::string_view kind, const QualifiedName& name) {
    return {.key = relation_key(name), .text = std::string(kind) + " " + display(name), .owner = relation_key(name)};
}

ObjectName type_name(std::string_view kind, const QualifiedName& name) {
    return {.key = type_key(name), .text = std::string(kind) + " " + display(name), .owner = type_key(name)};
}

ObjectName function_name(std::string_view kind, const QualifiedName& name, const std::vector<std::string>& arguments) {
    std::string list;
    for (const std::string& argument : arguments) list += (list.empty() ? "" : ", ") + argument;
    const ObjectKey key{ObjectClass::function, name, list};
    return {.key = key, .text = std::string(kind) + " " + display(name) + "(" + list + ")", .owner = key};
}

ObjectName other_name(std::string_view kind, const QualifiedName& name) {
    const ObjectKey key{ObjectClass::other, name, std::string(kind)};
    return {.key = key, .text = std::string(kind) + " " + display(name), .owner = key};
}

ObjectName part_name(std::string_view kind, const QualifiedName& relation, std::string_view name) {
    return {.key = part_key(relation, kind, name),
            .text = std::string(kind) + " " + std::string(name) + " on " + display(relation),
            .owner = relation_key(relation)};
}

std::string_view word(PgQuery__ObjectType type) { return entry(type).word; }

ObjectName object_name(PgQuery__ObjectType type, const PgQuery__Node& object) {
    const ObjectWord& found = entry(type);
    switch (object.node_case) {
        case PG_QUERY__NODE__NODE_LIST: return from_list(found, *object.list);
        case PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS: return from_signature(found, *object.object_with_args);
        case PG_QUERY__NODE__NODE_RANGE_VAR: return from_name(found, qualified_name(*object.range_var));
        case PG_QUERY__NODE__NODE_STRING: return from_name(found, {"", object.string->sval});
        case PG_QUERY__NODE__NODE_TYPE_NAME: return from_name(found, qualified_name({object.type_name->names, object.type_name->n_names}));
        default: return from_name(found, {});
    }
}

std::vector<ObjectKey> references(ProtobufCMessage& message) {
    std::vector<ObjectKey> found;
    const auto add = [&](ObjectClass object_class, const QualifiedName& name) {
        if (!name.schema.empty() && name.schema != "pg_catalog") found.push_back({object_class, name, {}});
    };
    walk(message, [&](ProtobufCMessage& m) {
        if (const auto* relation = as<PgQuery__RangeVar>(m, pg_query__range_var__descriptor)) {
            add(ObjectClass::relation, qualified_name(*relation));
        } else if (const auto* type = as<PgQuery__TypeName>(m, pg_query__type_name__descriptor)) {
            const QualifiedName name = qualified_name({type->names, type->n_names});
            add(ObjectClass::type, name);
            add(ObjectClass::relation, name);  // a table's row type
            add(ObjectClass::function, name);  // CREATE AGGREGATE names its functions as the grammar names types
        } else if (const auto* call = as<PgQuery__FuncCall>(m, pg_query__func_call__descriptor)) {
            add(ObjectClass::function, qualified_name({call->funcname, call->n_funcname}));
        } else if (const auto* signature = as<PgQuery__ObjectWithArgs>(m, pg_query__object_with_args__descriptor)) {
            add(ObjectClass::function, qualified_name({signature->objname, signature->n_objname}));
            add(ObjectClass::operator_, qualified_name({signature->objname, signature->n_objname}));
        } else if (const auto* trigger = as<PgQuery__CreateTrigStmt>(m, pg_query__create_trig_stmt__descriptor)) {
            add(ObjectClass::function, qualified_name({trigger->funcname, trigger->n_funcname}));
        } else if (const auto* event = as<PgQuery__CreateEventTrigStmt>(m, pg_query__create_event_trig_stmt__descriptor)) {
            add(ObjectClass::function, qualified_name({event->funcname, event->n_funcname}));
        } else if (const auto* typecast = as<PgQuery__TypeCast>(m, pg_query__type_cast__descriptor)) {
            if (const auto relation_named = relation_in_cast(*typecast)) add(ObjectClass::relation, *relation_named);
        } else if (const auto* expression = as<PgQuery__AExpr>(m, pg_query__a__expr__descriptor)) {
            add(ObjectClass::operator_, qualified_name({expression->name, expression->n_name}));
        }
        return Walk::into;
    });
    return found;
}

}  // namespace lantern_migrate::plan
