// Single statements: what surprised once, each with what it became or why it is left.
#include "tests/core/plan/translated_case.h"

#include <gmock/gmock.h>

namespace lantern_migrate::plan {
namespace {

constexpr const char* schema =
    "CREATE TABLE public.items (id integer, name text, v public.vector(3), h public.halfvec(3), several public.vector[], doc jsonb, place "
    "point,"
    " b bit(8), tags text[]);";

void check(std::initializer_list<TranslatedCase> cases) { check_translated(cases, schema); }

TEST(TranslatedStatements, CountOutputColumnsOnlyWhereNoStarHidesThem) {
    check({{"SELECT *, v <-> '[1,2,3]' FROM items ORDER BY 2", "SELECT *, sqrt(v <-> '{1,2,3}') FROM items ORDER BY 2"},
           {"SELECT i.*, v <-> '[1,2,3]' AS d FROM items i ORDER BY d",
            "SELECT i.*, sqrt(v <-> '{1,2,3}') AS d FROM items i ORDER BY v <-> '{1,2,3}'"},
           {"SELECT v <-> '[1,2,3]', * FROM items ORDER BY 1", "SELECT sqrt(v <-> '{1,2,3}'), * FROM items ORDER BY v <-> '{1,2,3}'"}});
}

TEST(TranslatedStatements, ReadLiteralsByTheRowsAboveAndBelow) {
    check({{"SELECT v FROM items UNION ALL SELECT '[1,2,3]'", "SELECT v FROM items UNION ALL SELECT '{1,2,3}'"},
           {"SELECT '[1,2,3]' UNION SELECT v FROM items ORDER BY 1", "SELECT '{1,2,3}' UNION SELECT v FROM items ORDER BY 1"},
           {"SELECT name FROM items UNION SELECT '[1,2,3]'", "unchanged"},
           {"VALUES ('[1,2]', '[1]'), ('[3,4]'::vector, 'x')", "VALUES ('{1,2}', '[1]'), ('{3,4}'::real[], 'x')"},
           {"SELECT q.e <-> '[1,1]' FROM (VALUES ('[1,2]'), ('[3,4]'::vector)) q(e)",
            "SELECT sqrt(q.e <-> '{1,1}') FROM (VALUES ('{1,2}'), ('{3,4}'::real[])) q(e)"},
           {"WITH items AS (SELECT * FROM elsewhere) SELECT v || 'x' FROM items", "unchanged"}});
}

TEST(TranslatedStatements, ReadLiteralsInRowsAndCases) {
    check({{"SELECT id FROM items WHERE (v, id) = ('[1,2,3]', 5)", "SELECT id FROM items WHERE (v, id) = ('{1,2,3}', 5)"},
           {"SELECT id FROM items WHERE (name, v) IN (('[1]', '[1,2,3]'), ('b', '[4,5,6]'))",
            "SELECT id FROM items WHERE (name, v) IN (('[1]', '{1,2,3}'), ('b', '{4,5,6}'))"},
           {"SELECT CASE v WHEN '[1,2,3]' THEN '[1,2,3]' ELSE name END FROM items",
            "SELECT CASE v WHEN '{1,2,3}' THEN '[1,2,3]' ELSE name END FROM items"}});
}

TEST(TranslatedStatements, MakeTextAndJsonOfVectorsAsPgvectorDid) {
    check({{"SELECT name || v FROM items", "SELECT name || pgvector_compat.to_text(v) FROM items"},
           {"SELECT to_jsonb(v), concat(name, h) FROM items",
            "SELECT to_jsonb(pgvector_compat.to_text(v)), concat(name, pgvector_compat.to_text(h)) FROM items"},
           {"SELECT tags || 'x'::text, doc || '[1,2,3]' FROM items", "unchanged"},
           {"SELECT ('[' || id || ',2,3]')::vector FROM items",
            "SELECT pgvector_compat.to_vector(('[' || id) || ',2,3]') AS vector FROM items"},
           {"SELECT (doc->>'v')::vector FROM items", "SELECT pgvector_compat.to_vector(doc ->> 'v') AS vector FROM items"}});
}

TEST(TranslatedStatements, LeaveWhatAnArrayOfArraysAnswersOtherwise) {
    check({{"SELECT several[1] FROM items", "LEFT: uses operator [] of an array of vectors, which has no counterpart"},
           {"SELECT (array_agg(v ORDER BY id))[1] FROM items", "LEFT: uses operator [] of an array of vectors, which has no counterpart"},
           {"SELECT unnest(several) FROM items", "LEFT: uses function unnest of an array of vectors, which has no counterpart"},
           {"SELECT e FROM items, unnest(several) e", "LEFT: uses function unnest of an array of vectors, which has no counterpart"},
           {"SELECT cardinality(several) FROM items", "LEFT: uses function cardinality of an array of vectors, which has no counterpart"},
           {"SELECT several || v FROM items", "LEFT: uses operator || of an array of vectors, which has no counterpart"},
           {"SELECT array_length(several, 1), several IS NULL FROM items", "unchanged"}});
}

TEST(TranslatedStatements, LeaveOthersOperatorsAlone) {
    check({{"SELECT name <-> 'word' FROM items", "unchanged"},
           {"SELECT to_tsquery('a') <-> to_tsquery('b'), phraseto_tsquery('a b') <-> 'c'::tsquery", "unchanged"},
           {"SELECT id FROM unseen WHERE e = '[1,2,3]'",
            "LEFT: cannot tell whether '[1,2,3]' is a vector: nothing is known of the column; give the schema (--schema FILE)"},
           {"SELECT place <-> '(1,2)', place <-> point(1,2) FROM items", "unchanged"},
           {"SELECT title <-> 'word' FROM unseen WHERE title % 'word'", "unchanged"},
           {"SELECT name FROM items WHERE name = '[1,2,3]' AND doc @> '[1,2,3]'", "unchanged"}});
}

TEST(TranslatedStatements, RoundWhatIsInsertedIntoHalves) {
    check({{"INSERT INTO items (h) SELECT v FROM items UNION ALL SELECT '[0.1,0.2,0.3]'",
            "INSERT INTO items (h) SELECT pgvector_compat.to_halfvec(v) FROM items UNION ALL SELECT '{0.099975586,0.19995117,0.30004883}'"},
           {"INSERT INTO items (h) SELECT v FROM items UNION SELECT v FROM items",
            "LEFT: casts a value to halfvec, which has no counterpart"},
           {"INSERT INTO items (h) SELECT * FROM (SELECT v FROM items) q", "LEFT: casts a value to halfvec, which has no counterpart"}});
}

TEST(TranslatedStatements, KnowBitsAndNumbersHoweverTheyAreWritten) {
    check({{"SELECT jaccard_distance(b, B'11110000') FROM items", "SELECT pgvector_compat.jaccard_distance(b, b'11110000') FROM items"},
           {"SELECT ARRAY[0.5, 1]::float8[]::vector", "SELECT pgvector_compat.array_to_vector(ARRAY[0.5, 1]::float8[]) AS \"array\""}});
}

TEST(TranslatedStatements, ReadDefaults) {
    check({{"ALTER TABLE items ALTER COLUMN v SET DEFAULT '[1,2,3]', ALTER name SET DEFAULT '[1]'",
            "ALTER TABLE items ALTER COLUMN v SET DEFAULT '{1,2,3}', ALTER COLUMN name SET DEFAULT '[1]'"},
           {"ALTER TABLE items ADD COLUMN w vector DEFAULT '[1,2]'; INSERT INTO items (w) VALUES ('[1,2]')",
            "INSERT INTO items (w) VALUES ('{1,2}')"},
           {"ALTER TABLE items ALTER COLUMN v TYPE vector(4) USING v || '[1]'",
            "LEFT: casts a value to vector by ALTER COLUMN TYPE, which has no counterpart"}});
}

TEST(TranslatedStatements, ReadBlocksAndPreparedStatements) {
    check({{"DO $$ BEGIN DELETE FROM items WHERE v = '[1,2,3]' OR name = '[1,2,3]'; END $$",
            "DO $$ BEGIN DELETE FROM items WHERE v = '{1,2,3}' OR name = '[1,2,3]'; END $$"},
           {"DO $$ BEGIN EXECUTE 'DELETE FROM items WHERE v <-> $1 < 3' USING 1; END $$",
            "LEFT: uses operator <-> in its body, which has no counterpart"},
           {"PREPARE p (vector, text) AS SELECT v <-> $1 FROM items WHERE name = $2; EXECUTE p('[1,2,3]', '[1,2,3]')",
            "EXECUTE p('{1,2,3}', '[1,2,3]')"},
           {"EXECUTE unseen('[1,2,3]')",
            "LEFT: cannot tell whether '[1,2,3]' is a vector: nothing is known of the column; give the schema (--schema FILE)"}});
}

TEST(TranslatedStatements, WriteVectorsIntoTextsAsPgvectorDid) {
    check({{"UPDATE items SET name = v", "UPDATE items SET name = pgvector_compat.to_text(v)"},
           {"INSERT INTO items (name, v) SELECT v, '[1,2,3]' FROM items",
            "INSERT INTO items (name, v) SELECT pgvector_compat.to_text(v), '{1,2,3}' FROM items"},
           {"INSERT INTO items (name) SELECT * FROM (SELECT v FROM items) q", "LEFT: casts a value to text, which has no counterpart"},
           {"UPDATE items SET several = '{\"[1,2]\"}'",
            "LEFT: has a literal of vector[] that cannot be written as an array, which has no counterpart"}});
}

TEST(TranslatedStatements, TellOfParametersWhereNothingElseChanges) {
    QueryTranslator translator;
    translator.learn(schema);
    const TranslatedStatement statement = translator.translate("INSERT INTO items (id, v) VALUES ($1, $2)").front();
    EXPECT_TRUE(statement.uses_pgvector);
    EXPECT_EQ(statement.sql, statement.original);
    EXPECT_THAT(statement.notes, testing::ElementsAre("send the parameter as '{1,2,3}', not as '[1,2,3]'"));
}

TEST(TranslatedStatements, ReadWhatDefinitionsHaveForDefaults) {
    check({{"CREATE DOMAIN e AS vector(3) DEFAULT '[0,0,0]'",
            "CREATE DOMAIN e AS real[] DEFAULT '{0,0,0}' CONSTRAINT value_dimensions CHECK (array_length(value, 1) = 3)"},
           {"CREATE FUNCTION g(q vector DEFAULT '[1,2,3]') RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE FUNCTION g(q real[] = '{1,2,3}') RETURNS int LANGUAGE sql AS $$SELECT 1$$"},
           {"CREATE AGGREGATE total(vector) (SFUNC = vector_add, STYPE = vector)",
            "LEFT: uses type vector in a definition, which has no counterpart"}});
}

TEST(TranslatedStatements, ReadLiteralsThatAChoiceIsAllOf) {
    check({{"UPDATE items SET v = CASE WHEN id = 1 THEN '[1,2,3]' ELSE NULL END, name = COALESCE(NULL, '[1]')",
            "UPDATE items SET v = CASE WHEN id = 1 THEN '{1,2,3}' ELSE NULL END, name = COALESCE(NULL, '[1]')"},
           {"SELECT v <-> COALESCE($1, '[1,2,3]') FROM items", "SELECT sqrt(v <-> COALESCE($1, '{1,2,3}')) FROM items"},
           {"INSERT INTO items (v) SELECT GREATEST('[1,2,3]', '[2]')", "INSERT INTO items (v) SELECT GREATEST('{1,2,3}', '{2}')"}});
}

TEST(TranslatedStatements, KnowTexts) {
    check(
        {{"SELECT q.e::vector FROM (SELECT '[1,2,3]' AS e) q", "SELECT pgvector_compat.to_vector(q.e) AS e FROM (SELECT '[1,2,3]' AS e) q"},
         {"SELECT replace(name, 'x', '')::vector FROM items",
          "SELECT pgvector_compat.to_vector(replace(name, 'x', '')) AS replace FROM items"},
         {"SELECT v::name FROM items", "SELECT pgvector_compat.to_text(v)::name AS v FROM items"}});
}

TEST(TranslatedStatements, RenameSettingsOfFunctions) {
    check({{"CREATE FUNCTION f() RETURNS int LANGUAGE sql SET hnsw.ef_search = 200 AS 'SELECT 1'",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET \"lantern_hnsw.ef\" TO 200 AS $$SELECT 1$$"},
           {"CREATE FUNCTION f() RETURNS int LANGUAGE sql SET ivfflat.probes = 9 AS 'SELECT 1'",
            "LEFT: uses function SET ivfflat.probes, which has no counterpart"}});
}

TEST(TranslatedStatements, MakeIndexesWithoutNamesOnes) {
    check({{"CREATE INDEX ON items USING ivfflat (v) WITH (lists = 10)",
            "CREATE INDEX ON items USING lantern_hnsw (v dist_l2sq_ops) WITH (m=16, ef_construction=128, ef=64, dim=3)"},
           {"CREATE INDEX CONCURRENTLY IF NOT EXISTS near ON public.items USING hnsw (v vector_cosine_ops) WHERE id > 5",
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS near ON public.items USING lantern_hnsw (v dist_cos_ops) WITH (m=16, "
            "ef_construction=128, ef=64, dim=3) WHERE id > 5"}});
}

}  // namespace
}  // namespace lantern_migrate::plan
