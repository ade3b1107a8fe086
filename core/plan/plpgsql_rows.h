// What the queries of a body give to its variables of type record, and what its cursors give.
#pragma once

#include "core/plan/plpgsql_body.h"
#include "core/plan/query_scope.h"
#include "core/plan/sql_tree.h"

#include <map>
#include <string>
#include <vector>

namespace lantern_migrate::plan {

// By their names. A field that two queries give in different types is of an unknown one.
struct PlpgsqlRows {
    std::map<std::string, NamedTypes> records;
    std::map<std::string, NamedTypes> cursors;
};

// The tokens are those of the body.
[[nodiscard]] PlpgsqlRows plpgsql_rows(const PlpgsqlBody&, const std::vector<SqlToken>&, const TypeReader&, const Scope&);

// A single word that a cursor is given where it is opened, which is no part of the body, with the argument's type as it is written.
struct CursorWord {
    const SqlToken* word;
    std::string type;
};
[[nodiscard]] std::vector<CursorWord> cursor_words(const std::vector<SqlToken>&);

}  // namespace lantern_migrate::plan
