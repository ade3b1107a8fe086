// What a type is underneath its domains, and whether its binary form means the same on another server.
#pragma once

#include "core/pg/session.h"
#include "core/plan/catalog.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace lantern_migrate::pg {

class TypeResolver {
public:
    // `vector_schema`: where the vector extension's types are; empty where there is none.
    TypeResolver(Session&, std::string vector_schema);

    // Fills what depends on the type: base_type_oid, type_modifier of domains, vector, binary, value.
    void describe(plan::Column&);

private:
    struct Type {
        std::string schema;
        std::string name;
        char kind = 'b';  // pg_type.typtype
        bool array = false;
        std::uint32_t base = 0;
        int base_modifier = -1;
        std::uint32_t element = 0;              // of an array
        std::uint32_t subtype = 0;              // of a range: its bounds; of a multirange: its ranges
        bool sends = true;                      // has send and receive functions
        std::vector<std::uint32_t> attributes;  // of a composite
        std::vector<std::string> attribute_names;
    };
    [[nodiscard]] const Type* find(std::uint32_t oid) const;
    [[nodiscard]] plan::VectorType vector_type(std::uint32_t base_oid) const;
    // Null for a type that is not known or is nested deeper than the codec follows.
    std::shared_ptr<const plan::ValueType> value_type(std::uint32_t oid, int depth = 1);
    std::shared_ptr<const plan::ValueType> make_value_type(std::uint32_t oid, const Type&, int depth);
    bool take_parts(plan::ValueType&, const Type&, int depth);
    void take_name(plan::ValueType&, const Type&) const;

    std::string vector_schema_;
    std::map<std::uint32_t, Type> types_;
    std::map<std::uint32_t, std::shared_ptr<const plan::ValueType>> value_types_;
};

}  // namespace lantern_migrate::pg
