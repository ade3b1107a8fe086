#include "daemon/hooks.h"

#include "daemon_fixture.h"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>

#include <boost/json.hpp>

namespace lantern_migrate::daemon {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace std::chrono_literals;
using namespace test;
using migrations_state::JobId;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// A scheduler whose jobs hooks are told of; what they write to "told" and what the daemon logs can be looked at.
struct Hooked : Bench {
    fs::path dir = make_dir();
    std::ostringstream log_text;
    Log log = make_log();
    Hooks hooks{io, journal, [this](JobId id) { return scheduler.status(journal.job(id)); }, {.dir = dir, .timeout = 60s}, log};

    explicit Hooked(config::RetrySpec retry = {.initial_delay = 2ms, .max_delay = 8ms, .give_up_after = 1h}) : Bench(4, retry) {
        run_began = [this](JobId id) { hooks.look_at(id); };
        run_ended = [this](JobId id) { hooks.look_at(id); };
    }
    fs::path make_dir() const {
        fs::create_directory(scratch / "hooks.d");
        return scratch / "hooks.d";
    }
    Log make_log() {
        auto logger = std::make_shared<spdlog::logger>("hooks", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_text));
        logger->set_pattern("%l: %v");
        return logger;
    }
    void hook(const std::string& name, const std::string& script, unsigned mode = 0755) const {
        write(dir / name, "#!/bin/sh\n" + script + "\n");
        fs::permissions(dir / name, fs::perms(mode));
    }
    // The usual one: a line a call.
    void note_calls(const std::string& name = "note") const { hook(name, "echo $LANTERN_MIGRATE_JOB $1 >>" + (scratch / "told").string()); }
    std::string told() const { return read(scratch / "told"); }
    bool quiet() {
        return until([this] { return hooks.figures().queued == 0; });
    }
    bool run_to(const std::string& name, Disposition disposition) { return until(name, disposition) && quiet(); }
    std::string fact(const std::string& name) { return journal.fact(job(name).id, hooks_told_fact).value_or("(none)"); }
};

TEST(Hooks, AreCalledInTheOrderOfTheirNamesWithTheWordAndTheJob) {
    Hooked hooked;
    for (const char* name : {"20-b", "10-a", "30-c"}) {
        hooked.hook(name,
                    "echo \"$(basename $0) $# $1 $LANTERN_MIGRATE_JOB $LANTERN_MIGRATE_EVENT\" >>" + (hooked.scratch / "told").string());
    }
    hooked.hook("40-keep", "cat >" + (hooked.scratch / "document-").string() + "$1");
    hooked.admit("words");
    ASSERT_TRUE(hooked.run_to("words", Disposition::done));
    EXPECT_EQ(hooked.told(),
              "10-a 1 started words started\n20-b 1 started words started\n30-c 1 started words started\n"
              "10-a 1 done words done\n20-b 1 done words done\n30-c 1 done words done\n");
    const json::object document = json::parse(read(hooked.scratch / "document-done")).as_object();
    EXPECT_EQ(document.at("event"), "done");
    json::object status = to_json(hooked.scheduler.status("words").value(), true);
    status["event"] = "done";
    EXPECT_EQ(document, status);
    EXPECT_EQ(json::parse(read(hooked.scratch / "document-started")).at("disposition"), "running");
    EXPECT_EQ(hooked.hooks.figures().succeeded, 8U);
    EXPECT_EQ(hooked.hooks.figures().failed, 0U);
}

TEST(Hooks, AreToldNothingOfRetriesPausesAndTheCutoversWord) {
    Hooked hooked;
    hooked.note_calls();
    hooked.engines->runs = {[](FakeRun&) -> steps::Outcome { throw lost_connection(); },
                            [](FakeRun&) -> steps::Outcome { throw lost_connection(); }, [](FakeRun& run) { return run.until_stopped(); },
                            [](FakeRun& run) { return run.cutover_allowed ? run.done() : run.wait(); }};
    hooked.admit("words");
    ASSERT_TRUE(hooked.until([&] { return hooked.engines->begun == 3; }));
    hooked.scheduler.act("words", Action::pause);
    ASSERT_TRUE(hooked.run_to("words", Disposition::paused));
    EXPECT_EQ(hooked.told(), "words started\n");
    hooked.scheduler.act("words", Action::resume);
    ASSERT_TRUE(hooked.run_to("words", Disposition::waiting));
    hooked.scheduler.act("words", Action::cutover);
    ASSERT_TRUE(hooked.run_to("words", Disposition::done));
    EXPECT_EQ(hooked.told(), "words started\nwords waiting\nwords done\n");
}

TEST(Hooks, AreToldOfEachFailureForGoodAndOfTheTryAfterIt) {
    Hooked hooked;
    hooked.note_calls();
    hooked.engines->runs = {[](FakeRun&) -> steps::Outcome { throw disk_full(); }, [](FakeRun&) -> steps::Outcome { throw disk_full(); },
                            [](FakeRun& run) { return run.done(); }};
    hooked.admit("words");
    ASSERT_TRUE(hooked.run_to("words", Disposition::failed));
    EXPECT_EQ(hooked.fact("words"), "failed 1");
    hooked.scheduler.act("words", Action::retry);
    ASSERT_TRUE(hooked.until([&] { return hooked.job("words").runs == 2; }));
    ASSERT_TRUE(hooked.run_to("words", Disposition::failed));
    hooked.scheduler.act("words", Action::retry);
    ASSERT_TRUE(hooked.run_to("words", Disposition::done));
    EXPECT_EQ(hooked.told(), "words started\nwords failed\nwords started\nwords failed\nwords started\nwords done\n");
    EXPECT_EQ(hooked.fact("words"), "done 3");
}

TEST(Hooks, AreNotToldOfACancelledJob) {
    Hooked hooked;
    hooked.note_calls();
    hooked.engines->runs = {[](FakeRun& run) { return run.until_stopped(); }};
    hooked.admit("words");
    ASSERT_TRUE(hooked.until([&] { return hooked.engines->begun == 1; }));
    hooked.scheduler.act("words", Action::pause);
    ASSERT_TRUE(hooked.run_to("words", Disposition::paused));
    hooked.scheduler.act("words", Action::cancel);  // a run of its own
    ASSERT_TRUE(hooked.run_to("words", Disposition::cancelled));
    EXPECT_EQ(hooked.told(), "words started\n");
}

// Each is one warning, and nothing to the job or to the hook after it.
TEST(Hooks, ThatGoWrongAreALineOfTheLog) {
    struct Case {
        const char* script;
        unsigned mode;
        const char* reason;
    };
    for (const auto& [script, mode, reason] :
         {Case{"exit 3", 0755, "exit status 3"}, Case{"kill -KILL $$", 0755, "ended by SIGKILL"},
          Case{"exec sleep 1000", 0755, "took longer than 2.0s"}, Case{"exec yes", 0755, "wrote more than 64.0 KiB, ended by SIGPIPE"},
          Case{"", 0644, "it is not executable"}, Case{"", 0757, "anybody may write to it"}}) {
        Hooked hooked;
        const bool hangs = std::string_view(reason).starts_with("took");
        hooked.hooks.set({.dir = hooked.dir, .timeout = hangs ? 2s : 60s});
        hooked.hook("10-bad", script, mode);
        hooked.hook("20-good", "echo $1 >>" + (hooked.scratch / "told").string());
        hooked.engines->runs = {[](FakeRun& run) { return run.wait(); }};
        hooked.admit("words");
        ASSERT_TRUE(hooked.until([&] { return hooked.told() == "started\nwaiting\n"; })) << script << hooked.log_text.str();
        ASSERT_TRUE(hooked.quiet());
        EXPECT_EQ(hooked.hooks.figures().failed, 2U);
        std::string warnings;
        std::istringstream log(hooked.log_text.str());
        for (std::string line; std::getline(log, line);) warnings += line.starts_with("warning: ") ? line + "\n" : "";
        const std::string rest = " hook=\"" + (hooked.dir / "10-bad").string() + "\" reason=\"" + reason + "\"\n";
        EXPECT_EQ(warnings, "warning: hook failed job=words event=started" + rest + "warning: hook failed job=words event=waiting" + rest);
    }
}

TEST(Hooks, MayDisappearWhileTheOneBeforeIsAtWork) {
    Hooked hooked;
    hooked.hook("10-remover", "rm -f " + (hooked.dir / "20-gone").string());
    hooked.hook("20-gone", "");
    hooked.note_calls("30-note");
    hooked.admit("words");
    ASSERT_TRUE(hooked.run_to("words", Disposition::done));
    EXPECT_EQ(hooked.told(), "words started\nwords done\n");
    EXPECT_THAT(hooked.log_text.str(), HasSubstr("warning: hook failed job=words event=started hook=\"" +
                                                 (hooked.dir / "20-gone").string() + "\" reason=\"No such file or directory\"\n"));
}

TEST(Hooks, OutputIsLoggedALineEachAndNotWithoutEnd) {
    Hooked hooked;
    hooked.hook("chatty", "[ $1 = done ] || exit 0; printf 'one\\n\\n\\033[31mtwo\\n'; seq 100");
    hooked.admit("words");
    ASSERT_TRUE(hooked.run_to("words", Disposition::done));
    const std::string log = hooked.log_text.str();
    EXPECT_THAT(log, HasSubstr("info: hook output job=words event=done hook=\"chatty\" text=\"one\"\n"
                               "info: hook output job=words event=done hook=\"chatty\" text=\"?[31mtwo\"\n"));
    EXPECT_THAT(log, HasSubstr("text=\"18\"\ninfo: hook output cut job=words event=done hook=\"chatty\" lines=102\n"
                               "info: hook done job=words event=done hook=\"chatty\"\n"));
}

TEST(Hooks, ThatHangDelayNeitherTheirJobNorOthersHooks) {
    Hooked hooked;
    hooked.hook("hang", "[ $LANTERN_MIGRATE_JOB != slow ] || exec sleep 1000; echo $LANTERN_MIGRATE_JOB $1 >>" +
                            (hooked.scratch / "told").string());
    hooked.admit("slow");
    ASSERT_TRUE(hooked.until("slow", Disposition::done));
    hooked.admit("quick");
    ASSERT_TRUE(hooked.until([&] { return hooked.told() == "quick started\nquick done\n"; }));
    EXPECT_TRUE(hooked.until([&] { return hooked.hooks.figures().queued == 2; })) << "slow's `started`, and `done` behind it";
}

TEST(Hooks, WithoutADirectoryAreNoTrouble) {
    Hooked hooked;
    hooked.hooks.set({.dir = hooked.scratch / "nowhere", .timeout = 1s});
    hooked.admit("words");
    ASSERT_TRUE(hooked.run_to("words", Disposition::done));
    EXPECT_EQ(hooked.log_text.str(), "");
    EXPECT_EQ(hooked.fact("words"), "done 1") << "one that comes later is not told of what is long past";
}

TEST(Hooks, InADirectoryThatAnybodyMayWriteToAreNotCalled) {
    Hooked hooked;
    hooked.note_calls();
    fs::permissions(hooked.dir, fs::perms(0777));
    hooked.admit("words");
    ASSERT_TRUE(hooked.run_to("words", Disposition::done));
    EXPECT_EQ(hooked.told(), "");
    const std::string line = " hook=\"" + hooked.dir.string() + "\" reason=\"anybody may write to it\"\n";
    EXPECT_EQ(hooked.log_text.str(),
              "warning: hook failed job=words event=started" + line + "warning: hook failed job=words event=done" + line);
}

TEST(Hooks, ThatADeadDaemonDidNotComeToTellAreToldByTheNext) {
    Hooked hooked;
    hooked.note_calls();
    const auto make = [&](const std::string& name, const std::optional<std::string>& told) {
        const JobId id = hooked.journal.create_job({.name = name}).id;
        hooked.journal.begin_run(id);
        if (told) hooked.journal.set_fact(id, hooks_told_fact, *told);
        return id;
    };
    hooked.journal.set_failed(make("a-failed", "started"), {.reason = "r"});
    hooked.journal.set_failed(make("b-told", "failed 1"), {.reason = "r"});
    hooked.journal.set_failed(make("c-failed-again", "failed 0"), {.reason = "r"});
    hooked.journal.set_failed(make("d-retrying", "started"), {.reason = "r", .transient = true});
    hooked.journal.set_waiting(make("e-waiting", ""), "r", "h");
    const JobId allowed = make("f-allowed", "started");
    hooked.journal.set_waiting(allowed, "r", "h");
    hooked.journal.set_fact(allowed, cutover_fact, "by the operator");
    hooked.journal.set_failed(make("g-before-there-were-hooks", std::nullopt), {.reason = "r"});
    make("h-running", "");
    hooked.journal.set_paused(make("i-paused", "started"));
    hooked.hooks.take_up();
    ASSERT_TRUE(hooked.quiet());
    std::vector<std::string> lines;
    std::istringstream in(hooked.told());
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    EXPECT_THAT(lines, testing::UnorderedElementsAre("a-failed failed", "c-failed-again failed", "e-waiting waiting"));
    Hooks next(
        hooked.io, hooked.journal, [&](JobId id) { return hooked.scheduler.status(hooked.journal.job(id)); },
        {.dir = hooked.dir, .timeout = 60s}, hooked.log);
    next.take_up();
    EXPECT_EQ(next.figures().queued, 0U);
}

TEST(Hooks, AtWorkWhenTheDaemonStopsMayEnd) {
    Hooked hooked;
    hooked.hook("10-slow",
                "touch " + (hooked.scratch / "begun").string() + "; sleep 0.3; echo slow $1 >>" + (hooked.scratch / "told").string());
    hooked.admit("words");
    ASSERT_TRUE(hooked.until([&] { return fs::exists(hooked.scratch / "begun"); }));
    bool stopped = false;
    hooked.hooks.stop(60s, [&] { stopped = true; });
    ASSERT_TRUE(hooked.until([&] { return stopped; }));
    EXPECT_EQ(hooked.told(), "slow started\n");
    EXPECT_EQ(hooked.fact("words"), "started");
    hooked.hooks.look_at(hooked.job("words").id);
    EXPECT_EQ(hooked.hooks.figures().queued, 0U) << "the rest is the next daemon's";
}

TEST(Hooks, AtWorkWhenTheDaemonStopsAreEndedAndCalledAgainByTheNext) {
    Hooked hooked;
    hooked.hook("10-hang", "touch " + (hooked.scratch / "begun").string() + "; exec sleep 1000");
    hooked.engines->runs = {[](FakeRun& run) { return run.wait(); }};
    hooked.admit("words");
    ASSERT_TRUE(hooked.until([&] { return fs::exists(hooked.scratch / "begun"); }));
    bool stopped = false;
    hooked.hooks.stop(50ms, [&] { stopped = true; });
    ASSERT_TRUE(hooked.until([&] { return stopped; }));
    EXPECT_THAT(hooked.log_text.str(), HasSubstr("reason=\"the daemon stops\"\n"));
    EXPECT_EQ(hooked.fact("words"), "");
    ASSERT_TRUE(hooked.until("words", Disposition::waiting));
    hooked.note_calls("10-hang");
    Hooks next(
        hooked.io, hooked.journal, [&](JobId id) { return hooked.scheduler.status(hooked.journal.job(id)); },
        {.dir = hooked.dir, .timeout = 60s}, hooked.log);
    next.take_up();
    ASSERT_TRUE(hooked.until([&] { return next.figures().queued == 0; }));
    EXPECT_EQ(hooked.told(), "words waiting\n") << "`started` is past";
}

TEST(Hooks, WithNothingAtWorkLetTheDaemonStopAtOnce) {
    Hooked hooked;
    bool stopped = false;
    hooked.hooks.stop(60s, [&] { stopped = true; });
    EXPECT_FALSE(stopped) << "not from within";
    EXPECT_TRUE(hooked.until([&] { return stopped; }));
}

TEST(Hooks, ThatWaitForTheirTurnAreNotQueuedWithoutEnd) {
    Hooked hooked;
    const JobId a = hooked.journal.create_job({.name = "a"}).id, b = hooked.journal.create_job({.name = "b"}).id;
    Hooks hooks(
        hooked.io, hooked.journal,
        [&](JobId id) {
            JobStatus status{.job = hooked.journal.job(id)};
            status.job.disposition = Disposition::waiting;
            status.job.reason.assign(9 << 20, 'x');
            return status;
        },
        {.dir = hooked.dir, .timeout = 60s}, hooked.log);
    hooks.look_at(a);
    hooks.look_at(b);
    EXPECT_EQ(hooks.figures().queued, 1U);
    EXPECT_EQ(hooked.log_text.str(),
              "warning: hooks not called job=b event=waiting reason=\"too much waits to be told already; told at the next start\"\n");
    ASSERT_TRUE(hooked.until([&] { return hooks.figures().queued == 0; }));
    EXPECT_EQ(hooked.fact("a"), "waiting 0");
    EXPECT_EQ(hooked.fact("b"), "");
}

}  // namespace
}  // namespace lantern_migrate::daemon
