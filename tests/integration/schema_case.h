// A case of the corpus: a schema in SQL, with what is expected of it in the comments at its top.
//
//   -- One line or more that say what it shows.
//   -- job: indexes: {inner_product: cosine}      a line of the job file; any number
//   -- before: CREATE ROLE r                      what the target has before the job
//   -- finding: blocking: index public.i: why     a finding of the plan; all but those of severity info must be named, in any order
//   -- differs: column public.t.c: source has ..  a line of compare_schemas() that has to come, as it is written there
//   -- rewritten: view public.v                   an object that both sides have, and define differently because it uses vectors; any
//   number
//   -- computed: public.t                         a table or materialized view whose values the target computes, up to the last digit;
//                                                 `same:` says which digits count
//   -- index: CREATE INDEX i ON public.t ...      a vector index of the target, as pg_get_indexdef() has it; if one is named, all are
//   -- target: SELECT ... => text                 a query on the target and what its first field says
//   -- same: SELECT ...                           a query that both sides answer alike, all rows and fields
//
// With a blocking finding the job is refused and the target stays as it was; else it runs, and rows and objects are compared.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lantern_migrate::test {

struct SchemaCase {
    std::string name;  // the file's stem
    std::filesystem::path file;
    std::vector<std::string> job, before, findings, differences, rewritten, computed, indexes, same;
    struct Answer {
        std::string sql, text;
    };
    std::vector<Answer> answers;

    [[nodiscard]] bool blocked() const;
};

// Throws std::runtime_error for a line that is none of the above.
[[nodiscard]] SchemaCase read_schema_case(const std::filesystem::path&);
[[nodiscard]] std::vector<SchemaCase> schema_cases();

}  // namespace lantern_migrate::test
