// The two programs as a shell meets them: options, messages and exit statuses. No server is needed: where one is named, nothing
// listens there.
#include "scratch.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <functional>
#include <thread>
#include <vector>

namespace lantern_migrate::daemon {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using test::read;
using test::Scratch;
using test::write;
using testing::HasSubstr;
using testing::StartsWith;

// Port 1 is nobody's.
const std::string refused_job =
    "source: {url: \"postgresql://reader:hidden-word@127.0.0.1:1/app\"}\n"
    "target: {url: \"postgresql://owner@127.0.0.1:1/lantern\"}\n";

class Programs : public testing::Test {
protected:
    struct Result {
        int status = -1;
        std::string out, err;
    };

    pid_t spawn(const std::vector<std::string>& arguments, const std::string& output) {
        const pid_t child = ::fork();
        if (child != 0) return child;
        if (std::freopen((scratch_ / (output + ".out")).c_str(), "w", stdout) == nullptr ||
            std::freopen((scratch_ / (output + ".err")).c_str(), "w", stderr) == nullptr ||
            std::freopen("/dev/null", "r", stdin) == nullptr) {
            ::_exit(126);
        }
        ::setenv("HOME", scratch_.dir().c_str(), 1);
        ::unsetenv("XDG_STATE_HOME");
        std::vector<char*> argv;
        for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
        argv.push_back(nullptr);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    static int wait(pid_t child) {
        int status = 0;
        ::waitpid(child, &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    Result run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), LANTERN_MIGRATE_PROGRAM);
        Result result{.status = wait(spawn(arguments, "run"))};
        result.out = read(scratch_ / "run.out");
        result.err = read(scratch_ / "run.err");
        return result;
    }
    std::string path(const std::string& name) const { return (scratch_ / name).string(); }
    std::string socket() const { return path("control.sock"); }

    pid_t start_daemon(std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{LANTERN_MIGRATED_PROGRAM, "--spool-dir", path("spool"), "--state-dir", path("state"),
                                           "--control-socket",       socket()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const pid_t child = spawn(arguments, "daemon");
        EXPECT_TRUE(until([&] { return read(scratch_ / "daemon.err").contains("info: ready\n"); })) << read(scratch_ / "daemon.err");
        return child;
    }
    static bool until(const std::function<bool()>& condition) {
        for (int i = 0; i < 1000; ++i) {
            if (condition()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return false;
    }

    Scratch scratch_;
};

TEST_F(Programs, SayTheirVersion) {
    EXPECT_EQ(run({"--version"}).out, "lantern-migrate " LANTERN_MIGRATE_VERSION "\n");
    EXPECT_EQ(wait(spawn({LANTERN_MIGRATED_PROGRAM, "--version"}, "daemon")), 0);
    EXPECT_EQ(read(scratch_ / "daemon.out"), "lantern-migrated " LANTERN_MIGRATE_VERSION "\n");
}

TEST_F(Programs, EndWithTwoOnWrongUsage) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{}, {"frobnicate"}, {"status"}, {"plan"}, {"events", "words", "--after", "x"}, {"list", "--colour"}}) {
        EXPECT_EQ(run(arguments).status, 2);
    }
    EXPECT_EQ(run({"--help"}).status, 0);
    EXPECT_EQ(wait(spawn({LANTERN_MIGRATED_PROGRAM, "--max-jobs", "0"}, "daemon")), 2);
}

TEST_F(Programs, SayThatTheyDoNotKnowACommand) {
    const Result result = run({"frobnicate", "words"});
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.err, "lantern-migrate: there is no command `frobnicate`\nhint: lantern-migrate --help shows all commands\n");
}

// What a shell makes of an unset variable: it must not mean the working directory, nor the default.
TEST_F(Programs, RefuseAnEmptyPathOrName) {
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"run", path("words.yaml"), "--state-dir", ""},
                                                      {"list", "--socket", ""},
                                                      {"list", "--config", ""},
                                                      {"submit", path("words.yaml"), "--spool-dir", ""},
                                                      {"plan", path("words.yaml"), "--pg-dump", ""}}) {
        const Result result = run(arguments);
        EXPECT_EQ(result.status, 2) << arguments[arguments.size() - 2];
        EXPECT_EQ(result.err, arguments[arguments.size() - 2] + ": must not be empty\nRun with --help for more information.\n");
    }
    EXPECT_EQ(run({"status", ""}).err, "JOB: must not be empty\nRun with --help for more information.\n");
    for (const char* option : {"--config", "--spool-dir", "--state-dir", "--control-socket", "--pg-dump"}) {
        EXPECT_EQ(wait(spawn({LANTERN_MIGRATED_PROGRAM, option, ""}, "daemon")), 2) << option;
        EXPECT_EQ(read(scratch_ / "daemon.err"), std::string(option) + ": must not be empty\nRun with --help for more information.\n");
    }
}

TEST_F(Programs, SayThatStandardOutputDidNotTakeTheirAnswer) {
    for (const char* command : {"--help", "--version", "translate"}) {
        const auto shell = [&](const std::string& output) {
            const int status = wait(spawn({"/bin/sh", "-c", LANTERN_MIGRATE_PROGRAM " " + std::string(command) + output}, "run"));
            return std::to_string(status) + " " + read(scratch_ / "run.err");
        };
        EXPECT_EQ(shell(" >/dev/full"), "1 lantern-migrate: cannot write to standard output: No space left on device\n") << command;
        EXPECT_EQ(shell(" >&-"), "1 lantern-migrate: cannot write to standard output: Bad file descriptor\n") << command;
        EXPECT_EQ(shell(" | true"), "0 ") << command;
    }
}

TEST_F(Programs, EndWithTwoAndEveryMistakeOfABadJobFile) {
    write(scratch_ / "bad.yaml", "sources: {}\ncopy: {workers: 900}\n");
    for (const char* command : {"plan", "run", "submit", "indexes"}) {
        const Result result = run({command, path("bad.yaml")});
        EXPECT_EQ(result.status, 2) << command;
        EXPECT_THAT(result.err, HasSubstr("bad.yaml:1:1: sources: ")) << command;
        EXPECT_THAT(result.err, HasSubstr("bad.yaml:2:")) << command;
        EXPECT_THAT(result.err, HasSubstr("copy.workers: ")) << command;
    }
}

TEST_F(Programs, EndWithFiveWhereNoDaemonAnswers) {
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"list"},
                                                      {"status", "words"},
                                                      {"watch"},
                                                      {"watch", "words"},
                                                      {"report", "words"},
                                                      {"events", "words"},
                                                      {"indexes", "words"},
                                                      {"pause", "words"},
                                                      {"cutover", "words"}}) {
        std::vector<std::string> all = arguments;
        all.insert(all.end(), {"--socket", socket()});
        const Result result = run(all);
        EXPECT_EQ(result.status, 5) << arguments[0];
        EXPECT_EQ(result.err, "lantern-migrate: the daemon does not answer at " + socket() +
                                  ": No such file or directory\n"
                                  "hint: is lantern-migrated running? `--socket` or `--config` names another socket\n");
    }
}

TEST_F(Programs, RefuseRollbackOfflineWithTwo) {
    const Result result = run({"rollback", "words"});
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.err,
              "lantern-migrate: rollback belongs to `mode: in_place`; offline, the source is left as it is and needs none\n"
              "hint: to give up a job: lantern-migrate cancel words\n");
}

TEST_F(Programs, PlanSaysWhyItCannotConnect) {
    write(scratch_ / "words.yaml", refused_job);
    const Result result = run({"plan", path("words.yaml")});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("Connection refused"));
    EXPECT_THAT(result.err, HasSubstr("\nhint: is the source's server running, and is it listening on this host and port?\n"));
    EXPECT_EQ(result.err.find("hidden-word"), std::string::npos);
}

TEST_F(Programs, SubmitDropsAFileThatOnlyTheSpoolsGroupMayRead) {
    fs::create_directories(scratch_ / "spool/incoming");
    write(scratch_ / "words.txt", refused_job);
    const Result result = run({"submit", path("words.txt"), "--spool-dir", path("spool"), "--socket", socket()});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, "submitted words as " + path("spool/incoming/words.yaml") + "\n");
    EXPECT_EQ(read(scratch_ / "spool/incoming/words.yaml"), refused_job);
    EXPECT_EQ(fs::status(scratch_ / "spool/incoming/words.yaml").permissions(), fs::perms(0640));
    const Result again = run({"submit", path("words.txt"), "--spool-dir", path("spool"), "--socket", socket()});
    EXPECT_EQ(again.status, 1);
    EXPECT_EQ(again.err, "lantern-migrate: " + path("spool/incoming/words.yaml") +
                             " waits to be taken up already\nhint: is lantern-migrated running?\n");
    EXPECT_EQ(std::distance(fs::directory_iterator(scratch_ / "spool/incoming"), fs::directory_iterator()), 1);
}

TEST_F(Programs, SubmitSaysWhatToDoAboutANameThatIsTooLong) {
    fs::create_directories(scratch_ / "spool/incoming");
    const std::string stem(245, 'w');
    write(scratch_ / (stem + ".yaml"), "name: words\n" + refused_job);
    const Result result = run({"submit", path(stem + ".yaml"), "--spool-dir", path("spool"), "--socket", socket()});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr(": File name too long\nhint: give the file a shorter name\n"));
}

// The daemon would leave it in incoming/ for ever.
TEST_F(Programs, SubmitRefusesAFileThatWouldNotBeTakenUp) {
    write(scratch_ / ".words.yaml", "name: words\n" + refused_job);
    const Result result = run({"submit", path(".words.yaml"), "--spool-dir", path("spool"), "--socket", socket()});
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.err, "lantern-migrate: " + path(".words.yaml") +
                              " would not be taken up: the daemon leaves files alone whose names begin with a dot\n"
                              "hint: give the file another name\n");
}

TEST_F(Programs, RunStopsAtCtrlCAndSaysHowToResume) {
    write(scratch_ / "words.yaml", refused_job);
    const pid_t child = spawn({LANTERN_MIGRATE_PROGRAM, "run", path("words.yaml"), "--state-dir", path("state")}, "run");
    ASSERT_TRUE(until([&] { return read(scratch_ / "run.err").contains("Connection refused"); })) << read(scratch_ / "run.err");
    ::kill(child, SIGINT);
    EXPECT_EQ(wait(child), 130);
    const std::string err = read(scratch_ / "run.err");
    EXPECT_THAT(err, HasSubstr("lantern-migrate: words is stopped at step connect; nothing that is copied is lost\n"
                               "hint: to resume it, run the same again: lantern-migrate run " +
                               path("words.yaml") + " --state-dir " + path("state") + "\n"));
    EXPECT_EQ(err.find("hidden-word"), std::string::npos);
    // What it left is there to be looked at, and to be given up.
    EXPECT_THAT(run({"status", "words", "--state-dir", path("state")}).out, StartsWith("words: "));
    EXPECT_EQ(run({"cancel", "words", "--state-dir", path("state")}).status, 0);
    EXPECT_EQ(run({"status", "words", "--state-dir", path("state")}).status, 1);
}

TEST_F(Programs, ADaemonServesAndStopsInOrder) {
    const pid_t daemon = start_daemon();
    EXPECT_EQ(run({"list", "--socket", socket()}).out, "no jobs\n");
    write(scratch_ / "words.yaml", refused_job);
    EXPECT_EQ(run({"submit", path("words.yaml"), "--spool-dir", path("spool"), "--socket", socket()}).status, 0);
    ASSERT_TRUE(until([&] { return run({"status", "words", "--socket", socket()}).out.contains("waiting to try again"); }));
    const json::value status = json::parse(run({"status", "words", "--json", "--socket", socket()}).out);
    EXPECT_THAT(std::string(status.at("reason").as_string()), HasSubstr("Connection refused"));
    EXPECT_TRUE(status.at("transient").as_bool());
    EXPECT_THAT(run({"events", "words", "--socket", socket()}).out, HasSubstr("Connection refused"));
    EXPECT_EQ(run({"submit", path("words.yaml"), "--spool-dir", path("spool"), "--socket", socket()}).status, 2);
    for (const char* how : {"", " --json"}) {  // it ends with who reads it, though the job goes on
        const std::string watch = LANTERN_MIGRATE_PROGRAM " watch words --socket " + socket() + how;
        EXPECT_EQ(wait(spawn({"/usr/bin/timeout", "30", "/bin/sh", "-c", watch + " | head -n 1 >/dev/null"}, "watch")), 0) << how;
    }
    EXPECT_EQ(run({"pause", "words", "--socket", socket()}).status, 0);
    ASSERT_TRUE(until([&] { return run({"status", "words", "--socket", socket()}).status == 3; }));
    EXPECT_EQ(run({"watch", "words", "--socket", socket()}).status, 3);
    EXPECT_EQ(run({"cancel", "words", "--socket", socket()}).status, 0);
    EXPECT_EQ(run({"watch", "words", "--socket", socket()}).status, 1);
    EXPECT_TRUE(fs::exists(scratch_ / "spool/failed/words.yaml"));
    EXPECT_EQ(run({"resume", "words", "--socket", socket()}).err, "lantern-migrate: job words is cancelled already\n");
    ::kill(daemon, SIGTERM);
    EXPECT_EQ(wait(daemon), 0);
    EXPECT_FALSE(fs::exists(socket()));
    EXPECT_EQ(read(scratch_ / "daemon.err").find("hidden-word"), std::string::npos);
    EXPECT_EQ(read(scratch_ / "state/journal.db").find("hidden-word"), std::string::npos);
}

TEST_F(Programs, ADaemonThatIsKilledResumesItsJobs) {
    write(scratch_ / "words.yaml", refused_job);
    pid_t daemon = start_daemon();
    EXPECT_EQ(run({"submit", path("words.yaml"), "--spool-dir", path("spool"), "--socket", socket()}).status, 0);
    ASSERT_TRUE(until([&] { return run({"status", "words", "--socket", socket()}).out.contains("waiting to try again"); }));
    ::kill(daemon, SIGKILL);
    EXPECT_EQ(wait(daemon), 128 + SIGKILL);
    daemon = start_daemon();
    EXPECT_TRUE(until([&] {
        const Result result = run({"status", "words", "--json", "--socket", socket()});
        return result.status == 0 && json::parse(result.out).at("runs").to_number<int>() >= 2;
    }));
    ::kill(daemon, SIGTERM);
    EXPECT_EQ(wait(daemon), 0);
}

TEST_F(Programs, ASecondDaemonOnTheSameJournalIsRefused) {
    const pid_t daemon = start_daemon();
    EXPECT_EQ(wait(spawn({LANTERN_MIGRATED_PROGRAM, "--spool-dir", path("spool"), "--state-dir", path("state"), "--control-socket",
                          path("other.sock")},
                         "second")),
              1);
    EXPECT_THAT(read(scratch_ / "second.err"), StartsWith("lantern-migrated: "));
    EXPECT_THAT(read(scratch_ / "second.err"), HasSubstr("\nhint: "));
    ::kill(daemon, SIGTERM);
    EXPECT_EQ(wait(daemon), 0);
}

// It would take up the jobs of the first anew, and take their files away.
TEST_F(Programs, ASecondDaemonOnTheSameSpoolIsRefused) {
    const pid_t daemon = start_daemon();
    EXPECT_EQ(wait(spawn({LANTERN_MIGRATED_PROGRAM, "--spool-dir", path("spool"), "--state-dir", path("other"), "--control-socket",
                          path("other.sock")},
                         "second")),
              1);
    EXPECT_EQ(read(scratch_ / "second.err"), "lantern-migrated: the spool " + path("spool") +
                                                 " is in use by another lantern-migrated\n"
                                                 "hint: stop the other one, or give this one another spool_dir\n");
    ::kill(daemon, SIGTERM);
    EXPECT_EQ(wait(daemon), 0);
}

// Else its log would go into the first file or connection that it opens.
TEST_F(Programs, ADaemonWithoutStandardStreamsHasNothingElseInTheirPlace) {
    const std::string command = "exec " LANTERN_MIGRATED_PROGRAM " --spool-dir " + path("spool") + " --state-dir " + path("state") +
                                " --control-socket " + socket() + " <&- >&- 2>&-";
    const pid_t daemon = spawn({"/bin/sh", "-c", command}, "daemon");
    ASSERT_TRUE(until([&] { return run({"list", "--socket", socket()}).status == 0; }));
    for (const char* stream : {"0", "1", "2"})
        EXPECT_EQ(fs::read_symlink("/proc/" + std::to_string(daemon) + "/fd/" + stream), "/dev/null") << stream;
    ::kill(daemon, SIGTERM);
    EXPECT_EQ(wait(daemon), 0);
}

TEST_F(Programs, TheDaemonChecksItsFile) {
    write(scratch_ / "good.yaml", "max_jobs: 3\n");
    EXPECT_EQ(wait(spawn({LANTERN_MIGRATED_PROGRAM, "--config", path("good.yaml"), "--check-config"}, "daemon")), 0);
    EXPECT_EQ(read(scratch_ / "daemon.out"), "the configuration is fine\n");
    write(scratch_ / "bad.yaml", "max_jobs: many\nspool: /x\n");
    EXPECT_EQ(wait(spawn({LANTERN_MIGRATED_PROGRAM, "--config", path("bad.yaml"), "--check-config"}, "daemon")), 2);
    EXPECT_THAT(read(scratch_ / "daemon.err"), HasSubstr("bad.yaml:1:"));
    EXPECT_THAT(read(scratch_ / "daemon.err"), HasSubstr("bad.yaml:2:"));
}

}  // namespace
}  // namespace lantern_migrate::daemon
