// Transactions that leave the journal usable after any failure, and what its parts share. Private to this folder.
#pragma once

#include "migrations-state/journal.h"
#include "migrations-state/journal_errors.h"
#include "migrations-state/journal_open.h"
#include "migrations-state/words.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>

#include <atomic>
#include <mutex>
#include <optional>

namespace lantern_migrate::migrations_state {

[[nodiscard]] Timestamp now();
[[nodiscard]] inline std::int64_t to_ms(Timestamp at) { return at.time_since_epoch().count(); }
[[nodiscard]] inline Timestamp from_ms(std::int64_t ms) { return Timestamp{std::chrono::milliseconds{ms}}; }

struct Entry;
[[nodiscard]] JournalError missing(const Entry&);
[[nodiscard]] JournalError unknown_word(const std::string& word);

// NULL where there is no time.
[[nodiscard]] std::optional<Timestamp> optional_time(const SQLite::Column&);

// The value of a stored word. A word we do not know is damage: guessing a state could copy rows twice or skip them.
template <typename Value>
Value known(std::optional<Value> value, const std::string& word) {
    if (!value) throw unknown_word(word);
    return *value;
}

struct Journal::Impl {
    explicit Impl(const std::filesystem::path& path);

    // Runs `work(database)` under the mutex in one durable transaction. Any failure rolls back and leaves the journal usable.
    template <typename Work>
    auto write(Work&& work) {
        std::lock_guard lock(mutex);
        if (in_together) return work(database);
        try {
            database.exec("BEGIN IMMEDIATE");
            if constexpr (std::is_void_v<decltype(work(database))>) {
                work(database);
                commit();
            } else {
                auto result = work(database);
                commit();
                return result;
            }
        } catch (const SQLite::Exception& e) {
            const JournalError error = translate(e);  // before the rollback, which forgets the system's errno
            roll_back();
            throw error;
        } catch (...) {
            roll_back();
            throw;
        }
    }

    template <typename Work>
    auto read(Work&& work) const {
        std::lock_guard lock(mutex);
        try {
            return work(database);
        } catch (const SQLite::Exception& e) {
            throw translate(e);
        }
    }

    void commit();
    void roll_back() noexcept;
    [[nodiscard]] JournalError translate(const SQLite::Exception&) const;

    std::filesystem::path file;
    mutable std::recursive_mutex mutex;
    bool in_together = false;  // then a transaction is open, and whoever holds the mutex writes into it
    std::atomic<std::uint64_t> commits = 0;
    JournalLock file_lock;  // before the database: it is released after the database is closed
    mutable SQLite::Database database;
};

// One statement with its values; gives the number of rows it changed.
template <typename... Values>
int change(SQLite::Database& database, const char* sql, const Values&... values) {
    SQLite::Statement statement(database, sql);
    SQLite::bind(statement, values...);
    return statement.exec();
}

// What a caller named: "job 7", "chunk 3 of table 5".
struct Entry {
    const char* kind;
    std::int64_t id;
};

// Like `change`, and a conflict if it changed nothing: the entry is not there.
template <typename... Values>
void change_one(SQLite::Database& database, const Entry& entry, const char* sql, const Values&... values) {
    if (change(database, sql, values...) == 0) throw missing(entry);
}

// Every row of a query through `make(statement)`.
template <typename Make, typename... Values>
auto collect(SQLite::Database& database, const char* sql, Make&& make, const Values&... values) {
    SQLite::Statement statement(database, sql);
    if constexpr (sizeof...(values) > 0) SQLite::bind(statement, values...);
    std::vector<decltype(make(statement))> rows;
    while (statement.executeStep()) rows.push_back(make(statement));
    return rows;
}

}  // namespace lantern_migrate::migrations_state
