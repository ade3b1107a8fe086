// A password that a job needs is seen by the servers alone.
#include "tests/integration/daemon_process.h"
#include "tests/integration/scenario.h"

#include <gmock/gmock.h>

namespace lantern_migrate::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

constexpr const char* password = "open:sesame/word";
constexpr const char* in_url = "open%3Asesame%2Fword";

class Secrets : public testing::Test {
protected:
    Secrets() {
        scenario_.load("small_source.sql");
        for (const std::string& url : {scenario_.source_url(), scenario_.target_url()}) {
            query(url, std::string("CREATE ROLE secured LOGIN SUPERUSER PASSWORD '") + password + "'");
        }
        // Writes down what anybody may read of it in the process table, then does its work.
        write_file(dump_, "#!/bin/sh\ntr '\\0' '\\n' </proc/$$/cmdline >>" + title_.string() + "\nexec pg_dump \"$@\"\n");
        fs::permissions(dump_, fs::perms(0755));
    }
    std::string job(const std::string& word) const {
        const auto secured = [&](Cluster& server) { return server.url("app", "secured", word); };
        return "source:\n  url: " + secured(const_cast<Scenario&>(scenario_).source()) +
               "\ntarget:\n  url: " + secured(const_cast<Scenario&>(scenario_).target()) + "?application_name=x\n";
    }
    static void expect_none(const std::string& text, const std::string& what) {
        for (const char* secret : {"sesame", "wrong-word"}) EXPECT_THAT(text, Not(HasSubstr(secret))) << what;
    }
    void expect_none_in_files(const fs::path& directory) {
        int files = 0;
        for (const auto& entry : fs::recursive_directory_iterator(directory)) {
            // The job's own file holds what its author wrote.
            if (!entry.is_regular_file() || entry.path().extension() == ".yaml") continue;
            expect_none(read_file(entry.path()), entry.path());
            ++files;
        }
        EXPECT_GT(files, 0);
    }

    Scenario scenario_;
    fs::path title_ = scenario_.scratch() / "title";
    fs::path dump_ = scenario_.scratch() / "spying_pg_dump";
};

TEST_F(Secrets, AreNowhereToBeFoundAfterARunInTheForeground) {
    const fs::path file = scenario_.scratch() / "words.yaml";
    const auto arguments = [&](const std::vector<std::string>& all) {
        std::vector<std::string> line{LANTERN_MIGRATE_BIN};
        line.insert(line.end(), all.begin(), all.end());
        return run(line);
    };
    const std::string state = scenario_.scratch() / "state";
    write_file(file, job("wrong-word"));
    for (const auto& command :
         {std::vector<std::string>{"plan", file}, {"run", file, "--state-dir", state}, {"run", file, "--state-dir", state, "--json"}}) {
        const Finished refused = arguments(command);
        EXPECT_EQ(refused.ending.exit_code, 1);
        expect_none(refused.out + refused.err, command[0]);
    }
    write_file(file, job(in_url));
    for (const auto& command : {std::vector<std::string>{"plan", file, "--pg-dump", dump_},
                                {"plan", file, "--json"},
                                {"indexes", file},
                                {"run", file, "--state-dir", state, "--pg-dump", dump_},
                                {"run", file, "--state-dir", state, "--json"},
                                {"status", "words", "--state-dir", state},
                                {"status", "words", "--state-dir", state, "--json"},
                                {"report", "words", "--state-dir", state},
                                {"events", "words", "--state-dir", state}}) {
        const Finished finished = arguments(command);
        EXPECT_EQ(finished.ending.exit_code, 0) << command[0] << finished.err;
        expect_none(finished.out + finished.err, command[0]);
    }
    expect_none_in_files(state);
    const std::string title = read_file(title_);
    EXPECT_THAT(title, HasSubstr("--dbname="));
    expect_none(title, "pg_dump's title");
}

TEST_F(Secrets, AreNowhereToBeFoundAfterAJobOfTheDaemon) {
    DaemonProcess daemon(scenario_.scratch().path(), {.settings = "log_level: trace\npg_dump: " + dump_.string() + "\n"});
    daemon.drop("words.yaml", job("wrong-word"));
    EXPECT_EQ(daemon.wait_for("words", "failed"), "failed");
    ASSERT_TRUE(eventually([&] { return daemon.files("failed").contains("words.yaml.report.json"); }));
    expect_none_in_files(daemon.spool("failed"));
    EXPECT_EQ(daemon.ask({"cancel", "words"}).ending.exit_code, 0);
    EXPECT_EQ(daemon.wait_for("words", "cancelled"), "cancelled");
    daemon.drop("words.yaml", job(in_url));
    EXPECT_EQ(daemon.wait_for("words", "done"), "done");
    for (const auto& command : {std::vector<std::string>{"list"},
                                {"status", "words"},
                                {"status", "words", "--json"},
                                {"report", "words", "--json"},
                                {"events", "words"}}) {
        const Finished finished = daemon.ask(command);
        expect_none(finished.out + finished.err, command[0]);
    }
    EXPECT_EQ(daemon.stop(), (Ending{0, 0}));
    expect_none(daemon.log(), "the daemon's log");
    EXPECT_THAT(daemon.log(), HasSubstr("job done job=words"));
    ASSERT_TRUE(daemon.files("done").contains("words.yaml.report.json"));
    expect_none_in_files(daemon.spool("done"));
    expect_none_in_files(scenario_.scratch() / "state");
    const std::string title = read_file(title_);
    EXPECT_THAT(title, HasSubstr("--dbname="));
    expect_none(title, "pg_dump's title");
}

}  // namespace
}  // namespace lantern_migrate::test
