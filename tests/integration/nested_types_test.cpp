// Vectors and users' types inside composites, ranges, multiranges and arrays, through the whole run.
#include "tests/integration/scenario.h"
#include "tests/integration/statement_log.h"

#include <gmock/gmock.h>

#include <set>

namespace lantern_migrate::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(NestedTypes, ArriveAtEveryDepthAndAreVerified) {
    Scenario scenario({.log_statements = true});
    scenario.load("nested_types_source.sql");
    const Finished finished = scenario.run_job(scenario.write_job("verify: full\n"));
    ASSERT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target_url()), IsEmpty());
    EXPECT_THAT(compare_schemas(scenario.source_url(), scenario.target_url()), IsEmpty());

    const auto answer = [&](const std::string& sql) { return query_text(scenario.target_url(), sql); };
    EXPECT_EQ(answer("SELECT (p).v::text || (p).h::text || (p).s::text FROM composites WHERE id = 7"),
              "{7,2}{1.5,0.099975586}{7,0,0,-0.5,0}");
    EXPECT_EQ(answer("SELECT ((d).h).es::text FROM composites WHERE id = 7"), "[5:6]={\"{1,2,3}\",\"{4,5,6}\"}");
    EXPECT_EQ(answer("SELECT string_agg(concat_ws(' ', v, h, s), ' ') FROM arrays WHERE id = 1002"),
              "[7:8][1:3]={{1,2,3},{4,5,6}} [0:0][1:1]={{1}} [-1:0][1:4]={{1,0,0,0},{0,0,0,0}}");
    EXPECT_EQ(answer("SELECT string_agg(concat_ws(' ', v, h, s), ' ') FROM by_text WHERE id = 1002"),
              "[7:8][1:3]={{1,2,3},{4,5,6}} [0:0][1:1]={{1}} [-1:0][1:4]={{1,0,0,0},{0,0,0,0}}");
    EXPECT_EQ(answer("SELECT concat_ws(' ', s, m, upper_inf(m)) FROM ranges WHERE id = 1"), "[\"{1,2}\",{3}) {[{1},{2}),[\"{3,4}\",)} t");
    EXPECT_EQ(answer("SELECT count(*) FROM ranges WHERE s @> '{200,1}'::real[]"), "1");

    query(scenario.target_url(), "UPDATE composites SET d.h.es[5] = '{1,2,4}' WHERE id = 7");
    EXPECT_EQ(compare_tables(scenario.source_url(), scenario.target_url()).size(), 1U) << "the comparison sees that far";

    std::set<std::string> by_text;
    for (const std::string& statement : logged_statements(scenario.source().log())) {
        if (statement.starts_with("COPY (SELECT") && statement.ends_with("(FORMAT text)"))
            by_text.insert(statement.substr(statement.rfind("FROM ONLY")));
    }
    EXPECT_THAT(by_text, ElementsAre("FROM ONLY public.by_text) TO STDOUT (FORMAT text)")) << "all other tables went in binary";
}

TEST(NestedTypes, ThatNoCastReachesAreFoundWhereTheTableGoesByText) {
    Scenario scenario;
    scenario.load("nested_types_source.sql");
    query(scenario.source_url(), "CREATE TABLE stuck (a aclitem, p pair)");
    const Finished finished = scenario.run_job(scenario.write_job());
    EXPECT_EQ(finished.ending.exit_code, 1) << finished.out << finished.err;
    EXPECT_THAT(finished.err,
                HasSubstr("table public.stuck, column p: its type public.pair has vectors in it that no cast reaches, and the table can "
                          "only be copied as text: type aclitem of column a has no binary form that means the same on "
                          "another server"));
}

TEST(NestedTypes, UnevenArraysOfVectorsAreCountedBeforeTheCopy) {
    Scenario scenario;
    scenario.load("nested_types_source.sql");
    query(scenario.source_url(), "INSERT INTO arrays (id, o, v) VALUES (1, '[1,1,1]', ARRAY['[1,2,3]', NULL]::extensions.vector[])");
    query(scenario.source_url(),
          "INSERT INTO arrays (id, o, h) VALUES (1, '[1,1,1]', ARRAY['[1,2,3]', '[1]']::extensions.halfvec[]),"
          " (1, '[1,1,1]', ARRAY[ARRAY['[1,2,3]', '[1,2,4]']]::extensions.halfvec[])");
    query(scenario.source_url(),
          "UPDATE composites SET d.hs = ARRAY[NULL, h, ROW(NULL, NULL, NULL, ARRAY['[1]', '[1,2]']"
          "::extensions.vector[], NULL, NULL, NULL)::holder] WHERE id = 3");
    const Finished planned = run({LANTERN_MIGRATE_BIN, "plan", scenario.write_job()});
    EXPECT_EQ(planned.ending.exit_code, 1) << planned.out << planned.err;
    EXPECT_THAT(planned.out, HasSubstr("table public.arrays, column v: 1 rows hold arrays of vectors that a real[][] cannot"));
    EXPECT_THAT(planned.out, HasSubstr("table public.arrays, column h: 2 rows hold arrays of vectors that a real[][] cannot"));
    EXPECT_THAT(planned.out, HasSubstr("table public.composites, column d: 1 rows hold arrays of vectors that a real[][] cannot"));
}

}  // namespace
}  // namespace lantern_migrate::test
