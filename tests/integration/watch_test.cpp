// `watch` in a real terminal: what is on the screen, what keys and signals do, and that the job notices nothing of it.
#include "core/index/build_poll.h"
#include "tests/integration/held_lock.h"
#include "tests/integration/slow_copy.h"

#include <gmock/gmock.h>

#include <csignal>

namespace lantern_migrate::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Slow enough to be caught in its middle, where the test holds it with a lock on the target's table.
constexpr const char* watched_copy = "copy: {workers: 1, chunk_size: 128KiB, max_rate: 256KiB/s}\n";

std::string quoted(const std::vector<std::string>& arguments) {
    std::string line;
    for (const std::string& argument : arguments) line += " '" + argument + "'";
    return line;
}

// terminal.py does these steps before `lantern-migrate watch ...`. `scratch` is for the steps.
std::vector<std::string> watching(const DaemonProcess& daemon, const ScratchDir& scratch, std::vector<std::string> arguments,
                                  const std::string& steps) {
    write_file(scratch / "steps", steps);
    arguments.insert(arguments.begin(), "watch");
    return {"bash", "-c",
            "exec python3 " LANTERN_TERMINAL " 80x24" + quoted(daemon.ask_arguments(std::move(arguments))) + " < " +
                (scratch / "steps").string()};
}

const ProcessOptions on_xterm{.environment = {{"TERM", "xterm"}}};

Finished watch(const DaemonProcess& daemon, const std::vector<std::string>& arguments, const std::string& steps) {
    const ScratchDir scratch("steps");
    return run(watching(daemon, scratch, arguments, steps), on_xterm);
}

class Watch : public testing::Test {
protected:
    void begin_copy() {
        scenario.load("slow_source.sql");
        daemon.drop("words.yaml", read_file(scenario.write_job(watched_copy)));
        ASSERT_TRUE(eventually([&] { return daemon.ask({"status", "words"}).ending.exit_code == 0; }));
        ASSERT_TRUE(eventually([&] { return chunks_done(scenario.target_url()) >= 1; })) << daemon.log();
        held = std::make_unique<HeldLock>(scenario.target_url(), "big", "ACCESS EXCLUSIVE");
        ASSERT_EQ(text_at(daemon.status("words"), "step"), "transfer_data");
    }
    void expect_undisturbed() {
        held.reset();
        EXPECT_EQ(daemon.wait_for("words", "done"), "done");
        EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target_url()), IsEmpty());
        EXPECT_EQ(text_at(daemon.status("words"), "runs"), "1");
    }

    Scenario scenario;
    DaemonProcess daemon{scenario.scratch().path()};
    std::unique_ptr<HeldLock> held;
};

TEST_F(Watch, ShowsARunningCopyAtAnySizeAndIsLeftWithQ) {
    begin_copy();
    const Finished seen = watch(daemon, {"words"},
                                "expect ^words +running$\n"
                                "expect ^step 8 of 11 transfer_data: copying rows$\n"
                                "expect ^\\[=*> *\\] +\\d+%  \\d.*iB of 2\\.\\d MiB  [\\d,]+ rows$\n"
                                "expect iB/s now, .*left\n"
                                "expect ^\\[Tables \\d/2\\] Builds \\d/5 Events \\d\n"
                                "expect ^\\* public\\.big +\\[\n"
                                "show\n"
                                "press \\t\n"
                                "expect \\[Builds \\d/5\\]\n"
                                "expect index public\\.small_l2\n"
                                "press \\t\n"
                                "expect extension created: created extension lantern on the target\n"
                                "press ?\n"
                                "expect ^Keys\n"
                                "press x\n"
                                "expect ^words +running$\n"
                                "resize 120x40\n"
                                "expect \\[>\\] transfer_data\n"
                                "expect ^\\[Events\\]\n"
                                "show\n"
                                "resize 40x10\n"
                                "expect q leave .*Z$\n"
                                "expect \\[Events \\d\\]\n"
                                "show\n"
                                "resize 80x24\n"
                                "expect \\[Events \\d\\](\\n.*)+q leave .* / filter\n"
                                "press q\n"
                                "end 0\n");
    EXPECT_EQ(seen.ending.exit_code, 0) << seen.out << seen.err;
    EXPECT_THAT(seen.out, HasSubstr("words: running, step transfer_data: copying rows")) << "stays when the view is gone";
    expect_undisturbed();
}

TEST_F(Watch, GoesFromTheListToAJobAndBack) {
    begin_copy();
    const Finished seen = watch(daemon, {},
                                "expect ^1 job: 1 running\n"
                                "expect ^> words +running +transfer_data +\\d+%\n"
                                "expect ^\\* public\\.big\n"
                                "press /nobody\n"
                                "expect no job with this filter\n"
                                "press \\x1b\n"
                                "expect ^> words\n"
                                "press \\r\n"
                                "expect ^\\[Tables\n"
                                "press \\x1b\n"
                                "expect ^> words\n"
                                "press \\x1b\n"
                                "end 0\n");
    EXPECT_EQ(seen.ending.exit_code, 0) << seen.out << seen.err;
    expect_undisturbed();
}

TEST_F(Watch, GivesTheTerminalBackWhateverEndsIt) {
    begin_copy();
    for (const std::string end : {"signal TERM", "signal HUP", "signal INT", "press \\x03", "press \\x1b"}) {
        const Finished seen = watch(daemon, {"words"}, "expect ^words +running$\n" + end + "\nend 0\n");
        EXPECT_EQ(seen.ending.exit_code, 0) << end << '\n' << seen.out << seen.err;
        EXPECT_THAT(seen.out, HasSubstr("words: ")) << end;
    }
    const Finished hung_up = watch(daemon, {"words"}, "expect ^words +running$\nhangup\nended 0\n");
    EXPECT_EQ(hung_up.ending.exit_code, 0) << hung_up.out << hung_up.err;
    const Finished stopped = watch(daemon, {"words"},
                                   "expect ^words +running$\n"
                                   "press \\x1a\n"
                                   "stopped\n"
                                   "continue\n"
                                   "expect ^words +running$\n"
                                   "press \\t\n"
                                   "expect \\[Builds \\d/5\\]\n"
                                   "press q\n"
                                   "end 0\n");
    EXPECT_EQ(stopped.ending.exit_code, 0) << stopped.out << stopped.err;
    expect_undisturbed();
}

TEST_F(Watch, AnswersKeysWhileTheDaemonIsSlow) {
    begin_copy();
    const std::string id = std::to_string(daemon.id());
    const Finished slow = watch(daemon, {"words"},
                                "expect ^words +running$\n"
                                "run kill -STOP " +
                                    id +
                                    "\n"
                                    "expect ^! the daemon has not answered for \n"
                                    "press ?\n"
                                    "expect ^Keys\n"
                                    "press q\n"
                                    "end 0\n");
    EXPECT_EQ(slow.ending.exit_code, 0) << slow.out << slow.err;
    const Finished before_the_first_answer = watch(daemon, {"words"}, "signal INT\nend -2\n");
    EXPECT_EQ(before_the_first_answer.ending.exit_code, 0) << before_the_first_answer.out << before_the_first_answer.err;
    ::kill(daemon.id(), SIGCONT);
    expect_undisturbed();
}

TEST_F(Watch, FollowsADaemonThroughARestart) {
    begin_copy();
    const ScratchDir scratch("steps");
    const auto seen_running = scratch / "running";
    const auto seen_silence = scratch / "silence";
    Process terminal(watching(daemon, scratch, {"words"},
                              "expect ^words +running$\n"
                              "run touch " +
                                  seen_running.string() +
                                  "\n"
                                  "expect ^! the daemon has not answered for \n"
                                  "run touch " +
                                  seen_silence.string() +
                                  "\n"
                                  "expect (?s)^words +running$.*Z$\n"
                                  "end 0\n"),
                     on_xterm);
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(seen_running); })) << terminal.out();
    daemon.kill();
    held.reset();
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(seen_silence); })) << terminal.out();
    daemon.start();
    const auto ending = terminal.wait(std::chrono::seconds(120));
    EXPECT_EQ(ending, (Ending{0, 0})) << terminal.out() << terminal.err();
    EXPECT_THAT(terminal.out(), HasSubstr("words: done"));
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target_url()), IsEmpty());
}

TEST_F(Watch, EndsWithTheJobAndSaysWhatBecameOfIt) {
    begin_copy();
    const Finished cancelled =
        watch(daemon, {"words"}, "expect ^words +running$\nrun" + quoted(daemon.ask_arguments({"cancel", "words"})) + "\nend 1\n");
    EXPECT_EQ(cancelled.ending.exit_code, 0) << cancelled.out << cancelled.err;
    EXPECT_THAT(cancelled.out, HasSubstr("words: cancelled, step "));
}

// The build waits in the middle of its table until the test lets it go on.
TEST_F(Watch, ShowsHowFarABuildIsAsTheTargetSaysIt) {
    scenario.load("held_build_source.sql");
    Process holder({"psql", "-X", "-q", "-c", "SELECT pg_advisory_lock(4711); SELECT pg_sleep(600)", scenario.target_url()},
                   {.environment = {{"PGAPPNAME", "holder"}}});
    ASSERT_TRUE(eventually([&] {
        return query_text(scenario.target_url(), "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711") == "1";
    }));
    daemon.drop("words.yaml", read_file(scenario.write_job()));
    const auto build_of = [](const boost::json::object& status) -> boost::json::object {
        for (const auto& build : status.at("progress").at("builds_list").as_array()) {
            if (build.at("item").as_string() == "index public.held_idx") return build.as_object();
        }
        return {};
    };
    const auto scanning = [&](const boost::json::object& status) {
        const auto build = build_of(status);
        return build.contains("phase") && text_at(build, "phase") == "scanning table";
    };
    const auto build = build_of(daemon.wait_until("words", scanning));
    ASSERT_EQ(text_at(build, "phase"), "scanning table") << daemon.log();
    const double share = build.at("share").to_number<double>();
    EXPECT_GT(share, 0.2);
    EXPECT_LT(share, 0.8);
    const Finished seen = watch(daemon, {"words"},
                                "press \\t\n"
                                "expect ^\\* index public\\.held_idx +scanning table [2-7]\\d% +\\d+.*s$\n"
                                "expect builds \\d of \\d, time left not known\n"
                                "show\n"
                                "press q\n"
                                "end 0\n");
    EXPECT_EQ(seen.ending.exit_code, 0) << seen.out << seen.err;
    query(scenario.target_url(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holder'");
    expect_undisturbed();
}

TEST(BuildPollSession, IsDoneWithoutWhereAServerHasFewLeft) {
    const auto target = Cluster::target({.settings = {"max_connections = 40", "superuser_reserved_connections = 3"}});
    target->create_database("app");
    query(target->url("app"), "CREATE ROLE builder LOGIN CONNECTION LIMIT 9");
    const auto connect = [&](const std::string& user) {
        config::ConnectionParameters parameters;
        parameters.keywords = {{"host", "127.0.0.1"}, {"port", std::to_string(target->port())}, {"dbname", "app"}, {"user", user}};
        return pg::Session::connect(parameters, {.role = "target", .application_name = "lantern-migrate 0123456789ab progress"});
    };
    pg::Session first = connect("postgres");
    const int free = index::free_sessions(first);
    EXPECT_LE(free, 36) << "40, without 3 and itself";
    EXPECT_GT(free, index::free_sessions_min);
    pg::Session of_role = connect("builder");
    EXPECT_EQ(index::free_sessions(of_role), 8);
    query(target->url("app"), "ALTER DATABASE app CONNECTION LIMIT 7");
    // The session that set it may take a moment to be gone.
    EXPECT_TRUE(eventually([&] { return index::free_sessions(of_role) == 5; }));
}

}  // namespace
}  // namespace lantern_migrate::test
