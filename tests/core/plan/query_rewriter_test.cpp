#include "core/plan/query_rewriter.h"

#include "core/plan/sql_tree.h"

#include <gmock/gmock.h>

namespace lantern_migrate::plan {
namespace {

using testing::ElementsAre;

const ExtensionNames& extension() {
    static const ExtensionNames names = [] {
        ExtensionNames all{.schema = "public", .functions = usual_functions(), .operators = usual_operators(), .unqualified = true};
        for (const char* function : {"avg", "sum", "vector_add"}) all.functions.insert(function);
        for (const char* op : {"+", "-", "*", "||", "=", "<>", "<"}) all.operators.insert(op);
        return all;
    }();
    return names;
}

KnownObjects schema() {
    KnownObjects objects(extension());
    for (const char* sql :
         {"CREATE TABLE items (id int, name text, price numeric, v vector(3), h halfvec(3), s sparsevec(9), place point,"
          " b bit(8), c bit(8), a real[], vs vector[], doc jsonb)",
          "CREATE TABLE other (id int, w vector)", "CREATE FUNCTION near(q vector, n int DEFAULT 5) RETURNS SETOF items LANGUAGE sql AS ''",
          "CREATE FUNCTION centre(int) RETURNS vector LANGUAGE sql AS ''",
          "CREATE FUNCTION place_of(int) RETURNS vector LANGUAGE sql STABLE AS ''"}) {
        const SqlTree tree(sql);
        const PgQuery__Node& node = *tree.statements().front().node;
        if (node.node_case == PG_QUERY__NODE__NODE_CREATE_STMT)
            objects.declare(*node.create_stmt);
        else
            objects.declare(*node.create_function_stmt);
    }
    return objects;
}

struct Result {
    std::string sql;
    Rewriting rewriting;
};

Result rewrite(const std::string& sql, RewriteOptions options = {}) {
    static const KnownObjects objects = schema();
    const SqlTree tree(sql);
    Rewriter rewriter(extension(), objects, std::move(options));
    PgQuery__Node& node = *tree.statements().front().node;
    Rewriting rewriting = rewriter.rewrite(node.base, {});
    if (!rewriting.uses.empty()) return {describe(rewriting.uses), std::move(rewriting)};
    return {rewriting.changed ? deparse(node) : "unchanged", std::move(rewriting)};
}

struct Case {
    const char* sql;
    const char* expected;
};

void check(std::initializer_list<Case> cases) {
    for (const Case& c : cases) EXPECT_EQ(rewrite(c.sql).sql, c.expected) << c.sql;
}

TEST(QueryRewriter, LeavesDistancesBareWhereTheyOrderSoThatTheIndexServesThem) {
    check({
        {"SELECT id FROM items ORDER BY v <-> '[1,2,3]' LIMIT 5", "SELECT id FROM items ORDER BY v <-> '{1,2,3}' LIMIT 5"},
        {"SELECT id FROM items ORDER BY v <=> '[1,2,3]'::vector", "SELECT id FROM items ORDER BY v <=> '{1,2,3}'::real[]"},
        {"SELECT rank() OVER (ORDER BY v <=> $1) FROM items ORDER BY v <=> $1",
         "SELECT rank() OVER (ORDER BY v <=> $1) FROM items ORDER BY v <=> $1"},
        {"SELECT rank() OVER w FROM items WINDOW w AS (PARTITION BY name ORDER BY v <-> $1)",
         "SELECT rank() OVER w FROM items WINDOW w AS (PARTITION BY name ORDER BY v <-> $1)"},
        {"SELECT id FROM items ORDER BY (v <-> $1)::float8", "SELECT id FROM items ORDER BY v <-> $1"},
        {"SELECT id FROM items ORDER BY v OPERATOR(public.<->) $1", "SELECT id FROM items ORDER BY v <-> $1"},
        {"SELECT id, v <-> '[1,2,3]' AS d FROM items ORDER BY d",
         "SELECT id, sqrt(v <-> '{1,2,3}') AS d FROM items ORDER BY v <-> '{1,2,3}'"},
        {"SELECT id, v <=> '[1,2,3]' FROM items ORDER BY 2 DESC",
         "SELECT id, CAST(v <=> '{1,2,3}' AS double precision) FROM items ORDER BY v <=> '{1,2,3}' DESC"},
        {"SELECT id FROM items ORDER BY v::vector(3) <-> '[1,2,3]'", "SELECT id FROM items ORDER BY v <-> '{1,2,3}'"},
        {"SELECT id FROM items ORDER BY v::halfvec(3) <=> '[1,2,3]'::halfvec(3)", "SELECT id FROM items ORDER BY v <=> '{1,2,3}'::real[]"},
        {"SELECT id FROM items i ORDER BY i.v <-> (SELECT v FROM items WHERE id = 1)",
         "SELECT id FROM items i ORDER BY i.v <-> (SELECT v FROM items WHERE id = 1)"},
    });
}

TEST(QueryRewriter, TakesTheRootWhereADistanceIsAValue) {
    check({
        {"SELECT v <-> h FROM items", "SELECT sqrt(pgvector_compat.to_halfvec(v) <-> h) FROM items"},
        {"SELECT h = v, inner_product(v, h) FROM items",
         "SELECT h = pgvector_compat.to_halfvec(v), pgvector_compat.inner_product(pgvector_compat.to_halfvec(v), h) FROM items"},
        {"SELECT id FROM items WHERE v <-> '[1,2,3]' < 5", "SELECT id FROM items WHERE sqrt(v <-> '{1,2,3}') < 5"},
        {"SELECT 1 - (v <=> $1) AS similarity FROM items", "SELECT 1 - CAST(v <=> $1 AS double precision) AS similarity FROM items"},
        {"SELECT DISTINCT v <-> $1 AS d FROM items ORDER BY d", "SELECT DISTINCT sqrt(v <-> $1) AS d FROM items ORDER BY d"},
        {"SELECT min(v <-> w) FROM items JOIN other USING (id) GROUP BY name ORDER BY min(v <-> w)",
         "SELECT min(sqrt(v <-> w)) FROM items JOIN other USING (id) GROUP BY name ORDER BY min(sqrt(v <-> w))"},
        {"SELECT avg(price) OVER (ORDER BY v <-> $1 RANGE BETWEEN 2 PRECEDING AND CURRENT ROW) FROM items",
         "SELECT avg(price) OVER (ORDER BY sqrt(v <-> $1) RANGE BETWEEN 2 PRECEDING AND CURRENT ROW) FROM items"},
        {"SELECT row_number() OVER (ORDER BY v <-> $1) FROM items GROUP BY v <-> $1",
         "SELECT row_number() OVER (ORDER BY sqrt(v <-> $1)) FROM items GROUP BY sqrt(v <-> $1)"},
        {"WITH q AS (SELECT w AS x FROM other) SELECT id FROM items, q WHERE v <-> x < 1",
         "WITH q AS (SELECT w AS x FROM other) SELECT id FROM items, q WHERE sqrt(v <-> x) < 1"},
    });
}

TEST(QueryRewriter, ChecksArraysThatBecomeVectorsUnlessItSeesTheirNumbers) {
    check({
        {"SELECT ARRAY[1,2.5,-3]::vector(3)", "SELECT ARRAY[1, 2.5, -3]::real[]"},
        {"SELECT ARRAY[price, 2]::vector(2) FROM items", "SELECT pgvector_compat.array_to_vector(ARRAY[price, 2]) AS \"array\" FROM items"},
        {"SELECT ARRAY[price]::halfvec FROM items",
         "SELECT pgvector_compat.to_halfvec(pgvector_compat.array_to_vector(ARRAY[price])) AS \"array\" FROM items"},
    });
    EXPECT_EQ(rewrite("SELECT ARRAY[price]::vector FROM items", {.compatibility = false}).rewriting.notes,
              std::set<std::string>{"nothing checks the array's elements here any more"});
}

// PostgreSQL asks once for what is shown and ordered by, if both are the same expression.
TEST(QueryRewriter, OrdersByWhatIsShownWhereItMayBeAnotherTheSecondTime) {
    check({
        {"SELECT id, v <-> (SELECT w FROM other ORDER BY random() LIMIT 1) AS d FROM items ORDER BY d",
         "SELECT id, sqrt(v <-> (SELECT w FROM other ORDER BY random() LIMIT 1)) AS d FROM items ORDER BY d"},
        {"SELECT id, v <-> embed($1) FROM items ORDER BY v <-> embed($1)",
         "SELECT id, sqrt(v <-> embed($1)) FROM items ORDER BY sqrt(v <-> embed($1))"},
        {"SELECT v <-> (SELECT w FROM other TABLESAMPLE bernoulli (1)) AS d FROM items ORDER BY d",
         "SELECT sqrt(v <-> (SELECT w FROM other TABLESAMPLE bernoulli(1))) AS d FROM items ORDER BY d"},
        {"SELECT id, v <-> centre(1) AS d FROM items ORDER BY d", "SELECT id, sqrt(v <-> centre(1)) AS d FROM items ORDER BY d"},
        {"SELECT id, v <-> place_of(1) AS d FROM items ORDER BY d",
         "SELECT id, sqrt(v <-> place_of(1)) AS d FROM items ORDER BY v <-> place_of(1)"},
        {"SELECT id FROM items ORDER BY v <-> embed($1)", "SELECT id FROM items ORDER BY v <-> embed($1)"},
    });
}

TEST(QueryRewriter, ReadsACastOfWhatItDoesNotKnowWithAWordAboutIt) {
    const Result staged = rewrite("SELECT count(DISTINCT raw::vector) FROM staging");
    EXPECT_EQ(staged.sql, "SELECT count(DISTINCT raw) FROM staging");
    EXPECT_THAT(staged.rewriting.notes,
                ElementsAre("a column that nothing declares is taken for a vector, and its cast left off: of a text, write "
                            "pgvector_compat.to_vector(x)"));
    check({
        {"SELECT x::vector FROM jsonb_array_elements_text($1) AS x",
         "SELECT pgvector_compat.to_vector(x) AS x FROM jsonb_array_elements_text($1) x"},
        {"SELECT x::vector FROM unnest(string_to_array($1, ';')) AS x",
         "SELECT pgvector_compat.to_vector(x) AS x FROM unnest(string_to_array($1, ';')) x"},
        {"SELECT x::vector FROM unnest(ARRAY['[1]', '[2]']) AS x",
         "SELECT pgvector_compat.to_vector(x) AS x FROM unnest(ARRAY['[1]', '[2]']) x"},
        // Not the outer table's a, which is a real[].
        {"SELECT 1 FROM items WHERE EXISTS (SELECT 1 FROM chunks WHERE name <-> $1 < 0.5)",
         "SELECT 1 FROM items WHERE EXISTS (SELECT 1 FROM chunks WHERE sqrt(name <-> $1) < 0.5)"},
        {"WITH c AS (SELECT * FROM chunks) SELECT 1 FROM items WHERE EXISTS (SELECT 1 FROM c WHERE name <-> $1 < 0.5)",
         "WITH c AS (SELECT * FROM chunks) SELECT 1 FROM items WHERE EXISTS (SELECT 1 FROM c WHERE sqrt(name <-> $1) < 0.5)"},
    });
}

TEST(QueryRewriter, CallsTheCompatibilitySchemaForWhatLanternLacks) {
    check({
        {"SELECT v <#> '[1,2,3]' FROM items", "SELECT pgvector_compat.negative_inner_product(v, '{1,2,3}') FROM items"},
        {"SELECT id FROM items ORDER BY v <#> $1", "SELECT id FROM items ORDER BY pgvector_compat.negative_inner_product(v, $1)"},
        {"SELECT v <+> w FROM items, other", "SELECT pgvector_compat.l1_distance(v, w) FROM items, other"},
        {"SELECT b <~> B'10101010', b <%> c FROM items",
         "SELECT pgvector_compat.hamming_distance(b, b'10101010'), pgvector_compat.jaccard_distance(b, c) FROM items"},
        {"SELECT v + w, v - w, h * h FROM items, other",
         "SELECT pgvector_compat.vector_add(v, w), pgvector_compat.vector_sub(v, w), pgvector_compat.halfvec_mul(h, h) FROM items, other"},
        {"SELECT avg(v), sum(h), avg(price) FROM items",
         "SELECT pgvector_compat.avg(v), pgvector_compat.halfvec_sum(h) AS sum, avg(price) FROM items"},
        {"SELECT avg(DISTINCT v) FILTER (WHERE id > 1) FROM items",
         "SELECT pgvector_compat.avg(DISTINCT v) FILTER (WHERE id > 1) FROM items"},
        {"SELECT cosine_distance(v, '[1,2,3]'), vector_norm(v), l2_norm(h) FROM items",
         "SELECT pgvector_compat.cosine_distance(v, '{1,2,3}'), pgvector_compat.vector_norm(v), pgvector_compat.vector_norm(h) AS l2_norm "
         "FROM items"},
        {"SELECT subvector(v, 1, 2), l2_normalize(h), binary_quantize(v)::bit(3) FROM items",
         "SELECT pgvector_compat.subvector(v, 1, 2), pgvector_compat.halfvec_l2_normalize(h) AS l2_normalize, "
         "pgvector_compat.binary_quantize(v)::pg_catalog.bit(3) FROM items"},
        {"SELECT vector_dims(v), vector_dims(centre(1)) FROM items",
         "SELECT array_length(v, 1) AS vector_dims, array_length(centre(1), 1) AS vector_dims FROM items"},
        {"SELECT v || w FROM items, other", "SELECT pgvector_compat.vector_concat(v, w) FROM items, other"},
    });
    EXPECT_THAT(rewrite("SELECT v <#> w, v <+> w FROM items, other").rewriting.functions,
                ElementsAre("l1_distance", "negative_inner_product"));
}

TEST(QueryRewriter, CastsAsPgvectorDid) {
    check({
        {"SELECT name::vector FROM items", "SELECT pgvector_compat.to_vector(name) AS name FROM items"},
        {"SELECT a::vector(3) FROM items", "SELECT pgvector_compat.with_dimensions(pgvector_compat.array_to_vector(a), 3) AS a FROM items"},
        {"SELECT v::text, v::real[] FROM items", "SELECT pgvector_compat.to_text(v)::text AS v, v::real[] FROM items"},
        {"SELECT v::halfvec(3), h::vector, s::vector FROM items",
         "SELECT pgvector_compat.with_dimensions(pgvector_compat.to_halfvec(v), 3) AS v, h, s FROM items"},
        {"SELECT ARRAY[1,2,3]::vector, ARRAY[1,2]::vector(3), ARRAY[0.1]::halfvec",
         "SELECT ARRAY[1, 2, 3]::real[], pgvector_compat.with_dimensions(ARRAY[1, 2]::real[], 3) AS \"array\","
         " pgvector_compat.to_halfvec(ARRAY[0.1]::real[]) AS \"array\""},
        {"SELECT $1::vector <-> v FROM items", "SELECT sqrt($1::real[] <-> v) FROM items"},
        {"SELECT s::text FROM items", "casts a value to text of public.sparsevec"},
    });
}

TEST(QueryRewriter, WritesLiteralsAsArraysWhereverAVectorIsMeant) {
    check({
        {"INSERT INTO items (id, v, name) VALUES (1, '[1,2,3]', '[1,2,3]'), (2, NULL, 'x')",
         "INSERT INTO items (id, v, name) VALUES (1, '{1,2,3}', '[1,2,3]'), (2, NULL, 'x')"},
        {"INSERT INTO other VALUES (1, '[1]') ON CONFLICT (id) DO UPDATE SET w = '[2]' WHERE excluded.w <> '[3]'",
         "INSERT INTO other VALUES (1, '{1}') ON CONFLICT (id) DO UPDATE SET w = '{2}' WHERE excluded.w <> '{3}'"},
        {"INSERT INTO other SELECT 1, '[4]'", "INSERT INTO other SELECT 1, '{4}'"},
        {"UPDATE items SET v = '[1,2,3]', doc = '[1,2,3]' WHERE v = '[3,2,1]'",
         "UPDATE items SET v = '{1,2,3}', doc = '[1,2,3]' WHERE v = '{3,2,1}'"},
        {"UPDATE items SET (name, v) = ('[1]', '[1,2,3]')", "UPDATE items SET (name, v) = ('[1]', '{1,2,3}')"},
        {"UPDATE items SET h = v", "UPDATE items SET h = pgvector_compat.to_halfvec(v)"},
        {"SELECT coalesce(v, '[0,0,0]'), CASE WHEN id = 1 THEN v ELSE '[1,1,1]' END FROM items",
         "SELECT COALESCE(v, '{0,0,0}'), CASE WHEN id = 1 THEN v ELSE '{1,1,1}' END FROM items"},
        {"SELECT * FROM near('[1,2,3]', 3)", "SELECT * FROM near('{1,2,3}', 3)"},
        {"SELECT * FROM near(n => 3, q => '[1,2,3]')", "SELECT * FROM near(n := 3, q := '{1,2,3}')"},
        {"SELECT id FROM items WHERE v IN ('[1,2,3]', '[4,5,6]')", "SELECT id FROM items WHERE v IN ('{1,2,3}', '{4,5,6}')"},
        {"MERGE INTO other o USING items i ON o.id = i.id WHEN MATCHED THEN UPDATE SET w = '[1]' WHEN NOT MATCHED THEN INSERT (id, w) "
         "VALUES"
         " (i.id, '[2]')",
         "MERGE INTO other o USING items i ON o.id = i.id WHEN MATCHED THEN UPDATE SET w = '{1}' WHEN NOT MATCHED THEN INSERT (id, w) "
         "VALUES"
         " (i.id, '{2}')"},
        {"PREPARE q(vector) AS SELECT id FROM items ORDER BY v <-> $1", "PREPARE q(real[]) AS SELECT id FROM items ORDER BY v <-> $1"},
        {"SELECT '{1:1,3:2}/4'::sparsevec <-> s FROM items", "SELECT sqrt('{1,0,2,0}'::real[] <-> s) FROM items"},
    });
}

TEST(QueryRewriter, LeavesTheOperatorsAndFunctionsOfOthersAlone) {
    check({
        {"SELECT name <-> 'x', place <-> point '(1,2)' FROM items ORDER BY place <-> point '(0,0)'", "unchanged"},
        {"SELECT id + 1, price - 2, name || 'a', sum(price) FROM items", "unchanged"},
        {"SELECT a || a, name = '[1,2]' FROM items", "unchanged"},
        {"INSERT INTO items (doc, a) VALUES ('[1,2]', '{1}')", "unchanged"},
    });
}

TEST(QueryRewriter, ReportsWhatHasNoCounterpart) {
    EXPECT_EQ(rewrite("SELECT v <#> $1 FROM items", {.lantern_schema = {}, .compatibility = false}).sql, "uses operator <#>");
    EXPECT_EQ(rewrite("SELECT vector_norm(v) FROM items", {.lantern_schema = {}, .compatibility = false}).sql, "uses function vector_norm");
    EXPECT_EQ(rewrite("SELECT id FROM items WHERE v = ANY (vs)").sql, "uses operator = ANY of vectors");
    EXPECT_EQ(rewrite("SELECT '[1,x]'::vector").sql, "has a literal of vector that cannot be written as an array");
}

TEST(QueryRewriter, SaysWhatItCannotTell) {
    EXPECT_THAT(rewrite("INSERT INTO unseen (e) VALUES ('[1,2,3]')").rewriting.unclear,
                ElementsAre("cannot tell whether '[1,2,3]' is a vector"));
    EXPECT_EQ(rewrite("SELECT id FROM unseen ORDER BY e <-> '[1,2,3]'").sql, "SELECT id FROM unseen ORDER BY e <-> '{1,2,3}'");
    EXPECT_EQ(rewrite("SELECT e <=> $1 FROM unseen").sql, "SELECT CAST(e <=> $1 AS double precision) FROM unseen");
}

TEST(QueryRewriter, ReportsAnOperatorThatMayBeSomebodyElses) {
    EXPECT_EQ(rewrite("SELECT to_tsquery('a') <-> to_tsquery('b')").sql, "unchanged");
    EXPECT_EQ(rewrite("SELECT ours('a') <-> ours('b')").sql, "uses operator <->");
    EXPECT_EQ(rewrite("SELECT a::tsquery <-> b::tsquery FROM unseen").sql, "unchanged");
}

TEST(QueryRewriter, NamesLanternsSchemaWhereItIsTold) {
    EXPECT_EQ(rewrite("SELECT v OPERATOR(public.<->) v FROM items ORDER BY v <-> v", {.lantern_schema = "ln", .compatibility = true}).sql,
              "SELECT sqrt(v OPERATOR(ln.<->) v) FROM items ORDER BY v OPERATOR(ln.<->) v");
}

}  // namespace
}  // namespace lantern_migrate::plan
