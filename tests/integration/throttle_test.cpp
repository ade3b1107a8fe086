// copy.throttle: the copy makes room for others on the source, and goes on when they leave.
#include "core/transfer/source_load.h"
#include "tests/integration/daemon_process.h"
#include "tests/integration/held_lock.h"
#include "tests/integration/scenario.h"

#include <unistd.h>

#include <fstream>

#include <gmock/gmock.h>

namespace lantern_migrate::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using transfer::SourceLoad;

// Sessions that execute a statement until the object goes.
class BusySessions {
public:
    BusySessions(const std::string& url, int count, const std::string& application, const std::string& statement = "SELECT pg_sleep(600)")
        : url_(url), of_application_(" FROM pg_stat_activity WHERE application_name = '" + application + "'") {
        for (int i = 0; i < count; ++i) {
            sessions_.push_back(
                std::make_unique<Process>(std::vector<std::string>{"psql", "-X", "-q", "-o", "/dev/null", "-c", statement, url},
                                          ProcessOptions{.environment = {{"PGAPPNAME", application}}}));
        }
        EXPECT_TRUE(eventually([&] {
            return query_text(url, "SELECT count(*)" + of_application_ + " AND state = 'active'") == std::to_string(count);
        })) << sessions_.front()->err();
    }
    ~BusySessions() { query(url_, "SELECT pg_terminate_backend(pid)" + of_application_); }
    BusySessions(const BusySessions&) = delete;
    BusySessions& operator=(const BusySessions&) = delete;

private:
    std::string url_, of_application_;
    std::vector<std::unique_ptr<Process>> sessions_;
};

pg::Session connect(int port, const std::string& user = "postgres") {
    config::ConnectionParameters parameters;
    parameters.keywords = {{"host", "127.0.0.1"}, {"port", std::to_string(port)}, {"dbname", "app"}, {"user", user}};
    return pg::Session::connect(parameters,
                                {.role = "source", .application_name = "lantern-migrate 0123456789ab throttle", .read_only = true});
}

SourceLoad load_of(pg::Session& session) { return transfer::read_source_load(session, "lantern-migrate 0123456789ab"); }

// Autovacuum and the like come and go, but they are no client backends: what is counted is ours to fix.
TEST(SourceLoad, CountsTheActiveSessionsOfOthersThatWaitForNoLock) {
    Scenario scenario;
    scenario.load("small_source.sql");
    query(scenario.source_url(), "CREATE ROLE reader LOGIN; CREATE ROLE monitor LOGIN IN ROLE pg_monitor");
    scenario.source().create_database("other");
    pg::Session session = connect(scenario.source().port());
    EXPECT_EQ(load_of(session).active_sessions, 0);
    EXPECT_EQ(load_of(session).replication_lag_bytes, 0U) << "nobody replicates";
    EXPECT_TRUE(transfer::may_see_source_load(session));
    const BusySessions others(scenario.source().url("other"), 3, "app");
    const BusySessions ours(scenario.source_url(), 2, "lantern-migrate 0123456789ab copy");
    const BusySessions another_job(scenario.source_url(), 1, "lantern-migrate ba9876543210 copy");
    const pqxx::connection idle(scenario.source_url());
    EXPECT_EQ(load_of(session).active_sessions, 4);
    const HeldLock lock(scenario.source_url(), "items");
    const BusySessions waiting(scenario.source_url(), 2, "writer", "BEGIN; LOCK TABLE items IN SHARE MODE");
    EXPECT_EQ(load_of(session).active_sessions, 4);

    pg::Session monitor = connect(scenario.source().port(), "monitor");
    EXPECT_TRUE(transfer::may_see_source_load(monitor));
    EXPECT_EQ(load_of(monitor).active_sessions, 4);
    EXPECT_EQ(load_of(monitor).replication_lag_bytes, 0U);
    pg::Session reader = connect(scenario.source().port(), "reader");
    EXPECT_FALSE(transfer::may_see_source_load(reader));
    EXPECT_EQ(load_of(reader).active_sessions, 0) << "the others' are hidden";
    EXPECT_EQ(load_of(reader).replication_lag_bytes, std::nullopt);
    const BusySessions of_its_role(scenario.source().url("app", "reader"), 2, "reader");
    EXPECT_EQ(load_of(reader).active_sessions, 2);
}

// A hot standby of a cluster.
class Standby {
public:
    explicit Standby(Cluster& primary) : port_(free_port()) {
        std::ofstream(query_text(primary.url("app"), "SHOW hba_file"), std::ios::app) << "host replication all 127.0.0.1/32 trust\n";
        query(primary.url("app"), "SELECT pg_reload_conf()");
        if (geteuid() == 0) run_checked({"chown", "postgres", scratch_.path()});
        const ProcessOptions as_server{.environment = {{"LC_ALL", "C.UTF-8"}}, .user = "postgres", .working_directory = "/"};
        run_checked({primary.bin() / "pg_basebackup", "-h", "127.0.0.1", "-p", std::to_string(primary.port()), "-U", "postgres", "-D",
                     scratch_ / "data", "-R", "-c", "fast", "--no-sync"},
                    as_server);
        postmaster_ = std::make_unique<Process>(std::vector<std::string>{primary.bin() / "postgres", "-D", scratch_ / "data", "-c",
                                                                         "port=" + std::to_string(port_), "-c", "unix_socket_directories="},
                                                as_server);
        EXPECT_TRUE(eventually([&] { return run({"pg_isready", "-q", "-d", url()}).ending.exit_code == 0; })) << postmaster_->err();
    }
    ~Standby() {
        postmaster_->signal(SIGINT);
        postmaster_->wait(std::chrono::seconds(30));
    }
    Standby(const Standby&) = delete;
    Standby& operator=(const Standby&) = delete;

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string url() const { return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/app"; }

private:
    int port_;
    ScratchDir scratch_{"standby"};
    std::unique_ptr<Process> postmaster_;
};

TEST(SourceLoad, TellsHowFarTheStandbysAreBehind) {
    const auto primary = Cluster::source();
    primary->create_database("app");
    const std::string url = primary->url("app");
    query(url, "CREATE TABLE t (x text)");
    const Standby standby(*primary);
    pg::Session session = connect(primary->port());
    ASSERT_TRUE(
        eventually([&] { return query_text(url, "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn IS NOT NULL") == "1"; }));
    query(standby.url(), "SELECT pg_wal_replay_pause()");
    ASSERT_TRUE(eventually([&] { return query_text(standby.url(), "SELECT pg_get_wal_replay_pause_state()") == "paused"; }));
    query(url, "INSERT INTO t SELECT repeat('x', 1000) FROM generate_series(1, 4000)");
    EXPECT_GT(load_of(session).replication_lag_bytes.value(), std::uint64_t{3} << 20);
    query(standby.url(), "SELECT pg_wal_replay_resume()");
    EXPECT_TRUE(eventually([&] { return load_of(session).replication_lag_bytes.value() < std::uint64_t{1} << 20; }));
    // A standby is a source as well, and feeds nobody here.
    pg::Session on_standby = connect(standby.port());
    EXPECT_EQ(load_of(on_standby).replication_lag_bytes, 0U);
    EXPECT_EQ(load_of(on_standby).active_sessions, 0);
}

TEST(SourceSampler, MakesANewSessionWhereItsOwnWasLost) {
    Scenario scenario;
    pg::Cancellation cancellation{std::stop_token{}};
    int connections = 0;
    const auto again = [&] {
        ++connections;
        return connect(scenario.source().port());
    };
    transfer::SourceSampler sampler(again, "lantern-migrate 0123456789ab", cancellation);
    EXPECT_EQ(sampler.sample().active_sessions, 0);
    EXPECT_EQ(sampler.sample().active_sessions, 0);
    EXPECT_EQ(connections, 1);
    query(scenario.source_url(), "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name LIKE '% throttle'");
    EXPECT_THROW(static_cast<void>(sampler.sample()), PgError);
    EXPECT_EQ(sampler.sample().active_sessions, 0);
    EXPECT_EQ(connections, 2);
    scenario.source().stop();
    EXPECT_THROW(static_cast<void>(sampler.sample()), PgError);
    EXPECT_THROW(static_cast<void>(sampler.sample()), PgError);
    scenario.source().start();
    EXPECT_EQ(sampler.sample().active_sessions, 0);
    EXPECT_EQ(connections, 4);
}

// max_rate just above the throttle's floor: one step up, and the throttle is lifted.
constexpr const char* throttled_copy = "copy: {workers: 2, chunk_size: 512KiB, max_rate: 1200KiB/s, throttle: {max_active_sessions: 2}}\n";

TEST(Throttle, SlowsTheCopyWhileOthersAreBusyAndLetsItGoWhenTheyLeave) {
    Scenario scenario;
    scenario.load("throttle_source.sql");
    DaemonProcess daemon(scenario.scratch().path());
    auto busy = std::make_unique<BusySessions>(scenario.source_url(), 3, "app");
    daemon.drop("words.yaml", read_file(scenario.write_job(throttled_copy)));
    constexpr const char* throttled = "throttled to 1.0 MiB/s: 3 sessions are active on the source, limit 2";
    const auto shown = daemon.wait_until("words", [&](const auto& status) { return text_at(status, "progress.throttle") == throttled; });
    EXPECT_EQ(text_at(shown, "progress.throttle"), throttled);
    EXPECT_EQ(text_at(shown, "progress.activity"), "copying rows");
    const Finished status = daemon.ask({"status", "words"});
    EXPECT_THAT(status.out, HasSubstr(std::string("\n  ") + throttled + "\n"));
    // The throttle's session is lost: it finds its way back, and the copy does not notice.
    query(scenario.source_url(),
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'lantern-migrate % throttle%'");
    EXPECT_TRUE(eventually([&] { return daemon.ask({"events", "words"}).out.contains("throttle sees again: "); }));
    busy.reset();
    EXPECT_TRUE(eventually([&] { return daemon.ask({"events", "words"}).out.contains("throttle lifted: "); }));
    EXPECT_EQ(text_at(daemon.status("words"), "progress.throttle"), "");
    EXPECT_EQ(daemon.wait_for("words", "done"), "done");
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target_url()), IsEmpty());
    const std::string events = daemon.ask({"events", "words"}).out;
    EXPECT_THAT(events, HasSubstr(std::string("info     throttled: ") + throttled + "\n"));
    EXPECT_THAT(events, HasSubstr("warning  throttle blind: throttled to 1.0 MiB/s until the source's load can be sampled again: "));
    EXPECT_THAT(events, HasSubstr("info     throttle lifted: no longer throttled: the source is within its limits again\n"));
    EXPECT_EQ(events.find(": throttled to", events.find(throttled) + 1), events.find("blind: throttled to") + 5) << events;
}

TEST(Throttle, DoesNotHoldUpAPause) {
    Scenario scenario;
    scenario.load("throttle_source.sql");
    DaemonProcess daemon(scenario.scratch().path());
    const BusySessions busy(scenario.source_url(), 3, "app");
    daemon.drop("words.yaml", read_file(scenario.write_job(throttled_copy)));
    daemon.wait_until("words", [](const auto& status) { return text_at(status, "progress.throttle").starts_with("throttled"); });
    EXPECT_EQ(daemon.ask({"pause", "words"}).ending.exit_code, 0);
    EXPECT_EQ(daemon.wait_for("words", "paused"), "paused");
    EXPECT_EQ(query_text(scenario.source_url(), "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'lantern-migrate%'"),
              "0");
    EXPECT_THAT(daemon.ask({"events", "words"}).out, Not(HasSubstr("throttle blind")));
}

std::string plan_text(Scenario& scenario, const std::string& throttle) {
    const std::string job = scenario.write_job("copy: {throttle: " + throttle + "}\nsource_writes: allow\n");
    std::string text = read_file(job);
    const std::string all_powerful = scenario.source_url(), reader = scenario.source_url("reader");
    text.replace(text.find(all_powerful), all_powerful.size(), reader);
    write_file(job, text);
    return run({LANTERN_MIGRATE_BIN, "plan", job, "--json"}).out;
}

TEST(Throttle, WhoseRoleMayNotSeeTheLoadIsAWarningOfThePlan) {
    Scenario scenario;
    scenario.load("small_source.sql");
    query(scenario.source_url(), "CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
    constexpr const char* grant = "\"remedy\":\"GRANT pg_read_all_stats TO reader on the source\"";
    const std::string sessions = plan_text(scenario, "{max_active_sessions: 8}");
    EXPECT_THAT(sessions, HasSubstr("{\"severity\":\"warning\",\"object\":\"role reader of the source\",\"reason\":\"it may not see what "
                                    "sessions of other roles do, which `copy.throttle.max_active_sessions` is about\","));
    EXPECT_THAT(sessions, HasSubstr(grant));
    EXPECT_THAT(plan_text(scenario, "{max_active_sessions: 8, max_replication_lag: 64MiB}"),
                HasSubstr("it may not see what sessions of other roles do, which `copy.throttle.max_active_sessions` is about, nor how far "
                          "standbys are behind, which `copy.throttle.max_replication_lag` is about"));
    EXPECT_THAT(plan_text(scenario, "{}"), Not(HasSubstr("role reader")));
    query(scenario.source_url(), "GRANT pg_read_all_stats TO reader");
    EXPECT_THAT(plan_text(scenario, "{max_active_sessions: 8}"), Not(HasSubstr("role reader")));
}

}  // namespace
}  // namespace lantern_migrate::test
