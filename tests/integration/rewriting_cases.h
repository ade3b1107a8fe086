// An application's statements on pgvector, for the database of sql/rewriting_source.sql.
#pragma once

#include <span>

namespace lantern_migrate::test {

struct RewritingCase {
    const char* name;
    const char* sql;
};

// Give the same rows on both sides, in the same order.
[[nodiscard]] std::span<const RewritingCase> neighbour_cases();
[[nodiscard]] std::span<const RewritingCase> query_cases();
[[nodiscard]] std::span<const RewritingCase> expression_cases();

// Change a table; what it holds then is asked for by the statement behind.
struct ChangingCase {
    const char* name;
    const char* sql;
    const char* afterwards;
};
[[nodiscard]] std::span<const ChangingCase> changing_cases();

// An index serves it on the source, and the same-named index has to on the target.
struct ServedCase {
    const char* index;
    const char* sql;
};
[[nodiscard]] std::span<const ServedCase> served_cases();

}  // namespace lantern_migrate::test
