#include "core/plan/extension_uses.h"

#include "core/plan/sql_tree.h"
#include "core/plan/vector_literal.h"

#include <gtest/gtest.h>

namespace lantern_migrate::plan {
namespace {

ExtensionNames names(std::string schema = "ext") {
    ExtensionNames result{.schema = std::move(schema), .functions = usual_functions(), .operators = usual_operators()};
    for (const char* comparison : {"=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "||"}) result.operators.insert(comparison);
    result.domains = {{{"public", "embedding"}, VectorType::vector}};
    return result;
}

// The statement without pgvector, or what of it is in the way; "unchanged" where there is none.
std::string converted(const std::string& sql, TypePolicy policy = TypePolicy::convert, const ExtensionNames& extension = names()) {
    const SqlTree tree(sql);
    PgQuery__Node& statement = *tree.statements().at(0).node;
    const Conversion conversion = convert_uses(statement.base, extension, policy);
    if (!conversion.uses.empty()) return describe(conversion.uses);
    return conversion.changed ? deparse(statement) : "unchanged";
}

struct Case {
    const char* sql;
    const char* expected;
};

TEST(Conversion, MakesRealArraysOfTheTypes) {
    const Case cases[] = {
        {"CREATE TABLE public.t (a ext.vector(3), b ext.halfvec(4), c ext.sparsevec(5), d ext.vector)",
         "CREATE TABLE public.t (a real[], b real[], c real[], d real[])"},
        {"CREATE TABLE public.t (a ext.vector(3)[], b ext.halfvec[])", "CREATE TABLE public.t (a real[][], b real[][])"},
        {"CREATE TYPE public.pair AS (a integer, b ext.vector(3))", "CREATE TYPE public.pair AS (a int, b real[])"},
        {"CREATE DOMAIN public.d AS ext.vector(3)", "CREATE DOMAIN public.d AS real[]"},
        {"CREATE TABLE public.t (a ext.sparsevec(16000))", "CREATE TABLE public.t (a real[])"},
        {"CREATE TABLE public.t (a vector(3))", "CREATE TABLE public.t (a real[])"},
    };
    for (const Case& c : cases) EXPECT_EQ(converted(c.sql), c.expected) << c.sql;
}

TEST(Conversion, LeavesTypesOfOtherSchemasAndNamesAlone) {
    for (const char* sql : {"CREATE TABLE public.t (a other.vector(3))", "CREATE TABLE public.vector (vector integer)",
                            "CREATE TABLE public.t (a public.vectors)", "CREATE TABLE public.t (a public.embedding)"}) {
        EXPECT_EQ(converted(sql), "unchanged") << sql;
    }
}

TEST(Conversion, RefusesAWiderSparsevecThanAnArrayIsMadeOf) {
    EXPECT_EQ(converted("CREATE TABLE public.t (a ext.sparsevec(16001))"),
              "uses type ext.sparsevec(16001), wider than the 16000 dimensions an array gets");
}

TEST(Conversion, RefusesTypesInASignature) {
    EXPECT_EQ(converted("CREATE FUNCTION public.f(a ext.vector) RETURNS ext.halfvec LANGUAGE sql AS 'SELECT 1'", TypePolicy::refuse),
              "uses type ext.halfvec, uses type ext.vector");
}

TEST(Conversion, WritesLiteralsAsArrays) {
    const Case cases[] = {
        {"SELECT '[1,2,3]'::ext.vector", "SELECT '{1,2,3}'::real[]"},
        {"SELECT '[1,2,3]'::ext.vector(3)", "SELECT '{1,2,3}'::real[]"},
        {"SELECT '[0.1]'::ext.halfvec(1)", "SELECT '{0.099975586}'::real[]"},
        {"SELECT '{2:1}/3'::ext.sparsevec(3)", "SELECT '{0,1,0}'::real[]"},
        {"SELECT NULL::ext.vector(3)", "SELECT NULL::real[]"},
        {"SELECT '{}'::ext.vector[]", "SELECT '{}'::real[][]"},
        {"SELECT '[1,2]'::public.embedding", "SELECT '{1,2}'::public.embedding"},
        {"SELECT (ARRAY[(1)::real, (2)::real])::ext.vector(2)", "SELECT ARRAY[1::real, 2::real]::real[]"},
        {"CREATE TABLE public.t (a ext.vector(2) DEFAULT '[0,0]'::ext.vector NOT NULL)",
         "CREATE TABLE public.t (a real[] DEFAULT ('{0,0}'::real[]) NOT NULL)"},
    };
    for (const Case& c : cases) EXPECT_EQ(converted(c.sql), c.expected) << c.sql;
}

TEST(Conversion, ReportsLiteralsAndCastsThatAreNotArrays) {
    const Case cases[] = {
        {"SELECT '[1,2]'::ext.vector(3)", "has a literal of ext.vector that cannot be written as an array"},
        {"SELECT 'nonsense'::ext.vector", "has a literal of ext.vector that cannot be written as an array"},
        {"SELECT '{\"[1]\"}'::ext.vector[]", "has a literal of ext.vector that cannot be written as an array"},
        {"SELECT 'nonsense'::public.embedding", "has a literal of public.embedding that cannot be written as an array"},
        {"SELECT (a)::ext.vector FROM public.t", "casts a value to ext.vector"},
        {"SELECT (a)::ext.vector(3) FROM public.t", "casts a value to ext.vector"},
        {"SELECT (ext.subvector(a, 1, 2))::ext.vector(2) FROM public.t", "casts a value to ext.vector, uses function ext.subvector"},
    };
    for (const Case& c : cases) EXPECT_EQ(converted(c.sql), c.expected) << c.sql;
    EXPECT_EQ(converted("SELECT (a)::public.embedding FROM public.t"), "unchanged");
}

TEST(Conversion, ComparesArraysAsItComparedVectors) {
    for (const char* op : {"=", "<>", "<", "<=", ">", ">="}) {
        EXPECT_EQ(converted(std::string("SELECT a OPERATOR(ext.") + op + ") b FROM public.t"),
                  std::string("SELECT a ") + op + " b FROM public.t");
    }
    EXPECT_EQ(converted("SELECT a = b FROM public.t"), "unchanged");
    EXPECT_EQ(converted("SELECT a OPERATOR(other.=) b FROM public.t"), "unchanged");
}

TEST(Conversion, CountsDimensionsAsAnArrayHasThem) {
    EXPECT_EQ(converted("SELECT ext.vector_dims(a) FROM public.t"), "SELECT array_length(a, 1) FROM public.t");
    EXPECT_EQ(converted("SELECT other.vector_dims(a) FROM public.t"), "unchanged");
}

TEST(Conversion, ReportsFunctionsAndOperatorsWithoutACounterpart) {
    const Case cases[] = {
        {"CREATE VIEW public.w AS SELECT id FROM public.items ORDER BY v OPERATOR(ext.<->) '[1,2,3]'::ext.vector", "uses operator ext.<->"},
        {"SELECT ext.l2_norm(v), ext.l2_norm(w) FROM public.t", "uses function ext.l2_norm"},
        {"SELECT a OPERATOR(ext.+) b FROM public.t", "uses operator ext.+"},
        {"SELECT a OPERATOR(ext.<->) ANY (SELECT b FROM public.t) FROM public.t", "uses operator ext.<->"},
        {"ALTER TABLE public.t ADD CONSTRAINT c EXCLUDE USING gist (a WITH OPERATOR(ext.<->))", "uses operator ext.<->"},
        {"ALTER FUNCTION ext.l2_norm(ext.vector) OWNER TO x", "uses type ext.vector, uses function ext.l2_norm"},
        {"CREATE AGGREGATE public.mean(integer) (SFUNC = ext.l2_distance, STYPE = integer)", "uses function ext.l2_distance"},
    };
    for (const Case& c : cases) EXPECT_EQ(converted(c.sql, TypePolicy::refuse), c.expected) << c.sql;
}

TEST(Conversion, LetsOrdinaryOperatorClassesGoAndReportsTheOthers) {
    EXPECT_EQ(converted("CREATE INDEX i ON public.t USING btree (v ext.vector_ops)"), "CREATE INDEX i ON public.t USING btree (v)");
    EXPECT_EQ(converted("CREATE TABLE public.t (v integer) PARTITION BY RANGE (v ext.vector_ops)"),
              "CREATE TABLE public.t (v int) PARTITION BY RANGE(v)");
    EXPECT_EQ(converted("CREATE INDEX i ON public.t USING hnsw (v ext.vector_l2_ops)"), "uses operator class ext.vector_l2_ops");
    EXPECT_EQ(converted("CREATE INDEX i ON public.t USING btree (v other.vector_ops)"), "unchanged");
}

TEST(Conversion, GoesByTheExtensionsOwnSchema) {
    EXPECT_EQ(converted("SELECT '[1]'::public.vector, public.l2_norm(a)", TypePolicy::convert, names("My Ext")), "unchanged");
    EXPECT_EQ(converted("SELECT '[1]'::\"My Ext\".vector", TypePolicy::convert, names("My Ext")), "SELECT '{1}'::real[]");
}

TEST(Conversion, TakesNamesWithoutSchemasWhereTheTextLeavesThemOff) {
    ExtensionNames anywhere = names("");
    anywhere.unqualified = true;
    EXPECT_EQ(converted("SELECT l2_norm(a) FROM t", TypePolicy::convert, anywhere), "uses function l2_norm");
    EXPECT_EQ(converted("SELECT any_schema.l2_norm(a) FROM t", TypePolicy::convert, anywhere), "uses function any_schema.l2_norm");
    EXPECT_EQ(converted("SELECT pg_catalog.l2_norm(a) FROM t", TypePolicy::convert, anywhere), "unchanged");
    EXPECT_EQ(converted("SELECT l2_norm(a) FROM t"), "unchanged");
}

TEST(Conversion, ReachesIntoEveryCorner) {
    const char* const corners[] = {
        "CREATE TABLE public.t (a ext.vector(3), CHECK (ext.l2_norm(a) > 0))",
        "CREATE VIEW public.w AS WITH x AS (SELECT 1 FROM public.t WHERE ext.l2_norm(a) > 0) SELECT 1 FROM x",
        "CREATE VIEW public.w AS SELECT CASE WHEN true THEN (SELECT ext.l2_norm(a) FROM public.t) END",
        "CREATE VIEW public.w AS SELECT sum(1) OVER (PARTITION BY ext.l2_norm(a)) FROM public.t",
        "CREATE VIEW public.w AS SELECT 1 FROM public.t a JOIN public.t b ON ext.l2_norm(a.v) = 1",
        "CREATE POLICY p ON public.t USING (ext.l2_norm(a) > 0)",
        "CREATE TRIGGER x BEFORE UPDATE ON public.t FOR EACH ROW WHEN (ext.l2_norm(new.a) > 0) EXECUTE FUNCTION public.f()",
        "CREATE RULE r AS ON INSERT TO public.t DO ALSO UPDATE public.t SET b = ext.l2_norm(a)",
        "CREATE STATISTICS public.s ON (ext.l2_norm(a)) FROM public.t",
        "ALTER TABLE ONLY public.t ALTER COLUMN b SET DEFAULT ext.l2_norm('[1]'::ext.vector)",
        "CREATE FUNCTION public.f() RETURNS double precision LANGUAGE sql BEGIN ATOMIC SELECT ext.l2_norm('[1]'::ext.vector); END",
        "CREATE FUNCTION public.f(a double precision DEFAULT ext.l2_norm('[1]'::ext.vector)) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    };
    for (const char* sql : corners) EXPECT_EQ(converted(sql), "uses function ext.l2_norm") << sql;
}

TEST(Uses, AreDescribedOnceEach) {
    EXPECT_EQ(describe({}), "");
    EXPECT_EQ(describe({{UseKind::operator_, "b"}, {UseKind::function, "a"}, {UseKind::operator_, "b"}}),
              "uses function a, uses operator b");
}

TEST(UsualNames, AreThoseOfDistancesAndTheirFunctions) {
    for (const char* op : {"<->", "<#>", "<=>", "<+>", "<~>", "<%>"}) EXPECT_TRUE(usual_operators().contains(op)) << op;
    for (const char* function : {"l2_distance", "cosine_distance", "subvector", "binary_quantize"})
        EXPECT_TRUE(usual_functions().contains(function));
}

}  // namespace
}  // namespace lantern_migrate::plan
