// `lantern-migrate plan` and `indexes`: what would be done, and nothing done.
#include "tests/integration/scenario.h"
#include "tests/integration/statement_log.h"

#include <gmock/gmock.h>
#include <boost/json.hpp>

#include <regex>
#include <utility>

namespace lantern_migrate::test {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Finished ask(const std::vector<std::string>& arguments) {
    std::vector<std::string> all{LANTERN_MIGRATE_BIN};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run(all);
}

json::object plan_of(const std::string& job) { return json::parse(ask({"plan", job, "--json"}).out).as_object(); }

// "object: word: word" for each entry of a list.
std::vector<std::string> lines(const json::object& document, const std::string& list, const std::vector<std::string>& keys) {
    std::vector<std::string> found;
    for (const json::value& entry : document.at(list).as_array()) {
        std::string line;
        for (const std::string& key : keys) {
            const json::value& value = entry.at(key);
            line += (line.empty() ? "" : ": ") + (value.is_string() ? std::string(value.get_string()) : json::serialize(value));
        }
        found.push_back(line);
    }
    return found;
}

std::set<std::string> volatile_functions(const std::string& url) {
    std::set<std::string> names;
    for (const auto& row : query(url, "SELECT DISTINCT proname FROM pg_proc WHERE provolatile = 'v'")) names.insert(row[0].value());
    return names;
}

// The servers' versions, and sizes on disk, are not ours to fix.
std::string without_measures(const std::string& text) {
    std::string same = std::regex_replace(text, std::regex(R"(PostgreSQL [^,]*,\s+(pgvector|without)\s+)"), "PostgreSQL, $1 ");
    same = std::regex_replace(same, std::regex(R"(127\.0\.0\.1:[0-9]+)"), "HOST");
    return std::regex_replace(same, std::regex(R"(\d+\.\d KiB)"), "SIZ KiB");
}

TEST(StatementLog, TellsReadingFromAnythingMore) {
    const std::set<std::string> volatile_ones{"nextval", "set_config", "pg_terminate_backend"};
    const std::vector<std::string> reading{
        "SELECT 1",
        "select 'INSERT INTO x', nextval_of_mine(1) from \"DELETE\" where a = E'it\\'s; DROP'",
        "SELECT pg_catalog.set_config('search_path', '', false);",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "SET lock_timeout = 0; SET search_path = '';SET default_transaction_read_only = on",
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        "LOCK TABLE public.a, \"b c\".d IN ACCESS SHARE MODE",
        "PREPARE dumpFunc(pg_catalog.oid) AS\nSELECT 1 -- DELETE\n",
        "EXECUTE dumpFunc('1')",
    };
    EXPECT_THAT(more_than_reading(reading, volatile_ones), IsEmpty());
    const std::vector<std::string> more{
        "CREATE EXTENSION lantern",
        "SELECT 1; DROP TABLE x",
        "SELECT nextval('s')",
        "SELECT pg_catalog.pg_terminate_backend(1)",
        "SELECT * FROM x FOR UPDATE",
        "SELECT * FROM x FOR SHARE",
        "SELECT 1 INTO x",
        "WITH d AS (DELETE FROM x RETURNING 1) SELECT * FROM d",
        "LOCK TABLE x IN SHARE MODE",
        "LOCK TABLE x",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION x",
        "BEGIN READ WRITE",
        "COPY x TO STDOUT",
        "SET default_transaction_read_only = off",
        "PREPARE p(oid) AS DELETE FROM x",
        "ANALYZE",
        "ALTER DATABASE app SET jit = off",
        "COMMIT",
    };
    EXPECT_EQ(more_than_reading(more, volatile_ones), more);
    EXPECT_THAT(without_rolled_back({"SELECT 1", "BEGIN READ WRITE", "CREATE TABLE t ()", "ROLLBACK", "BEGIN READ WRITE", "DROP TABLE t",
                                     "COMMIT", "ROLLBACK"}),
                ElementsAre("SELECT 1", "BEGIN READ WRITE", "DROP TABLE t", "COMMIT", "ROLLBACK"));
    EXPECT_THAT(logged_statements("psql app|LOG:  statement: SELECT\n\t1\npsql app|LOG:  duration: 1\n |LOG:  checkpoint\n\tmore\n"
                                  "a b|LOG:  execute <unnamed>: SELECT $1\na b|DETAIL:  Parameters: $1 = 'x'\n"),
                ElementsAre("SELECT\n1", "SELECT $1"));
}

TEST(Plan, OfARichSourceChangesNothingOnEitherSide) {
    Scenario scenario({.log_statements = true}, {.log_statements = true});
    scenario.load("rich_source.sql");
    const std::string job = scenario.write_job();
    const std::string source_before = dump(scenario.source_url()), target_before = dump(scenario.target_url());
    const std::size_t source_log = scenario.source().log().size(), target_log = scenario.target().log().size();

    const Finished text = ask({"plan", job});
    EXPECT_EQ(text.ending.exit_code, 0) << text.out << text.err;
    EXPECT_TRUE(text.out.ends_with("\nready to run; nothing was changed\n")) << text.out;
    EXPECT_EQ(text.err, "");
    const json::object plan = plan_of(job);
    EXPECT_EQ(ask({"indexes", job}).ending.exit_code, 0);

    for (Cluster* server : {&scenario.source(), &scenario.target()}) {
        const bool source = server == &scenario.source();
        const auto asked = logged_statements(server->log().substr(source ? source_log : target_log));
        EXPECT_GT(asked.size(), 10U) << "the server logs no statements";
        const auto more = more_than_reading(source ? asked : without_rolled_back(asked), volatile_functions(server->url("app")));
        EXPECT_THAT(more, IsEmpty()) << (source ? "source" : "target");
    }
    EXPECT_EQ(dump(scenario.source_url()), source_before);
    EXPECT_EQ(dump(scenario.target_url()), target_before);

    EXPECT_THAT(lines(plan, "tables", {"name", "binary", "conversion"}),
                UnorderedElementsAre(
                    "Odd Schema.Mixed Case: true: a \"quoted\" column public.embedding3 -> real[]",
                    "public.animals: true: v public.vector(2) -> real[]",
                    "public.by_text: false: embedding public.vector(3) -> real[], half public.halfvec(2) -> real[], sparse "
                    "public.sparsevec(4) -> real[]",
                    "public.dogs: true: v public.vector(2) -> real[]", "public.empty_table: true: v public.vector(5) -> real[]",
                    "public.items: true: embedding public.vector(8) -> real[], half public.halfvec(8) -> real[], sparse "
                    "public.sparsevec(12) -> real[], "
                    "untyped public.vector -> real[]",
                    "public.kinds: true: ", "public.no_columns: true: ", "public.parted_eu_high: true: v public.vector(4) -> real[]",
                    "public.parted_eu_low: true: v public.vector(4) -> real[]", "public.parted_rest: true: v public.vector(4) -> real[]",
                    "public.periods: true: ", "public.units: true: v public.vector(2) -> real[]", "public.unlogged_table: true: "));
    EXPECT_THAT(
        lines(plan, "indexes", {"name", "translation_state"}),
        UnorderedElementsAre("Odd Schema.Vector's index: translated", "public.by_text_ip: translated", "public.empty_v: translated",
                             "public.items_cosine: translated", "public.items_half: translated", "public.items_half_cast: translated",
                             "public.items_ivfflat: translated", "public.items_l2: translated", "public.items_partial: translated",
                             "public.items_untyped: translated", "public.parted_eu_high_v_idx: translated",
                             "public.parted_eu_low_v_idx: translated", "public.parted_eu_v_idx: translated",
                             "public.parted_rest_v_idx: translated", "public.parted_v: translated", "public.units_ip: awaits_norms"));
    EXPECT_EQ(plan.at("blocked"), json::value(false));
}

// With pg_dump's, which asks once for each sequence: there are none. Nor are there arrays of vectors, whose rows are looked at.
std::ptrdiff_t statements_of_the_plan(const Cluster& server, std::size_t from) {
    std::istringstream log(server.log().substr(from));
    std::ptrdiff_t count = 0;
    for (std::string line; std::getline(log, line);) {
        count += line.starts_with("lantern-migrate plan app|LOG:  ") && !logged_statements(line).empty() ? 1 : 0;
    }
    return count;
}

TEST(Plan, AsksTheCatalogAsOftenForHundredTablesAsForThree) {
    Scenario scenario({.log_statements = true});
    scenario.load("small_source.sql");
    const std::string job = scenario.write_job();
    std::vector<std::ptrdiff_t> asked;
    int first = 3;
    for (const int tables : {3, 100}) {
        query(scenario.source_url(), "DO $$ BEGIN FOR i IN " + std::to_string(std::exchange(first, tables + 1)) + ".." +
                                         std::to_string(tables) +
                                         " LOOP EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, v vector(2), w halfvec)', i);"
                                         " EXECUTE format('CREATE INDEX ON t%s USING hnsw (v vector_l2_ops)', i); END LOOP; END $$");
        const std::size_t from = scenario.source().log().size();
        EXPECT_EQ(plan_of(job).at("tables").as_array().size(), static_cast<std::size_t>(tables));
        asked.push_back(statements_of_the_plan(scenario.source(), from));
    }
    EXPECT_GT(asked[0], 5);
    EXPECT_EQ(asked[1], asked[0]);
}

TEST(Plan, ShowsASmallSourceWhole) {
    Scenario scenario;
    scenario.load("small_source.sql");
    const std::string job = scenario.write_job();
    const Finished text = ask({"plan", job});
    EXPECT_EQ(text.ending.exit_code, 0) << text.err;
    EXPECT_EQ(without_measures(text.out),
              R"(source: postgresql://postgres@HOST/app, PostgreSQL, pgvector 0.8.0
target: postgresql://postgres@HOST/app, PostgreSQL, without lantern

Tables
  table         rows, about   on disk  chunks  by
  public.items          500  SIZ KiB       1  binary
  public.notes          300  SIZ KiB       1  binary
  public.items: v public.vector(3) -> real[]

Vector indexes
  public.items_cosine on public.items: translated
    before: CREATE INDEX items_cosine ON public.items USING hnsw (v public.vector_cosine_ops)
    after: CREATE INDEX items_cosine ON public.items USING lantern_hnsw (v public.dist_cos_ops) WITH
    (m=16, ef_construction=128, ef=64, dim=3)
    why: operator <=> and its distances are unchanged
  public.items_l2 on public.items: translated
    before: CREATE INDEX items_l2 ON public.items USING hnsw (v public.vector_l2_ops)
    after: CREATE INDEX items_l2 ON public.items USING lantern_hnsw (v public.dist_l2sq_ops) WITH
    (m=16, ef_construction=128, ef=64, dim=3)
    why: distances become squared; the order of neighbours is unchanged

Steps
  connect: create extension lantern on the target
  save_indexes: save 2 vector indexes with their translations
  drop_indexes, convert_columns, drop_extension: planned away, the source stays as it is
  stop_source: hold SHARE locks on 2 tables while copying
  transfer_schema: 3 statements on the target
  transfer_data: copy 2 tables with 4 workers
  create_indexes: 2 keys and indexes, 2 vector indexes, 1 statements after them
  verify: digest
  cutover: sequences, ANALYZE, report (automatic)

Findings
  info: index public.items_cosine: operator <=> and its distances are unchanged
    remedy: vectors are written '{1,2,3}', not '[1,2,3]'
  info: index public.items_l2: distances become squared; the order of neighbours is unchanged
    remedy: compare distances with the square of the old threshold; vectors are written '{1,2,3}',
    not '[1,2,3]'

ready to run; nothing was changed
)");
    const json::object plan = plan_of(job);
    EXPECT_EQ(plan.at("source").as_string(), scenario.source_url());
    EXPECT_EQ(plan.at("target").as_string(), scenario.target_url());
    EXPECT_THAT(lines(plan, "tables", {"name", "estimated_rows", "chunks"}), ElementsAre("public.items: 500: 1", "public.notes: 300: 1"));
    EXPECT_EQ(plan.at("steps").as_array().size(), 9U);
    EXPECT_EQ(plan.at("blocked"), json::value(false));
}

// What one job could stumble over, all in one source, each with what to do about it.
constexpr const char* obstacles_sql =
    "CREATE FUNCTION nearest() RETURNS integer LANGUAGE plpgsql AS $$ DECLARE n integer; BEGIN"
    " EXECUTE 'SELECT id FROM items ORDER BY v <-> ''[1,2,3]'' LIMIT 1' INTO n; RETURN n; END $$;"
    "CREATE INDEX items_l1 ON items USING hnsw (v vector_l1_ops);"
    "CREATE TABLE hidden (id integer);"
    "CREATE TABLE owned (id integer); ALTER TABLE owned ENABLE ROW LEVEL SECURITY;"
    "CREATE SEQUENCE counter;"
    "CREATE ROLE reader LOGIN; GRANT SELECT, UPDATE ON items, notes, owned TO reader";

TEST(Plan, TellsEveryObstacleAndWhatToDoAboutIt) {
    Scenario scenario;
    scenario.load("small_source.sql");
    query(scenario.source_url(), obstacles_sql);
    query(scenario.target_url(), "CREATE TABLE notes (id integer)");
    const auto file = scenario.scratch() / "job.yaml";
    write_file(file, "source:\n  url: " + scenario.source_url("reader") + "\ntarget:\n  url: " + scenario.target_url() + "\n");

    const Finished text = ask({"plan", file});
    EXPECT_EQ(text.ending.exit_code, 1) << text.out << text.err;
    EXPECT_TRUE(text.out.ends_with("\nblocked by 7 findings; nothing was changed\n")) << text.out;
    const json::object plan = plan_of(file);
    EXPECT_EQ(plan.at("blocked"), json::value(true));
    std::vector<std::string> blocking;
    for (const std::string& line : lines(plan, "findings", {"severity", "object", "reason", "remedy"})) {
        if (line.starts_with("blocking: ")) blocking.push_back(line.substr(10));
    }
    EXPECT_THAT(
        blocking,
        UnorderedElementsAre(
            "table public.hidden: the source's role may not read it: "
            "GRANT SELECT ON public.hidden and USAGE on its schema to the role, or exclude the table",
            "table public.hidden: the source's role may not lock it in SHARE mode, which `source_writes: lock` needs: "
            "GRANT MAINTAIN (PostgreSQL 17) or UPDATE on it to the role, or set `source_writes` to read_only or allow",
            "table public.owned: row security would hide rows from the copy: use a role with BYPASSRLS or the table's owner, or exclude "
            "the table",
            "sequence public.counter: the source's role may not read its last value: GRANT SELECT ON SEQUENCE public.counter to the role",
            "index public.items_l1: operator class vector_l1_ops: Lantern has no L1 distance: "
            "set `indexes.unsupported: skip` to go without the index, or drop it on the source",
            "function public.nearest(): it uses operator <-> in its body: rewrite or drop it on the source, or set `schema.unsupported: "
            "skip` to go without it",
            "table public.notes: it exists on the target already: drop it there, or set `schema.existing` to use or replace"));
}

// A plan may take a moment, and not minutes; a job has time.
TEST(Plan, LeavesTryingALargeSchemaToTheJobWhichTriesItFirst) {
    const Scenario scenario;
    query(
        scenario.source_url(),
        "CREATE EXTENSION vector; CREATE ROLE reader; DO $$ BEGIN FOR i IN 1 .. 700 LOOP EXECUTE format('CREATE TABLE t%s (id int PRIMARY "
        "KEY, a int, v vector(2)); CREATE INDEX ON t%s (a)', i, i); END LOOP; END $$; ALTER TABLE t1 ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY p ON t1 TO reader USING (true)");
    const std::string job = scenario.write_job();
    EXPECT_THAT(
        lines(plan_of(job), "findings", {"severity", "object", "reason"}),
        testing::Contains("info: database app of the target: whether it takes the schema was not tried, which is of 2802 statements "
                          "and would take long: the job tries it before it changes anything"));
    const Finished finished = scenario.run_job(job);
    EXPECT_EQ(finished.ending.exit_code, 1);
    EXPECT_THAT(finished.err, testing::HasSubstr("policy p on public.t1: the target refuses it: role \"reader\" does not exist"));
    EXPECT_EQ(query_text(scenario.target_url(), "SELECT count(*) FROM pg_class WHERE relname ~ '^t[0-9]'"), "0");
}

TEST(Plan, DoesNotCreateTheDatabaseThatTheJobWould) {
    Scenario scenario;
    scenario.load("small_source.sql");
    const auto file = scenario.scratch() / "job.yaml";
    write_file(file, "source:\n  url: " + scenario.source_url() + "\ntarget:\n  url: " + scenario.target().url("fresh") +
                         "\n  create_database: true\n");
    const json::object plan = plan_of(file);
    EXPECT_EQ(plan.at("target_version").as_string(), "database to be created");
    EXPECT_EQ(plan.at("blocked"), json::value(false));
    EXPECT_EQ(query_text(scenario.target().url("postgres"), "SELECT count(*) FROM pg_database WHERE datname = 'fresh'"), "0");
    // Without being told so, it is a mistake.
    write_file(file, "source:\n  url: " + scenario.source_url() + "\ntarget:\n  url: " + scenario.target().url("fresh") + "\n");
    const Finished refused = ask({"plan", file});
    EXPECT_EQ(refused.ending.exit_code, 1);
    EXPECT_EQ(refused.err, "lantern-migrate: target " + scenario.target().url("fresh") + ": connection to server at \"127.0.0.1\", port " +
                               std::to_string(scenario.target().port()) +
                               " failed: FATAL: database \"fresh\" does not exist\nhint: check the database name of the job's target; for "
                               "a new one, set `target.create_database: true`\n");
}

TEST(Indexes, PrintsDefinitionsBesideTranslationsBeforeAndAfterARun) {
    Scenario scenario;
    scenario.load("small_source.sql");
    query(scenario.source_url(),
          "CREATE INDEX items_l1 ON items USING hnsw (v vector_l1_ops); CREATE INDEX items_ip ON items USING hnsw (v vector_ip_ops)");
    const std::string job = scenario.write_job("indexes: {unsupported: skip, inner_product: if_normalized}\n");
    const std::string others = R"(-- public.items_cosine on public.items
-- on the source:
-- CREATE INDEX items_cosine ON public.items USING hnsw (v public.vector_cosine_ops)
-- note: operator <=> and its distances are unchanged
CREATE INDEX items_cosine ON public.items USING lantern_hnsw (v public.dist_cos_ops) WITH (m=16, ef_construction=128, ef=64, dim=3);

-- public.items_ip on public.items
-- on the source:
-- CREATE INDEX items_ip ON public.items USING hnsw (v public.vector_ip_ops)
)";
    const std::string rest = R"(
-- public.items_l1 on public.items
-- on the source:
-- CREATE INDEX items_l1 ON public.items USING hnsw (v public.vector_l1_ops)
-- note: operator class vector_l1_ops: Lantern has no L1 distance
-- left_out: there is no translation

-- public.items_l2 on public.items
-- on the source:
-- CREATE INDEX items_l2 ON public.items USING hnsw (v public.vector_l2_ops)
-- note: distances become squared; the order of neighbours is unchanged
CREATE INDEX items_l2 ON public.items USING lantern_hnsw (v public.dist_l2sq_ops) WITH (m=16, ef_construction=128, ef=64, dim=3);
)";
    EXPECT_EQ(ask({"indexes", job}).out,
              others + R"(-- note: it becomes cosine distance if every vector has norm 1, which is known once the rows are
-- copied
-- only if every vector has norm 1, which the copy measures:
-- CREATE INDEX items_ip ON public.items USING lantern_hnsw (v public.dist_cos_ops) WITH (m=16,
-- ef_construction=128, ef=64, dim=3);
)" + rest);
    const Finished finished = scenario.run_job(job);
    ASSERT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    // Not of norm 1: the copy has measured it.
    const std::string saved = ask({"indexes", "words", "--state-dir", scenario.scratch() / "state"}).out;
    EXPECT_EQ(saved, others + R"(-- note: Lantern has no inner product, and the 500 vectors have norms from 2.44949 to 500.005:
-- cosine distance would rank them differently
-- left_out: there is no translation
)" + rest);
    // What it prints is SQL that the target takes.
    query(scenario.target_url(), "DROP INDEX items_cosine, items_l2");
    write_file(scenario.scratch() / "indexes.sql", saved);
    run_checked({"psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", scenario.scratch() / "indexes.sql", scenario.target_url()});
    EXPECT_EQ(query_text(scenario.target_url(),
                         "SELECT count(*) FROM pg_class c JOIN pg_am m ON m.oid = c.relam WHERE m.amname = 'lantern_hnsw'"),
              "2");
    const json::object document =
        json::parse(ask({"indexes", "words", "--json", "--state-dir", scenario.scratch() / "state"}).out).as_object();
    EXPECT_THAT(lines(document, "indexes", {"name", "translation_state"}),
                ElementsAre("public.items_cosine: translated", "public.items_ip: left_out", "public.items_l1: left_out",
                            "public.items_l2: translated"));
}

}  // namespace
}  // namespace lantern_migrate::test
