#include "core/pg/type_resolver.h"

#include <algorithm>
#include <array>

namespace lantern_migrate::pg {
namespace {

// The first OID that initdb does not give: objects below it have the same OID on every server of a version, and types on every version.
constexpr std::uint32_t first_user_oid = 16384;

// regproc, regprocedure, regoper, regoperator, regclass, regtype, regrole, regnamespace, regconfig, regdictionary, regcollation:
// their binary form is an OID, which means another object elsewhere; their text form is a name.
constexpr std::array<std::uint32_t, 11> object_reference_types{24, 2202, 2203, 2204, 2205, 2206, 4096, 4089, 3734, 3769, 4191};

}  // namespace

TypeResolver::TypeResolver(Session& session, std::string vector_schema) : vector_schema_(std::move(vector_schema)) {
    for (const auto& row :
         session.execute("SELECT t.oid, n.nspname, t.typname, t.typtype, t.typcategory = 'A' AND t.typtype = 'b' AND t.typelem <> 0,"
                         " t.typbasetype, t.typtypmod, t.typelem, coalesce(r.rngsubtype, 0), t.typsend <> 0 AND t.typreceive <> 0"
                         " FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace"
                         " LEFT JOIN pg_catalog.pg_range r ON t.oid IN (r.rngtypid)")) {
        types_[row[0].as<std::uint32_t>()] = Type{.schema = row[1].as<std::string>(),
                                                  .name = row[2].as<std::string>(),
                                                  .kind = row[3].as<std::string>().at(0),
                                                  .array = row[4].as<bool>(),
                                                  .base = row[5].as<std::uint32_t>(),
                                                  .base_modifier = row[6].as<int>(),
                                                  .element = row[7].as<std::uint32_t>(),
                                                  .subtype = row[8].as<std::uint32_t>(),
                                                  .sends = row[9].as<bool>(),
                                                  .attributes = {}};
    }
    for (const auto& row : session.execute("SELECT t.oid, a.atttypid FROM pg_catalog.pg_type t"
                                           " JOIN pg_catalog.pg_class c ON c.oid = t.typrelid AND t.typtype = 'c'"
                                           " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
                                           " WHERE c.oid >= 16384 ORDER BY t.oid, a.attnum")) {
        types_[row[0].as<std::uint32_t>()].attributes.push_back(row[1].as<std::uint32_t>());
    }
}

const TypeResolver::Type* TypeResolver::find(std::uint32_t oid) const {
    const auto found = types_.find(oid);
    return found == types_.end() ? nullptr : &found->second;
}

plan::VectorType TypeResolver::vector_type(std::uint32_t base_oid) const {
    const Type* type = find(base_oid);
    if (type == nullptr || vector_schema_.empty()) return plan::VectorType::none;
    const bool array = type->array;
    if (array) type = find(type->element);
    if (type == nullptr || type->schema != vector_schema_) return plan::VectorType::none;
    if (type->name == "vector") return array ? plan::VectorType::vector_array : plan::VectorType::vector;
    if (type->name == "halfvec") return array ? plan::VectorType::halfvec_array : plan::VectorType::halfvec;
    if (type->name == "sparsevec") return array ? plan::VectorType::sparsevec_array : plan::VectorType::sparsevec;
    return plan::VectorType::none;
}

bool TypeResolver::holds_vector(std::uint32_t oid) const {
    const Type* type = find(oid);
    if (type == nullptr) return false;
    if (vector_type(oid) != plan::VectorType::none) return true;
    if (type->kind == 'd') return holds_vector(type->base);
    if (type->array) return holds_vector(type->element);
    if (type->subtype != 0) return holds_vector(type->subtype);
    return std::ranges::any_of(type->attributes, [this](std::uint32_t attribute) { return holds_vector(attribute); });
}

bool TypeResolver::binary(std::uint32_t oid) const {
    const Type* type = find(oid);
    if (type == nullptr || !type->sends || std::ranges::contains(object_reference_types, oid)) return false;
    if (vector_type(oid) != plan::VectorType::none) return true;
    if (type->kind == 'd') return binary(type->base);
    // The codec rewrites an array's own header, so its elements must not carry type OIDs of their own that differ.
    if (type->array) return binary(type->element);
    if (type->kind == 'c') {
        // A record's fields carry their types' OIDs, and an array inside it a NULL flag that need not come back as it was sent.
        return std::ranges::all_of(type->attributes, [this](std::uint32_t attribute) {
            return attribute < first_user_oid && binary(attribute) && !find(attribute)->array;
        });
    }
    if (type->kind == 'r') return binary(type->subtype) && (find(type->subtype) == nullptr || !find(type->subtype)->array);
    return type->kind != 'p' && !(type->kind == 'm' && oid >= first_user_oid);
}

void TypeResolver::describe(plan::Column& column) const {
    std::uint32_t oid = column.type_oid;
    for (const Type* type = find(oid); type != nullptr && type->kind == 'd'; type = find(oid)) {
        if (column.type_modifier < 0) column.type_modifier = type->base_modifier;
        oid = type->base;
    }
    column.base_type_oid = oid;
    column.vector = vector_type(oid);
    column.binary = binary(oid);
    column.nested_vector =
        column.vector == plan::VectorType::sparsevec_array || (column.vector == plan::VectorType::none && holds_vector(oid));
    const Type* type = find(oid);
    if (type != nullptr && type->array && column.vector == plan::VectorType::none) {
        column.element_oid = type->element;
        if (const Type* element = find(type->element); element != nullptr && type->element >= first_user_oid) {
            column.element_type = plan::QualifiedName{element->schema, element->name};
            // An array whose elements are domains over arrays has headers inside that the codec does not reach.
            if (element->kind == 'd' && find(element->base) != nullptr && find(element->base)->array) column.binary = false;
        }
    }
}

}  // namespace lantern_migrate::pg
