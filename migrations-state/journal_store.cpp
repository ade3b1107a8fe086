#include "migrations-state/journal_store.h"

#include <sqlite3.h>

namespace lantern_migrate::migrations_state {

Timestamp now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(Clock::now()); }

std::optional<Timestamp> optional_time(const SQLite::Column& column) {
    if (column.isNull()) return std::nullopt;
    return from_ms(column.getInt64());
}

JournalError missing(const Entry& entry) {
    return {JournalErrorKind::conflict, "the journal has no " + std::string(entry.kind) + " " + std::to_string(entry.id),
            "report this as a bug"};
}

JournalError unknown_word(const std::string& word) {
    return {JournalErrorKind::damaged, "the journal has an unknown word: `" + word + "`",
            "restore it from a backup, or submit the job anew"};
}

Journal::Impl::Impl(const std::filesystem::path& path) : file(path), file_lock(path), database(open_database(path)) {}

void Journal::Impl::commit() {
    database.exec("COMMIT");
    ++commits;
}

void Journal::Impl::roll_back() noexcept {
    // After some errors SQLite has rolled back by itself.
    if (sqlite3_get_autocommit(database.getHandle()) == 0) database.tryExec("ROLLBACK");
}

JournalError Journal::Impl::translate(const SQLite::Exception& e) const {
    return sqlite_error(file, e, sqlite3_system_errno(database.getHandle()));
}

}  // namespace lantern_migrate::migrations_state
