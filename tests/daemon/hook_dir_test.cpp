#include "daemon/hook_dir.h"

#include "scratch.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lantern_migrate::daemon {
namespace {

namespace fs = std::filesystem;
using test::Scratch;
using test::write;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(HookDir, GivesItsFilesInTheOrderOfTheirNamesAndLeavesOutWhatEditorsAndDpkgLeave) {
    const Scratch scratch;
    for (const char* name : {"20-chat", "10-mail.sh", "Z", ".hidden", "10-mail.sh~", "20-chat.dpkg-old", "30-x.dpkg-new"}) {
        write(scratch / name, "");
    }
    const HookDir dir = read_hook_dir(scratch.dir());
    EXPECT_THAT(dir.files, ElementsAre(scratch / "10-mail.sh", scratch / "20-chat", scratch / "Z"));
    EXPECT_EQ(dir.objection, "");
}

TEST(HookDir, NeedNotBeThere) {
    const Scratch scratch;
    const HookDir dir = read_hook_dir(scratch / "hooks.d");
    EXPECT_THAT(dir.files, IsEmpty());
    EXPECT_EQ(dir.objection, "");
}

TEST(HookDir, IsRefusedWholeWhenItCannotBeTrustedOrRead) {
    const Scratch scratch;
    const fs::path dir = scratch / "hooks.d";
    fs::create_directory(dir);
    write(dir / "hook", "");
    fs::permissions(dir, fs::perms(0777));
    EXPECT_EQ(read_hook_dir(dir).objection, "anybody may write to it");
    EXPECT_THAT(read_hook_dir(dir).files, IsEmpty());
    EXPECT_EQ(read_hook_dir(dir / "hook").objection, "Not a directory");
    fs::permissions(dir, fs::perms(0755));
    for (std::size_t i = 0; i < hook_files_max; ++i) write(dir / std::to_string(i), "");
    EXPECT_EQ(read_hook_dir(dir).objection, "it has more than 100 files");
    EXPECT_THAT(read_hook_dir(dir).files, IsEmpty());
}

TEST(HookObjection, SaysWhyAFileIsNotRun) {
    const Scratch scratch;
    const fs::path file = scratch / "hook";
    EXPECT_EQ(hook_objection(file), "No such file or directory");
    write(file, "#!/bin/sh\n");
    for (const auto& [mode, objection] : std::initializer_list<std::pair<unsigned, const char*>>{
             {0755, ""},
             {0700, ""},
             {0775, ""},
             {0644, "it is not executable"},
             {0757, "anybody may write to it"},
         }) {
        fs::permissions(file, fs::perms(mode));
        EXPECT_EQ(hook_objection(file), objection) << std::oct << mode;
    }
    EXPECT_EQ(hook_objection(scratch.dir()), "it is no regular file");
    ASSERT_EQ(::mkfifo((scratch / "fifo").c_str(), 0755), 0);
    EXPECT_EQ(hook_objection(scratch / "fifo"), "it is no regular file");
    fs::create_symlink(scratch / "nothing", scratch / "link");
    EXPECT_EQ(hook_objection(scratch / "link"), "No such file or directory");
    fs::create_symlink("/bin/true", scratch / "true");
    EXPECT_EQ(hook_objection(scratch / "true"), "");
    fs::permissions(file, fs::perms(0755));
    ASSERT_EQ(::chown(file.c_str(), 12345, static_cast<gid_t>(-1)), 0) << "needs root, as the toolbox has it";
    EXPECT_EQ(hook_objection(file), "it belongs to user 12345, who is neither root nor the daemon's own");
}

}  // namespace
}  // namespace lantern_migrate::daemon
