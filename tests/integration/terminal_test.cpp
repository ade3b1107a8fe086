// Progress as a person sees it: bars that are drawn over on a terminal, plain lines elsewhere.
#include "tests/integration/slow_copy.h"

#include <gmock/gmock.h>

#include <sstream>

namespace lantern_migrate::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

constexpr const char* one_up = "\x1b[";

// Through a pseudo-terminal of its own, as wide as a usual one.
std::vector<std::string> on_a_terminal(const std::vector<std::string>& arguments) {
    std::string line = "stty columns 100 rows 30;";
    for (const std::string& argument : arguments) line += " '" + argument + "'";
    return {"script", "--quiet", "--return", "--command", line, "/dev/null"};
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

TEST(Progress, IsBarsOnATerminalAndLinesElsewhere) {
    Scenario scenario;
    scenario.load("slow_source.sql");
    scenario.target().create_database("second");
    // Of one and the same step a line comes every five seconds.
    const std::string job = scenario.write_job("copy: {workers: 1, chunk_size: 128KiB, max_rate: 512KiB/s}\n");
    const Finished piped = scenario.run_job(job);
    EXPECT_EQ(piped.ending.exit_code, 0) << piped.err;
    EXPECT_THAT(piped.err, Not(HasSubstr("\x1b")));
    const auto told = lines_of(piped.err);
    ASSERT_GE(told.size(), 3U) << piped.err;
    EXPECT_EQ(told.front(), "words: queued, step connect");
    EXPECT_THAT(told, Contains(MatchesRegex(
                          "words: running, step transfer_data: copying rows; [1-9][0-9]?%  [0-9,]+ rows  [0-9.]+ [KM]iB of 2.[0-9] MiB  "
                          "[0-9.]+ [KM]iB/s  [0-9.]+s left  builds 0/5")));
    EXPECT_THAT(told.back(), MatchesRegex("words: done; 100%  20,200 rows  2.[0-9] MiB of 2.[0-9] MiB  builds 5/5"));

    const auto file = scenario.scratch() / "second.yaml";
    write_file(file,
               "source:\n  url: " + scenario.source_url() + "\ntarget:\n  url: " + scenario.target().url("second") + "\n" + slow_copy);
    const Finished drawn = run(on_a_terminal(scenario.run_arguments(file)), {.environment = {{"TERM", "xterm"}}});
    EXPECT_EQ(drawn.ending.exit_code, 0) << drawn.out << drawn.err;
    EXPECT_THAT(drawn.out, HasSubstr("\x1b[K[======"));
    EXPECT_THAT(drawn.out, HasSubstr(std::string(one_up) + "2A")) << "the same lines again";
    EXPECT_THAT(drawn.out, HasSubstr("public.big   [======"));
    EXPECT_THAT(drawn.out, HasSubstr("[========================] 100%  20,200 rows"));
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target().url("second")), IsEmpty());
}

TEST(Progress, OfTheDaemonsJobsIsWatchedUntilTheyEnd) {
    Scenario scenario;
    scenario.load("slow_source.sql");
    DaemonProcess daemon(scenario.scratch().path());
    daemon.drop("words.yaml", read_file(scenario.write_job(slow_copy)));
    ASSERT_TRUE(eventually([&] { return daemon.ask({"status", "words"}).ending.exit_code == 0; }));
    Process json(daemon.ask_arguments({"watch", "words", "--json"}));
    const Finished drawn = run(on_a_terminal(daemon.ask_arguments({"watch", "words"})), {.environment = {{"TERM", "xterm"}}});
    EXPECT_EQ(drawn.ending.exit_code, 0) << drawn.out << drawn.err;
    EXPECT_THAT(drawn.out, HasSubstr("\x1b[?1049h")) << "the view";
    EXPECT_THAT(drawn.out, HasSubstr("public.big "));
    EXPECT_THAT(drawn.out.substr(drawn.out.find("\x1b[?1049l")), HasSubstr("words: done")) << "stays";
    const auto ending = json.wait(std::chrono::seconds(30));
    ASSERT_TRUE(ending.has_value());
    EXPECT_EQ(ending->exit_code, 0);
    const auto documents = lines_of(json.out());
    ASSERT_GE(documents.size(), 2U);
    std::int64_t rows = 0;
    for (const std::string& document : documents) {
        const auto status = boost::json::parse(document).as_object();
        const auto now = status.at("progress").at("rows").to_number<std::int64_t>();
        EXPECT_GE(now, rows) << "it went backwards";
        rows = now;
    }
    EXPECT_EQ(rows, 20200);
}

}  // namespace
}  // namespace lantern_migrate::test
