// Hooks of a daemon that is killed, stopped and started again.
#include "tests/integration/daemon_process.h"
#include "tests/integration/scenario.h"

#include <gmock/gmock.h>

namespace lantern_migrate::test {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::HasSubstr;

class HooksOfADaemon : public testing::Test {
protected:
    HooksOfADaemon() {
        scenario_.load("small_source.sql");
        fs::create_directory(dir_);
    }
    void hook(const std::string& script) const {
        write_file(dir_ / "hook.new", "#!/bin/sh\n" + script);
        fs::permissions(dir_ / "hook.new", fs::perms(0755));
        fs::rename(dir_ / "hook.new", dir_ / "hook");
    }
    [[nodiscard]] DaemonOptions options() const { return {.settings = "hooks: {dir: " + dir_.string() + ", timeout: 1h}\n"}; }
    [[nodiscard]] std::string told() const { return fs::exists(told_) ? read_file(told_) : ""; }

    Scenario scenario_;
    fs::path dir_ = scenario_.scratch() / "hooks.d";
    fs::path told_ = scenario_.scratch() / "told";
    std::string note_ = "echo $1 >>" + told_.string() + "\n";
};

TEST_F(HooksOfADaemon, HearOfAJobFromItsStartToItsEndAsStatusShowsIt) {
    hook(note_ + "cat >" + (scenario_.scratch() / "document").string() + "\n");
    DaemonProcess daemon(scenario_.scratch().path(), options());
    daemon.drop("words.yaml", read_file(scenario_.write_job("cutover: wait\n")));
    ASSERT_EQ(daemon.wait_for("words", "waiting"), "waiting");
    EXPECT_EQ(daemon.ask({"cutover", "words"}).ending.exit_code, 0);
    ASSERT_EQ(daemon.wait_for("words", "done"), "done");
    ASSERT_TRUE(eventually([&] { return daemon.log().contains("hook done job=words event=done"); })) << daemon.log();
    EXPECT_EQ(told(), "started\nwaiting\ndone\n");
    json::object status = daemon.status("words");
    status["event"] = "done";
    EXPECT_EQ(json::parse(read_file(scenario_.scratch() / "document")).as_object(), status);
}

TEST_F(HooksOfADaemon, ThatWereAtWorkWhenItWasKilledAreCalledAgain) {
    hook("[ $1 = done ] || exit 0\ntouch " + (scenario_.scratch() / "begun").string() + "\nexec sleep 1000\n");
    DaemonProcess daemon(scenario_.scratch().path(), options());
    daemon.drop("words.yaml", read_file(scenario_.write_job()));
    ASSERT_TRUE(eventually([&] { return fs::exists(scenario_.scratch() / "begun"); })) << daemon.log();
    daemon.kill();
    hook(note_);
    daemon.start();
    ASSERT_TRUE(eventually([&] { return told() == "done\n"; })) << daemon.log();
    EXPECT_EQ(daemon.stop(), (Ending{0, 0}));
    daemon.start();
    EXPECT_EQ(daemon.stop(), (Ending{0, 0}));
    EXPECT_EQ(told(), "done\n") << "told once it was told";
}

TEST_F(HooksOfADaemon, ThatHangAreEndedWhenItStops) {
    hook("touch " + (scenario_.scratch() / "begun").string() + "\nexec sleep 1000\n");
    DaemonProcess daemon(scenario_.scratch().path(), options());
    daemon.drop("words.yaml", read_file(scenario_.write_job()));
    ASSERT_EQ(daemon.wait_for("words", "done"), "done") << "a hook that hangs does not hold up its job";
    ASSERT_TRUE(eventually([&] { return fs::exists(scenario_.scratch() / "begun"); })) << daemon.log();
    EXPECT_EQ(daemon.stop(), (Ending{0, 0}));
    EXPECT_THAT(daemon.log(), HasSubstr("warning: hook failed job=words event=started hook=\"" + (dir_ / "hook").string() +
                                        "\" reason=\"the daemon stops\"\n"));
    hook(note_);
    daemon.start();
    ASSERT_TRUE(eventually([&] { return told() == "done\n"; })) << daemon.log();
}

}  // namespace
}  // namespace lantern_migrate::test
