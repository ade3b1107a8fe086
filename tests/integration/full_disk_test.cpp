// No space under the journal: the daemon stays, says so, and its jobs go on by themselves once there is space.
#include "tests/integration/slow_copy.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

namespace lantern_migrate::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(AFullDiskUnderTheJournal, StopsNobodyAndIsForgottenWhenThereIsSpace) {
    Scenario scenario;
    scenario.load("slow_source.sql");
    const fs::path state = scenario.scratch() / "state";
    fs::create_directory(state);
    // A file system of the daemon's own, in a mount namespace of its own: it goes with the daemon.
    DaemonOptions options{.run_under = {"unshare", "--mount"}};
    if (geteuid() != 0) options.run_under.emplace_back("--map-root-user");
    options.run_under.insert(options.run_under.end(), {"sh", "-c", "mount -t tmpfs -o size=2m tmpfs \"$0\" && exec \"$@\"", state});
    DaemonProcess daemon(scenario.scratch().path(), options);
    const fs::path ballast = "/proc/" + std::to_string(daemon.id()) + "/root" + (state / "ballast").string();

    daemon.drop("words.yaml", read_file(scenario.write_job(slow_copy)));
    ASSERT_TRUE(eventually([&] { return chunks_done(scenario.target_url()) >= 2; })) << daemon.log();
    {
        std::ofstream filler(ballast, std::ios::binary);
        const std::string block(4096, 'x');
        for (int i = 0; i < 1000 && filler.write(block.data(), 4096).flush(); ++i) {
        }
        ASSERT_FALSE(filler.good()) << "the disk is not full";
    }
    const std::string reason = "journal " + (state / "journal.db").string() + ": no space left to write (SQLITE_FULL)";
    const std::string hint = "free space on the file system of " + state.string() + "; the daemon resumes by itself";
    const auto full = daemon.wait_until("words", [&](const auto& status) { return text_at(status, "reason") == reason; });
    EXPECT_EQ(text_at(full, "reason"), reason);
    EXPECT_EQ(text_at(full, "hint"), hint);
    EXPECT_EQ(text_at(full, "transient"), "true");
    // Another job that comes now waits for the journal as well.
    scenario.target().create_database("second");
    daemon.drop("second.yaml",
                "source: {url: \"" + scenario.source_url() + "\"}\ntarget: {url: \"" + scenario.target().url("second") + "\"}\n");
    EXPECT_TRUE(eventually([&] { return daemon.log().contains("the job waits for the journal: " + reason); })) << daemon.log();
    EXPECT_TRUE(daemon.running());
    EXPECT_EQ(daemon.ask({"list"}).ending.exit_code, 0);

    fs::remove(ballast);
    EXPECT_EQ(daemon.wait_for("words", "done"), "done");
    EXPECT_EQ(daemon.wait_for("second", "done"), "done");
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target_url()), IsEmpty());
    EXPECT_THAT(compare_tables(scenario.source_url(), scenario.target().url("second")), IsEmpty());
    EXPECT_EQ(daemon.stop(), (Ending{0, 0}));
}

TEST(AFullDiskUnderTheJournal, AtTheStartIsToldAndNothingIsBegun) {
    Scenario scenario;
    scenario.load("small_source.sql");
    const std::string job = scenario.write_job();
    const fs::path state = scenario.scratch() / "state";
    fs::create_directory(state);
    std::vector<std::string> arguments{"unshare", "--mount"};
    if (geteuid() != 0) arguments.emplace_back("--map-root-user");
    arguments.insert(arguments.end(), {"sh", "-c", "mount -t tmpfs -o size=16k tmpfs \"$0\" && exec \"$@\"", state});
    for (const std::string& argument : scenario.run_arguments(job)) arguments.push_back(argument);
    const Finished finished = run(arguments);
    EXPECT_EQ(finished.ending.exit_code, 1) << finished.err;
    EXPECT_EQ(finished.err, "lantern-migrate: journal " + (state / "journal.db").string() +
                                ": no space left to write (SQLITE_FULL)\nhint: free space on "
                                "the file system of " +
                                state.string() + "; the daemon resumes by itself\n");
    EXPECT_EQ(query_text(scenario.target_url(), "SELECT count(*) FROM pg_extension WHERE extname = 'lantern'"), "0");
}

}  // namespace
}  // namespace lantern_migrate::test
