// The examples of packaging/examples/hooks.d, with a curl and a sendmail that only write down what they are given.
#include "daemon/hook_process.h"

#include "scratch.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace lantern_migrate::daemon {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using test::read;
using test::Scratch;
using test::write;
using testing::HasSubstr;

struct Example {
    Scratch scratch;
    fs::path bin = scratch / "bin";

    Example() {
        fs::create_directory(bin);
        program("curl", "cat >\"$0.in\"\nfor argument; do printf '%s\\n' \"$argument\"; done >\"$0.arguments\"\n");
        program("sendmail", "cat >\"$0.in\"\n");
        program("lantern-migrate", "echo \"$@\"\nexit 1\n");
        write(scratch / "webhook", "https://chat.example/hooks/secret-word\n");
    }
    void program(const std::string& name, const std::string& script) const {
        write(bin / name, "#!/bin/sh\n" + script);
        fs::permissions(bin / name, fs::perms(0755));
    }
    HookEnding call(const std::string& name, const std::string& word, json::object document) const {
        document["event"] = word;
        boost::asio::io_context io;
        HookEnding how;
        HookProcess::start(io,
                           {.program = fs::path(LANTERN_PACKAGING_DIR) / "examples/hooks.d" / name,
                            .arguments = {word},
                            .environment = {"PATH=" + bin.string() + ":/usr/bin:/bin", "LC_ALL=C.UTF-8", "LANTERN_MIGRATE_JOB=words",
                                            "LANTERN_MIGRATE_WEBHOOK=" + (scratch / "webhook").string(),
                                            "LANTERN_MIGRATE_SENDMAIL=" + (bin / "sendmail").string()},
                            .document = json::serialize(document) + "\n",
                            .timeout = std::chrono::seconds(60)},
                           [&](HookEnding ending) { how = std::move(ending); });
        io.run();
        return how;
    }
};

const json::object words{{"name", "words"},        {"disposition", "failed"},     {"step", "connect"},  {"reason", "it says \"no\"\\"},
                         {"hint", "ask $(again)"}, {"file", "/spool/words.yaml"}, {"different", false}, {"progress", {{"rows", 42}}}};

TEST(ExampleHooks, PostToAChat) {
    for (const auto& [word, text] : std::initializer_list<std::pair<const char*, const char*>>{
             {"failed", " has failed at connect: it says \"no\"\\ (ask $(again))"},
             {"waiting", " waits: it says \"no\"\\"},
             {"done", " is done, 42 rows"},
         }) {
        const Example example;
        const HookEnding ending = example.call("50-chat", word, words);
        EXPECT_EQ(ending.trouble, "") << ending.output;
        EXPECT_EQ(ending.output, "");
        EXPECT_EQ(read(example.bin / "curl.in"), "url = \"https://chat.example/hooks/secret-word\"\n");
        const std::string arguments = read(example.bin / "curl.arguments");
        EXPECT_THAT(arguments, testing::Not(HasSubstr("secret-word"))) << "everybody could see it";
        const std::string body = arguments.substr(arguments.find("--data\n") + 7);
        EXPECT_THAT(std::string(json::parse(body).at("text").as_string()), testing::EndsWith(std::string(": migration words") + text));
    }
}

TEST(ExampleHooks, PostNothingOfAStartOrWithoutAnAddress) {
    const Example example;
    EXPECT_EQ(example.call("50-chat", "started", words).trouble, "");
    fs::remove(example.scratch / "webhook");
    EXPECT_EQ(example.call("50-chat", "failed", words).trouble, "");
    EXPECT_FALSE(fs::exists(example.bin / "curl.in"));
}

TEST(ExampleHooks, TellWhenTheyCouldNot) {
    const Example example;
    example.program("curl", "echo 'curl: (22) The requested URL returned error: 404' >&2\nexit 22\n");
    const HookEnding ending = example.call("50-chat", "failed", words);
    EXPECT_EQ(ending.trouble, "exit status 22");
    EXPECT_EQ(ending.output, "curl: (22) The requested URL returned error: 404\n");
}

TEST(ExampleHooks, SendTheReportByMail) {
    const Example example;
    EXPECT_EQ(example.call("60-mail", "failed", words).trouble, "");
    EXPECT_EQ(read(example.bin / "sendmail.in"),
              "To: root\nSubject: lantern-migrate: words failed\nContent-Type: text/plain; charset=utf-8\n\n"
              "state: failed\nstep: connect\nreason: it says \"no\"\\\nhint: ask $(again)\nrows: 42\nfile: /spool/words.yaml\n\n"
              "report words\n");
    EXPECT_EQ(example.call("60-mail", "started", words).trouble, "");
}

}  // namespace
}  // namespace lantern_migrate::daemon
