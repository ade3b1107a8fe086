#include "daemon/hook_process.h"

#include "scratch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <optional>
#include <system_error>
#include <thread>

namespace lantern_migrate::daemon {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::read;
using test::Scratch;
using test::write;
using testing::HasSubstr;
using testing::StartsWith;

struct Called {
    Scratch scratch;
    boost::asio::io_context io;
    std::optional<HookEnding> ending;

    HookCommand command(const std::string& script, std::chrono::milliseconds timeout = 60s) const {
        write(scratch / "hook", script.starts_with("#!") ? script : "#!/bin/sh\n" + script);
        fs::permissions(scratch / "hook", fs::perms(0755));
        return {.program = scratch / "hook",
                .arguments = {"done"},
                .environment = {"PATH=/usr/bin:/bin", "LANTERN_MIGRATE_JOB=words"},
                .document = "{\"name\":\"words\"}\n",
                .timeout = timeout};
    }
    std::shared_ptr<HookProcess> start(const HookCommand& command) {
        return HookProcess::start(io, command, [this](HookEnding how) { ending = std::move(how); });
    }
    HookEnding run(const HookCommand& command) {
        start(command);
        io.run_for(60s);
        return ending.value_or(HookEnding{.trouble = "it did not end"});
    }
    // Where the script says READY is a file; when that is there, it is asked to end.
    HookEnding end_when_ready(std::string script) {
        script.replace(script.find("READY"), 5, (scratch / "ready").string());
        const auto process = start(command(script));
        for (int i = 0; i < 3000 && !fs::exists(scratch / "ready"); ++i) io.run_for(10ms);
        process->end("the daemon stops");
        io.run_for(60s);
        return ending.value_or(HookEnding{.trouble = "it did not end"});
    }
    HookEnding run(const std::string& script, std::chrono::milliseconds timeout = 60s) { return run(command(script, timeout)); }
};

// Gone, or a zombie that nobody has reaped yet.
bool is_over(const std::string& pid) {
    const std::string stat = read("/proc/" + pid + "/stat");
    return stat.empty() || stat.contains(") Z ");
}

TEST(HookProcess, GetsItsWordAndTheDocumentAndGivesWhatItWrites) {
    Called called;
    const HookEnding ending = called.run("echo \"$0 $# $1\"; cat; echo again; cat /dev/stdin; echo oops >&2");
    EXPECT_EQ(ending.trouble, "");
    EXPECT_EQ(ending.output, (called.scratch / "hook").string() + " 1 done\n{\"name\":\"words\"}\nagain\n{\"name\":\"words\"}\noops\n");
}

TEST(HookProcess, GetsADocumentLargerThanAPipeAndNeedNotReadIt) {
    Called called;
    HookCommand command = called.command("wc -c");
    command.document.assign(3 << 20, 'x');
    EXPECT_EQ(called.run(command).output, "3145728\n");
    Called other;
    command = other.command("exec <&-; echo fine");
    command.document.assign(3 << 20, 'x');
    const HookEnding ending = other.run(command);
    EXPECT_EQ(ending.trouble, "");
    EXPECT_EQ(ending.output, "fine\n");
}

TEST(HookProcess, TellsHowItEnded) {
    for (const auto& [script, trouble] : std::initializer_list<std::pair<const char*, const char*>>{
             {"exit 0", ""},
             {"exit 3", "exit status 3"},
             {"kill -SEGV $$", "ended by SIGSEGV"},
         }) {
        Called called;
        EXPECT_EQ(called.run(script).trouble, trouble) << script;
    }
}

TEST(HookProcess, SaysWhyItCannotBeStarted) {
    for (const auto& [text, reason] : std::initializer_list<std::pair<const char*, const char*>>{
             {"#!/no/such/interpreter\n", "cannot be started: No such file or directory"},
             {"echo a script without its first line\n", "cannot be started: Exec format error"},
         }) {
        Called called;
        const HookCommand command = called.command("");
        write(command.program, text);
        try {
            called.start(command);
            ADD_FAILURE() << text;
        } catch (const std::system_error& e) {
            EXPECT_STREQ(e.what(), reason);
        }
        called.io.run_for(10ms);
        EXPECT_FALSE(called.ending.has_value());
    }
}

TEST(HookProcess, IsEndedWhenItsTimeIsOver) {
    Called called;
    EXPECT_EQ(called.run("exec sleep 1000", 100ms).trouble, "took longer than 0.1s");
}

TEST(HookProcess, MayTidyUpWhenItIsEnded) {
    Called called;
    const HookEnding ending = called.end_when_ready("trap 'echo tidied up; exit 0' TERM; touch READY; sleep 1000 & wait");
    EXPECT_EQ(ending.trouble, "the daemon stops");
    EXPECT_EQ(ending.output, "tidied up\n");
}

TEST(HookProcess, IsKilledWhenItDoesNotHeedBeingEnded) {
    Called called;
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(called.end_when_ready("trap '' TERM; touch READY; while :; do sleep 1000; done").trouble, "the daemon stops");
    EXPECT_GE(std::chrono::steady_clock::now() - began, 2s) << "it was not asked first";
}

TEST(HookProcess, LeavesNoneOfItsChildrenBehind) {
    Called called;
    const HookEnding ending = called.run("sleep 1000 & echo $!");
    EXPECT_EQ(ending.trouble, "");
    const std::string child = ending.output.substr(0, ending.output.find('\n'));
    ASSERT_FALSE(child.empty());
    for (int i = 0; i < 1000 && !is_over(child); ++i) ::usleep(10000);
    EXPECT_TRUE(is_over(child)) << read("/proc/" + child + "/stat");
}

TEST(HookProcess, IsOverWhenItEndsThoughADescendantHoldsItsOutput) {
    Called called;
    const std::string id = (called.scratch / "id").string();
    const HookEnding ending =
        called.run("setsid sh -c 'echo $$ >" + id + "; exec sleep 1000' & until [ -s " + id + " ]; do sleep 0.01; done; cat " + id);
    EXPECT_EQ(ending.trouble, "");
    ASSERT_NE(ending.output, "");
    EXPECT_FALSE(is_over(ending.output.substr(0, ending.output.find('\n')))) << "it is in a group of its own";
    ::kill(std::stoi(ending.output), SIGKILL);
}

TEST(HookProcess, IsCutOffWhenItFloodsItsOutput) {
    Called called;
    const HookEnding ending = called.run("yes; exit 0");
    EXPECT_EQ(ending.trouble, "wrote more than 64.0 KiB, and was cut off");
    EXPECT_EQ(ending.output.size(), hook_output_max);
    Called other;
    EXPECT_EQ(other.run("exec yes").trouble, "wrote more than 64.0 KiB, ended by SIGPIPE");
}

// What the child sees of itself; dash keeps its script open as 10, and blocks signals while it starts programs: so it reads its masks
// itself.
TEST(HookProcess, HasNothingOfTheDaemons) {
    const int leak = ::open("/dev/null", O_RDONLY);  // without O_CLOEXEC
    const auto pipe_before = std::signal(SIGPIPE, SIG_IGN);
    sigset_t blocked, mask_before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &mask_before);
    ::setenv("PGPASSWORD", "open sesame", 1);
    Called called;
    const HookEnding ending = called.run(
        "tr '\\0' '\\n' </proc/$$/environ; ls /proc/$$/fd; readlink /proc/$$/cwd\n"
        "while read -r line; do case $line in SigBlk* | SigIgn*) echo \"$line\" ;; esac; done </proc/self/status\n"
        "[ \"$(ps -o pgid= -p $$)\" -eq $$ ] && echo leads its group");
    ::unsetenv("PGPASSWORD");
    ::pthread_sigmask(SIG_SETMASK, &mask_before, nullptr);
    std::signal(SIGPIPE, pipe_before);
    ::close(leak);
    EXPECT_EQ(ending.output,
              "PATH=/usr/bin:/bin\nLANTERN_MIGRATE_JOB=words\n"
              "0\n1\n10\n2\n"
              "/\n"
              "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n"
              "leads its group\n");
}

TEST(HookProcess, DiesWithItsOwner) {
    std::string id;
    {
        Called called;
        called.start(called.command("echo $$ >" + (called.scratch / "id").string() + ".new; mv " + (called.scratch / "id").string() +
                                    ".new " + (called.scratch / "id").string() + "; exec sleep 1000"));
        for (int i = 0; i < 1000 && !fs::exists(called.scratch / "id"); ++i) called.io.run_for(10ms);
        id = read(called.scratch / "id");
    }
    ASSERT_THAT(id, testing::Not(testing::IsEmpty()));
    EXPECT_TRUE(is_over(id.substr(0, id.find('\n'))));
}

TEST(HookProcess, GivesItsOutputWholeToALoopThatWasBusyMeanwhile) {
    for (int i = 0; i < 20; ++i) {
        Called hook;
        const auto process = hook.start(hook.command("for i in 1 2 3 4 5 6 7 8 9; do printf '%04000d' $i; done\n"));
        std::this_thread::sleep_for(30ms);
        hook.io.run_for(60s);
        ASSERT_TRUE(hook.ending);
        ASSERT_EQ(hook.ending->output.size(), 36000U) << "round " << i;
    }
}

}  // namespace
}  // namespace lantern_migrate::daemon
