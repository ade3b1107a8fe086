#include "core/pg/type_resolver.h"

#include "core/codec/row_codec.h"

#include <algorithm>
#include <array>

namespace lantern_migrate::pg {
namespace {

using Kind = plan::ValueType::Kind;

constexpr std::uint32_t real_array_oid = 1021;
// The first OID that is not written down in PostgreSQL's own sources: below it, a type has the same on every server of every version.
// Those of information_schema lie above.
constexpr std::uint32_t first_assigned_oid = 10000;

// regproc, regprocedure, regoper, regoperator, regclass, regtype, regrole, regnamespace, regconfig, regdictionary, regcollation:
// their binary form is an OID, which means another object elsewhere; their text form is a name.
constexpr std::array<std::uint32_t, 11> object_reference_types{24, 2202, 2203, 2204, 2205, 2206, 4096, 4089, 3734, 3769, 4191};

}  // namespace

TypeResolver::TypeResolver(Session& session, std::string vector_schema) : vector_schema_(std::move(vector_schema)) {
    // Multiranges came with PostgreSQL 14.
    const std::string multirange = session.server_version_num() >= 140000 ? "m.rngmultitypid" : "NULL";
    for (const auto& row : session.execute(
             "SELECT t.oid, n.nspname, t.typname, t.typtype, t.typcategory = 'A' AND t.typtype = 'b' AND t.typelem <> 0,"
             " t.typbasetype, t.typtypmod, t.typelem, coalesce(r.rngsubtype, m.rngtypid, 0), t.typsend <> 0 AND t.typreceive <> 0"
             " FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace"
             " LEFT JOIN pg_catalog.pg_range r ON t.oid = r.rngtypid LEFT JOIN pg_catalog.pg_range m ON t.oid = " +
             multirange)) {
        types_[row[0].as<std::uint32_t>()] = Type{.schema = row[1].as<std::string>(),
                                                  .name = row[2].as<std::string>(),
                                                  .kind = row[3].as<std::string>().at(0),
                                                  .array = row[4].as<bool>(),
                                                  .base = row[5].as<std::uint32_t>(),
                                                  .base_modifier = row[6].as<int>(),
                                                  .element = row[7].as<std::uint32_t>(),
                                                  .subtype = row[8].as<std::uint32_t>(),
                                                  .sends = row[9].as<bool>(),
                                                  .attributes = {},
                                                  .attribute_names = {}};
    }
    for (const auto& row : session.execute("SELECT t.oid, a.atttypid, a.attname FROM pg_catalog.pg_type t"
                                           " JOIN pg_catalog.pg_class c ON c.oid = t.typrelid AND t.typtype = 'c'"
                                           " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
                                           " WHERE c.oid >= 16384 ORDER BY t.oid, a.attnum")) {
        Type& type = types_[row[0].as<std::uint32_t>()];
        type.attributes.push_back(row[1].as<std::uint32_t>());
        type.attribute_names.push_back(row[2].as<std::string>());
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

std::shared_ptr<const plan::ValueType> TypeResolver::value_type(std::uint32_t oid, int depth) {
    if (const auto known = value_types_.find(oid); known != value_types_.end()) return known->second;
    const Type* type = find(oid);
    if (type == nullptr || depth > codec::max_value_depth) return nullptr;
    auto made = make_value_type(oid, *type, depth);
    if (made != nullptr) value_types_[oid] = made;
    return made;
}

std::shared_ptr<const plan::ValueType> TypeResolver::make_value_type(std::uint32_t oid, const Type& type, int depth) {
    plan::ValueType value;
    if (type.kind == 'd') {
        const auto base = value_type(type.base, depth + 1);
        if (base == nullptr) return nullptr;
        value = *base;
        value.target_oid = 0;
    } else {
        value.binary = type.sends && type.kind != 'p' && !std::ranges::contains(object_reference_types, oid);
        value.vector = vector_type(oid);
        if (value.vector != plan::VectorType::none) {
            value.kind = Kind::vector;
            value.binary = value.holds_vector = true;
        } else if (!take_parts(value, type, depth)) {
            return nullptr;
        }
    }
    value.oid = oid;
    if (oid < first_assigned_oid)
        value.target_oid = oid;
    else if (value.kind == Kind::vector && type.kind != 'd')
        value.target_oid = real_array_oid;
    else
        take_name(value, type);
    return std::make_shared<const plan::ValueType>(std::move(value));
}

bool TypeResolver::take_parts(plan::ValueType& value, const Type& type, int depth) {
    std::vector<std::uint32_t> parts;
    if (type.array) {
        value.kind = Kind::array;
        parts = {type.element};
    } else if (type.subtype != 0) {
        value.kind = type.kind == 'm' ? Kind::multirange : Kind::range;
        parts = {type.subtype};
    } else if (type.kind == 'c') {
        value.kind = Kind::composite;
        parts = type.attributes;
        value.attributes = type.attribute_names;
    }
    for (const std::uint32_t oid : parts) {
        auto part = value_type(oid, depth + 1);
        if (part == nullptr) return false;
        value.binary = value.binary && part->binary;
        value.holds_vector = value.holds_vector || part->holds_vector;
        value.parts.push_back(std::move(part));
    }
    return true;
}

void TypeResolver::take_name(plan::ValueType& value, const Type& type) const {
    const Type* element = type.array ? find(type.element) : nullptr;
    value.array_of_name = element != nullptr;
    const Type& named = element != nullptr ? *element : type;
    value.name = {named.schema, named.name};
}

void TypeResolver::describe(plan::Column& column) {
    std::uint32_t oid = column.type_oid;
    for (const Type* type = find(oid); type != nullptr && type->kind == 'd'; type = find(oid)) {
        if (column.type_modifier < 0) column.type_modifier = type->base_modifier;
        oid = type->base;
    }
    column.base_type_oid = oid;
    column.vector = vector_type(oid);
    column.value = value_type(column.type_oid);
    column.binary = column.value != nullptr && column.value->binary;
}

}  // namespace lantern_migrate::pg
