// A directory that goes with the test, and the entries that most tests need.
#pragma once

#include "migrations-state/journal.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace lantern_migrate::migrations_state {

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "journal-test-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
        path_ = name;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

inline std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

inline void write_bytes(const std::filesystem::path& file, std::string_view bytes) {
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// Runs `action` and gives the JournalError that it must throw.
template <typename Action>
JournalError error_of(Action&& action) {
    try {
        static_cast<void>(action());
    } catch (const JournalError& e) {
        return e;
    }
    throw std::logic_error("no JournalError was thrown");
}

class JournalTest : public testing::Test {
protected:
    TemporaryDirectory directory_;
    std::filesystem::path file_ = directory_.path() / "journal.db";
    Journal journal_ = Journal::open(file_);

    void reopen() {
        // The former is closed first: two cannot be open at once.
        {
            const Journal closed = std::move(journal_);
        }
        journal_ = Journal::open(file_);
    }

    Job words() {
        return journal_.create_job({.name = "words",
                                    .file = "/spool/active/words.yaml",
                                    .source = "postgresql://reader@old.example/app",
                                    .target = "postgresql://owner@db.lantern.example/app",
                                    .fingerprint = "f00d"});
    }

    // A table of two chunks and one of one.
    std::vector<TableRecord> two_tables(JobId job) {
        const NewTable tables[] = {
            {.schema = "public",
             .name = "items",
             .bytes = 1 << 20,
             .estimated_rows = 1000,
             .shape = "id int8",
             .chunks = {{"", "(8,0)"}, {"(8,0)", ""}}},
            {.schema = "public", .name = "notes", .bytes = 0, .estimated_rows = -1, .shape = "t text", .chunks = {{"", ""}}},
        };
        journal_.save_tables(job, tables);
        return journal_.tables(job);
    }
};

inline const ChunkTotals some_totals{.rows = 10, .bytes_read = 400, .bytes_written = 800, .digest = "0123456789abcdef0123456789abcdef"};

}  // namespace lantern_migrate::migrations_state
