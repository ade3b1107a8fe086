// Statements that define, set, copy and drop: what `translate` makes of them, with its notes.
#include "tests/core/plan/translated_case.h"

#include <gmock/gmock.h>

namespace lantern_migrate::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* schema = "CREATE TABLE public.items (id integer, name text, v public.vector(3));";

TranslatedStatement translated(const std::string& sql) { return last_translated(sql, schema); }

std::string text(const std::string& sql) { return translated_text(sql, schema); }

void check(std::initializer_list<TranslatedCase> cases) { check_translated(cases, schema); }

TEST(TranslatedDefinitions, RenameSettingsWhereverTheyAreSet) {
    check({{"ALTER FUNCTION nearest(vector) SET hnsw.ef_search = 200", "ALTER FUNCTION nearest(real[]) SET \"lantern_hnsw.ef\" TO 200"},
           {"ALTER FUNCTION nearest(int) RESET hnsw.ef_search", "ALTER FUNCTION nearest(int) RESET \"lantern_hnsw.ef\""},
           {"ALTER FUNCTION nearest(int) SET hnsw.iterative_scan = 'on'",
            "LEFT: uses function SET hnsw.iterative_scan, which has no counterpart"},
           {"ALTER FUNCTION nearest(int) SET work_mem = '1GB'", "unchanged"},
           {"ALTER SYSTEM SET hnsw.ef_search = 200", "ALTER SYSTEM SET \"lantern_hnsw.ef\" TO 200"},
           {"ALTER SYSTEM SET ivfflat.probes = 3", "LEFT: sets ivfflat.probes, which Lantern does not have"},
           {"DO $$ BEGIN SET LOCAL hnsw.ef_search = 200; DELETE FROM items; END $$",
            "DO $$ BEGIN SET LOCAL \"lantern_hnsw.ef\" TO 200; DELETE FROM items; END $$"},
           {"DO $$ BEGIN EXECUTE format('SET LOCAL hnsw.ef_search = %s', 9); END $$",
            "LEFT: uses function SET hnsw.ef_search in its body, which has no counterpart"},
           {"CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SET ivfflat.probes = 9'",
            "LEFT: uses function SET ivfflat.probes in its body, which has no counterpart"}});
}

TEST(TranslatedDefinitions, HoldSettingsBelowTheBoundOfLantern) {
    for (const auto& [sql, expected] : std::initializer_list<TranslatedCase>{
             {"SET hnsw.ef_search = 1e3", "SET \"lantern_hnsw.ef\" TO 400"},
             {"ALTER SYSTEM SET hnsw.ef_search = 1000", "ALTER SYSTEM SET \"lantern_hnsw.ef\" TO 400"},
             {"ALTER FUNCTION nearest(int) SET hnsw.ef_search = 800", "ALTER FUNCTION nearest(int) SET \"lantern_hnsw.ef\" TO 400"},
             {"CREATE FUNCTION f() RETURNS int LANGUAGE sql SET hnsw.ef_search = 800 AS 'SELECT 1'",
              "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET \"lantern_hnsw.ef\" TO 400 AS $$SELECT 1$$"},
             {"SELECT set_config('hnsw.ef_search', '1000', true)", "SELECT set_config('lantern_hnsw.ef', '400', true)"},
             {"SELECT set_config('hnsw.ef_search'::text, '1000'::text, true)",
              "SELECT set_config('lantern_hnsw.ef'::text, '400'::text, true)"},
             {"SELECT set_config('hnsw.ef_search', $1, true)", "SELECT set_config('lantern_hnsw.ef', $1, true)"}}) {
        EXPECT_EQ(text(sql), expected);
        EXPECT_THAT(translated(sql).notes, ElementsAre("Lantern takes 400 at most")) << sql;
    }
    EXPECT_THAT(translated("SELECT set_config('hnsw.ef_search', '400', true)").notes, IsEmpty());
    EXPECT_THAT(translated("SELECT current_setting('hnsw.ef_search', true)").notes, IsEmpty());
}

TEST(TranslatedDefinitions, CheckTheLengthOfAColumnThatIsAdded) {
    check({{"ALTER TABLE items ADD COLUMN e2 vector(3) NOT NULL DEFAULT '[1,2,3]', ADD COLUMN n int",
            "ALTER TABLE items ADD COLUMN e2 real[] NOT NULL DEFAULT '{1,2,3}' CONSTRAINT e2_dimensions CHECK (array_length(e2, 1) = 3), "
            "ADD COLUMN n int"},
           {"ALTER TABLE items ADD COLUMN IF NOT EXISTS \"E\" halfvec(3)[]",
            "ALTER TABLE items ADD COLUMN IF NOT EXISTS \"E\" real[][] CONSTRAINT \"E_dimensions\" CHECK (array_length(\"E\", 2) = 3)"},
           {"ALTER TABLE items ADD COLUMN e2 vector", "ALTER TABLE items ADD COLUMN e2 real[]"},
           {"ALTER FOREIGN TABLE far ADD COLUMN e2 vector(3)", "LEFT: uses type vector, which has no counterpart"},
           {"ALTER TYPE pair ADD ATTRIBUTE e vector(3)", "ALTER TYPE pair ADD ATTRIBUTE e real[]"},
           {"CREATE TYPE pair AS (n int, e vector(3), f vector)", "CREATE TYPE pair AS (n int, e real[], f real[])"}});
    EXPECT_THAT(translated("ALTER TABLE items ADD COLUMN e2 vector(3)").notes,
                ElementsAre("vectors are real[], with a check of their length where it was declared"));
    for (const char* sql : {"ALTER TYPE pair ADD ATTRIBUTE e vector(3)", "CREATE TYPE pair AS (n int, e vector(3), f vector)"}) {
        EXPECT_THAT(translated(sql).notes, ElementsAre("nothing checks the 3 dimensions of e: a composite type takes no constraints"));
    }
}

TEST(TranslatedDefinitions, HaveCommentsOfOneLine) {
    const std::string sql = "INSERT INTO unseen (e) VALUES ('[1,\n2,\r\n3]')";
    QueryTranslator translator;
    EXPECT_EQ(translated_text(sql, translator.translate(sql)),
              "-- lantern-migrate: NOT TRANSLATED: cannot tell whether '[1, 2,  3]' is a vector: nothing is known of the column; give the "
              "schema (--schema FILE)\n" +
                  sql);
    EXPECT_THAT(translated("CREATE TABLE \"App\".\"My Items\" (e vector)").notes,
                testing::Contains("ALTER TABLE \"App\".\"My Items\" ALTER COLUMN e SET STORAGE EXTERNAL keeps the server from trying to "
                                  "compress it"));
}

TEST(TranslatedDefinitions, TellWhatACopiedQueryWrites) {
    const char* note = "what it writes has vectors as {1,2,3}, not as [1,2,3]";
    EXPECT_THAT(translated("COPY (SELECT id, v FROM items) TO STDOUT").notes, ElementsAre(note));
    EXPECT_THAT(translated("COPY (SELECT array_agg(v) FROM items) TO STDOUT").notes, ElementsAre(note));
    EXPECT_THAT(translated("COPY (SELECT v FROM items ORDER BY v <-> '[1,2,3]') TO STDOUT").notes, testing::Contains(note));
    EXPECT_EQ(text("COPY (SELECT v FROM items WHERE v = '[1,2,3]') TO STDOUT"), "COPY (SELECT v FROM items WHERE v = '{1,2,3}') TO STDOUT");
    EXPECT_EQ(text("COPY (SELECT id, name FROM items) TO STDOUT"), "unchanged");
    EXPECT_EQ(text("COPY (SELECT v::text FROM items) TO STDOUT"),
              "COPY (SELECT pgvector_compat.to_text(v)::text AS v FROM items) TO STDOUT");
    EXPECT_THAT(translated("COPY (SELECT v::text FROM items) TO STDOUT").notes, IsEmpty());
}

TEST(TranslatedDefinitions, HaveNoExtensionToDropOrAlter) {
    for (const char* sql : {"DROP EXTENSION IF EXISTS pg_trgm, vector CASCADE", "ALTER EXTENSION vector UPDATE TO '0.8.0'",
                            "ALTER EXTENSION vector SET SCHEMA extensions", "ALTER EXTENSION vector DROP FUNCTION f(int)",
                            "COMMENT ON EXTENSION vector IS 'vectors'"}) {
        EXPECT_EQ(text(sql), "LEFT: is about extension vector, which the target does not have") << sql;
    }
    check({{"DROP EXTENSION pg_trgm", "unchanged"}, {"DROP TABLE vector", "unchanged"}, {"COMMENT ON TABLE vector IS 'x'", "unchanged"}});
}

TEST(TranslatedDefinitions, HaveIndexesOfDimensionsThatAreDeclared) {
    check({{"CREATE INDEX ON items USING hnsw (v)", "LEFT: names no operator class, and hnsw has no default: pgvector refuses it too"},
           {"CREATE INDEX ON unseen USING hnsw (e vector_l2_ops)",
            "LEFT: the column's dimensions are not known; give the schema (--schema FILE)"},
           {"ALTER TABLE items ADD COLUMN e vector; CREATE INDEX ON items USING hnsw (e vector_l2_ops)",
            "LEFT: the column declares no dimensions, and an index of Lantern's states them"},
           {"ALTER TABLE items ADD COLUMN e vector(9); CREATE INDEX ON public.items USING hnsw (e vector_l2_ops)",
            "CREATE INDEX ON public.items USING lantern_hnsw (e dist_l2sq_ops) WITH (m=16, ef_construction=128, ef=64, dim=9)"},
           {"ALTER TABLE items ADD COLUMN e vector(9); CREATE INDEX ON items USING hnsw (v vector_l2_ops)",
            "CREATE INDEX ON items USING lantern_hnsw (v dist_l2sq_ops) WITH (m=16, ef_construction=128, ef=64, dim=3)"}});
    QueryTranslator translator;
    translator.learn("CREATE TABLE items (v vector(3)); ALTER TABLE items ALTER COLUMN v TYPE vector(5)");
    EXPECT_EQ(translator.translate("CREATE INDEX ON items USING hnsw (v vector_l2_ops)").front().sql,
              "CREATE INDEX ON items USING lantern_hnsw (v dist_l2sq_ops) WITH (m=16, ef_construction=128, ef=64, dim=5)");
}

TEST(TranslatedDefinitions, NameNoColumnsInExpressionsOfBodies) {
    check({{"DO $$ DECLARE q vector(3) := '[1,2,3]'; t text; BEGIN q := '[4,5,6]'::vector; t := v::text FROM items; RAISE '%', q::text; "
            "END $$",
            "DO $$ DECLARE q real[] := '{1,2,3}'; t text; BEGIN q := '{4,5,6}'::real[]; t := pgvector_compat.to_text(v)::text FROM items; "
            "RAISE '%', pgvector_compat.to_text(q)::text; END $$"},
           {"DO $$ DECLARE r record; BEGIN FOR r IN SELECT v::text FROM items LOOP RAISE '%', r.v; END LOOP; END $$",
            "DO $$ DECLARE r record; BEGIN FOR r IN SELECT pgvector_compat.to_text(v)::text AS v FROM items LOOP RAISE '%', r.v; END LOOP; "
            "END $$"}});
}

TEST(TranslatedDefinitions, KeepTheNamesOfColumns) {
    check({{"SELECT GREATEST(v, '[1]')::text, LEAST(v)::text, NULLIF(v, '[1]')::text FROM items",
            "SELECT pgvector_compat.to_text(GREATEST(v, '{1}'))::text AS \"greatest\", pgvector_compat.to_text(LEAST(v))::text AS "
            "\"least\", pgvector_compat.to_text(NULLIF(v, '{1}'))::text AS \"nullif\" FROM items"},
           {"SELECT (SELECT v FROM items LIMIT 1)::text, (SELECT v AS w FROM items LIMIT 1)::text",
            "SELECT pgvector_compat.to_text((SELECT v FROM items LIMIT 1))::text AS v, "
            "pgvector_compat.to_text((SELECT v AS w FROM items LIMIT 1))::text AS w"},
           {"SELECT (CASE WHEN id = 1 THEN NULL ELSE v END)::text, (CASE WHEN id = 1 THEN v END)::text FROM items",
            "SELECT pgvector_compat.to_text(CASE WHEN id = 1 THEN NULL ELSE v END)::text AS v, "
            "pgvector_compat.to_text(CASE WHEN id = 1 THEN v END)::text AS text FROM items"},
           {"SELECT CASE WHEN id = 1 THEN 0 ELSE v <-> v END, (v <-> v)::text FROM items",
            "SELECT CASE WHEN id = 1 THEN 0 ELSE sqrt(v <-> v) END AS \"case\", sqrt(v <-> v)::text AS text FROM items"},
           {"SELECT ARRAY(SELECT v <-> v FROM items), EXISTS(SELECT v <-> v FROM items), v <-> v FROM items",
            "SELECT ARRAY(SELECT sqrt(v <-> v) FROM items), EXISTS (SELECT sqrt(v <-> v) FROM items), sqrt(v <-> v) FROM items"},
           {"SELECT '[1]'::vector, v <-> '[1]'::vector AS d FROM items",
            "SELECT '{1}'::real[] AS vector, sqrt(v <-> '{1}'::real[]) AS d FROM items"},
           {"SELECT v <-> v INTO w FROM items", "SELECT sqrt(v <-> v) AS \"?column?\" INTO w FROM items"},
           {"CREATE VIEW w AS SELECT v <-> v FROM items", "CREATE VIEW w AS SELECT sqrt(v <-> v) AS \"?column?\" FROM items"},
           {"CREATE TABLE w AS SELECT id, * FROM (SELECT v <-> v FROM items) q",
            "CREATE TABLE w AS SELECT id, * FROM (SELECT sqrt(v <-> v) AS \"?column?\" FROM items) q"}});
}

TEST(TranslatedDefinitions, LeaveAFunctionOfAnyNumberOfVectors) {
    check({{"CREATE FUNCTION f(VARIADIC qs vector[]) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "LEFT: uses type vector[] as VARIADIC, which has no counterpart"},
           {"CREATE FUNCTION f(VARIADIC qs text[]) RETURNS int LANGUAGE sql AS 'SELECT 1'", "unchanged"}});
}

}  // namespace
}  // namespace lantern_migrate::plan
