#include "migrations-state/journal_errors.h"

#include "migrations-state/journal_schema.h"

#include <sqlite3.h>

#include <cerrno>
#include <system_error>

namespace lantern_migrate::migrations_state {
namespace {

namespace fs = std::filesystem;

std::string where(const fs::path& file) { return "journal " + file.string() + ": "; }
std::string directory(const fs::path& file) { return fs::absolute(file).parent_path().string(); }

struct CodeName {
    int code;
    const char* name;
};

// SQLite has no function for the names that its documentation and every forum know the codes by.
constexpr CodeName code_names[] = {
    {SQLITE_ERROR, "SQLITE_ERROR"},
    {SQLITE_PERM, "SQLITE_PERM"},
    {SQLITE_BUSY, "SQLITE_BUSY"},
    {SQLITE_LOCKED, "SQLITE_LOCKED"},
    {SQLITE_NOMEM, "SQLITE_NOMEM"},
    {SQLITE_READONLY, "SQLITE_READONLY"},
    {SQLITE_READONLY_DBMOVED, "SQLITE_READONLY_DBMOVED"},
    {SQLITE_IOERR, "SQLITE_IOERR"},
    {SQLITE_IOERR_READ, "SQLITE_IOERR_READ"},
    {SQLITE_IOERR_SHORT_READ, "SQLITE_IOERR_SHORT_READ"},
    {SQLITE_IOERR_WRITE, "SQLITE_IOERR_WRITE"},
    {SQLITE_IOERR_FSYNC, "SQLITE_IOERR_FSYNC"},
    {SQLITE_IOERR_DIR_FSYNC, "SQLITE_IOERR_DIR_FSYNC"},
    {SQLITE_IOERR_TRUNCATE, "SQLITE_IOERR_TRUNCATE"},
    {SQLITE_IOERR_LOCK, "SQLITE_IOERR_LOCK"},
    {SQLITE_CORRUPT, "SQLITE_CORRUPT"},
    {SQLITE_FULL, "SQLITE_FULL"},
    {SQLITE_CANTOPEN, "SQLITE_CANTOPEN"},
    {SQLITE_CONSTRAINT, "SQLITE_CONSTRAINT"},
    {SQLITE_CONSTRAINT_FOREIGNKEY, "SQLITE_CONSTRAINT_FOREIGNKEY"},
    {SQLITE_CONSTRAINT_NOTNULL, "SQLITE_CONSTRAINT_NOTNULL"},
    {SQLITE_CONSTRAINT_PRIMARYKEY, "SQLITE_CONSTRAINT_PRIMARYKEY"},
    {SQLITE_CONSTRAINT_UNIQUE, "SQLITE_CONSTRAINT_UNIQUE"},
    {SQLITE_MISUSE, "SQLITE_MISUSE"},
    {SQLITE_NOTADB, "SQLITE_NOTADB"},
};

const char* known_name(int code) {
    for (const CodeName& entry : code_names) {
        if (entry.code == code) return entry.name;
    }
    return nullptr;
}

std::string code_name(int extended_code) {
    if (const char* name = known_name(extended_code)) return name;
    const char* primary = known_name(extended_code & 0xff);
    return std::string(primary != nullptr ? primary : "SQLite") + " " + std::to_string(extended_code);
}

bool means_no_space(int code, int system_errno) {
    if (code == SQLITE_FULL) return true;
    return code == SQLITE_IOERR && (system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG);
}

}  // namespace

JournalError cannot_open_error(const fs::path& file, const std::string& reason) {
    return {JournalErrorKind::cannot_open, where(file) + reason, "check `state_dir`: it must be a directory that this user may write to"};
}

JournalError damaged_error(const fs::path& file, const std::string& reason) {
    return {JournalErrorKind::damaged, where(file) + "damaged: " + reason,
            "it was left as it is; restore it from a backup, or move it away and submit the jobs anew"};
}

JournalError foreign_error(const fs::path& file, const std::string& reason) {
    return {JournalErrorKind::foreign, where(file) + reason, "it was left as it is; move it away, or choose another state_dir"};
}

JournalError newer_error(const fs::path& file, int version) {
    return {JournalErrorKind::newer,
            where(file) + "written by a later version of lantern-migrate (its schema is " + std::to_string(version) +
                ", this program knows up to " + std::to_string(journal_upgrades().size()) + ")",
            "it was left as it is; run the later version, or choose another state_dir"};
}

JournalError busy_error(const fs::path& file) {
    return {JournalErrorKind::busy, where(file) + "in use by another process",
            "stop the other lantern-migrated or `lantern-migrate run`, or give this one another state_dir"};
}

JournalError sqlite_error(const fs::path& file, const SQLite::Exception& e, int system_errno) {
    const int extended_code = e.getExtendedErrorCode() > 0 ? e.getExtendedErrorCode() : e.getErrorCode();
    const int code = e.getErrorCode() & 0xff;
    const std::string name = " (" + code_name(extended_code) + ")";
    if (means_no_space(code, system_errno)) {
        return {JournalErrorKind::full, where(file) + "no space left to write" + name,
                "free space on the file system of " + directory(file) + "; the daemon resumes by itself"};
    }
    switch (code) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return busy_error(file);
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return damaged_error(file, e.what() + name);
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_READONLY: return cannot_open_error(file, e.what() + name);
        case SQLITE_CONSTRAINT:
            return {JournalErrorKind::conflict, where(file) + "contradicts what is recorded: " + e.what() + name, "report this as a bug"};
        default: break;
    }
    const std::string cause = system_errno != 0 ? ", " + std::generic_category().message(system_errno) : "";
    return {JournalErrorKind::io, where(file) + e.what() + cause + name, "check the file system of " + directory(file)};
}

}  // namespace lantern_migrate::migrations_state
