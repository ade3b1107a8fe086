// What `translate` asks or leaves where nothing tells what is a vector: no schema was given.
#include "tests/core/plan/translated_case.h"

#include <gmock/gmock.h>

namespace lantern_migrate::plan {
namespace {

constexpr const char* question =
    "cannot tell whether '[1,2,3]' is a vector: nothing is known of the column; give the schema (--schema FILE)";
constexpr const char* operator_question =
    "cannot tell whether <-> is of vectors: nothing is known of the column; give the schema (--schema FILE)";

std::string translated(const std::string& sql, const char* schema = "") { return translated_text(sql, schema); }

void check(std::initializer_list<TranslatedCase> cases) { check_translated(cases, ""); }

TEST(TranslatedDoubts, AreAskedOfEveryLiteralThatMayBeAVector) {
    for (const char* sql : {"SELECT id FROM t WHERE v IN ('[1,2,3]', 'x')",
                            "SELECT id FROM t WHERE '[1,2,3]' = v",
                            "SELECT id FROM t WHERE v = '[1,2,3]'",
                            "SELECT id FROM t WHERE v IS DISTINCT FROM '[1,2,3]'",
                            "SELECT id FROM t WHERE '[1,2,3]' IN (v, w)",
                            "SELECT id FROM t WHERE v BETWEEN '[1,2,3]' AND '[1,2,3]'",
                            "SELECT id FROM t WHERE (v, id) = ('[1,2,3]', 1)",
                            "SELECT id FROM t WHERE (v, id) IN (('[1,2,3]', 1))",
                            "SELECT id FROM t WHERE v = COALESCE(NULL, '[1,2,3]')",
                            "SELECT COALESCE(v, '[1,2,3]') FROM t",
                            "SELECT ARRAY['[1,2,3]', v] FROM t",
                            "SELECT CASE v WHEN '[1,2,3]' THEN 1 END FROM t",
                            "SELECT id FROM t WHERE '[1,2,3]' IN (SELECT v FROM t)",
                            "UPDATE t SET v = CASE WHEN id = 1 THEN '[1,2,3]' END",
                            "UPDATE t SET v = GREATEST(NULL, '[1,2,3]')",
                            "UPDATE t SET (id, v) = (1, '[1,2,3]')",
                            "INSERT INTO t SELECT '[1,2,3]'",
                            "INSERT INTO t (v) SELECT '[1,2,3]'",
                            "INSERT INTO t (v) SELECT NULL UNION ALL SELECT '[1,2,3]'",
                            "INSERT INTO t VALUES (1, COALESCE(NULL, '[1,2,3]'))",
                            "SELECT v FROM t UNION ALL SELECT '[1,2,3]'",
                            "SELECT add_doc('x', '[1,2,3]')",
                            "SELECT * FROM near(n => 3, q => '[1,2,3]')",
                            "SELECT lag(v, 1, '[1,2,3]') OVER () FROM t",
                            "SELECT v + '[1,2,3]' FROM t"}) {
        EXPECT_EQ(translated(sql), std::string("LEFT: ") + question) << sql;
    }
}

TEST(TranslatedDoubts, AreNotAskedWhereNoVectorCanStand) {
    for (const char* sql :
         {"SELECT id FROM t WHERE tags @> '[1,2,3]' OR name LIKE '[1]' OR name ~ '[0]'", "SELECT regexp_replace(name, '[0]', '') FROM t",
          "SELECT e FROM unnest(ARRAY['[1,2,3]']) e",
          "SELECT CASE WHEN v = 1 THEN '[1,2,3]' END, COALESCE(name::text, '[1,2,3]', v) FROM t",
          "SELECT id FROM t WHERE doc -> 'tags' = '[1,2,3]' OR '[1]' IN (doc #> '{tags}')",
          "SELECT jsonb_array_length('[1,2,3]'), trim('[1]' FROM name), md5('[1]') FROM t", "SELECT '[1,2,3]'",
          "SELECT id FROM t WHERE '[1,2,3]'::text = COALESCE(name::text, '[1,2,3]')", "INSERT INTO t VALUES (1, lower('[1,2,3]'))"}) {
        EXPECT_EQ(translated(sql), "unchanged") << sql;
    }
    constexpr const char* schema =
        "CREATE TABLE t (id int, name text, v vector, w vector(3)); CREATE FUNCTION add_doc(text, vector) RETURNS int LANGUAGE sql AS '';"
        "CREATE FUNCTION either(text) RETURNS int LANGUAGE sql AS ''; CREATE FUNCTION either(vector) RETURNS int LANGUAGE sql AS '';";
    for (const auto& [sql, expected] : std::initializer_list<TranslatedCase>{
             {"SELECT id FROM t WHERE v = $1 OR COALESCE(v, '[0]') = $1", "SELECT id FROM t WHERE v = $1 OR COALESCE(v, '{0}') = $1"},
             {"SELECT id FROM t WHERE '[1,2]' IN (v, '[3]') OR '[1]' IN (SELECT v FROM t)",
              "SELECT id FROM t WHERE '{1,2}' IN (v, '{3}') OR '{1}' IN (SELECT v FROM t)"},
             {"SELECT lag(v, 1, '[0]') OVER () FROM t", "SELECT lag(v, 1, '{0}') OVER () FROM t"},
             {"SELECT add_doc('[1]', '[1,2,3]')", "SELECT add_doc('[1]', '{1,2,3}')"},
             {"SELECT either('[1,2,3]')", "unchanged"},
             {"SELECT id FROM t WHERE name = COALESCE(name, '[1,2,3]')", "unchanged"}}) {
        EXPECT_EQ(translated(sql, schema), expected) << sql;
    }
}

TEST(TranslatedDoubts, AreNoneWhereTheOperatorTells) {
    check({{"SELECT COALESCE(v, '[0,0,0]') <-> '[1,2,3]' FROM t", "SELECT sqrt(COALESCE(v, '{0,0,0}') <-> '{1,2,3}') FROM t"},
           {"SELECT id FROM t ORDER BY v <=> CASE WHEN id = 1 THEN '[1,2]' ELSE '[3,4]' END",
            "SELECT id FROM t ORDER BY v <=> CASE WHEN id = 1 THEN '{1,2}' ELSE '{3,4}' END"}});
}

TEST(TranslatedDoubts, AreOfTemplatesToo) {
    for (const char* word : {"%s", "[:v]", "{}", "$v", "[%s]", "?", "<v>"}) {
        EXPECT_EQ(translated("SELECT id FROM t WHERE v <-> '" + std::string(word) + "' < 0.5"), std::string("LEFT: ") + operator_question);
        for (const char* op : {"<=>", "<#>", "<+>"}) {
            EXPECT_EQ(translated("SELECT id FROM t ORDER BY v " + std::string(op) + " '" + word + "'"),
                      "LEFT: has a literal of vector that cannot be written as an array, which has no counterpart");
        }
    }
    check({{"SELECT title <-> 'word' FROM t", "unchanged"},
           {"SELECT title::text <-> '%s' FROM t", "unchanged"},
           {"SELECT v::real[] <=> '{1,2,3}' FROM t", "unchanged"}});
}

TEST(TranslatedDoubts, LeaveFunctionsBehindOperatorsAndCasts) {
    for (const char* name : {"vector_cmp", "vector_eq", "vector_accum", "vector_to_halfvec", "vector", "halfvec_to_vector", "halfvec_avg",
                             "public.vector_cmp", "vector_send", "vector_out", "sparsevec_in", "array_to_sparsevec"}) {
        const std::string expected = "LEFT: uses function " + std::string(name) + ", which has no counterpart";
        EXPECT_EQ(translated("SELECT " + std::string(name) + "(v, w) FROM t"), expected);
        EXPECT_EQ(translated("SELECT id FROM t ORDER BY v <-> " + std::string(name) + "(v)"), expected);
    }
    EXPECT_EQ(translated("SELECT vector_eq(1, 2)", "CREATE FUNCTION vector_eq(int, int) RETURNS bool LANGUAGE sql AS ''"), "unchanged");
    EXPECT_EQ(translated("SELECT id FROM vector WHERE vector.vector IS NULL"), "unchanged");
    EXPECT_EQ(translated("DO LANGUAGE plpython3u $$ plpy.execute('SELECT vector(x), y::halfvec(3) FROM t') $$"),
              "LEFT: uses type halfvec in its body, which has no counterpart; uses function vector in its body, which has no counterpart");
}

}  // namespace
}  // namespace lantern_migrate::plan
