#include "daemon/spool_watch.h"

#include "scratch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>

namespace lantern_migrate::daemon {
namespace {

namespace fs = std::filesystem;
using test::Scratch;
using test::write;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

struct Watched {
    Scratch scratch;
    Spool spool{scratch / "spool"};
    boost::asio::io_context io;
    std::vector<std::string> arrived;
    SpoolWatch watch{io, spool, [this](const std::string& name) { arrived.push_back(name); }, quiet_log()};

    void run() { io.run_for(std::chrono::milliseconds(50)); }
};

TEST(SpoolWatch, FindsWhatWasDroppedWhileNobodyWatched) {
    Watched watched;
    write(watched.spool.incoming() / "words.yaml", "x");
    fs::last_write_time(watched.spool.incoming() / "words.yaml", fs::file_time_type::clock::now() - std::chrono::hours(1));
    watched.watch.start();
    EXPECT_THAT(watched.arrived, ElementsAre("words.yaml"));
}

TEST(SpoolWatch, TellsOfAFileOnceItIsClosedAndNotBefore) {
    Watched watched;
    watched.watch.start();
    const int fd = ::open((watched.spool.incoming() / "words.yaml").c_str(), O_CREAT | O_WRONLY, 0640);
    ASSERT_EQ(::write(fd, "half", 4), 4);
    watched.run();
    EXPECT_THAT(watched.arrived, IsEmpty());
    ::close(fd);
    watched.run();
    EXPECT_THAT(watched.arrived, ElementsAre("words.yaml"));
}

TEST(SpoolWatch, TellsOfAFileThatIsRenamedInAndNotOfItsTemporaryName) {
    Watched watched;
    watched.watch.start();
    write(watched.spool.incoming() / ".words.tmp", "x");
    fs::rename(watched.spool.incoming() / ".words.tmp", watched.spool.incoming() / "words.yaml");
    watched.run();
    EXPECT_THAT(watched.arrived, ElementsAre("words.yaml"));
}

TEST(SpoolWatch, GoesOnWhenTheDirectoryIsReplaced) {
    Watched watched;
    watched.watch.start();
    fs::remove_all(watched.spool.incoming());
    watched.run();
    EXPECT_TRUE(fs::exists(watched.spool.incoming()));
    write(watched.spool.incoming() / "words.yaml", "x");
    watched.run();
    EXPECT_THAT(watched.arrived, Contains("words.yaml"));
}

TEST(SpoolWatch, SurvivesMoreEventsThanFitIntoOneRead) {
    Watched watched;
    watched.watch.start();
    const std::string long_name(200, 'a');
    for (int i = 0; i < 300; ++i) write(watched.spool.incoming() / (long_name + std::to_string(i) + ".yaml"), "x");
    for (int i = 0; i < 10; ++i) watched.run();
    EXPECT_EQ(std::set(watched.arrived.begin(), watched.arrived.end()).size(), 300U);
}

}  // namespace
}  // namespace lantern_migrate::daemon
