// Jobs that share a target's ledger: the end of one leaves what another has there, whenever it comes.
#include "core/transfer/ledger.h"
#include "core/pg/session.h"
#include "tests/integration/daemon_process.h"
#include "tests/integration/scenario.h"

#include <gtest/gtest.h>

#include <future>

namespace lantern_migrate::test {
namespace {

using transfer::Ledger;
using transfer::schema_item;

// The parameter is the server's default for new transactions: it must not make what is read behind a lock older than the lock.
class LedgerOfTwoJobs : public testing::TestWithParam<const char*> {
protected:
    pg::Session connect(const std::string& application) {
        return pg::Session::connect(config::parse_conninfo(scenario_.target_url()), {.role = "target", .application_name = application});
    }
    bool waits_for_a_lock(const std::string& application) {
        return query_text(scenario_.target_url(), "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = '" + application +
                                                      "' AND wait_event_type = 'Lock'") == "t";
    }
    bool there() { return query_text(scenario_.target_url(), "SELECT to_regclass('lantern_migrate.ledger') IS NOT NULL") == "t"; }

    Scenario scenario_{{}, {.settings = {std::string("default_transaction_isolation = '") + GetParam() + "'"}}};
    pg::Session session_ = connect("one");
    pg::Session session_of_the_other_ = connect("other");
    const Ledger ledger_{"000000000001"};
    const Ledger ledger_of_the_other_{"000000000002"};
};

TEST_P(LedgerOfTwoJobs, StaysForOneThatHasNothingInItYet) {
    ledger_of_the_other_.ensure(session_of_the_other_);
    ledger_.ensure(session_);
    ledger_of_the_other_.drop(session_of_the_other_);
    EXPECT_FALSE(ledger_.holds(session_, schema_item));
    ledger_.record(session_, schema_item);
    EXPECT_TRUE(ledger_.holds(session_, schema_item));
    ledger_.drop(session_);
    EXPECT_FALSE(there()) << "the last job's end";
}

TEST_P(LedgerOfTwoJobs, StaysForOneWhoseWorkIsNotCommittedAtTheOthersEnd) {
    ledger_of_the_other_.ensure(session_of_the_other_);
    ledger_.ensure(session_);
    pg::Transaction work(session_);
    ledger_.record(session_, schema_item);
    auto dropped = std::async(std::launch::async, [&] { ledger_of_the_other_.drop(session_of_the_other_); });
    EXPECT_EQ(dropped.wait_for(std::chrono::seconds(20)), std::future_status::ready) << "it waits for our transaction to drop the table";
    work.commit();
    dropped.get();
    EXPECT_TRUE(ledger_.holds(session_, schema_item));
}

TEST_P(LedgerOfTwoJobs, StaysForOneThatEntersAtTheOthersEnd) {
    ledger_of_the_other_.ensure(session_of_the_other_);
    pg::Transaction entering(session_);
    ledger_.ensure_in_transaction(session_);
    auto dropped = std::async(std::launch::async, [&] { ledger_of_the_other_.drop(session_of_the_other_); });
    EXPECT_TRUE(eventually([&] { return waits_for_a_lock("other"); }));
    entering.commit();
    dropped.get();
    EXPECT_TRUE(ledger_.holds(session_, transfer::job_item));
}

TEST_P(LedgerOfTwoJobs, IsCreatedAgainForOneThatEntersBehindTheOthersEnd) {
    ledger_of_the_other_.ensure(session_of_the_other_);
    pg::Transaction ending(session_of_the_other_);
    ledger_of_the_other_.drop_in_transaction(session_of_the_other_);
    auto entered = std::async(std::launch::async, [&] { ledger_.ensure(session_); });
    EXPECT_TRUE(eventually([&] { return waits_for_a_lock("one"); }));
    ending.commit();
    entered.get();
    EXPECT_TRUE(ledger_.holds(session_, transfer::job_item));
}

INSTANTIATE_TEST_SUITE_P(Default, LedgerOfTwoJobs, testing::Values("read committed", "repeatable read"));

}  // namespace
}  // namespace lantern_migrate::test
