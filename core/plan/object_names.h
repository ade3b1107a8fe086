// The objects that statements create, change and need, as keys to find again and as text for people.
#pragma once

#include "core/plan/catalog.h"

#include <pg_query/pg_query.pb-c.h>

#include <compare>
#include <string>
#include <vector>

namespace lantern_migrate::plan {

enum class ObjectClass {
    relation,  // what has a row in pg_class: tables, views, sequences, indexes
    type,
    function,  // part: the argument types; aggregates and procedures too
    operator_,
    part,   // of a relation or domain: a constraint, trigger, rule, policy
    other,  // part: what it is ("schema")
};

struct ObjectKey {
    ObjectClass object_class = ObjectClass::other;
    QualifiedName name;
    std::string part;

    auto operator<=>(const ObjectKey&) const = default;
};

struct ObjectName {
    ObjectKey key;
    std::string text;   // "table public.items", "trigger t on public.items"
    ObjectKey owner{};  // the relation that a column, constraint, trigger, rule or policy is of; else as key
};

[[nodiscard]] ObjectKey relation_key(const QualifiedName&);
[[nodiscard]] ObjectKey type_key(const QualifiedName&);
// A constraint, trigger, rule or policy of a relation; `kind` is its word.
[[nodiscard]] ObjectKey part_key(const QualifiedName& relation, std::string_view kind, std::string_view name);

[[nodiscard]] ObjectName relation_name(std::string_view word, const QualifiedName&);
[[nodiscard]] ObjectName type_name(std::string_view word, const QualifiedName&);
[[nodiscard]] ObjectName function_name(std::string_view word, const QualifiedName&, const std::vector<std::string>& arguments);
[[nodiscard]] ObjectName other_name(std::string_view word, const QualifiedName&);
[[nodiscard]] ObjectName part_name(std::string_view word, const QualifiedName& relation, std::string_view name);

// "table", "materialized view", ...
[[nodiscard]] std::string_view word(PgQuery__ObjectType);
// What COMMENT ON, ALTER ... OWNER TO, GRANT and SECURITY LABEL name, in the grammar's several forms.
[[nodiscard]] ObjectName object_name(PgQuery__ObjectType, const PgQuery__Node& object);

// What a tree mentions: relations ('public.s'::regclass too), types, functions (without their arguments) and operators, qualified ones
// only.
[[nodiscard]] std::vector<ObjectKey> references(ProtobufCMessage&);

}  // namespace lantern_migrate::plan
