// What a type is underneath its domains, and whether its binary form means the same on another server.
#pragma once

#include "core/pg/session.h"
#include "core/plan/catalog.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lantern_migrate::pg {

class TypeResolver {
public:
    // `vector_schema`: where the vector extension's types are; empty where there is none.
    TypeResolver(Session&, std::string vector_schema);

    // Fills what depends on the type: base_type_oid, type_modifier of domains, vector, binary, nested_vector, element_type.
    void describe(plan::Column&) const;

private:
    struct Type {
        std::string schema;
        std::string name;
        char kind = 'b';  // pg_type.typtype
        bool array = false;
        std::uint32_t base = 0;
        int base_modifier = -1;
        std::uint32_t element = 0;              // of an array
        std::uint32_t subtype = 0;              // of a range
        bool sends = true;                      // has send and receive functions
        std::vector<std::uint32_t> attributes;  // of a composite
    };
    [[nodiscard]] const Type* find(std::uint32_t oid) const;
    [[nodiscard]] plan::VectorType vector_type(std::uint32_t base_oid) const;
    [[nodiscard]] bool binary(std::uint32_t oid) const;
    [[nodiscard]] bool holds_vector(std::uint32_t oid) const;

    std::string vector_schema_;
    std::map<std::uint32_t, Type> types_;
};

}  // namespace lantern_migrate::pg
