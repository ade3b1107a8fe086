// plan_schema() on dumps as pg_dump 17 writes them, cut to what each test is about.
#include "core/plan/schema.h"

#include "core/plan/compatibility.h"

#include "core/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lantern_migrate::plan {

// Outside of the unnamed namespace: gtest finds it by the type's.
void PrintTo(const Finding& finding, std::ostream* out) {
    *out << static_cast<int>(finding.severity) << " | " << finding.object << " | " << finding.reason << " | " << finding.remedy;
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* rewrite = "rewrite or drop it on the source, or set `schema.unsupported: skip` to go without it";
constexpr const char* by_hand = "make it on the target by hand once the job is done";
constexpr const char* change_it = "change it on the source, or exclude the table with `tables.exclude`";

SchemaOptions options() {
    return {.vector_schema = "public",
            .vector_functions = {"vector_dims", "l2_distance", "cosine_distance", "vector_norm", "vector_cmp", "sum", "avg"},
            .vector_operators = {"<->", "<=>", "<#>", "=", "<", "+"},
            .table_moves = [](const QualifiedName& name) { return name.name != "stays"; }};
}

SchemaOptions skipping() {
    SchemaOptions result = options();
    result.skip_unsupported = true;
    return result;
}

std::vector<std::string> sql(const std::vector<Statement>& statements) {
    std::vector<std::string> texts;
    for (const Statement& statement : statements) texts.push_back(statement.sql);
    return texts;
}

std::vector<std::string> objects(const std::vector<Statement>& statements) {
    std::vector<std::string> texts;
    for (const Statement& statement : statements) texts.push_back(statement.object);
    return texts;
}

std::vector<std::string> before(const std::string& dump) { return sql(plan_schema(dump, options()).before_rows); }

TEST(SchemaPlan, KeepsAStatementThatNeedsNoChangeAsItIsWritten) {
    EXPECT_THAT(before("--\n-- Name: t; Type: TABLE\n--\n\nCREATE TABLE public.t (\n    id   integer   NOT NULL\n);\n"),
                ElementsAre("CREATE TABLE public.t (\n    id   integer   NOT NULL\n)"));
}

TEST(SchemaPlan, LeavesOutPsqlsLinesSettingsAndTheExtension) {
    const SchemaPlan plan = plan_schema(
        "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSET statement_timeout = 0;\n"
        "SELECT pg_catalog.set_config('search_path', '', false);\n"
        "CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public;\nCOMMENT ON EXTENSION vector IS 'x';\n"
        "CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;\n\n\\unrestrict abc\n",
        options());
    EXPECT_THAT(sql(plan.before_rows), ElementsAre("CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public"));
    EXPECT_THAT(plan.findings, IsEmpty());
}

TEST(SchemaPlan, MakesVectorsArraysWithTheirDimensionsAsChecksAndStoresThemExternal) {
    EXPECT_THAT(
        before(
            "CREATE TABLE public.t (id integer, v public.vector(3), h public.halfvec(4) NOT NULL, s public.sparsevec(5), u public.vector,"
            " a public.vector(2)[] DEFAULT '{}'::public.vector(2)[]);"),
        ElementsAre("CREATE TABLE public.t (id int, v real[], h real[] NOT NULL, s real[], u real[], a real[][] DEFAULT ('{}'::real[][]),"
                    " CONSTRAINT v_dimensions CHECK (array_length(v, 1) = 3), CONSTRAINT h_dimensions CHECK (array_length(h, 1) = 4),"
                    " CONSTRAINT s_dimensions CHECK (array_length(s, 1) = 5), CONSTRAINT a_dimensions CHECK (array_length(a, 2) = 2))",
                    "ALTER TABLE ONLY public.t ALTER COLUMN v SET STORAGE EXTERNAL, ALTER COLUMN h SET STORAGE EXTERNAL,"
                    " ALTER COLUMN s SET STORAGE EXTERNAL, ALTER COLUMN u SET STORAGE EXTERNAL, ALTER COLUMN a SET STORAGE EXTERNAL"));
}

TEST(SchemaPlan, AddsNoChecksWhereTheJobWantsNone) {
    SchemaOptions without = options();
    without.dimension_checks = false;
    EXPECT_EQ(plan_schema("CREATE TABLE public.t (v public.vector(3));", without).before_rows.at(0).sql,
              "CREATE TABLE public.t (v real[])");
}

TEST(SchemaPlan, GivesAColumnsCheckOneNameInEveryTableAndTakesNobodysName) {
    const SchemaPlan plan = plan_schema(
        "CREATE TABLE public.parted (v public.vector(3)) PARTITION BY LIST (v);"
        "CREATE TABLE public.part (v public.vector(3), w public.vector(2), CONSTRAINT w_dimensions CHECK (w IS NOT NULL));"
        "ALTER TABLE ONLY public.parted ATTACH PARTITION public.part DEFAULT;",
        options());
    EXPECT_EQ(plan.before_rows.at(0).sql,
              "CREATE TABLE public.parted (v real[], CONSTRAINT v_dimensions CHECK (array_length(v, 1) = 3)) PARTITION BY LIST(v)");
    EXPECT_EQ(plan.before_rows.at(2).sql,
              "CREATE TABLE public.part (v real[], w real[], CONSTRAINT w_dimensions CHECK (w IS NOT NULL),"
              " CONSTRAINT v_dimensions CHECK (array_length(v, 1) = 3),"
              " CONSTRAINT w_dimensions_2 CHECK (array_length(w, 1) = 2))");
    EXPECT_EQ(plan.before_rows.at(4).object, "attachment of table public.part");
}

TEST(SchemaPlan, ClipsTheNameOfACheckAtACharactersEnd) {
    std::string column;
    for (int i = 0; i < 26; ++i) column += "é";
    column += "x";  // 53 bytes: with the suffix one too many, and the 52nd is the middle of nothing
    const std::string made = before("CREATE TABLE public.t (\"" + column + "\" public.vector(3));").at(0);
    EXPECT_NE(made.find("CONSTRAINT \"" + column.substr(0, 52) + "_dimensions\""), std::string::npos) << made;
}

TEST(SchemaPlan, FollowsDomainsAndCompositeTypes) {
    EXPECT_THAT(before("CREATE DOMAIN public.e3 AS public.vector(3) CONSTRAINT c CHECK (VALUE <> '[0,0,0]'::public.vector);"
                       "CREATE DOMAIN public.outer_e3 AS public.e3;"
                       "CREATE TYPE public.pair AS (a public.vector(2), b text);"
                       "CREATE TABLE public.t (v public.outer_e3 DEFAULT '[1,2,3]'::public.vector);"),
                ElementsAre("CREATE DOMAIN public.e3 AS real[] CONSTRAINT c CHECK (value <> '{0,0,0}'::real[]) CONSTRAINT value_dimensions "
                            "CHECK (array_length(value, 1) = 3)",
                            "CREATE DOMAIN public.outer_e3 AS public.e3", "CREATE TYPE public.pair AS (a real[], b text)",
                            "CREATE TABLE public.t (v public.outer_e3 DEFAULT ('{1,2,3}'::real[]))",
                            "ALTER TABLE ONLY public.t ALTER COLUMN v SET STORAGE EXTERNAL"));
}

TEST(SchemaPlan, SortsIntoBeforeTheRowsWithTheTableAndBehindAllRows) {
    const SchemaPlan plan = plan_schema(
        "CREATE SCHEMA s;CREATE FUNCTION s.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;"
        "CREATE TABLE s.a (id integer NOT NULL, b integer);ALTER TABLE ONLY s.a REPLICA IDENTITY FULL;ALTER TABLE ONLY s.a FORCE ROW LEVEL "
        "SECURITY;"
        "COMMENT ON TABLE s.a IS 'a';"
        "ALTER TABLE s.a ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME s.a_id_seq);"
        "CREATE VIEW s.v AS SELECT a.id FROM s.a;CREATE MATERIALIZED VIEW s.m AS SELECT v.id FROM s.v WITH NO DATA;"
        "ALTER TABLE ONLY s.a ADD CONSTRAINT a_pkey PRIMARY KEY (id);COMMENT ON CONSTRAINT a_pkey ON s.a IS 'key';"
        "ALTER TABLE ONLY s.a ADD CONSTRAINT a_b_key UNIQUE (b);"
        "ALTER TABLE s.a ADD CONSTRAINT late CHECK ((id > 0)) NOT VALID;"
        "CREATE INDEX a_b ON s.a USING btree (b);ALTER TABLE s.a CLUSTER ON a_b;COMMENT ON INDEX s.a_b IS 'b';"
        "ALTER INDEX s.a_b ALTER COLUMN 1 SET STATISTICS 500;"
        "CREATE UNIQUE INDEX m_id ON s.m USING btree (id);"
        "CREATE STATISTICS s.st ON id, b FROM s.a;"
        "CREATE RULE r AS ON DELETE TO s.a DO INSTEAD NOTHING;"
        "CREATE TRIGGER t BEFORE INSERT ON s.a FOR EACH ROW EXECUTE FUNCTION s.f();COMMENT ON TRIGGER t ON s.a IS 't';"
        "ALTER TABLE s.a ENABLE ALWAYS TRIGGER t;"
        "ALTER TABLE ONLY s.a ADD CONSTRAINT a_fk FOREIGN KEY (b) REFERENCES s.a(id);COMMENT ON CONSTRAINT a_fk ON s.a IS 'fk';"
        "CREATE POLICY p ON s.a USING ((id > 1));ALTER TABLE s.a ENABLE ROW LEVEL SECURITY;"
        "CREATE PUBLICATION pub WITH (publish = 'insert');ALTER PUBLICATION pub ADD TABLE ONLY s.a;",
        options());
    EXPECT_THAT(plan.findings, IsEmpty());
    EXPECT_THAT(objects(plan.before_rows), ElementsAre("schema s", "function s.f()", "table s.a", "comment on table s.a",
                                                       "identity of column s.a.id", "view s.v", "materialized view s.m"));
    EXPECT_EQ(plan.before_rows[0].sql, "CREATE SCHEMA IF NOT EXISTS s");
    EXPECT_THAT(objects(plan.keys_and_indexes),
                ElementsAre("settings of table s.a", "primary key a_pkey on s.a", "unique key a_b_key on s.a", "index s.a_b",
                            "settings of table s.a (3)", "settings of index s.a_b"));
    EXPECT_EQ(plan.keys_and_indexes[1].sql,
              "ALTER TABLE ONLY s.a ADD CONSTRAINT a_pkey PRIMARY KEY (id);\nCOMMENT ON CONSTRAINT a_pkey ON s.a IS 'key'");
    EXPECT_EQ(plan.keys_and_indexes[3].sql, "CREATE INDEX a_b ON s.a USING btree (b);\nCOMMENT ON INDEX s.a_b IS 'b'");
    for (const Statement& statement : plan.keys_and_indexes) EXPECT_EQ(statement.table, (QualifiedName{"s", "a"})) << statement.object;
    EXPECT_THAT(objects(plan.after_rows),
                ElementsAre("check late on s.a", "statistics s.st", "foreign key a_fk on s.a", "rows of materialized view s.m",
                            "index s.m_id", "trigger t on s.a", "settings of table s.a (4)", "settings of table s.a (2)", "rule r on s.a",
                            "policy p on s.a", "settings of table s.a (5)", "publication pub", "publication pub: table s.a"));
    EXPECT_EQ(plan.after_rows[2].sql,
              "ALTER TABLE ONLY s.a ADD CONSTRAINT a_fk FOREIGN KEY (b) REFERENCES s.a(id);\nCOMMENT ON CONSTRAINT a_fk ON s.a IS 'fk'");
    EXPECT_EQ(plan.after_rows[5].sql.substr(plan.after_rows[5].sql.find('\n') + 1), "COMMENT ON TRIGGER t ON s.a IS 't'");
    EXPECT_THAT(plan.tables, ElementsAre(QualifiedName{"s", "a"}));
}

TEST(SchemaPlan, NamesATableOnlyWhereARestartOfItNeedsTheStatementAgain) {
    const SchemaPlan plan = plan_schema(
        "CREATE TABLE public.a (id integer);ALTER TABLE public.a ADD CONSTRAINT late CHECK ((id > 0)) NOT VALID;"
        "CREATE TRIGGER t BEFORE INSERT ON public.a FOR EACH ROW EXECUTE FUNCTION pg_catalog.tsvector_update_trigger();"
        "ALTER TABLE ONLY public.a ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES public.a(id);"
        "CREATE RULE r AS ON DELETE TO public.a DO INSTEAD NOTHING;",
        options());
    std::vector<std::string> with_table;
    for (const Statement& statement : plan.after_rows) {
        if (!statement.table.name.empty()) with_table.push_back(statement.object);
    }
    EXPECT_THAT(with_table, ElementsAre("foreign key fk on public.a", "trigger t on public.a"));
}

TEST(SchemaPlan, LeavesVectorIndexesTheirAttachmentAndCommentsToTheIndexRules) {
    const SchemaPlan plan = plan_schema(
        "CREATE TABLE public.p (v public.vector(3)) PARTITION BY LIST (v);CREATE TABLE public.c (v public.vector(3));"
        "CREATE INDEX pv ON ONLY public.p USING hnsw (v public.vector_l2_ops);"
        "CREATE INDEX cv ON public.c USING ivfflat (v public.vector_l2_ops);COMMENT ON INDEX public.cv IS 'c';"
        "ALTER INDEX public.pv ATTACH PARTITION public.cv;"
        "CREATE INDEX cb ON public.c USING btree (v public.vector_ops);",
        options());
    EXPECT_THAT(sql(plan.keys_and_indexes), ElementsAre("CREATE INDEX cb ON public.c USING btree (v)"));
    EXPECT_THAT(plan.after_rows, IsEmpty());
    EXPECT_THAT(plan.findings, IsEmpty());
}

TEST(SchemaPlan, AttachesPartitionsIndexesBehindTheRows) {
    const SchemaPlan plan = plan_schema(
        "CREATE TABLE public.p (id integer) PARTITION BY RANGE (id);CREATE TABLE public.c (id integer);"
        "ALTER TABLE ONLY public.p ADD CONSTRAINT p_pkey PRIMARY KEY (id);ALTER TABLE ONLY public.c ADD CONSTRAINT c_pkey PRIMARY KEY (id);"
        "ALTER INDEX public.p_pkey ATTACH PARTITION public.c_pkey;",
        options());
    EXPECT_THAT(objects(plan.after_rows), ElementsAre("attachment of index public.c_pkey"));
}

TEST(SchemaPlan, WritesTablespacesAndAccessMethodsIntoTheStatements) {
    const SchemaPlan plan = plan_schema(
        "SET default_tablespace = fast;SET default_table_access_method = heap;CREATE TABLE public.t (id integer);"
        "ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);CREATE INDEX i ON public.t USING btree (id);"
        "SET default_tablespace = '';SET default_table_access_method = other;CREATE TABLE public.u (id integer);"
        "CREATE INDEX j ON public.u USING btree (id);",
        options());
    EXPECT_THAT(sql(plan.before_rows), ElementsAre("CREATE TABLE public.t (id int) TABLESPACE fast"));
    EXPECT_THAT(sql(plan.keys_and_indexes),
                ElementsAre("ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id) USING INDEX TABLESPACE fast",
                            "CREATE INDEX i ON public.t USING btree (id) TABLESPACE fast", "CREATE INDEX j ON public.u USING btree (id)"));
    EXPECT_EQ(plan.after_rows.at(0).sql, "CREATE TABLE public.u (id int) USING other") << "behind a key, a table is post-data";
}

TEST(SchemaPlan, LeavesOutWhatIsNotSelectedWithAllThatBelongsToIt) {
    const SchemaPlan plan = plan_schema(
        "CREATE SEQUENCE public.stays_id_seq START WITH 1;"
        "CREATE TABLE public.stays (id integer);ALTER SEQUENCE public.stays_id_seq OWNED BY public.stays.id;COMMENT ON TABLE public.stays "
        "IS 'x';"
        "COMMENT ON COLUMN public.stays.id IS 'x';CREATE TABLE public.goes (id integer);"
        "ALTER TABLE ONLY public.stays ALTER COLUMN id SET DEFAULT nextval('public.stays_id_seq'::regclass);"
        "ALTER TABLE ONLY public.stays ADD CONSTRAINT k PRIMARY KEY (id);COMMENT ON CONSTRAINT k ON public.stays IS 'x';"
        "CREATE INDEX i ON public.stays USING btree (id);COMMENT ON INDEX public.i IS 'x';"
        "CREATE TRIGGER t AFTER INSERT ON public.stays FOR EACH ROW EXECUTE FUNCTION public.f();"
        "CREATE PUBLICATION p;ALTER PUBLICATION p ADD TABLE ONLY public.stays;GRANT SELECT ON TABLE public.stays TO somebody;"
        "ALTER TABLE ONLY public.stays ATTACH PARTITION public.goes DEFAULT;",
        options());
    EXPECT_THAT(objects(plan.before_rows), ElementsAre("table public.goes"));
    EXPECT_THAT(objects(plan.after_rows), ElementsAre("publication p"));
    EXPECT_THAT(plan.keys_and_indexes, IsEmpty());
    EXPECT_THAT(plan.findings, IsEmpty());
}

TEST(SchemaPlan, FindsWhatNeedsATableThatDoesNotMove) {
    const std::string dump =
        "CREATE TABLE public.stays (id integer);CREATE SEQUENCE public.s;ALTER SEQUENCE public.s OWNED BY public.stays.id;"
        "CREATE TABLE public.a (id integer DEFAULT nextval('public.s'::regclass));"
        "CREATE VIEW public.v AS SELECT stays.id FROM public.stays;CREATE VIEW public.w AS SELECT v.id FROM public.v;COMMENT ON VIEW "
        "public.w IS 'w';"
        "CREATE TABLE public.child (x integer) INHERITS (public.stays);"
        "ALTER TABLE ONLY public.a ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES public.stays(id);";
    EXPECT_THAT(
        plan_schema(dump, options()).findings,
        ElementsAre(
            Finding{Severity::blocking, "default of column public.a.id", "it needs sequence public.s, which the job does not move",
                    change_it},
            Finding{Severity::blocking, "view public.v", "it needs table public.stays, which the job does not move", rewrite},
            Finding{Severity::blocking, "view public.w", "it needs view public.v, which is left out", rewrite},
            Finding{Severity::blocking, "table public.child", "it needs table public.stays, which the job does not move", change_it},
            Finding{Severity::blocking, "foreign key fk on public.a", "it needs table public.stays, which the job does not move",
                    rewrite}));
    const SchemaPlan skipped = plan_schema(dump, skipping());
    EXPECT_THAT(objects(skipped.before_rows), ElementsAre("table public.a", "table public.child"));
    EXPECT_EQ(skipped.before_rows.at(0).sql, "CREATE TABLE public.a (id int)");
    EXPECT_EQ(skipped.findings.at(1),
              (Finding{Severity::warning, "view public.v", "left out: it needs table public.stays, which the job does not move", by_hand}));
    EXPECT_EQ(skipped.findings.at(3).severity, Severity::blocking) << "a table cannot be left out: its rows would be lost";
}

struct UseCase {
    const char* statement;
    Finding finding;
    bool can_be_left_out = true;
};

void PrintTo(const UseCase& use, std::ostream* out) { *out << use.statement; }

class UseOfPgvector : public testing::TestWithParam<UseCase> {};

TEST_P(UseOfPgvector, IsAFindingAndIsLeftOutIfTheJobSaysSo) {
    const std::string table = "CREATE TABLE public.t (id integer, v public.vector(3));";
    SchemaOptions bare = options();
    bare.compatibility = false;
    EXPECT_THAT(plan_schema(table + GetParam().statement, bare).findings, ElementsAre(GetParam().finding));
    bare.skip_unsupported = true;
    const SchemaPlan skipped = plan_schema(table + GetParam().statement, bare);
    ASSERT_EQ(skipped.findings.size(), 1U);
    EXPECT_EQ(skipped.findings[0].severity, GetParam().can_be_left_out ? Severity::warning : Severity::blocking);
    if (!GetParam().can_be_left_out) return;
    for (const auto* section : {&skipped.before_rows, &skipped.keys_and_indexes, &skipped.after_rows}) {
        for (const Statement& statement : *section) {
            EXPECT_EQ(statement.sql.find("<->"), std::string::npos) << statement.sql;
            EXPECT_EQ(statement.sql.find("public.vector"), std::string::npos) << statement.sql;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Statements, UseOfPgvector,
    testing::Values(
        UseCase{"CREATE VIEW public.n AS SELECT t.id FROM public.t ORDER BY (t.v OPERATOR(public.<#>) '[1,2,3]'::public.vector);",
                {Severity::blocking, "view public.n", "it uses operator public.<#>", rewrite}},
        UseCase{"CREATE FUNCTION public.f(q public.vector) RETURNS integer LANGUAGE c AS 'library', 'f';",
                {Severity::blocking, "function public.f(public.vector)", "it uses type public.vector", rewrite}},
        UseCase{"CREATE FUNCTION public.f(q text) RETURNS integer LANGUAGE sql AS $$ SELECT id FROM t ORDER BY v <-> q::vector LIMIT 1 $$;",
                {Severity::blocking, "function public.f(text)", "it casts a value to vector in its body", rewrite}},
        UseCase{"CREATE FUNCTION public.f(q text) RETURNS integer LANGUAGE plpgsql AS $$ DECLARE x vector(3); BEGIN x := q; RETURN "
                "l2_distance(x, x); END $$;",
                {Severity::blocking, "function public.f(text)",
                 "it casts a value to vector in its body, uses function l2_distance in its body", rewrite}},
        UseCase{
            "CREATE FUNCTION public.f() RETURNS integer LANGUAGE plpgsql AS $$ DECLARE n int; BEGIN EXECUTE 'SELECT id FROM t ORDER BY v "
            "<-> ''[1,2,3]'' LIMIT 1' INTO n; RETURN n; END $$;",
            {Severity::blocking, "function public.f()", "it uses operator <-> in its body", rewrite}},
        UseCase{"CREATE FUNCTION public.f(n integer) RETURNS float8 LANGUAGE plperl AS $$ spi_exec_query('SELECT l2_norm(v) FROM t') $$;",
                {Severity::blocking, "function public.f(integer)", "it uses function l2_norm in its body", rewrite}},
        UseCase{"CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT public.vector_dims(t.v) FROM public.t ORDER "
                "BY public.vector_norm(t.v); END;",
                {Severity::blocking, "function public.f()", "it uses function public.vector_norm", rewrite}},
        UseCase{"ALTER TABLE public.t ADD CONSTRAINT c CHECK ((public.vector_norm(v) > 0)) NOT VALID;",
                {Severity::blocking, "check c on public.t", "it uses function public.vector_norm", rewrite}},
        UseCase{"CREATE INDEX i ON public.t USING btree (public.vector_norm(v));",
                {Severity::blocking, "index public.i", "it uses function public.vector_norm", rewrite}},
        UseCase{"CREATE POLICY p ON public.t USING ((v OPERATOR(public.<#>) v) < 1);",
                {Severity::blocking, "policy p on public.t", "it uses operator public.<#>", rewrite}},
        UseCase{"CREATE TABLE public.u (v public.vector(3), CONSTRAINT c CHECK (public.vector_norm(v) > 0));",
                {Severity::blocking, "constraint c on public.u", "it uses function public.vector_norm", change_it}},
        UseCase{"CREATE TABLE public.u (v public.vector(3), n float8 GENERATED ALWAYS AS (public.vector_norm(v)) STORED);",
                {Severity::blocking, "generated column public.u.n", "it uses function public.vector_norm", change_it},
                false}));

TEST(SchemaPlan, MakesTheCompatibilityFunctionsThatSomethingCallsBeforeAllElse) {
    const SchemaPlan plan = plan_schema(
        "CREATE TABLE public.t (id integer, v public.vector(3), n float8 GENERATED ALWAYS AS (public.vector_norm(v)) STORED);"
        "CREATE VIEW public.n AS SELECT t.id, (t.v OPERATOR(public.<->) '[1,2,3]'::public.vector) AS d FROM public.t"
        " ORDER BY (t.v OPERATOR(public.<->) '[1,2,3]'::public.vector);",
        options());
    EXPECT_THAT(objects(plan.before_rows), ElementsAre("schema pgvector_compat", "function pgvector_compat.checked_vector(real[], text)",
                                                       "function pgvector_compat.vector_norm(real[])", "table public.t",
                                                       "storage of table public.t", "view public.n"));
    EXPECT_EQ(plan.before_rows.at(0).sql, compatibility_schema_sql);
    EXPECT_EQ(plan.before_rows.at(5).sql,
              "CREATE VIEW public.n AS SELECT t.id, sqrt(t.v OPERATOR(public.<->) '{1,2,3}'::real[]) AS d FROM public.t"
              " ORDER BY t.v OPERATOR(public.<->) '{1,2,3}'::real[]");
    EXPECT_THAT(
        plan.findings,
        ElementsAre(Finding{Severity::info, "schema pgvector_compat",
                            "is made on the target, with what stands in for functions of pgvector's that are in use: "
                            "checked_vector, vector_norm",
                            "see the documentation, \"What becomes of pgvector's SQL\"; `schema.compatibility: false` does without"}));
}

TEST(SchemaPlan, FindsFunctionsThatAreTheSameOnceTheirVectorsAreArrays) {
    const SchemaPlan plan = plan_schema(
        "CREATE FUNCTION public.f(public.vector) RETURNS integer LANGUAGE sql AS 'SELECT 1';"
        "CREATE FUNCTION public.f(public.halfvec) RETURNS integer LANGUAGE sql AS 'SELECT 2';"
        "COMMENT ON FUNCTION public.f(public.vector) IS 'of vectors';COMMENT ON FUNCTION public.f(public.halfvec) IS 'of halves';",
        options());
    EXPECT_THAT(plan.findings,
                ElementsAre(Finding{Severity::blocking, "function public.f(public.halfvec)",
                                    "it would be the second function public.f(real[]) on the target, where vectors of all types are real[]",
                                    rewrite}));
    EXPECT_THAT(sql(plan.before_rows), ElementsAre("CREATE FUNCTION public.f(real[]) RETURNS int LANGUAGE sql AS $$SELECT 1$$",
                                                   "COMMENT ON FUNCTION public.f(real[]) IS 'of vectors'"));
}

TEST(SchemaPlan, ConvertsWhatHasAnExactCounterpart) {
    const SchemaPlan plan = plan_schema(
        "CREATE TABLE public.t (v public.vector(3) DEFAULT '[1,2,3]'::public.vector, CONSTRAINT d CHECK (public.vector_dims(v) = 3));"
        "CREATE VIEW public.w AS SELECT t.v FROM public.t WHERE (t.v OPERATOR(public.=) '[1,2,3]'::public.vector);",
        options());
    EXPECT_THAT(plan.findings, IsEmpty());
    EXPECT_EQ(plan.before_rows.at(0).sql,
              "CREATE TABLE public.t (v real[] DEFAULT ('{1,2,3}'::real[]), CONSTRAINT d CHECK (array_length(v, 1) = 3),"
              " CONSTRAINT v_dimensions CHECK (array_length(v, 1) = 3))");
    EXPECT_EQ(plan.before_rows.at(2).sql, "CREATE VIEW public.w AS SELECT t.v FROM public.t WHERE t.v = '{1,2,3}'::real[]");
}

TEST(SchemaPlan, KeepsNamesakesOfOtherSchemas) {
    const std::string view = "CREATE VIEW public.w AS SELECT other.l2_distance(a.v, a.v) AS d, a.v::other.vector AS v FROM public.a";
    const SchemaPlan plan = plan_schema("CREATE TABLE public.a (v other.vector);" + view + ";", options());
    EXPECT_THAT(plan.findings, IsEmpty());
    EXPECT_THAT(sql(plan.before_rows), ElementsAre("CREATE TABLE public.a (v other.vector)", view));
}

TEST(SchemaPlan, PutsAViewThatWaitsForAKeyBehindTheRows) {
    const SchemaPlan plan = plan_schema(
        "CREATE TABLE public.a (id integer, n text);CREATE VIEW public.v AS SELECT NULL::integer AS id, NULL::text AS n;"
        "ALTER TABLE ONLY public.a ADD CONSTRAINT a_pkey PRIMARY KEY (id);"
        "CREATE OR REPLACE VIEW public.v AS SELECT a.id, a.n FROM public.a GROUP BY a.id;",
        options());
    EXPECT_THAT(objects(plan.before_rows), ElementsAre("table public.a", "view public.v"));
    EXPECT_THAT(objects(plan.after_rows), ElementsAre("view public.v (2)"));
}

TEST(SchemaPlan, RefusesWhatTheParserRefuses) {
    try {
        static_cast<void>(plan_schema("CREATE TABLE public.a (id integer);\nCREATE TABEL x;\n", options()));
        FAIL() << "nothing was thrown";
    } catch (const SqlError& error) {
        EXPECT_STREQ(error.what(), "syntax error at or near \"TABEL\"");
        EXPECT_EQ(error.statement(), "CREATE TABEL x;");
    }
}

}  // namespace
}  // namespace lantern_migrate::plan
