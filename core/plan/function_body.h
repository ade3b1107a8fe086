// Functions whose body is a text: what of pgvector they use, as far as a look at the text can tell.
#pragma once

#include <pg_query/pg_query.pb-c.h>

#include <string>

namespace lantern_migrate::plan {

// "uses function l2_distance, uses operator <->"; empty where nothing was found. A SQL body is parsed; of other languages the tokens are
// looked at: operators and functions by their names, types behind `::`, AS, RETURNS and in declarations. A body in BEGIN ATOMIC is a tree
// of its own and not looked at here.
[[nodiscard]] std::string describe_body_uses(const PgQuery__CreateFunctionStmt&);

}  // namespace lantern_migrate::plan
