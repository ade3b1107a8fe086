// Jobs from several databases into one.
#include "tests/integration/daemon_process.h"
#include "tests/integration/scenario.h"

#include <gtest/gtest.h>

#include <pqxx/pqxx>

namespace lantern_migrate::test {
namespace {

std::string schema_with_vectors(const std::string& name) {
    return "CREATE EXTENSION vector; CREATE SCHEMA " + name + "; CREATE TABLE " + name +
           ".words (id int PRIMARY KEY, v vector(3),"
           " CHECK (l1_distance(v, '[1,2,3]') < 100), CHECK (inner_product(v, '[1,2,3]') < 100), CHECK (cosine_distance(v, '[1,2,3]') < "
           "3));"
           " INSERT INTO " +
           name + ".words VALUES (1, '[1,2,3]'), (2, '[3,2,1]')";
}

TEST(SharedTarget, JobsThatMakeTheSameCompatibilityFunctionsTakeTurns) {
    Scenario scenario;
    DaemonProcess daemon(scenario.scratch().path(), {.settings = "max_jobs: 2\n"});
    scenario.target().create_database("joined");
    const std::string target = scenario.target().url("joined");
    const auto submit = [&](const std::string& name) {
        scenario.source().create_database(name);
        query(scenario.source().url(name), schema_with_vectors(name));
        daemon.drop(name + ".yaml", "source: {url: \"" + scenario.source().url(name) + "\"}\ntarget: {url: \"" + target + "\"}\n");
    };
    const auto wait = [&](const char* jobs) {
        return eventually([&] {
            return query_text(target,
                              "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") ==
                   jobs;
        });
    };
    // The first has made its functions, and cannot go on: what comes next is half made by somebody else.
    pqxx::connection other(target);
    pqxx::work half(other);
    half.exec("CREATE SCHEMA one");
    submit("one");
    ASSERT_TRUE(wait("1"));
    submit("two");
    ASSERT_TRUE(wait("2"));
    half.abort();
    for (const std::string name : {"one", "two"}) {
        EXPECT_EQ(daemon.wait_for(name, "done"), "done");
        EXPECT_EQ(query_text(target, "SELECT count(*) FROM " + name + ".words"), "2");
    }
    EXPECT_FALSE(scenario.target().log().contains("ERROR:")) << scenario.target().log();
}

}  // namespace
}  // namespace lantern_migrate::test
