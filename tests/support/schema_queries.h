// What a database is, object by object, as the catalog of any server tells it.
#pragma once

#include <span>

namespace lantern_migrate::test {

struct SchemaQuery {
    const char* what;
    const char* sql;  // key and description; vector types read as real[], what a migration adds is left out; search_path is empty
    int since = 13;   // the first version that has these columns
};

[[nodiscard]] std::span<const SchemaQuery> schema_queries();

}  // namespace lantern_migrate::test
