// Files that are no job: refused whole, with every mistake and its place, by each command and by the spool.
#include "tests/integration/daemon_process.h"
#include "tests/integration/scenario.h"

#include <gmock/gmock.h>

namespace lantern_migrate::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* a_password = "hidden-word";

struct BadFile {
    const char* name;
    std::string text;
    std::vector<std::string> mistakes;  // line:column: key: message
};

std::vector<BadFile> bad_files() {
    const std::string servers =
        "source: {url: \"postgresql://reader:hidden-word@127.0.0.1:1/app\"}\ntarget: {url: \"postgresql://owner@127.0.0.1:1/app\"}\n";
    return {
        {"empty", "", {"1:1: is empty"}},
        {"only_comments", "# to be written\n\n", {"1:1: is empty"}},
        {"binary",
         std::string("\x7f\x45\x4c\x46\x02\x01\x01\x00\x00", 9) + std::string(500, '\0'),
         {"1:1: control character 0x7f; this is not a text file"}},
        {"not_utf8", "name: caf\xe9\n" + servers, {"1:10: byte 0xe9 is not UTF-8"}},
        {"huge", servers + "# " + std::string(2 << 20, 'x') + "\n", {"1:1: is larger than 1MiB"}},
        {"half_written", servers.substr(0, servers.size() / 2), {"1:59: not YAML: illegal EOF in scalar"}},
        {"cut_behind_a_key",
         servers.substr(0, servers.find("target: ") + 7),
         {"2:1: target: must be a mapping of keys to values, and is empty",
          "2:1: target: must have one of `url`, `service`, `url_file`, `url_env` and `credential`"}},
        {"not_a_mapping", "- postgresql://reader:hidden-word@127.0.0.1/app\n", {"1:1: must be a mapping of keys to values, and is a list"}},
        {"two_documents", servers + "---\n" + servers, {"3:1: a second document begins here; a file is one document"}},
        {"tabs",
         "source:\n\turl: postgresql://reader:hidden-word@127.0.0.1/app\n",
         {"2:1: indented with a tab; YAML is indented with spaces"}},
        {"every_kind",
         R"(version: 2
name: "no name/"
source: {url: postgresql://reader@127.0.0.1/app, service: app}
sauce: {}
mode: online
copy: {worker: 4, workers: 900, chunk_size: 1KiB}
copy: {workers: 2}
verify: yes
tables: {include: []}
)",
         {"1:1: version: must be 1, and is `2`", "1:1: target: is missing",
          "2:1: name: must be up to 63 letters, digits, `_`, `.` and `-`, the first a letter or a digit",
          "3:50: source.service: cannot be given together with `url`; a server is named in one way", "4:1: sauce: unknown key",
          "5:1: mode: `online` is not available in this version; use `offline`", "6:8: copy.worker: unknown key; did you mean `workers`?",
          "6:19: copy.workers: must be between 1 and 64, and is `900`",
          "6:33: copy.chunk_size: must be between 8KiB and 1TiB, and is `1KiB`",
          "7:1: copy: is given twice; the first is at line 6, column 1",
          "8:1: verify: must be `digest`, `full`, `counts` or `off`, and is `yes`",
          "9:10: tables.include: is empty, so that no table would move; leave it out to have every table"}},
    };
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

TEST(ABadJobFile, EndsEachCommandWithTwoAndEveryMistakeInItsPlace) {
    const ScratchDir scratch;
    for (const BadFile& bad : bad_files()) {
        SCOPED_TRACE(bad.name);
        const std::string file = scratch / (std::string(bad.name) + ".yaml");
        write_file(file, bad.text);
        std::vector<std::string> expected;
        for (const std::string& mistake : bad.mistakes) expected.push_back(file + ":" + mistake);
        for (const std::vector<std::string>& command : {std::vector<std::string>{"plan", file},
                                                        {"run", file, "--state-dir", scratch / "state"},
                                                        {"submit", file, "--spool-dir", scratch / "spool"}}) {
            std::vector<std::string> arguments{LANTERN_MIGRATE_BIN};
            arguments.insert(arguments.end(), command.begin(), command.end());
            const Finished finished = run(arguments);
            EXPECT_EQ(finished.ending.exit_code, 2) << command[0];
            EXPECT_EQ(lines_of(finished.err), expected) << command[0];
            EXPECT_EQ(finished.out, "") << command[0];
        }
    }
    EXPECT_FALSE(fs::exists(scratch / "state")) << "nothing was begun";
    EXPECT_FALSE(fs::exists(scratch / "spool"));
}

std::vector<std::string> mistakes_of(const json::object& report) {
    std::vector<std::string> mistakes;
    for (const json::value& entry : report.at("mistakes").as_array()) {
        const json::object& mistake = entry.as_object();
        const std::string key = text_at(mistake, "key");
        mistakes.push_back(text_at(mistake, "line") + ":" + text_at(mistake, "column") + ": " + (key.empty() ? "" : key + ": ") +
                           text_at(mistake, "message"));
    }
    return mistakes;
}

TEST(ABadJobFile, GoesToFailedWithItsMistakesWhileTheDaemonAndOtherJobsGoOn) {
    Scenario scenario;
    scenario.load("small_source.sql");
    DaemonProcess daemon(scenario.scratch().path());
    const auto bad = bad_files();
    // Good ones between and behind the bad ones.
    daemon.drop("words.yaml", read_file(scenario.write_job()));
    for (const BadFile& file : bad) daemon.drop(std::string(file.name) + ".yaml", file.text);
    daemon.drop("words.txt", "not a job file by its name");
    scenario.target().create_database("second");
    daemon.drop("second.yaml",
                "source: {url: \"" + scenario.source_url() + "\"}\ntarget: {url: \"" + scenario.target().url("second") + "\"}\n");

    EXPECT_EQ(daemon.wait_for("words", "done"), "done");
    EXPECT_EQ(daemon.wait_for("second", "done"), "done");
    EXPECT_EQ(daemon.files("done"), (std::set<std::string>{"second.yaml", "second.yaml.report.html", "second.yaml.report.json",
                                                           "words.yaml", "words.yaml.report.html", "words.yaml.report.json"}));
    EXPECT_EQ(daemon.files("failed").size(), 2 * (bad.size() + 1)) << "each file and its report; a file that is no job has none in HTML";
    EXPECT_TRUE(daemon.files("incoming").empty());
    EXPECT_TRUE(daemon.files("active").empty());
    for (const BadFile& file : bad) {
        SCOPED_TRACE(file.name);
        const std::string name = std::string(file.name) + ".yaml";
        EXPECT_EQ(read_file(daemon.spool("failed") / name), file.text);
        const json::object report = daemon.report("failed", name);
        EXPECT_EQ(text_at(report, "disposition"), "refused");
        EXPECT_EQ(text_at(report, "reason"),
                  std::to_string(file.mistakes.size()) + (file.mistakes.size() == 1 ? " mistake" : " mistakes") + " in the job file");
        EXPECT_EQ(text_at(report, "hint"), "mend the file and drop it again");
        EXPECT_EQ(mistakes_of(report), file.mistakes);
        EXPECT_THAT(json::serialize(report), Not(HasSubstr(a_password)));
    }
    EXPECT_EQ(text_at(daemon.report("failed", "words.txt"), "reason"), "not a job file: its name ends neither in .yaml nor in .yml");
    EXPECT_THAT(daemon.log(), Not(HasSubstr(a_password)));
    EXPECT_EQ(daemon.stop(), (Ending{0, 0}));
}

}  // namespace
}  // namespace lantern_migrate::test
