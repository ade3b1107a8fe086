// Opening the journal's file with care. Private to this folder.
//
// In order, and nothing is written before the last of the checks:
//   1. a lock on `FILE.lock`, so that nobody looks at a file that another process writes;
//   2. nothing there, or an empty file: a new journal is made whole beside it (`FILE.new`) and renamed into its place, so that a file
//      of this name has our mark from its first moment, whenever the power fails;
//   3. the header's bytes: is it SQLite's, ours, of a version we know;
//   4. every page, through SQLite: read-only where the file stands alone; where a killed process left a write-ahead log, through that log,
//      for the file alone is not the truth then. The log is neither folded in nor removed before the checks are passed;
//   5. the upgrade, in one transaction.
#pragma once

#include "migrations-state/journal.h"

#include <SQLiteCpp/Database.h>

#include <string_view>

namespace lantern_migrate::migrations_state {

// Held while the journal is open. SQLite's own locks come too late for the checks above, and closing any descriptor of a file drops
// this process's POSIX locks on it; so nobody may even read the header of a journal that is open. The file stays: removing it
// would let two processes lock two files of one name.
class JournalLock {
public:
    // Throws JournalError: busy, cannot_open.
    explicit JournalLock(const std::filesystem::path& journal);
    ~JournalLock();
    JournalLock(const JournalLock&) = delete;
    JournalLock& operator=(const JournalLock&) = delete;

private:
    int descriptor_ = -1;
};

// Steps 2 to 5; the caller holds the lock. Throws JournalError.
[[nodiscard]] SQLite::Database open_database(const std::filesystem::path& file);

// Takes a database from its user_version to the last of `upgrades` in one transaction. Throws SQLite::Exception, with nothing changed.
void upgrade_schema(SQLite::Database&, std::span<const std::string_view> upgrades);

}  // namespace lantern_migrate::migrations_state
