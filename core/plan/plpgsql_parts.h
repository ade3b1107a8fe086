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

// What the types of values are known by.
struct PlpgsqlTypes {
    const std::vector<PlpgsqlDeclaration>& declarations;
    const std::multimap<std::string, std::string>& variables;
    std::string result;
};

[[nodiscard]] PlpgsqlParts plpgsql_parts(const std::string& body, const std::vector<SqlToken>&, const PlpgsqlTypes&, const MarkedBody&,
                                         const std::vector<PlpgsqlExpression>&);

// Words of the body from a token to a token, as they are written.
[[nodiscard]] std::string written_tokens(const std::vector<SqlToken>&, TokenRange);

}  // namespace lantern_migrate::plan
