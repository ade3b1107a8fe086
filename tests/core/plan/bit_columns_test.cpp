// Which columns of bits become integers, and what stands in their way.
#include "core/plan/bit_columns.h"
#include "core/plan/schema.h"
#include "tests/core/plan/index_cases.h"

#include <gmock/gmock.h>

namespace lantern_migrate::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Column bits(const std::string& name, int count = 48) {
    return {.name = name, .type = "bit(" + std::to_string(count) + ")", .type_modifier = count};
}

SourceIndex index_on(const std::string& table, const std::string& key) {
    SourceIndex index = testing::items_index("USING hnsw (" + key + " bit_hamming_ops)", "bit_hamming_ops");
    index.table = {"public", table};
    return index;
}

std::vector<std::string> marked(Catalog catalog) {
    mark_bit_columns(catalog);
    std::vector<std::string> found;
    for (const auto& [column, count] : bit_columns(catalog))
        found.push_back(column.first.name + "." + column.second + " " + std::to_string(count));
    return found;
}

Catalog with(const std::vector<SourceIndex>& indexes) {
    Catalog catalog;
    for (const char* table : {"a", "b", "c", "d"}) catalog.relation_columns[{"public", table}] = {bits("x"), bits("y", 33)};
    catalog.relation_columns[{"public", "a"}].push_back({.name = "v", .type = "bit varying(48)", .type_modifier = 48});
    catalog.vector_indexes = indexes;
    return catalog;
}

TEST(BitColumns, AreThoseWithAnIndexThatComparesBits) {
    EXPECT_THAT(marked(with({index_on("a", "x"), index_on("b", "y")})), ElementsAre("a.x 48", "b.y 33"));
    EXPECT_THAT(marked(with({})), IsEmpty());
    EXPECT_THAT(marked(with({index_on("a", "v")})), IsEmpty()) << "only bit(n)";
    EXPECT_THAT(marked(with({index_on("a", "((public.binary_quantize(e))::bit(3))")})), IsEmpty());
    SourceIndex other = index_on("a", "x");
    other.opclasses = {"bit_jaccard_ops"};
    SourceIndex broken = index_on("a", "x");
    broken.valid = false;
    EXPECT_THAT(marked(with({other, broken})), IsEmpty());
    Catalog view = with({index_on("a", "x")});
    view.materialized_views = {{"public", "a"}};
    EXPECT_THAT(marked(view), IsEmpty()) << "its query says what its columns are";
}

TEST(BitColumns, AreTheSameInAllTablesThatInheritFromOneAnother) {
    Catalog catalog = with({index_on("b", "x")});
    catalog.parents = {{{"public", "b"}, {"public", "a"}}, {{"public", "c"}, {"public", "b"}}};
    EXPECT_THAT(marked(catalog), ElementsAre("a.x 48", "b.x 48", "c.x 48"));
}

TEST(BitColumns, OfRowsInsideOtherValuesAreFound) {
    Catalog catalog = with({index_on("a", "x")});
    const auto row = std::make_shared<const ValueType>(ValueType{.kind = ValueType::Kind::composite, .name = {"public", "a"}});
    const auto rows = std::make_shared<const ValueType>(ValueType{.kind = ValueType::Kind::array, .parts = {row}});
    catalog.tables = {Table{.name = {"public", "d"}, .columns = {Column{.name = "r", .type = "public.a[]", .value = rows}}}};
    mark_bit_columns(catalog);
    EXPECT_EQ(testing::text(rows_with_bit_columns(catalog)),
              "blocking table public.d, column r: its type public.a[] has rows of table public.a in it, whose bits become integer[]; set "
              "`vectors.bits: keep`, or exclude one of the tables\n");
}

TEST(BitColumns, ChangeTheShapeOfTheirTable) {
    Catalog catalog = with({index_on("a", "x")});
    catalog.tables = {Table{.name = {"public", "a"}, .columns = catalog.relation_columns[{"public", "a"}]}};
    mark_bit_columns(catalog);
    EXPECT_EQ(catalog.tables[0].shape(), "x bit(48) as integer[], y bit(33), v bit varying(48)")
        << "so that a job does not go on after the index was dropped";
}

SchemaPlan planned(const std::string& dump) {
    return plan_schema(dump, {.vector_schema = "public",
                              .vector_functions = {},
                              .vector_operators = {"<~>"},
                              .integer_columns = {{{{"public", "t"}, "b"}, 48}, {{{"public", "u"}, "b"}, 48}},
                              .table_moves = [](const QualifiedName&) { return true; }});
}

std::vector<std::string> before(const std::string& dump) {
    std::vector<std::string> texts;
    for (const Statement& statement : planned(dump).before_rows) texts.push_back(statement.sql);
    return texts;
}

const std::string digits = "000000000000000000000000000000011000000000000001";

TEST(BitColumns, AreDeclaredAsIntegersWithTheirDefaults) {
    EXPECT_THAT(before("CREATE TABLE public.t (id integer, b bit(48) DEFAULT '" + digits + "'::\"bit\" NOT NULL, c bit(48));"),
                ElementsAre("CREATE TABLE public.t (id int, b int[] DEFAULT ('{1,-2147418112}'::int[]) NOT NULL, c pg_catalog.bit(48),"
                            " CONSTRAINT b_dimensions CHECK (array_length(b, 1) = 2))"));
    EXPECT_THAT(
        before("CREATE TABLE public.t (b bit(48) DEFAULT NULL::\"bit\");"),
        ElementsAre("CREATE TABLE public.t (b int[] DEFAULT (NULL::int[]), CONSTRAINT b_dimensions CHECK (array_length(b, 1) = 2))"));
    EXPECT_THAT(before("ALTER TABLE ONLY public.t ALTER COLUMN b SET DEFAULT '" + digits + "'::\"bit\";"),
                ElementsAre("ALTER TABLE ONLY public.t ALTER COLUMN b SET DEFAULT '{1,-2147418112}'::int[]"));
}

TEST(BitColumns, StayInKeysAndOrdinaryIndexes) {
    const SchemaPlan plan = planned(
        "CREATE TABLE public.t (b bit(48), x integer);CREATE TABLE public.u (b bit(48));"
        "ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (b);CREATE INDEX i ON public.t USING btree (b, x);"
        "ALTER TABLE ONLY public.u ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES public.t(b);COMMENT ON COLUMN public.t.b IS 'bits';"
        "CREATE VIEW public.w AS SELECT t.x FROM public.t;");
    EXPECT_THAT(plan.findings, IsEmpty());
    EXPECT_EQ(plan.keys_and_indexes.size(), 2U);
}

TEST(BitColumns, ThatAreUsedAsBitsAreFindings) {
    const auto found = [](const std::string& columns, const std::string& more = "") {
        std::vector<std::string> texts;
        for (const Finding& finding : planned("CREATE TABLE public.t (" + columns + ");" + more).findings)
            texts.push_back(finding.object + ": " + finding.reason);
        return texts;
    };
    const std::string uses = "it uses column b of public.t, whose bits become integer[]";
    EXPECT_THAT(found("b bit(48) DEFAULT '101'::\"bit\""), ElementsAre("default of column public.t.b: it is not a literal of 48 bits"));
    EXPECT_THAT(found("b bit(48) DEFAULT (0)::bit(48)"), ElementsAre("default of column public.t.b: it is not a literal of 48 bits"));
    EXPECT_THAT(found("x integer, b bit(48) GENERATED ALWAYS AS ((x)::bit(48)) STORED"),
                ElementsAre("generated column public.t.b: it computes bits, which become integer[]"));
    EXPECT_THAT(found("b bit(48), CONSTRAINT c CHECK (length(b) > 1)"), ElementsAre("constraint c on public.t: " + uses));
    EXPECT_THAT(found("b bit(48)) PARTITION BY HASH (b"), ElementsAre("table public.t: " + uses));
    EXPECT_THAT(found("b bit(48)", "CREATE VIEW public.w AS SELECT t.b FROM public.t;"), ElementsAre("view public.w: " + uses));
    EXPECT_THAT(found("b bit(48)", "CREATE INDEX i ON public.t USING btree (length(b));"), ElementsAre("index public.i: " + uses));
    EXPECT_THAT(found("b bit(48)", "CREATE INDEX i ON public.t USING gist (b);"), ElementsAre("index public.i: " + uses));
    EXPECT_THAT(found("b bit(48)", "ALTER TABLE ONLY public.t ALTER COLUMN b SET DEFAULT (1)::bit(48);"),
                ElementsAre("default of column public.t.b: " + uses));
    EXPECT_THAT(found("b bit(48)",
                      "CREATE TABLE public.x (y bit(48));ALTER TABLE ONLY public.x ADD CONSTRAINT f FOREIGN KEY (y) REFERENCES "
                      "public.t(b);"),
                ElementsAre("foreign key f on public.x: " + uses));
}

}  // namespace
}  // namespace lantern_migrate::plan
