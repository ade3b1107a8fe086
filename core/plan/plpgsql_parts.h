// The parts of a body, from libpg_query's JSON and the marks in its texts.
#pragma once

#include "core/plan/plpgsql_body.h"
#include "core/plan/plpgsql_marks.h"

namespace lantern_migrate::plan {

struct PlpgsqlExpression {
    std::string query;
    int mode = 0;      // RawParseMode
    std::string node;  // PLpgSQL_stmt_if
    std::string key;   // cond
};

// Throws SqlError for what is no such JSON.
[[nodiscard]] std::vector<PlpgsqlExpression> plpgsql_expressions(const std::string& json);

struct PlpgsqlParts {
    std::vector<BodyPart> parts;
    std::vector<std::string> unplaced;
};

[[nodiscard]] PlpgsqlParts plpgsql_parts(const std::string& body, const std::vector<SqlToken>&, const std::vector<PlpgsqlDeclaration>&,
                                         const MarkedBody&, const std::vector<PlpgsqlExpression>&);

}  // namespace lantern_migrate::plan
