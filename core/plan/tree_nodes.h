// Making and changing parse tree nodes by hand. All memory is malloc'ed, as protobuf-c's own is, so that freeing the tree frees it.
#pragma once

#include "core/plan/catalog.h"

#include <pg_query/pg_query.pb-c.h>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::plan {

// Text fields: never assign to them, the old text would leak.
void set_text(char*& field, std::string_view text);

// A node list field (names, typmods, ...): its pointer and its count, which generated structs keep apart.
struct NodeList {
    PgQuery__Node**& items;
    std::size_t& count;

    void clear();
    void append(PgQuery__Node*);
    // Frees it.
    void erase(std::size_t index);
    [[nodiscard]] std::span<PgQuery__Node*> nodes() const { return {items, count}; }
};

[[nodiscard]] PgQuery__Node* string_node(std::string_view);
[[nodiscard]] PgQuery__Node* integer_node(int);                              // Integer, as array bounds have it
[[nodiscard]] PgQuery__Node* integer_constant_node(int);                     // A_Const
[[nodiscard]] PgQuery__Node* option_node(std::string_view name, int value);  // DefElem: name=value
[[nodiscard]] PgQuery__Node* clone(const PgQuery__Node&);
void free_node(PgQuery__Node*);

[[nodiscard]] PgQuery__Node* call_node(const QualifiedName& function, std::initializer_list<PgQuery__Node*> arguments);
[[nodiscard]] PgQuery__Node* cast_node(PgQuery__Node* value, std::string_view builtin_type);  // of pg_catalog

// Takes what is in `node` out of it, into a node of its own; `node` is empty until something is put there.
[[nodiscard]] PgQuery__Node* take(PgQuery__Node& node);
// Puts what is in `content` into `node`, in place of what it held; `content` itself is freed.
void put(PgQuery__Node& node, PgQuery__Node* content);

// CONSTRAINT name CHECK (array_length(column, axis) = dimensions); `value` in a domain is a column reference too.
[[nodiscard]] PgQuery__Node* dimensions_check_node(std::string_view name, std::string_view column, int axis, int dimensions);

// The texts of a list of String nodes; other nodes (the * of a column reference) are left out.
[[nodiscard]] std::vector<std::string> texts(std::span<PgQuery__Node* const>);
// The last two parts as (schema, name); an empty schema where there is one part.
[[nodiscard]] QualifiedName qualified_name(std::span<PgQuery__Node* const>);
[[nodiscard]] QualifiedName qualified_name(const PgQuery__RangeVar&);
// schema.name, or the name alone where the schema is empty.
[[nodiscard]] std::string display(const QualifiedName&);
// A type for people and as a key: "integer", "public.vector", "text[]".
[[nodiscard]] std::string display(const PgQuery__TypeName&);

// The text of a string constant, or null.
[[nodiscard]] const char* string_constant(const PgQuery__Node*);

}  // namespace lantern_migrate::plan
