#include "tests/config/jobs.h"

#include <gtest/gtest.h>

namespace lantern_migrate::config::testing {
namespace {

using namespace std::chrono_literals;

DaemonSpec daemon_spec(std::string_view text) { return read_daemon_spec(text, "lantern-migrated.yaml"); }

TEST(DaemonFile, HasADefaultForEveryKey) {
    const DaemonSpec spec = daemon_spec("version: 1\n");
    EXPECT_EQ(spec.spool_dir, "/var/spool/lantern-migrate");
    EXPECT_EQ(spec.state_dir, "/var/lib/lantern-migrate");
    EXPECT_EQ(spec.control_socket, "/run/lantern-migrate/control.sock");
    EXPECT_EQ(spec.pg_dump, "pg_dump");
    EXPECT_EQ(spec.max_jobs, 2);
    EXPECT_EQ(spec.log_level, "info");
    EXPECT_EQ(spec.retry.initial_delay, 1s);
    EXPECT_EQ(spec.retry.max_delay, 60s);
    EXPECT_EQ(spec.retry.give_up_after, 24h);
    EXPECT_EQ(spec.hooks, (HooksSpec{.dir = "/etc/lantern-migrate/hooks.d", .timeout = 30s}));
    EXPECT_EQ(spec.web, (WebSpec{.listen = std::nullopt, .hosts = {}, .actions = false}));
}

TEST(DaemonFile, PutsEveryKeyWhereItBelongs) {
    const DaemonSpec spec = daemon_spec(
        "spool_dir: /a/spool\n"
        "state_dir: /a/state\n"
        "control_socket: /a/control.sock\n"
        "pg_dump: /usr/lib/postgresql/17/bin/pg_dump\n"
        "max_jobs: 64\n"
        "log_level: debug\n"
        "retry: {initial_delay: 10ms, max_delay: 5min, give_up_after: 7d}\n"
        "hooks: {dir: /a/hooks, timeout: 5s}\n"
        "web: {listen: '[::1]:8477', hosts: [Migrate.Example], actions: true}\n");
    EXPECT_EQ(spec.spool_dir, "/a/spool");
    EXPECT_EQ(spec.state_dir, "/a/state");
    EXPECT_EQ(spec.control_socket, "/a/control.sock");
    EXPECT_EQ(spec.pg_dump, "/usr/lib/postgresql/17/bin/pg_dump");
    EXPECT_EQ(spec.max_jobs, 64);
    EXPECT_EQ(spec.log_level, "debug");
    EXPECT_EQ(spec.retry.initial_delay, 10ms);
    EXPECT_EQ(spec.retry.max_delay, 5min);
    EXPECT_EQ(spec.retry.give_up_after, 168h);
    EXPECT_EQ(spec.hooks, (HooksSpec{.dir = "/a/hooks", .timeout = 5s}));
    EXPECT_EQ(spec.web, (WebSpec{.listen = WebListen{"::1", 8477}, .hosts = {"migrate.example"}, .actions = true}));
}

TEST(DaemonFile, KnowsFiveLogLevels) {
    for (const char* level : {"trace", "debug", "info", "warn", "error"})
        EXPECT_EQ(daemon_spec(std::string("log_level: ") + level).log_level, level);
}

TEST(DaemonFileMistakes, AreReportedAllAtOnceInTheOrderOfTheFile) {
    const char* text =
        "version: 2\n"
        "spool_dir: spool\n"
        "state_dir: ''\n"
        "control_socket: run/control.sock\n"
        "pg_dump: bin/pg_dump\n"
        "max_jobs: 0\n"
        "log_level: warning\n"
        "retry:\n"
        "  initial_delay: 2h\n"
        "  max_delay: 5\n"
        "  give_up_after: 0\n"
        "  max_delays: 1s\n"
        "spooldir: /x\n"
        "max_jobs: 3\n";
    EXPECT_EQ(
        daemon_mistakes(text),
        "lantern-migrated.yaml:1:1: version: must be 1, and is `2`\n"
        "lantern-migrated.yaml:2:1: spool_dir: must be an absolute path\n"
        "lantern-migrated.yaml:3:1: state_dir: must not be empty\n"
        "lantern-migrated.yaml:4:1: control_socket: must be an absolute path\n"
        "lantern-migrated.yaml:5:1: pg_dump: must be a program's name, to be looked up in PATH, or an absolute path\n"
        "lantern-migrated.yaml:6:1: max_jobs: must be between 1 and 64, and is `0`\n"
        "lantern-migrated.yaml:7:1: log_level: must be `trace`, `debug`, `info`, `warn` or `error`, and is `warning`\n"
        "lantern-migrated.yaml:9:3: retry.initial_delay: must be between 10ms and 1h, and is `2h`\n"
        "lantern-migrated.yaml:10:3: retry.max_delay: must be a duration such as 30s, a whole number with ms, s, min, h or d, and is `5`\n"
        "lantern-migrated.yaml:11:3: retry.give_up_after: must be between 1s and 365d, and is `0`\n"
        "lantern-migrated.yaml:12:3: retry.max_delays: unknown key; did you mean `max_delay`?\n"
        "lantern-migrated.yaml:13:1: spooldir: unknown key; did you mean `spool_dir`?\n"
        "lantern-migrated.yaml:14:1: max_jobs: is given twice; the first is at line 6, column 1");
}

TEST(DaemonFileMistakes, AreContradictionsToo) {
    EXPECT_EQ(daemon_mistakes("retry: {initial_delay: 30s, max_delay: 10s}"),
              "lantern-migrated.yaml:1:29: retry.max_delay: must not be shorter than `initial_delay`");
    EXPECT_EQ(daemon_mistakes("retry: {initial_delay: 2min}"),
              "lantern-migrated.yaml:1:1: retry.max_delay: must not be shorter than `initial_delay`");
    EXPECT_EQ(daemon_mistakes("spool_dir: /a/b\nstate_dir: /a/./b\n"),
              "lantern-migrated.yaml:2:1: state_dir: must not be the same directory as `spool_dir`");
}

TEST(DaemonFileMistakes, AreSocketsWithAPathThatIsTooLong) {
    const std::string longest = "/" + std::string(106, 's');
    EXPECT_EQ(daemon_spec("control_socket: " + longest).control_socket, longest);
    EXPECT_EQ(daemon_mistakes("control_socket: " + longest + "s"),
              "lantern-migrated.yaml:1:1: control_socket: must have at most 107 bytes, as the path of a socket");
}

TEST(DaemonFile, ListensAtAnAddressAndAPort) {
    EXPECT_EQ(daemon_spec("web: {listen: '127.0.0.1:8477'}").web.listen, (WebListen{"127.0.0.1", 8477}));
    EXPECT_EQ(daemon_spec("web: {listen: none}").web.listen, std::nullopt);
    for (const char* wrong :
         {"localhost:8477", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "::1:8477", "[127.0.0.1]:1", "8477", ":8477"}) {
        EXPECT_EQ(
            daemon_mistakes(std::string("web: {listen: '") + wrong + "'}"),
            "lantern-migrated.yaml:1:7: web.listen: must be `none` or an IP address and a port, such as 127.0.0.1:8477 or [::1]:8477");
    }
    EXPECT_EQ(daemon_mistakes("web: {hosts: [a.example, 'b.example:80']}"),
              "lantern-migrated.yaml:1:26: web.hosts[1]: must be a host's name without a port, such as migrate.example");
}

TEST(DaemonFileMistakes, AreFilesThatAreNone) {
    EXPECT_EQ(daemon_mistakes(""), "lantern-migrated.yaml:1:1: is empty");
    EXPECT_EQ(daemon_mistakes("max_jobs: [\n"), "lantern-migrated.yaml:2:1: not YAML: end of sequence flow not found");
    const ScratchDirectory directory;
    const auto missing = directory.path() / "missing.yaml";
    EXPECT_EQ(mistakes([&] { return read_daemon_spec_file(missing); }),
              missing.string() + ":1:1: cannot be read: No such file or directory");
    EXPECT_EQ(read_daemon_spec_file(directory.file("d.yaml", "max_jobs: 5\n")).max_jobs, 5);
}

}  // namespace
}  // namespace lantern_migrate::config::testing
