// Values as people read them: counts, sizes, times, tables, and texts that are safe to show on a terminal.
#pragma once

#include "migrations-state/records.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::daemon {

[[nodiscard]] std::string format_count(std::uint64_t);                   // 1,234,567
[[nodiscard]] std::string format_bytes(std::uint64_t);                   // 512 B, 1.2 GiB
[[nodiscard]] std::string format_duration(std::chrono::milliseconds);    // 0.4s, 12s, 3m 04s, 2h 03m, 4d 05h
[[nodiscard]] std::string format_time(migrations_state::Timestamp);      // 2025-01-31 12:00:01Z, for people
[[nodiscard]] std::string format_time_iso(migrations_state::Timestamp);  // 2025-01-31T12:00:01.250Z, for programs

// A name from a database may hold anything: control characters and invalid UTF-8 become '?', so that it cannot drive a terminal.
[[nodiscard]] std::string printable(std::string_view);
// The same with line breaks and runs of blanks made into one blank: one line of a log.
[[nodiscard]] std::string one_line(std::string_view);
// Columns on a terminal, one a code point; `text` is printable().
[[nodiscard]] std::size_t columns(std::string_view text);
// Cut to `width` columns with "..." at the end, or padded with blanks.
[[nodiscard]] std::string cut(std::string_view text, std::size_t width);
[[nodiscard]] std::string pad(std::string_view text, std::size_t width);

// `text` broken at blanks into lines of at most `width` columns, each after `indent` blanks; a longer word is broken hard.
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t width, std::size_t indent = 0);

// Rows under a heading, the first column to the left, numbers to the right. A cell that would make the table wider than `width`
// stands on a line of its own before the rest of its row, because a cut name is no name.
class TextTable {
public:
    enum class Align { left, right };
    struct Column {
        std::string heading;
        Align align = Align::left;
    };
    explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    [[nodiscard]] std::string text(std::size_t width = 100, std::size_t indent = 0) const;

private:
    [[nodiscard]] std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths, std::size_t indent) const;

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace lantern_migrate::daemon
