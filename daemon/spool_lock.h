// One daemon a spool: two would take each other's files, and both would drive the same jobs.
#pragma once

#include <filesystem>

namespace lantern_migrate::daemon {

class SpoolLock {
public:
    // Of a directory that is there. Held while it lives; ends with the process, however that ends. Throws SpoolError if another
    // process holds it. A filesystem that knows no locks goes without.
    explicit SpoolLock(const std::filesystem::path& dir);
    SpoolLock(const SpoolLock&) = delete;
    SpoolLock& operator=(const SpoolLock&) = delete;
    ~SpoolLock();

private:
    int directory_;
};

}  // namespace lantern_migrate::daemon
