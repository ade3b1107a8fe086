#include "tests/integration/scenario.h"

#include <gtest/gtest.h>

namespace lantern_migrate::test {
namespace {

class Migration : public testing::TestWithParam<TargetKind> {
protected:
    void SetUp() override {
        if (GetParam() == TargetKind::lantern && lantern_test_target().empty())
            GTEST_SKIP() << "LANTERN_TEST_TARGET names no Lantern server";
    }
};

INSTANTIATE_TEST_SUITE_P(Target, Migration, testing::Values(TargetKind::stand_in, TargetKind::lantern),
                         [](const auto& kind) { return kind.param == TargetKind::stand_in ? "stand_in" : "lantern"; });

std::string vector_indexes(const std::string& url) {
    std::string text;
    for (const auto& row : query(
             url,
             "SELECT pg_get_indexdef(c.oid) FROM pg_class c JOIN pg_am m ON m.oid = c.relam WHERE m.amname = 'lantern_hnsw' ORDER BY 1")) {
        text += row[0].value() + "\n";
    }
    return text;
}

TEST_P(Migration, MovesARichSchemaWithEveryRowAndLeavesTheSourceAsItWas) {
    Scenario scenario(GetParam());
    scenario.load("rich_source.sql");
    const std::string before = dump(scenario.source_url());
    const std::string job = scenario.write_job("copy: {workers: 3, chunk_size: 64KiB}\n");
    const Finished finished = scenario.run_job(job);
    ASSERT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;

    const auto rows = compare_tables(scenario.source_url(), scenario.target_url());
    EXPECT_TRUE(rows.empty()) << joined(rows);
    const auto objects = compare_schemas(scenario.source_url(), scenario.target_url());
    EXPECT_TRUE(objects.empty()) << joined(objects);
    EXPECT_EQ(dump(scenario.source_url()), before) << "the source changed";

    EXPECT_EQ(query_text(scenario.target_url(), "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension"),
              "citext hstore lantern plpgsql");
    EXPECT_EQ(query_text(scenario.target_url(), "SELECT count(*) FROM pg_namespace WHERE nspname = 'lantern_migrate'"), "0")
        << "the ledger is dropped at cutover";
    EXPECT_EQ(
        query_text(
            scenario.target_url(),
            "SELECT count(*) FROM pg_attribute WHERE attrelid = 'items'::regclass AND atttypid = 'real[]'::regtype AND attstorage <> 'e'"),
        "0");
    EXPECT_EQ(
        vector_indexes(scenario.target_url()),
        "CREATE INDEX \"Vector's index\" ON \"Odd Schema\".\"Mixed Case\" USING lantern_hnsw (((\"a \"\"quoted\"\" column\")::real[])) "
        "WITH (m='16', "
        "ef_construction='128', ef='64', dim='3')\n"
        "CREATE INDEX by_text_ip ON public.by_text USING lantern_hnsw (embedding dist_cos_ops) WITH (m='16', ef_construction='128', "
        "ef='64', dim='3')\n"
        "CREATE INDEX empty_v ON public.empty_table USING lantern_hnsw (v) WITH (m='16', ef_construction='128', ef='64', dim='5')\n"
        "CREATE INDEX items_cosine ON public.items USING lantern_hnsw (embedding dist_cos_ops) WITH (m='16', ef_construction='128', "
        "ef='64', dim='8')\n"
        "CREATE INDEX items_half ON public.items USING lantern_hnsw (half) WITH (m='16', ef_construction='128', ef='64', dim='8', "
        "quant_bits='16')\n"
        "CREATE INDEX items_half_cast ON public.items USING lantern_hnsw (embedding dist_cos_ops) WITH (m='16', ef_construction='128', "
        "ef='64', dim='8', quant_bits='16')\n"
        "CREATE INDEX items_ivfflat ON public.items USING lantern_hnsw (embedding) WITH (m='16', ef_construction='128', ef='64', dim='8')\n"
        "CREATE INDEX items_l2 ON public.items USING lantern_hnsw (embedding) WITH (m='24', ef_construction='400', ef='64', dim='8')\n"
        "CREATE INDEX items_partial ON public.items USING lantern_hnsw (embedding) WITH (m='16', ef_construction='128', ef='64', dim='8') "
        "WHERE ((id > 100) AND (name <> ''::text))\n"
        "CREATE INDEX items_untyped ON public.items USING lantern_hnsw (untyped) WITH (m='16', ef_construction='128', ef='64', dim='3')\n"
        "CREATE INDEX parted_eu_high_v_idx ON public.parted_eu_high USING lantern_hnsw (v) WITH (m='16', ef_construction='128', ef='64', "
        "dim='4')\n"
        "CREATE INDEX parted_eu_low_v_idx ON public.parted_eu_low USING lantern_hnsw (v) WITH (m='16', ef_construction='128', ef='64', "
        "dim='4')\n"
        "CREATE INDEX parted_eu_v_idx ON ONLY public.parted_eu USING lantern_hnsw (v) WITH (m='16', ef_construction='128', ef='64', "
        "dim='4')\n"
        "CREATE INDEX parted_rest_v_idx ON public.parted_rest USING lantern_hnsw (v) WITH (m='16', ef_construction='128', ef='64', "
        "dim='4')\n"
        "CREATE INDEX parted_v ON ONLY public.parted USING lantern_hnsw (v) WITH (m='16', ef_construction='128', ef='64', dim='4')\n"
        "CREATE INDEX units_ip ON public.units USING lantern_hnsw (v dist_cos_ops) WITH (m='16', ef_construction='128', ef='64', "
        "dim='2')\n");
    // The dimensions that a type had are held by checks now.
    EXPECT_THROW(query(scenario.target_url(), "INSERT INTO empty_table VALUES (1, '{1,2}')"), std::exception);
    EXPECT_NO_THROW(query(scenario.target_url(), "INSERT INTO empty_table VALUES (1, '{1,2,3,4,5}')"));
}

TEST_P(Migration, VerifiesInFullWhatItCopied) {
    Scenario scenario(GetParam());
    scenario.load("rich_source.sql");
    const Finished finished = scenario.run_job(scenario.write_job("verify: full\nsource_writes: allow\ncopy: {workers: 1}\n"));
    ASSERT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    EXPECT_TRUE(compare_tables(scenario.source_url(), scenario.target_url()).empty());
}

TEST_P(Migration, VerifyFindsARowThatSomebodyElseWroteToTheTarget) {
    Scenario scenario(GetParam());
    scenario.load("small_source.sql");
    const std::string job = scenario.write_job();
    const Finished killed = scenario.run_job(job, {{"LANTERN_FAILPOINT", "create_indexes.before_end"}});
    ASSERT_EQ(killed.ending.signal, 9) << killed.err;
    query(scenario.target_url(), "INSERT INTO notes VALUES (1, 'not ours')");
    const Finished finished = scenario.run_job(job);
    EXPECT_EQ(finished.ending.exit_code, 4) << finished.out << finished.err;
    EXPECT_NE(finished.err.find("verification found a difference between source and target: public.notes (300 rows sent, 301 found)"),
              std::string::npos)
        << finished.err;
    // An altered value is found as well, where the count is right.
    query(scenario.target_url(), "DELETE FROM notes WHERE note = 'not ours'; UPDATE notes SET note = 'note 2 ' WHERE note = 'note 2'");
    const Finished altered = scenario.run_job(job);
    EXPECT_EQ(altered.ending.exit_code, 4) << altered.out << altered.err;
    EXPECT_NE(altered.err.find("public.notes (300 rows sent, 300 found, of other content)"), std::string::npos) << altered.err;
}

TEST_P(Migration, MovesOnlyTheTablesThatAreSelected) {
    Scenario scenario(GetParam());
    scenario.load("small_source.sql");
    const std::string job = scenario.write_job("tables: {include: ['public.*'], exclude: ['*.notes']}\n");
    const Finished finished = scenario.run_job(job);
    ASSERT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    EXPECT_EQ(
        query_text(
            scenario.target_url(),
            "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"),
        "items");
}

TEST_P(Migration, CreatesTheDatabaseIfItIsToldTo) {
    Scenario scenario(GetParam());
    scenario.load("small_source.sql");
    const auto file = scenario.scratch() / "new.yaml";
    write_file(file, "source:\n  url: " + scenario.source_url() + "\ntarget:\n  url: " + scenario.target_url("Brand%20New") +
                         "\n  create_database: true\n");
    const Finished finished = scenario.run_job(file);
    ASSERT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    EXPECT_TRUE(compare_tables(scenario.source_url(), scenario.target_url("Brand%20New")).empty());
}

TEST_P(Migration, ReadOnlyStopsTheSourceAndSaysHowToGiveItBack) {
    Scenario scenario(GetParam());
    scenario.load("small_source.sql");
    const Finished finished = scenario.run_job(scenario.write_job("source_writes: read_only\n"));
    ASSERT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    EXPECT_EQ(query_text(scenario.source_url(), "SHOW default_transaction_read_only"), "on");
    EXPECT_NE(finished.out.find("ALTER DATABASE app RESET default_transaction_read_only"), std::string::npos) << finished.out;
}

TEST_P(Migration, AnIndexThatFailsIsTheOnlyThingToRetry) {
    Scenario scenario(GetParam());
    scenario.load("small_source.sql");
    // The index's name is taken by another relation.
    const std::string job = scenario.write_job();
    query(scenario.target_url(), "CREATE SEQUENCE items_cosine");
    const Finished failed = scenario.run_job(job);
    EXPECT_EQ(failed.ending.exit_code, 1) << failed.out << failed.err;
    EXPECT_NE(failed.err.find(
                  "index public.items_cosine could not be built on the target: relation \"items_cosine\" already exists (SQLSTATE 42P07)"),
              std::string::npos)
        << failed.err;
    EXPECT_EQ(query_text(scenario.target_url(), "SELECT count(*) FROM items"), "500");
    const std::string rows = query_text(scenario.target_url(), "SELECT max(xmin::text::bigint) FROM items");
    query(scenario.target_url(), "DROP SEQUENCE items_cosine");
    const Finished finished = scenario.run_job(job);
    EXPECT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    EXPECT_EQ(query_text(scenario.target_url(), "SELECT max(xmin::text::bigint) FROM items"), rows) << "rows were copied again";
}

// Only the stand-in takes its server down when it is told to.
TEST(StandIn, ABuildThatTookTheServerDownTwiceIsNotTriedAThirdTime) {
    Scenario scenario;
    scenario.load("small_source.sql");
    query(scenario.target_url(), "CREATE EXTENSION lantern");
    query(scenario.target().url("postgres"), "ALTER DATABASE app SET lantern_stub.crash_on_build = 'items_l2'");
    const std::string job = scenario.write_job("indexes: {concurrent_builds: 2}\n");
    const Finished failed = scenario.run_job(job);
    EXPECT_EQ(failed.ending.exit_code, 1) << failed.out << failed.err;
    EXPECT_NE(
        failed.err.find("index public.items_l2 could not be built on the target: the target's server went down 2 times while it was built"),
        std::string::npos)
        << failed.err;
    query(scenario.target().url("postgres"), "ALTER DATABASE app RESET lantern_stub.crash_on_build");
    const Finished finished = scenario.run_job(job);
    EXPECT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    EXPECT_TRUE(compare_tables(scenario.source_url(), scenario.target_url()).empty());
}

}  // namespace
}  // namespace lantern_migrate::test
