#include "daemon/hook_dir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <format>

namespace lantern_migrate::daemon {
namespace {

namespace fs = std::filesystem;

bool is_hook_name(const std::string& name) { return !name.starts_with('.') && !name.ends_with('~') && !name.contains(".dpkg-"); }

std::string ownership_objection(const struct stat& status) {
    if ((status.st_mode & S_IWOTH) != 0) return "anybody may write to it";
    if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
        return std::format("it belongs to user {}, who is neither root nor the daemon's own", status.st_uid);
    }
    return "";
}

}  // namespace

HookDir read_hook_dir(const fs::path& dir) {
    HookDir found;
    struct stat status{};
    if (::stat(dir.c_str(), &status) != 0) {
        if (errno != ENOENT) found.objection = std::strerror(errno);
        return found;
    }
    found.objection = ownership_objection(status);
    if (!found.objection.empty()) return found;
    std::error_code error;
    for (fs::directory_iterator entry(dir, error), end; !error && entry != end; entry.increment(error)) {
        if (is_hook_name(entry->path().filename())) found.files.push_back(entry->path());
    }
    if (error) found.objection = error.message();
    std::ranges::sort(found.files);
    if (found.files.size() > hook_files_max) {
        found.files.clear();
        found.objection = std::format("it has more than {} files", hook_files_max);
    }
    return found;
}

std::string hook_objection(const fs::path& file) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0) return std::strerror(errno);
    if (!S_ISREG(status.st_mode)) return "it is no regular file";
    if (std::string objection = ownership_objection(status); !objection.empty()) return objection;
    return ::faccessat(AT_FDCWD, file.c_str(), X_OK, AT_EACCESS) == 0 ? "" : "it is not executable";
}

}  // namespace lantern_migrate::daemon
