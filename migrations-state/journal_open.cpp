#include "migrations-state/journal_open.h"

#include "migrations-state/journal_errors.h"
#include "migrations-state/journal_schema.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

namespace lantern_migrate::migrations_state {
namespace {

namespace fs = std::filesystem;

constexpr int busy_timeout_ms = 2000;  // for somebody's sqlite3 shell on the file; another of us is seen at the lock, at once

constexpr std::string_view sqlite_magic{"SQLite format 3\0", 16};
constexpr std::size_t user_version_offset = 60;
constexpr std::size_t application_id_offset = 68;
using Header = std::array<char, 100>;

std::string message_of(int error) { return std::generic_category().message(error); }

fs::path beside(const fs::path& file, std::string_view suffix) { return file.string() + std::string(suffix); }

std::uint32_t big_endian(const Header& header, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(header[at + i]);
    return value;
}

bool is_ours(std::uint32_t application_id) { return application_id == static_cast<std::uint32_t>(journal_application_id); }

void check_version(const fs::path& file, int version) {
    if (version > static_cast<int>(journal_upgrades().size())) throw newer_error(file, version);
}

void check_header(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw cannot_open_error(file, message_of(errno));
    Header header{};
    stream.read(header.data(), header.size());
    const auto size = static_cast<std::size_t>(stream.gcount());
    const std::string_view start(header.data(), std::min(size, sqlite_magic.size()));
    const bool whole = size == header.size();

    if (!sqlite_magic.starts_with(start)) {
        // What is left of a journal whose first page was lost is still ours to name.
        const bool all_zero = std::ranges::all_of(header, [](char byte) { return byte == 0; });
        if (all_zero || (whole && is_ours(big_endian(header, application_id_offset)))) throw damaged_error(file, "its header is lost");
        throw foreign_error(file, "not a journal, nor any SQLite file");
    }
    if (!whole) throw damaged_error(file, "it ends within its header");
    if (!is_ours(big_endian(header, application_id_offset))) throw foreign_error(file, "an SQLite file of another program");
    check_version(file, static_cast<int>(big_endian(header, user_version_offset)));
}

void check_pages(const fs::path& file, SQLite::Database& database) {
    const std::string answer = database.execAndGet("PRAGMA quick_check(1)").getString();
    if (answer != "ok") throw damaged_error(file, answer);
}

// In an SQLite URI, `?`, `#` and `%` of a path would mean something.
std::string immutable_uri(const fs::path& file) {
    std::string uri = "file:";
    for (const char byte : fs::absolute(file).string()) {
        if (byte == '?')
            uri += "%3f";
        else if (byte == '#')
            uri += "%23";
        else if (byte == '%')
            uri += "%25";
        else
            uri += byte;
    }
    return uri + "?immutable=1";
}

// `immutable`: SQLite neither locks nor recovers, and so leaves nothing beside a file that is not to be touched.
void check_alone(const fs::path& file) {
    SQLite::Database database(immutable_uri(file), SQLite::OPEN_READONLY | SQLite::OPEN_URI);
    // SQLite reads a last page that is cut short as if zeros followed, and its check finds nothing wrong with lost text. (Beside a log a
    // cut page is in order: a killed process was folding the log in, and the log has that page whole.)
    const auto page_size = static_cast<std::uintmax_t>(database.execAndGet("PRAGMA page_size").getInt64());
    if (fs::file_size(file) % page_size != 0) throw damaged_error(file, "it ends within a page");
    check_pages(file, database);
}

void keep_log_on_close(SQLite::Database& database, bool keep) {
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

// Exclusive before the first access to the log: then its index is in our memory (no -shm file), and there is no second connection.
void lock_exclusively(SQLite::Database& database) { database.exec("PRAGMA locking_mode = EXCLUSIVE"); }

void require_wal(SQLite::Database& database, const fs::path& file) {
    const std::string mode = database.execAndGet("PRAGMA journal_mode = WAL").getString();
    if (mode != "wal") throw cannot_open_error(file, "its file system allows no write-ahead log (journal_mode is " + mode + ")");
}

void check_with_log(const fs::path& file, SQLite::Database& database) {
    keep_log_on_close(database, true);
    const auto application_id = static_cast<std::uint32_t>(database.execAndGet("PRAGMA application_id").getInt());
    if (!is_ours(application_id)) throw foreign_error(file, "an SQLite file of another program");
    check_version(file, database.execAndGet("PRAGMA user_version").getInt());
    check_pages(file, database);
    keep_log_on_close(database, false);
}

void sync_directory(const fs::path& directory) {
    const int descriptor = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) throw fs::filesystem_error("open", directory, std::error_code(errno, std::generic_category()));
    const int failed = fsync(descriptor) != 0 ? errno : 0;
    close(descriptor);
    if (failed != 0) throw fs::filesystem_error("fsync", directory, std::error_code(failed, std::generic_category()));
}

// A log without its journal would be replayed into the new one.
void refuse_orphaned_log(const fs::path& file) {
    for (const std::string_view suffix : {"-wal", "-journal"}) {
        std::error_code ignored;
        const auto size = fs::file_size(beside(file, suffix), ignored);
        if (ignored || size == 0) continue;
        throw damaged_error(file, "the file is gone, and " + beside(file, suffix).string() + ", which belongs to it, is not");
    }
}

void make_new(const fs::path& file) {
    refuse_orphaned_log(file);
    const fs::path fresh = beside(file, ".new");
    for (const std::string_view suffix : {"", "-wal", "-journal"}) fs::remove(beside(fresh, suffix));
    const int descriptor = open(fresh.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (descriptor < 0) throw cannot_open_error(file, message_of(errno));
    fchmod(descriptor, 0600);  // whatever the umask
    close(descriptor);
    {
        SQLite::Database database(fresh.string(), SQLite::OPEN_READWRITE);
        lock_exclusively(database);
        database.exec("PRAGMA synchronous = FULL; PRAGMA application_id = " + std::to_string(journal_application_id));
        upgrade_schema(database, journal_upgrades());
        require_wal(database, file);
    }
    fs::rename(fresh, file);
    sync_directory(fs::absolute(file).parent_path());
}

bool is_missing_or_empty(const fs::path& file) {
    const fs::file_status status = fs::status(file);
    if (status.type() == fs::file_type::not_found) return true;
    if (status.type() == fs::file_type::directory) throw cannot_open_error(file, "a directory is in its place");
    if (status.type() != fs::file_type::regular) throw cannot_open_error(file, "not a regular file");
    return fs::file_size(file) == 0;
}

SQLite::Database open_checked(const fs::path& file) {
    if (is_missing_or_empty(file)) make_new(file);
    check_header(file);
    const bool has_log = fs::exists(beside(file, "-wal")) || fs::exists(beside(file, "-journal"));
    if (!has_log) check_alone(file);

    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE, busy_timeout_ms);
    lock_exclusively(database);
    if (has_log) check_with_log(file, database);
    require_wal(database, file);
    // The log may grow with a large plan's chunks; it need not stay that large.
    database.exec("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 16777216");
    upgrade_schema(database, journal_upgrades());
    return database;
}

}  // namespace

JournalLock::JournalLock(const fs::path& journal) {
    const fs::path directory = fs::absolute(journal).parent_path();
    std::error_code ignored;
    if (!fs::is_directory(directory, ignored)) throw cannot_open_error(journal, "the directory " + directory.string() + " does not exist");
    descriptor_ = open(beside(journal, ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor_ < 0) throw cannot_open_error(journal, message_of(errno));
    if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
    const int failed = errno;
    close(descriptor_);
    if (failed == EWOULDBLOCK) throw busy_error(journal);
    throw cannot_open_error(journal, "no lock on " + beside(journal, ".lock").string() + ": " + message_of(failed));
}

JournalLock::~JournalLock() { close(descriptor_); }

SQLite::Database open_database(const fs::path& file) {
    try {
        return open_checked(file);
    } catch (const SQLite::Exception& e) {
        throw sqlite_error(file, e, 0);
    } catch (const fs::filesystem_error& e) {
        throw cannot_open_error(file, e.code().message());
    }
}

void upgrade_schema(SQLite::Database& database, std::span<const std::string_view> upgrades) {
    const auto version = static_cast<std::size_t>(database.execAndGet("PRAGMA user_version").getInt());
    if (version >= upgrades.size()) return;
    database.exec("BEGIN IMMEDIATE");
    try {
        for (const std::string_view sql : upgrades.subspan(version)) database.exec(std::string(sql));
        database.exec("PRAGMA user_version = " + std::to_string(upgrades.size()));
        database.exec("COMMIT");
    } catch (const SQLite::Exception&) {
        if (sqlite3_get_autocommit(database.getHandle()) == 0) database.tryExec("ROLLBACK");
        throw;
    }
}

}  // namespace lantern_migrate::migrations_state
