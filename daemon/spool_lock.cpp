#include "daemon/spool_lock.h"

#include "daemon/spool.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <format>

namespace lantern_migrate::daemon {

SpoolLock::SpoolLock(const std::filesystem::path& dir) : directory_(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (directory_ < 0 || ::flock(directory_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
    ::close(directory_);
    throw SpoolError(std::format("the spool {} is in use by another lantern-migrated", dir.string()),
                     "stop the other one, or give this one another spool_dir");
}

SpoolLock::~SpoolLock() {
    if (directory_ >= 0) ::close(directory_);
}

}  // namespace lantern_migrate::daemon
