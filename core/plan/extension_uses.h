// Where a statement's tree uses pgvector, and what of that can be said without it.
#pragma once

#include "core/plan/catalog.h"
#include "core/plan/object_names.h"

#include <pg_query/pg_query.pb-c.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace lantern_migrate::plan {

// The extension's names. Types, functions and operators are its own where their schema is `schema`; types without a schema are too.
struct ExtensionNames {
    std::string schema;
    std::set<std::string> functions;
    std::set<std::string> operators;
    // For pg_get_indexdef(), which leaves schemas off by the search path: names without one are the extension's too,
    // and with `schema` empty those with any schema.
    bool unqualified = false;
    std::map<QualifiedName, VectorType> domains{};  // over its types
    std::set<QualifiedName> holders{};              // composites, ranges, domains and tables with one of its types further inside

    [[nodiscard]] bool owns(const QualifiedName&) const;
};

// What pgvector 0.8 has, for texts of which the catalog was not asked.
[[nodiscard]] const std::set<std::string>& usual_functions();
[[nodiscard]] const std::set<std::string>& usual_operators();

enum class UseKind { type, wide_type, cast, literal, function, operator_, operator_class };

struct ExtensionUse {
    UseKind kind;
    std::string name;      // "public.l2_distance", "public.<->", "public.vector"
    bool in_body = false;  // of a function

    // "uses function public.l2_distance", ...
    [[nodiscard]] std::string text() const;
    auto operator<=>(const ExtensionUse&) const = default;

private:
    [[nodiscard]] std::string text_of_kind() const;
};

// "uses function a and operator b"; without duplicates.
[[nodiscard]] std::string describe(const std::vector<ExtensionUse>&);

// `VectorType::none` if it is not one of the extension's types (domains over them are not followed here).
[[nodiscard]] VectorType vector_type(const PgQuery__TypeName&, const ExtensionNames&);
[[nodiscard]] bool is_array(VectorType);
// Whether a value of the type has a vector at any depth.
[[nodiscard]] bool holds_vector(const PgQuery__TypeName&, const ExtensionNames&);
// Whether a type or function is the extension's own.
[[nodiscard]] bool is_member(const ObjectKey&, const ExtensionNames&);
// Of btree: its order is the order of the arrays that its vectors become.
[[nodiscard]] bool is_ordinary_operator_class(const QualifiedName&, const ExtensionNames&);
// The type modifier: dimensions as declared, or 0.
[[nodiscard]] int declared_dimensions(const PgQuery__TypeName&);
// vector(3) -> real[], vector(3)[] -> real[][].
void make_real_array(PgQuery__TypeName&, VectorType);

enum class TypePolicy {
    convert,  // a declaration of data: columns, domains, composite types
    refuse,   // a signature: whoever calls it relies on the type
};

struct Conversion {
    bool changed = false;            // the tree is not what it was
    std::vector<ExtensionUse> uses;  // what is left of the extension in it
};

// Literals, casts of arrays, comparison operators, vector_dims() and (by policy) types are changed in place; all else is reported, but
// for operators and calls that are `settled`: somebody looked at them already.
[[nodiscard]] Conversion convert_uses(ProtobufCMessage&, const ExtensionNames&, TypePolicy,
                                      const std::set<const ProtobufCMessage*>& settled = {});

}  // namespace lantern_migrate::plan
