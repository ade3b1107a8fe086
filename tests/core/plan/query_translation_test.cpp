// What `translate` makes of whole texts.
#include "core/plan/query_translation.h"

#include "core/errors.h"

#include <gmock/gmock.h>

namespace lantern_migrate::plan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* schema =
    "CREATE TABLE public.items (id integer NOT NULL, name text, v public.vector(3), h public.halfvec(3), s public.sparsevec(9), several "
    "public.vector[]);\n"
    "CREATE TABLE public.notes (id integer, note text);\n";

std::vector<TranslatedStatement> translate(const std::string& sql) {
    QueryTranslator translator;
    translator.learn(schema);
    return translator.translate(sql);
}

std::string translated(const std::string& sql) { return translated_text(sql, translate(sql)); }

constexpr const char* root_note =
    "-- lantern-migrate: Lantern's <-> is the squared distance: sqrt() around it, but bare where it orders, so that the index serves it\n";
constexpr const char* literal_note = "-- lantern-migrate: vectors are written '{1,2,3}', not '[1,2,3]'\n";

TEST(QueryTranslation, LeavesWhatIsNotPgvectorsAsItIsWritten) {
    for (const char* sql :
         {"", "\n", "-- only a comment", "SELECT 1", "SELECT 1;\n", "  select   Name /* why */ from notes  ;;\n\n-- end\n",
          "SELECT note FROM notes WHERE note = '[1,2,3]';", "INSERT INTO notes VALUES (1, '[1,2,3]');", "SELECT '[1,2,3]'::jsonb;",
          "SET work_mem = '1GB';", "CREATE EXTENSION pg_trgm;", "CREATE INDEX ON notes USING btree (note);",
          "CREATE TABLE more (id int, note text);", "COPY notes FROM '/tmp/notes';", "SELECT name <-> 'word' FROM items ORDER BY 1"}) {
        EXPECT_EQ(translated(sql), sql);
        for (const TranslatedStatement& statement : translate(sql)) EXPECT_FALSE(statement.uses_pgvector) << sql;
    }
}

TEST(QueryTranslation, KeepsCommentsAndLayoutAroundWhatItChanges) {
    EXPECT_EQ(
        translated("-- nearest\n/* of all */\nSELECT id\n  FROM items\n  ORDER BY v <-> '[1,2,3]'\n  LIMIT 5;\n\n-- others\nSELECT  1 ;\n"),
        std::string("-- nearest\n/* of all */\n") + root_note + literal_note +
            "SELECT id FROM items ORDER BY v <-> '{1,2,3}' LIMIT 5;\n\n-- others\nSELECT  1 ;\n");
}

TEST(QueryTranslation, TakesStatementsOfOneLineApart) {
    EXPECT_EQ(translated("SELECT 1; SELECT v FROM items WHERE v = '[1,2,3]'; SELECT 2; DELETE FROM items WHERE v = '[1,2,3]'"),
              std::string("SELECT 1; \n") + literal_note + "SELECT v FROM items WHERE v = '{1,2,3}'; SELECT 2; \n" + literal_note +
                  "DELETE FROM items WHERE v = '{1,2,3}'");
}

TEST(QueryTranslation, IsNotDisturbedBySemicolonsAndDashesInStrings) {
    EXPECT_EQ(translated("INSERT INTO items (name, v) VALUES ('a;b -- c', '[1,2,3]');"),
              std::string(literal_note) + "INSERT INTO items (name, v) VALUES ('a;b -- c', '{1,2,3}');");
}

TEST(QueryTranslation, TakesLinesOfWindows) {
    EXPECT_EQ(translated("-- one\r\nSELECT v\r\nFROM items\r\nWHERE v = '[1,2,3]';\r\nSELECT 1;\r\n"),
              std::string("-- one\r\n") + literal_note + "SELECT v FROM items WHERE v = '{1,2,3}';\r\nSELECT 1;\r\n");
}

TEST(QueryTranslation, TellsLinesAndOffsetsOfStatements) {
    const std::string sql = "\n-- ü\nSELECT 'ü';\n\n  SELECT id\nFROM items; SELECT v <=> '[1,2,3]' FROM items;\n";
    const auto statements = translate(sql);
    ASSERT_EQ(statements.size(), 3U);
    EXPECT_EQ(statements[0].line, 3U);
    EXPECT_EQ(statements[1].line, 5U);
    EXPECT_EQ(statements[2].line, 6U);
    for (const TranslatedStatement& statement : statements)
        EXPECT_EQ(sql.substr(statement.offset, statement.original.size()), statement.original);
    EXPECT_EQ(statements[2].original, "SELECT v <=> '[1,2,3]' FROM items");
    EXPECT_EQ(statements[2].sql, "SELECT CAST(v <=> '{1,2,3}' AS double precision) FROM items");
    EXPECT_EQ(statements[0].sql, "SELECT 'ü'");
    EXPECT_FALSE(statements[1].uses_pgvector);
}

TEST(QueryTranslation, SaysWhatItCannotTranslateAndLeavesIt) {
    EXPECT_EQ(translated("SELECT several[1] FROM items;\nSELECT s::text FROM items;\n"),
              "-- lantern-migrate: NOT TRANSLATED: uses operator [] of an array of vectors, which has no counterpart\n"
              "SELECT several[1] FROM items;\n"
              "-- lantern-migrate: NOT TRANSLATED: casts a value to text of sparsevec, which has no counterpart\n"
              "SELECT s::text FROM items;\n");
    const auto statements = translate("SELECT array_to_vector(ARRAY[1], 1, true), v <-> '[1,2,3]' FROM items");
    EXPECT_THAT(statements[0].problems, ElementsAre("uses function array_to_vector, which has no counterpart"));
    EXPECT_TRUE(statements[0].uses_pgvector);
    EXPECT_EQ(statements[0].sql, statements[0].original);
    EXPECT_THAT(statements[0].functions, IsEmpty());
}

TEST(QueryTranslation, AsksForTheSchemaWhereALiteralMayBeAVectorOrNot) {
    const auto statements = translate("INSERT INTO unseen (v) VALUES ('[1,2,3]')");
    EXPECT_THAT(statements[0].problems,
                ElementsAre("cannot tell whether '[1,2,3]' is a vector: nothing is known of the column; give the schema (--schema FILE)"));
    EXPECT_THAT(translate("SELECT place <-> ST_MakePoint(1, 2) FROM unseen")[0].problems,
                ElementsAre("cannot tell whether <-> is of vectors: nothing is known of the column; give the schema (--schema FILE)"));
    // Ordering is the same whatever it is.
    EXPECT_THAT(translate("SELECT id FROM unseen ORDER BY place <-> ST_MakePoint(1, 2)")[0].problems, IsEmpty());
}

TEST(QueryTranslation, LearnsFromTheTextItself) {
    EXPECT_EQ(translated("CREATE TABLE fresh (w vector); INSERT INTO fresh VALUES ('[1,2]');"),
              std::string(
                  "-- lantern-migrate: vectors are real[], with a check of their length where it was declared\n"
                  "-- lantern-migrate: ALTER TABLE fresh ALTER COLUMN w SET STORAGE EXTERNAL keeps the server from trying to compress it\n"
                  "CREATE TABLE fresh (w real[]); \n") +
                  literal_note + "INSERT INTO fresh VALUES ('{1,2}');");
}

TEST(QueryTranslation, MakesTablesWithChecksOfTheirVectorsLengths) {
    EXPECT_EQ(
        translate("CREATE TABLE t (id int PRIMARY KEY, v vector(3) NOT NULL DEFAULT '[0,0,1]')")[0].sql,
        "CREATE TABLE t (id int PRIMARY KEY, v real[] NOT NULL DEFAULT '{0,0,1}', CONSTRAINT v_dimensions CHECK (array_length(v, 1) = 3))");
}

TEST(QueryTranslation, TranslatesIndexesWithTheirDimensions) {
    const auto statements = translate(
        "CREATE INDEX near ON items USING hnsw (v vector_cosine_ops) WITH (m = 8, ef_construction = 32);\n"
        "CREATE INDEX ON items USING hnsw (v vector_l1_ops)");
    EXPECT_EQ(statements[0].sql,
              "CREATE INDEX near ON items USING lantern_hnsw (v dist_cos_ops) WITH (m=8, ef_construction=32, ef=64, dim=3)");
    EXPECT_THAT(statements[1].problems, ElementsAre("operator class vector_l1_ops: Lantern has no L1 distance"));
    EXPECT_THAT(translate("CREATE INDEX near ON items USING hnsw (v vector_ip_ops)")[0].notes,
                testing::Contains("right only if every vector has norm 1: queries that order by <#> then order by <=>"));
}

TEST(QueryTranslation, TranslatesExtensionsAndSettings) {
    for (const auto& [sql, expected] : std::initializer_list<std::pair<const char*, const char*>>{
             {"CREATE EXTENSION IF NOT EXISTS vector", "CREATE EXTENSION IF NOT EXISTS lantern"},
             {"CREATE EXTENSION vector WITH SCHEMA extensions VERSION '0.8.0'", "CREATE EXTENSION lantern"},
             {"SET hnsw.ef_search = 100", "SET \"lantern_hnsw.ef\" TO 100"},
             {"SET LOCAL hnsw.ef_search TO 1000", "SET LOCAL \"lantern_hnsw.ef\" TO 400"},
             {"SET hnsw.ef_search = '1000'", "SET \"lantern_hnsw.ef\" TO \"400\""},
             {"RESET hnsw.ef_search", "RESET \"lantern_hnsw.ef\""},
             {"SHOW hnsw.ef_search", "SHOW \"lantern_hnsw.ef\""},
             {"ALTER ROLE app SET hnsw.ef_search = 200", "ALTER ROLE app SET \"lantern_hnsw.ef\" TO 200"},
             {"ALTER DATABASE app SET hnsw.ef_search = 200", "ALTER DATABASE app SET \"lantern_hnsw.ef\" TO 200"},
             {"SELECT set_config('hnsw.ef_search', '200', true)", "SELECT set_config('lantern_hnsw.ef', '200', true)"}}) {
        const auto statements = translate(sql);
        EXPECT_EQ(statements[0].sql, expected);
        EXPECT_THAT(statements[0].problems, IsEmpty());
        EXPECT_TRUE(statements[0].uses_pgvector);
    }
    EXPECT_THAT(translate("SET LOCAL hnsw.ef_search TO 1000")[0].notes, ElementsAre("Lantern takes 400 at most"));
    EXPECT_THAT(translate("SET ivfflat.probes = 10")[0].problems, ElementsAre("sets ivfflat.probes, which Lantern does not have"));
    EXPECT_THAT(translate("SHOW hnsw.iterative_scan")[0].problems,
                ElementsAre("asks for hnsw.iterative_scan, which Lantern does not have"));
    EXPECT_THAT(translate("SELECT set_config('ivfflat.probes', '10', false)")[0].problems,
                ElementsAre("uses function set_config of ivfflat.probes, which has no counterpart"));
}

TEST(QueryTranslation, WarnsOfDataThatIsCopied) {
    EXPECT_EQ(translated("COPY items (id, v) FROM '/tmp/items.csv' WITH (FORMAT csv);\nCOPY items TO STDOUT;"),
              "-- lantern-migrate: what it reads has to have vectors as {1,2,3}, not as [1,2,3]\n"
              "COPY items (id, v) FROM '/tmp/items.csv' WITH (FORMAT csv);\n"
              "-- lantern-migrate: what it writes has vectors as {1,2,3}, not as [1,2,3]\n"
              "COPY items TO STDOUT;");
}

TEST(QueryTranslation, NamesTheFunctionsThatAreCalledAndTheirSql) {
    const auto statements = translate("SELECT v + '[1,2,3]' <+> v FROM items");
    EXPECT_THAT(statements[0].functions, ElementsAre("l1_distance", "vector_add"));
    EXPECT_EQ(statements[0].sql, "SELECT pgvector_compat.l1_distance(pgvector_compat.vector_add(v, '{1,2,3}'), v) FROM items");
    const std::string sql = compatibility_sql(statements[0].functions);
    EXPECT_TRUE(sql.starts_with("CREATE SCHEMA IF NOT EXISTS pgvector_compat; GRANT USAGE ON SCHEMA pgvector_compat TO PUBLIC;\n")) << sql;
    EXPECT_NE(sql.find("FUNCTION pgvector_compat.vector_add("), std::string::npos);
    EXPECT_EQ(compatibility_sql({}), "");
}

TEST(QueryTranslation, WritesLanternsSchemaWhereItIsTold) {
    QueryTranslator translator({.vector_schema = "extensions", .lantern_schema = "lantern"});
    translator.learn("CREATE TABLE items (id int, v extensions.vector(3))");
    EXPECT_EQ(translator.translate("SELECT id FROM items ORDER BY v OPERATOR(extensions.<->) '[1,2,3]'")[0].sql,
              "SELECT id FROM items ORDER BY v OPERATOR(lantern.<->) '{1,2,3}'");
    EXPECT_FALSE(translator.translate("SELECT id FROM items WHERE id OPERATOR(elsewhere.<->) 1 > 0")[0].uses_pgvector);
}

TEST(QueryTranslation, RefusesWhatIsNoSqlWithItsPlace) {
    try {
        (void)translate("SELECT 1;\nSELEC 2;");
        FAIL() << "it was taken";
    } catch (const SqlError& error) {
        EXPECT_STREQ(error.what(), "syntax error at or near \"SELEC\"");
        EXPECT_EQ(error.cursor(), 11);
    }
    EXPECT_THROW((void)translate("SELECT :name"), SqlError);
    QueryTranslator translator;
    EXPECT_THROW(translator.learn("\\connect app\nCREATE TABEL x ()"), SqlError);
    EXPECT_NO_THROW(translator.learn("\\restrict x\nCREATE TABLE x (v vector);\n\\unrestrict x\n"));
}

}  // namespace
}  // namespace lantern_migrate::plan
