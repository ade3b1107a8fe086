// What pgvector's functions are on a target that has no pgvector: SQL functions over real[] and bit, in a schema of their own.
// Each is a file of compatibility/, which says what pgvector has there. They need neither pgvector nor lantern, and PostgreSQL 13.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::plan {

inline constexpr std::string_view compatibility_schema = "pgvector_compat";
// Bodies name functions of the schema, and are read with the rights of whoever calls them: everybody must be able to look into it.
inline constexpr std::string_view compatibility_schema_sql =
    "CREATE SCHEMA IF NOT EXISTS pgvector_compat; GRANT USAGE ON SCHEMA pgvector_compat TO PUBLIC";

struct CompatibilityFunction {
    std::string_view name;                // a key: "l2_distance". The function's own name, but for the overloads of array_to_vector
    std::string_view object;              // "function pgvector_compat.l2_distance(real[], real[])", "aggregate pgvector_compat.avg(real[])"
    std::string_view sql;                 // one CREATE OR REPLACE, and comments before it
    std::vector<std::string_view> needs;  // by name; a plpgsql body's are needed when it is called, an SQL body's when it is made
};

// In the order of their names. Any thread may call it.
[[nodiscard]] std::span<const CompatibilityFunction> compatibility_functions();

// The functions of these names and what they need, each once, behind what it needs. Throws std::out_of_range for a name that there is
// none of.
[[nodiscard]] std::vector<const CompatibilityFunction*> compatibility_closure(const std::set<std::string>& names);

}  // namespace lantern_migrate::plan
