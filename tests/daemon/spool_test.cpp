#include "daemon/spool.h"

#include "scratch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>

namespace lantern_migrate::daemon {
namespace {

namespace fs = std::filesystem;
using test::read;
using test::Scratch;
using test::write;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::chrono::milliseconds at_once{0};

mode_t mode_of(const fs::path& file) {
    struct stat info{};
    EXPECT_EQ(::stat(file.c_str(), &info), 0);
    return info.st_mode & 07777;
}

TEST(Spool, MakesItsDirectoriesWritableOnlyWhereJobsAreDropped) {
    const Scratch scratch;
    const Spool spool(scratch / "spool");
    EXPECT_EQ(mode_of(scratch / "spool/incoming"), 02770U);
    for (const char* name : {"spool/active", "spool/done", "spool/failed"}) EXPECT_EQ(mode_of(scratch / name), 02750U) << name;
}

TEST(Spool, LeavesDirectoriesThatAreThereAsTheyAre) {
    const Scratch scratch;
    fs::create_directories(scratch / "spool/incoming");
    ASSERT_EQ(::chmod((scratch / "spool/incoming").c_str(), 0700), 0);
    const Spool spool(scratch / "spool");
    EXPECT_EQ(mode_of(scratch / "spool/incoming"), 0700U);
}

TEST(Spool, SaysWhatIsWrongWithADirectoryThatCannotBeMade) {
    const Scratch scratch;
    write(scratch / "file", "");
    try {
        const Spool spool(scratch / "file/spool");
        FAIL();
    } catch (const SpoolError& e) {
        EXPECT_EQ(std::string(e.what()), "cannot make the spool " + (scratch / "file/spool").string() + ": Not a directory");
        EXPECT_EQ(e.hint(), "give the daemon's user the right to write there, or name another directory with --spool-dir");
    }
}

TEST(Spool, DoesNotSeeWhatIsStillBeingWrittenByName) {
    const Scratch scratch;
    const Spool spool(scratch / "spool");
    for (const char* name : {".hidden.yaml", "words.yaml.tmp", ".words.yaml.tmp", "words.yaml"}) write(spool.incoming() / name, "x");
    EXPECT_THAT(spool.scan_incoming(at_once).names, ElementsAre("words.yaml"));
}

TEST(Spool, LeavesAFileAloneThatSomebodyHasOpenForWriting) {
    const Scratch scratch;
    const Spool spool(scratch / "spool");
    const fs::path file = spool.incoming() / "words.yaml";
    const int fd = ::open(file.c_str(), O_CREAT | O_WRONLY, 0640);
    ASSERT_GE(fd, 0);
    ASSERT_EQ(::write(fd, "source", 6), 6);
    Spool::Scan scan = spool.scan_incoming(at_once);
    EXPECT_THAT(scan.names, IsEmpty());
    EXPECT_TRUE(scan.unsettled);
    ::close(fd);
    scan = spool.scan_incoming(at_once);
    EXPECT_THAT(scan.names, ElementsAre("words.yaml"));
    EXPECT_FALSE(scan.unsettled);
}

TEST(Spool, GivesFilesInTheOrderTheyWereWritten) {
    const Scratch scratch;
    const Spool spool(scratch / "spool");
    const auto now = fs::file_time_type::clock::now();
    for (const auto& [name, age] : {std::pair{"a.yaml", 10}, std::pair{"b.yaml", 30}, std::pair{"c.yaml", 20}}) {
        write(spool.incoming() / name, "x");
        fs::last_write_time(spool.incoming() / name, now - std::chrono::seconds(age));
    }
    EXPECT_THAT(spool.scan_incoming().names, ElementsAre("b.yaml", "c.yaml", "a.yaml"));
}

TEST(Spool, ObjectsToWhatIsNoRegularFileWithoutOpeningIt) {
    const Scratch scratch;
    const Spool spool(scratch / "spool");
    const auto at = [&](const char* name) { return spool.incoming() / name; };
    ASSERT_EQ(::mkfifo(at("pipe.yaml").c_str(), 0600), 0);
    fs::create_directory(at("directory.yaml"));
    fs::create_symlink("/etc/passwd", at("link.yaml"));
    write(at("one.yaml"), "x");
    fs::create_hard_link(at("one.yaml"), scratch / "other");
    write(at("words.txt"), "x");
    write(at("words.yml"), "x");
    EXPECT_EQ(Spool::objection(at("pipe.yaml")), "a pipe, and only regular files are taken");
    EXPECT_EQ(Spool::objection(at("directory.yaml")), "a directory, and only regular files are taken");
    EXPECT_EQ(Spool::objection(at("link.yaml")), "a symbolic link, and only regular files are taken");
    EXPECT_EQ(Spool::objection(at("one.yaml")), "a file with several hard links, and only files with one name are taken");
    EXPECT_EQ(Spool::objection(at("words.txt")), "not a job file: its name ends neither in .yaml nor in .yml");
    EXPECT_EQ(Spool::objection(at("words.yml")), "");
    // A scan does not block on the pipe either.
    EXPECT_EQ(spool.scan_incoming(at_once).names.size(), 6U);
}

TEST(Spool, ClaimsByRenameAndNeverOverAnotherFile) {
    const Scratch scratch;
    const Spool spool(scratch / "spool");
    write(spool.incoming() / "words.yaml", "first");
    EXPECT_EQ(spool.claim("words.yaml"), spool.active() / "words.yaml");
    write(spool.incoming() / "words.yaml", "second");
    EXPECT_EQ(spool.claim("words.yaml"), spool.active() / "words.1.yaml");
    EXPECT_EQ(read(spool.active() / "words.yaml"), "first");
    EXPECT_EQ(read(spool.active() / "words.1.yaml"), "second");
    EXPECT_TRUE(fs::is_empty(spool.incoming()));
}

TEST(Spool, ReportsEveryMistakeOfARefusedFile) {
    const Scratch scratch;
    const Spool spool(scratch / "spool");
    write(spool.incoming() / "words.yaml", "x");
    const fs::path to = spool.refuse(spool.incoming() / "words.yaml", "2 mistakes in the job file", "mend it",
                                     {{.line = 3, .column = 5, .key = "copy.workers", .message = "must be a number"},
                                      {.line = 9, .column = 1, .key = "", .message = "no target"}});
    EXPECT_EQ(to, spool.dir() / "failed/words.yaml");
    EXPECT_EQ(read(to.string() + ".report.json"),
              R"({"file":"words.yaml","disposition":"refused","reason":"2 mistakes in the job file","hint":"mend it",)"
              R"("mistakes":[{"line":3,"column":5,"key":"copy.workers","message":"must be a number"},)"
              R"({"line":9,"column":1,"key":"","message":"no target"}]})"
              "\n");
    EXPECT_FALSE(fs::exists(spool.dir() / "failed/.report.tmp"));
}

TEST(Spool, KeepsTheReportOfAnEarlierFileOfTheSameName) {
    const Scratch scratch;
    const Spool spool(scratch / "spool");
    write(spool.dir() / "done/words.yaml.report.json", "old");
    write(spool.active() / "words.yaml", "x");
    const fs::path to = spool.finish(spool.active() / "words.yaml", Spool::End::done);
    EXPECT_EQ(to, spool.dir() / "done/words.1.yaml");
    Spool::write_report(to, {{"job", "words"}});
    EXPECT_EQ(read(spool.dir() / "done/words.yaml.report.json"), "old");
    EXPECT_EQ(read(spool.dir() / "done/words.1.yaml.report.json"), "{\"job\":\"words\"}\n");
}

TEST(Spool, KeepsTheReportAsAPageBesideTheOneForPrograms) {
    const Scratch scratch;
    const Spool spool(scratch / "spool");
    write(spool.dir() / "done/words.yaml.report.html", "old");
    write(spool.active() / "words.yaml", "x");
    const fs::path to = spool.finish(spool.active() / "words.yaml", Spool::End::done);
    EXPECT_EQ(to, spool.dir() / "done/words.1.yaml");
    Spool::write_report_page(to, "<p>words</p>");
    EXPECT_EQ(read(spool.dir() / "done/words.1.yaml.report.html"), "<p>words</p>");
    EXPECT_EQ(read(spool.dir() / "done/words.yaml.report.html"), "old");
    EXPECT_FALSE(fs::exists(spool.dir() / "done/.report.tmp"));
}

TEST(Spool, BringsAFailedFileBackForARetry) {
    const Scratch scratch;
    const Spool spool(scratch / "spool");
    write(spool.active() / "words.yaml", "x");
    const fs::path failed = spool.finish(spool.active() / "words.yaml", Spool::End::failed);
    Spool::write_report(failed, {{"job", "words"}});
    Spool::write_report_page(failed, "<p>words</p>");
    EXPECT_EQ(spool.reactivate(failed), spool.active() / "words.yaml");
    EXPECT_FALSE(fs::exists(failed.string() + ".report.json"));
    EXPECT_FALSE(fs::exists(failed.string() + ".report.html"));
    EXPECT_EQ(spool.reactivate(spool.active() / "words.yaml"), spool.active() / "words.yaml");
}

TEST(Spool, FindsAFileAgainThatACrashLeftOnItsWay) {
    const Scratch scratch;
    const Spool spool(scratch / "spool");
    write(spool.dir() / "failed/words.yaml", "x");
    EXPECT_EQ(spool.find_again(spool.active() / "words.yaml"), spool.dir() / "failed/words.yaml");
    EXPECT_EQ(spool.find_again(spool.active() / "gone.yaml"), spool.active() / "gone.yaml");
}

}  // namespace
}  // namespace lantern_migrate::daemon
