// Types that have vectors further inside: ranges, composites, domains over arrays of such.
#include "core/plan/schema.h"

#include <gmock/gmock.h>

namespace lantern_migrate::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

SchemaOptions options() {
    return {.vector_schema = "public", .vector_functions = {}, .vector_operators = {}, .table_moves = [](const QualifiedName&) {
                return true;
            }};
}

std::vector<std::string> before(const std::string& dump) {
    std::vector<std::string> texts;
    for (const Statement& statement : plan_schema(dump, options()).before_rows) texts.push_back(statement.sql);
    return texts;
}

TEST(SchemaTypes, MakeRangesOverVectorsRangesOverArrays) {
    EXPECT_THAT(before("CREATE TYPE public.span AS RANGE (\n    subtype = public.vector,\n    multirange_type_name = public.spans,\n"
                       "    subtype_opclass = public.vector_ops\n);"
                       "CREATE TYPE public.plain AS RANGE (subtype = integer, multirange_type_name = public.plains);"
                       "CREATE DOMAIN public.e3 AS public.vector(3);"
                       "CREATE TYPE public.e_span AS RANGE (subtype = public.e3, multirange_type_name = public.e_spans);"
                       "CREATE TABLE public.t (s public.span, m public.spans, a public.e3[], p public.span DEFAULT 'empty'::public.span);"),
                ElementsAre("CREATE TYPE public.span AS RANGE (subtype = real[], multirange_type_name = public.spans)",
                            "CREATE TYPE public.plain AS RANGE (subtype = integer, multirange_type_name = public.plains)",
                            "CREATE DOMAIN public.e3 AS real[] CONSTRAINT value_dimensions CHECK (array_length(value, 1) = 3)",
                            "CREATE TYPE public.e_span AS RANGE (subtype = public.e3, multirange_type_name = public.e_spans)",
                            "CREATE TABLE public.t (s public.span, m public.spans, a public.e3[], p public.span DEFAULT "
                            "'empty'::public.span)"));
}

TEST(SchemaTypes, HoldTheSettingsOfFunctionsBelowTheBoundOfLantern) {
    const SchemaPlan plan = plan_schema(
        "CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql SET \"hnsw.ef_search\" TO '800' AS $$SELECT 1$$;\n"
        "CREATE FUNCTION public.g() RETURNS integer LANGUAGE sql SET \"hnsw.ef_search\" TO '300' AS $$SELECT 1$$;",
        options());
    ASSERT_EQ(plan.findings.size(), 1U);
    EXPECT_EQ(plan.findings[0].object, "function public.f()");
    EXPECT_EQ(plan.findings[0].reason, "it sets hnsw.ef_search: Lantern takes 400 at most");
}

TEST(SchemaTypes, SayWhyARangeOverVectorsCannotBeCarried) {
    const char* change = "rewrite or drop it on the source, or set `schema.unsupported: skip` to go without it";
    const auto findings = [](const std::string& parameter) {
        return plan_schema("CREATE TYPE public.span AS RANGE (subtype = public.vector, " + parameter + ");", options()).findings;
    };
    EXPECT_THAT(
        findings("subtype_opclass = public.mine"),
        ElementsAre(Finding{Severity::blocking, "type public.span", "it orders vectors by its operator class public.mine", change}));
    EXPECT_THAT(findings("subtype_diff = public.how_far"),
                ElementsAre(Finding{Severity::blocking, "type public.span", "it orders vectors by its subtype_diff function public.how_far",
                                    change}));
}

TEST(SchemaTypes, SayThatNothingChecksDimensionsWithinAComposite) {
    const std::string dump = "CREATE TYPE public.pair AS (a public.vector(2), b public.halfvec, c text);";
    EXPECT_THAT(plan_schema(dump, options()).findings,
                ElementsAre(Finding{Severity::info, "attribute public.pair.a",
                                    "nothing checks its 2 dimensions on the target: a composite type takes no constraints",
                                    "where that matters, make the attribute's type a domain on the source"}));
    SchemaOptions without = options();
    without.dimension_checks = false;
    EXPECT_THAT(plan_schema(dump, without).findings, IsEmpty());
}

TEST(SchemaTypes, CannotHaveALiteralWithVectorsFurtherInside) {
    const std::string types =
        "CREATE TYPE public.pair AS (a public.vector, b text);CREATE DOMAIN public.pairs AS public.pair[];"
        "CREATE DOMAIN public.e AS public.vector;";
    const auto reasons = [&](const std::string& columns) {
        std::vector<std::string> found;
        for (const Finding& finding : plan_schema(types + "CREATE TABLE public.t (" + columns + ");", options()).findings)
            found.push_back(finding.object + ": " + finding.reason);
        return found;
    };
    EXPECT_THAT(reasons("c public.pair DEFAULT '(\"[1,2]\",x)'::public.pair"),
                ElementsAre("default of column public.t.c: it has a literal of public.pair that cannot be written as an array"));
    EXPECT_THAT(reasons("c public.pairs DEFAULT '{\"(\\\"[1,2]\\\",x)\"}'::public.pairs"),
                ElementsAre("default of column public.t.c: it has a literal of public.pairs that cannot be written as an array"));
    EXPECT_THAT(reasons("c public.e[] DEFAULT '{\"[1,2]\"}'::public.e[]"),
                ElementsAre("default of column public.t.c: it has a literal of public.e that cannot be written as an array"));
    EXPECT_THAT(reasons("c public.pair[] DEFAULT '{}'::public.pair[], d public.pair DEFAULT NULL::public.pair,"
                        " e public.pair DEFAULT ROW('[1,2]'::public.vector, 'x'::text)::public.pair"),
                IsEmpty());
}

TEST(SchemaTypes, StartAnAggregateWithAnArray) {
    EXPECT_THAT(before("CREATE AGGREGATE public.total(public.vector) (SFUNC = public.added, STYPE = public.vector, INITCOND = '[0,1e-3]');"
                       "CREATE AGGREGATE public.moved(integer) (SFUNC = public.f, STYPE = integer, INITCOND = '0', MSFUNC = public.f,"
                       " MINVFUNC = public.f, MSTYPE = public.vector[], MINITCOND = '{}');"
                       "CREATE AGGREGATE public.ids(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');"),
                ElementsAre("CREATE AGGREGATE public.total (real[]) (sfunc = public.added, stype = real[], initcond = '{0,0.001}')",
                            "CREATE AGGREGATE public.moved (int) (sfunc = public.f, stype = int, initcond = '0', msfunc = public.f, "
                            "minvfunc = public.f, mstype = real[][], minitcond = '{}')",
                            "CREATE AGGREGATE public.ids(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0')"));
    const SchemaPlan plan = plan_schema(
        "CREATE AGGREGATE public.lists(integer) (SFUNC = public.f, STYPE = public.vector[], INITCOND = '{\"[1,2]\"}');", options());
    ASSERT_EQ(plan.findings.size(), 1U);
    EXPECT_EQ(plan.findings[0].reason, "it has a literal of public.vector that cannot be written as an array");
}

}  // namespace
}  // namespace lantern_migrate::plan
