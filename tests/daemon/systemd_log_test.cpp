#include "daemon/systemd_log.h"

#include "daemon/log.h"
#include "scratch.h"

#include <gmock/gmock.h>
#include <sched.h>
#include <spdlog/logger.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <format>
#include <functional>

namespace lantern_migrate::daemon {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::UnorderedElementsAre;

TEST(SystemdFields, AreTheEventAndTheKeysBeforeTheFirstTextOfSomebodyElses) {
    struct Case {
        const char* line;
        std::vector<std::string> fields;
    };
    const std::string event = "LANTERN_MIGRATE_EVENT=", job = "LANTERN_MIGRATE_JOB=", step = "LANTERN_MIGRATE_STEP=";
    for (const auto& [line, fields] : {
             Case{"run began job=words run=2 step=connect",
                  {event + "run began", job + "words", "LANTERN_MIGRATE_RUN=2", step + "connect"}},
             Case{"run failed, to be retried job=words step=transfer_data sqlstate=08006 reason=\"gone step=verify\" hint=\"\" retry_in=1s",
                  {event + "run failed, to be retried", job + "words", step + "transfer_data", "LANTERN_MIGRATE_SQLSTATE=08006"}},
             Case{"job failed job=words step=connect sqlstate= reason=\"a\"", {event + "job failed", job + "words", step + "connect"}},
             Case{"step began job=words text=\"job=other\"", {event + "step began", job + "words"}},
             Case{"job file refused file=/spool/a job=other.yaml reason=\"\"", {event + "job file refused"}},
             Case{"job queued job=words file=/a step=b.yaml", {event + "job queued", job + "words"}},
             Case{"starting version=0.1.0 journal=/x", {event + "starting"}},
             Case{"ready", {event + "ready"}},
             Case{"job=words", {job + "words"}},
             Case{"odd job=words ", {event + "odd", job + "words"}},
             Case{"", {}},
             Case{"=", {}},
         }) {
        EXPECT_THAT(systemd_fields(line), ElementsAreArray(fields)) << line;
    }
}

// Runs `work` in a child whose /run is its own and empty; gives what it returns.
std::string in_a_run_of_its_own(const std::function<std::string()>& work) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        std::string text = "no namespace of its own; needs root, as the toolbox has it";
        if (::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
            ::mount("tmpfs", "/run", "tmpfs", 0, nullptr) == 0) {
            text = work();
        }
        static_cast<void>(::write(ends[1], text.data(), text.size()));
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t bytes = 0; (bytes = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(bytes));
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return text;
}

std::string received_by_a_journal(const std::function<void(spdlog::logger&)>& say) {
    ::mkdir("/run/systemd", 0755);
    ::mkdir("/run/systemd/journal", 0755);
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = "/run/systemd/journal/socket"};
    const int journal = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (::bind(journal, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return std::strerror(errno);
    spdlog::logger log("test", systemd_sink("lantern-migrated"));
    log.set_level(spdlog::level::trace);
    say(log);
    std::array<char, 8192> buffer{};
    std::string text;
    for (ssize_t bytes = 0; (bytes = ::recv(journal, buffer.data(), buffer.size(), 0)) > 0;) {
        text.append(buffer.data(), static_cast<std::size_t>(bytes)).append("--\n");
    }
    return text;
}

TEST(SystemdSink, SendsMessagePriorityAndFieldsToTheJournal) {
    EXPECT_EQ(in_a_run_of_its_own([] {
                  return received_by_a_journal([](spdlog::logger& log) {
                      log.error("job failed job=words step=connect sqlstate=28P01 reason=\"no\"");
                      log.info("ready");
                  });
              }),
              "LANTERN_MIGRATE_EVENT=job failed\nLANTERN_MIGRATE_JOB=words\nLANTERN_MIGRATE_STEP=connect\nLANTERN_MIGRATE_SQLSTATE=28P01\n"
              "MESSAGE=job failed job=words step=connect sqlstate=28P01 reason=\"no\"\nPRIORITY=3\nSYSLOG_IDENTIFIER=lantern-migrated\n--\n"
              "LANTERN_MIGRATE_EVENT=ready\nMESSAGE=ready\nPRIORITY=6\nSYSLOG_IDENTIFIER=lantern-migrated\n--\n");
}

TEST(SystemdSink, MapsEveryLevelToAPriority) {
    EXPECT_EQ(in_a_run_of_its_own([] {
                  return received_by_a_journal([](spdlog::logger& log) {
                      for (const auto level : {spdlog::level::trace, spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                               spdlog::level::err, spdlog::level::critical}) {
                          log.log(level, "a=b");
                      }
                  });
              }),
              "MESSAGE=a=b\nPRIORITY=7\nSYSLOG_IDENTIFIER=lantern-migrated\n--\n"
              "MESSAGE=a=b\nPRIORITY=7\nSYSLOG_IDENTIFIER=lantern-migrated\n--\n"
              "MESSAGE=a=b\nPRIORITY=6\nSYSLOG_IDENTIFIER=lantern-migrated\n--\n"
              "MESSAGE=a=b\nPRIORITY=4\nSYSLOG_IDENTIFIER=lantern-migrated\n--\n"
              "MESSAGE=a=b\nPRIORITY=3\nSYSLOG_IDENTIFIER=lantern-migrated\n--\n"
              "MESSAGE=a=b\nPRIORITY=2\nSYSLOG_IDENTIFIER=lantern-migrated\n--\n");
}

// Standard error of a child that logs with make_log(), under a $JOURNAL_STREAM that does or does not name it.
std::string said_on_stderr(bool named, bool with_socket) {
    const test::Scratch scratch;
    in_a_run_of_its_own([&] {
        if (std::freopen((scratch / "err").c_str(), "w", stderr) == nullptr) return std::string();
        struct stat status{};
        ::fstat(STDERR_FILENO, &status);
        ::setenv("JOURNAL_STREAM", std::format("{}:{}", status.st_dev, status.st_ino + (named ? 0 : 1)).c_str(), 1);
        if (with_socket) {  // a file that nobody listens at
            ::mkdir("/run/systemd", 0755);
            ::mkdir("/run/systemd/journal", 0755);
            test::write("/run/systemd/journal/socket", "");
        }
        const Log log = make_log("info");
        log->debug("hidden");
        set_level(log, "debug");
        log->debug("shown job=words");
        log->flush();
        return std::string();
    });
    return test::read(scratch / "err");
}

TEST(Log, GoesToStandardErrorWhereThereIsNoJournal) {
    EXPECT_EQ(said_on_stderr(true, false), "debug: shown job=words\n");
    EXPECT_EQ(said_on_stderr(true, true), "debug: shown job=words\n") << "its socket is dead";
    EXPECT_THAT(said_on_stderr(false, false), testing::MatchesRegex("[0-9-]+T[0-9:.]+\\+00:00 debug: shown job=words\n"))
        << "inherited from a service's shell, $JOURNAL_STREAM says nothing of us";
}

}  // namespace
}  // namespace lantern_migrate::daemon
