// What the journal says when it cannot go on. Private to this folder.
#pragma once

#include "migrations-state/journal.h"

#include <SQLiteCpp/Exception.h>

namespace lantern_migrate::migrations_state {

[[nodiscard]] JournalError cannot_open_error(const std::filesystem::path& file, const std::string& reason);
[[nodiscard]] JournalError damaged_error(const std::filesystem::path& file, const std::string& reason);
[[nodiscard]] JournalError foreign_error(const std::filesystem::path& file, const std::string& reason);
[[nodiscard]] JournalError newer_error(const std::filesystem::path& file, int version);
[[nodiscard]] JournalError busy_error(const std::filesystem::path& file);

// `system_errno` is sqlite3_system_errno() from before anything else was done on the connection; 0: unknown. It tells a quota or a file
// size limit, which to SQLite are mere write errors, from a disk that fails.
[[nodiscard]] JournalError sqlite_error(const std::filesystem::path& file, const SQLite::Exception&, int system_errno);

}  // namespace lantern_migrate::migrations_state
