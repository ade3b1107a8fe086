// Whose sessions may hold back counts of writes.
#include "core/pg/session.h"
#include "core/transfer/tripwire.h"
#include "tests/integration/scenario.h"

#include <gmock/gmock.h>

namespace lantern_migrate::test {
namespace {

using transfer::Tripwire;

pg::Session connect(const Scenario& scenario, const std::string& application, bool read_only = false) {
    const auto parameters = config::parse_conninfo(scenario.source_url());
    return pg::Session::connect(parameters, {.role = "source", .application_name = application, .read_only = read_only});
}

// Whether the source is settled while `other` is in a transaction that began after the baseline.
bool settled_beside(const std::string& other) {
    Scenario scenario;
    scenario.load("small_source.sql");
    pg::Session ours = connect(scenario, "lantern-migrate 000000000001 monitor (reads)", true);
    const auto baseline = transfer::read_tripwires(ours, {{"public", "items"}});
    pg::Session session = connect(scenario, other);
    session.execute("BEGIN");
    session.execute("SELECT 1");
    return transfer::settle(ours, baseline.begin()->second.taken_at, "lantern-migrate 000000000001", std::chrono::milliseconds(300), {});
}

TEST(Settle, WaitsForSessionsOfOthers) { EXPECT_FALSE(settled_beside("psql")); }

TEST(Settle, WaitsForAnotherJobsWriters) { EXPECT_FALSE(settled_beside("lantern-migrate 000000000002 copy 1")); }

TEST(Settle, WaitsNotForOurOwnSessions) { EXPECT_TRUE(settled_beside("lantern-migrate 000000000001 copy 1")); }

TEST(Settle, WaitsNotForAnotherJobsReaders) { EXPECT_TRUE(settled_beside("lantern-migrate 000000000002 copy 1 (reads)")); }

TEST(Settle, WaitsForWhoeverMerelyNamesItselfAReader) { EXPECT_FALSE(settled_beside("psql (reads)")); }

}  // namespace
}  // namespace lantern_migrate::test
