// `lantern-migrate plan --queries`: what the source has seen of the application, and what becomes of it.
#include "tests/integration/scenario.h"

#include <gmock/gmock.h>
#include <boost/json.hpp>

namespace lantern_migrate::test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

Finished plan(const std::string& job, const std::vector<std::string>& more = {}) {
    std::vector<std::string> all{LANTERN_MIGRATE_BIN, "plan", job, "--queries"};
    all.insert(all.end(), more.begin(), more.end());
    return run(all);
}

// From one section's head to the next.
std::string section(const std::string& text, const std::string& head) {
    const auto begin = text.find(head);
    return begin == std::string::npos ? "" : text.substr(begin, text.find("\n\n", begin) + 1 - begin);
}

constexpr const char* head = "Statements on vectors that the source has seen\n";

void ask_often(const std::string& url, const std::string& sql, int times) {
    for (int i = 0; i < times; ++i) query(url, sql);
}

class SeenQueries : public testing::Test {
protected:
    SeenQueries() {
        scenario_.load("small_source.sql");
        query(scenario_.source_url(),
              "CREATE SCHEMA monitoring; CREATE EXTENSION pg_stat_statements SCHEMA monitoring; CREATE ROLE reader LOGIN;"
              "GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO reader; GRANT USAGE ON SCHEMA monitoring TO reader");
        query(scenario_.source_url(), "SELECT monitoring.pg_stat_statements_reset()");
    }

    Scenario scenario_{{.settings = {"shared_preload_libraries = 'pg_stat_statements'"}}};
};

TEST_F(SeenQueries, AreShownWithTheirCallsAndTranslations) {
    ask_often(scenario_.source_url(), "SELECT id FROM items ORDER BY v <-> '[1,2,3]' LIMIT 5", 3);
    ask_often(scenario_.source_url(), "SELECT id FROM items WHERE v <-> '[1,2,3]' < 4", 2);
    ask_often(scenario_.source_url(), "SELECT vector_to_float4(v, 3, true) FROM items LIMIT 1", 1);
    ask_often(scenario_.source_url(), "SELECT count(*) FROM notes", 9);
    const std::string job = scenario_.write_job();
    const Finished text = plan(job);
    EXPECT_EQ(text.ending.exit_code, 0) << text.out << text.err;
    EXPECT_EQ(section(text.out, head), std::string(head) + R"(  3 calls: SELECT id FROM items ORDER BY v <-> $1 LIMIT $2
    becomes: SELECT id FROM items ORDER BY v <-> $1 LIMIT $2
    note: Lantern's <-> is the squared distance: sqrt() around it, but bare where it orders, so that
    the index serves it
    note: send the parameter as '{1,2,3}', not as '[1,2,3]'
  2 calls: SELECT id FROM items WHERE v <-> $1 < $2
    becomes: SELECT id FROM items WHERE sqrt(v <-> $1) < $2
    note: Lantern's <-> is the squared distance: sqrt() around it, but bare where it orders, so that
    the index serves it
    note: send the parameter as '{1,2,3}', not as '[1,2,3]'
  1 calls: SELECT vector_to_float4(v, $1, $2) FROM items LIMIT $3
    no counterpart: uses function vector_to_float4, which has no counterpart
)");
    const json::object seen = json::parse(plan(job, {"--json"}).out).at("seen_queries").as_object();
    EXPECT_EQ(seen.at("missing"), json::value(nullptr));
    EXPECT_EQ(seen.at("hidden"), json::value(0));
    EXPECT_EQ(seen.at("unreadable"), json::value(0));
    const json::array& queries = seen.at("queries").as_array();
    ASSERT_EQ(queries.size(), 3U);
    EXPECT_EQ(queries[1].at("calls"), json::value(2));
    EXPECT_EQ(queries[1].at("query"), "SELECT id FROM items WHERE v <-> $1 < $2");
    EXPECT_EQ(queries[1].at("translation"), "SELECT id FROM items WHERE sqrt(v <-> $1) < $2");
    EXPECT_EQ(queries[2].at("translation"), json::value(nullptr));
    EXPECT_EQ(queries[2].at("problems"), (json::array{"uses function vector_to_float4, which has no counterpart"}));
}

TEST_F(SeenQueries, OfOtherRolesAreCountedWhereTheyMayNotBeRead) {
    ask_often(scenario_.source_url(), "SELECT id FROM items ORDER BY v <-> '[1,2,3]' LIMIT 5", 2);
    ask_often(scenario_.source_url(), "SELECT count(*) FROM notes", 1);
    query(scenario_.source_url("reader"), "SELECT id FROM items ORDER BY v <=> '[1,2,3]'");
    const auto file = scenario_.scratch() / "job.yaml";
    write_file(file, "source:\n  url: " + scenario_.source_url("reader") + "\ntarget:\n  url: " + scenario_.target_url() + "\n");
    const json::object seen = json::parse(plan(file, {"--json"}).out).at("seen_queries").as_object();
    ASSERT_EQ(seen.at("queries").as_array().size(), 1U);
    EXPECT_EQ(seen.at("queries").at(0).at("query"), "SELECT id FROM items ORDER BY v <=> $1");
    EXPECT_GE(seen.at("hidden").as_int64(), 2);
    EXPECT_THAT(section(plan(file).out, head), HasSubstr(" of other roles could not be read: GRANT pg_read_all_stats\n"));
    query(scenario_.source_url(), "GRANT pg_read_all_stats TO reader");
    EXPECT_THAT(section(plan(file).out, head), HasSubstr("2 calls: SELECT id FROM items ORDER BY v <-> $1 LIMIT $2\n"));
    EXPECT_THAT(section(plan(file).out, head), Not(HasSubstr("could not be read")));
}

TEST_F(SeenQueries, OfOtherDatabasesAreNotShown) {
    scenario_.source().create_database("other");
    query(scenario_.source().url("other"), "CREATE EXTENSION vector");
    query(scenario_.source().url("other"), "SELECT '[1]'::vector <-> '[2]'");
    EXPECT_EQ(section(plan(scenario_.write_job()).out, head), std::string(head) + "  none\n");
}

TEST(SeenQueriesWithoutTheExtension, AreNotToBeHad) {
    Scenario scenario;
    scenario.load("small_source.sql");
    const std::string job = scenario.write_job();
    EXPECT_EQ(section(plan(job).out, head),
              std::string(head) + "  none to be had: the source database has no extension pg_stat_statements\n");
    const json::object seen = json::parse(plan(job, {"--json"}).out).at("seen_queries").as_object();
    EXPECT_EQ(seen.at("missing"), "the source database has no extension pg_stat_statements");
    // Unasked, there is nothing of it.
    EXPECT_THAT(run({LANTERN_MIGRATE_BIN, "plan", job}).out, Not(HasSubstr("Statements on vectors")));
    // The extension may be there without its library, and then refuses to be asked.
    query(scenario.source_url(), "CREATE EXTENSION pg_stat_statements");
    const Finished finished = plan(job);
    EXPECT_EQ(section(finished.out, head),
              std::string(head) + "  none to be had: pg_stat_statements must be loaded via \"shared_preload_libraries\"\n")
        << finished.err;
}

}  // namespace
}  // namespace lantern_migrate::test
