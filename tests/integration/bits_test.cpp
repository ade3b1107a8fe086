// vectors.bits: integer_array, through the whole run.
#include "tests/integration/scenario.h"

#include <gmock/gmock.h>

namespace lantern_migrate::test {
namespace {

using testing::HasSubstr;

// All rows of a table as text, bits as the integers they become.
std::string rows_of(const std::string& url, const std::string& table, const std::string& columns) {
    return query_text(url, "SELECT string_agg(r::text, ' ' ORDER BY id) FROM (SELECT id, " + columns + " FROM " + table + ") r");
}

// Two words, by other means than the product's: through a number, and through shifts.
const std::string words_on_source =
    "CASE WHEN b IS NOT NULL THEN ARRAY[((b::bit(64))::bigint >> 32)::integer, (((b::bit(64)) << 32)::bigint >> 32)::integer] END";

TEST(Bits, BecomeIntegersWithTheSameNeighboursAndDistances) {
    Scenario scenario;
    scenario.load("bits_source.sql");
    const Finished finished = scenario.run_job(scenario.write_job("vectors: {bits: integer_array}\nverify: full\n"));
    ASSERT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
    const auto source = scenario.source_url();
    const auto target = scenario.target_url();
    EXPECT_EQ(rows_of(source, "prints", words_on_source + ", other, v"), rows_of(target, "prints", "b, other, v"));
    EXPECT_EQ(rows_of(source, "parted", words_on_source), rows_of(target, "parted", "b"));
    EXPECT_EQ(rows_of(source, "by_text", words_on_source + ", a"), rows_of(target, "by_text", "b, a"));
    EXPECT_EQ(query_text(target,
                         "SELECT string_agg(format_type(atttypid, atttypmod), ' ' ORDER BY attrelid::regclass::text, attname)"
                         " FROM pg_attribute WHERE attname IN ('b', 'other') AND attrelid::regclass::text IN ('prints', 'parted',"
                         " 'parted_1', 'parted_2', 'by_text')"),
              "integer[] integer[] integer[] integer[] integer[] bit(48)");
    EXPECT_EQ(query_text(target,
                         "SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%USING lantern_hnsw (b dist_hamming_ops) WITH"
                         " (m=''16'', ef_construction=''128'', ef=''64'', dim=''2'')'"),
              "3");
    EXPECT_EQ(query_text(target, "INSERT INTO prints (id) VALUES (5000) RETURNING b"), "{1,-2147418112}");

    // Ties have no order: distances are compared.
    for (const char* id : {"1", "77", "2002", "2003"}) {
        const std::string nearest = " FROM prints WHERE id < 5000 AND b IS NOT NULL ORDER BY 1 LIMIT 10";
        const std::string origin = "(SELECT b FROM prints WHERE id = " + std::string(id) + ")";
        const auto distances = [&](const std::string& url, const std::string& distance) {
            return query_text(url, "SELECT string_agg(d::text, ' ' ORDER BY d) FROM (SELECT " + distance + nearest + ") r(d)");
        };
        EXPECT_EQ(distances(source, "(b <~> " + origin + ")::integer"), distances(target, "b <+> " + origin)) << id;
        EXPECT_EQ(query_text(source, "SELECT sum(id * (b <~> " + origin + ")::integer) FROM prints"),
                  query_text(target, "SELECT sum(id * (b <+> " + origin + ")) FROM prints WHERE id < 5000"))
            << "every row's own distance";
    }
}

TEST(Bits, ThatAViewUsesStopTheJobAtThePlan) {
    Scenario scenario;
    scenario.load("bits_source.sql");
    query(scenario.source_url(), "CREATE VIEW masked AS SELECT id, b & B'0'::bit(48) AS m FROM prints");
    const std::string job = scenario.write_job("vectors: {bits: integer_array}\n");
    const Finished planned = run({LANTERN_MIGRATE_BIN, "plan", job});
    EXPECT_EQ(planned.ending.exit_code, 1) << planned.out << planned.err;
    EXPECT_THAT(planned.out, HasSubstr("view public.masked: it uses column b of public.prints, whose bits become integer[]"));
}

TEST(Bits, ThatChangedTheirMeaningWhileAJobWasDownStopIt) {
    Scenario scenario;
    scenario.load("bits_source.sql");
    const std::string job = scenario.write_job("vectors: {bits: integer_array}\n");
    const Finished killed = scenario.run_job(job, {{"LANTERN_FAILPOINT", "transfer_schema.before_end"}});
    ASSERT_EQ(killed.ending.signal, 9) << killed.err;
    query(scenario.source_url(), "DROP INDEX prints_hamming");
    const Finished failed = scenario.run_job(job);
    EXPECT_EQ(failed.ending.exit_code, 1) << failed.out << failed.err;
    EXPECT_THAT(failed.err, HasSubstr("table public.prints got other columns on the source since the job began"));
}

}  // namespace
}  // namespace lantern_migrate::test
