#include "daemon/text.h"

#include <algorithm>
#include <array>
#include <format>

namespace lantern_migrate::daemon {
namespace {

constexpr std::size_t gap = 2;  // blanks between columns

// The bytes of the valid UTF-8 character at the front of `text`, or 0. Overlong forms and surrogates are not looked for:
// what comes from a server has passed its own check.
std::size_t utf8_length(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    std::size_t length = 0;
    if (lead < 0x80) length = 1;
    if (lead >= 0xC2 && lead < 0xE0) length = 2;
    if (lead >= 0xE0 && lead < 0xF0) length = 3;
    if (lead >= 0xF0 && lead < 0xF5) length = 4;
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) return 0;
    }
    return length;
}

// C0, DEL, C1, and the marks that turn the direction of what follows.
bool drives_a_terminal(std::string_view character) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
    if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
    if (character.size() == 2) return byte(0) == 0xC2 && byte(1) < 0xA0;
    return character.size() == 3 && byte(0) == 0xE2 &&
           ((byte(1) == 0x80 && byte(2) >= 0xA8 && byte(2) <= 0xAE) || (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9));
}

std::size_t bytes_of_columns(std::string_view text, std::size_t width) {
    std::size_t at = 0;
    for (; width > 0 && at < text.size(); --width) {
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
    }
    return at;
}

}  // namespace

std::string format_count(std::uint64_t count) {
    std::string text = std::to_string(count);
    for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
    return text;
}

std::string format_bytes(std::uint64_t bytes) {
    constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024) return std::format("{} B", bytes);
    double value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    // 1023.96 would be printed as 1024.0.
    while (value >= 1023.95 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    return std::format("{:.1f} {}", value, units[unit]);
}

std::string format_duration(std::chrono::milliseconds duration) {
    const auto ms = std::max<std::int64_t>(duration.count(), 0);
    if (ms < 9950) return std::format("{:.1f}s", static_cast<double>(ms) / 1000);
    const auto s = (ms + 500) / 1000;
    if (s < 60) return std::format("{}s", s);
    if (s < 3600) return std::format("{}m {:02}s", s / 60, s % 60);
    const auto minutes = s / 60;
    if (minutes < 24 * 60) return std::format("{}h {:02}m", minutes / 60, minutes % 60);
    return std::format("{}d {:02}h", minutes / (24 * 60), minutes / 60 % 24);
}

std::string format_time(migrations_state::Timestamp at) {
    return std::format("{:%Y-%m-%d %H:%M:%S}Z", std::chrono::floor<std::chrono::seconds>(at));
}

std::string format_time_iso(migrations_state::Timestamp at) { return std::format("{:%Y-%m-%dT%H:%M:%S}Z", at); }

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
        if (length == 0 || drives_a_terminal(character)) {
            out += '?';
        } else {
            out += character;
        }
        text.remove_prefix(character.size());
    }
    return out;
}

std::string one_line(std::string_view text) {
    std::string blanks_joined;
    for (const char c : text) {
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
            blanks_joined += c;
        } else if (!blanks_joined.empty() && blanks_joined.back() != ' ') {
            blanks_joined += ' ';
        }
    }
    while (!blanks_joined.empty() && blanks_joined.back() == ' ') blanks_joined.pop_back();
    return printable(blanks_joined);
}

std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string cut(std::string_view text, std::size_t width) {
    if (columns(text) <= width) return std::string(text);
    if (width <= 3) return std::string(text.substr(0, bytes_of_columns(text, width)));
    return std::string(text.substr(0, bytes_of_columns(text, width - 3))) + "...";
}

std::string pad(std::string_view text, std::size_t width) {
    std::string out(text);
    const std::size_t have = columns(out);
    if (have < width) out.append(width - have, ' ');
    return out;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width, std::size_t indent) {
    const std::string blanks(indent, ' ');
    const std::size_t room = width > indent + 8 ? width - indent : 8;
    std::vector<std::string> lines;
    std::string line;
    const auto flush = [&] {
        if (!line.empty()) lines.push_back(blanks + line);
        line.clear();
    };
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (word.empty()) continue;
        if (!line.empty() && columns(line) + 1 + columns(word) > room) flush();
        if (!line.empty()) line += ' ';
        while (columns(word) > room) {
            const std::size_t bytes = bytes_of_columns(word, room);
            lines.push_back(blanks + std::string(word.substr(0, bytes)));
            word.remove_prefix(bytes);
        }
        line += word;
    }
    flush();
    return lines;
}

std::string TextTable::line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths, std::size_t indent) const {
    std::string out(indent, ' ');
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::size_t have = daemon::columns(cells[i]);
        const std::string blanks(widths[i] > have ? widths[i] - have : 0, ' ');
        if (i > 0) out.append(gap, ' ');
        out += columns_[i].align == Align::right ? blanks + cells[i] : cells[i] + blanks;
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out + '\n';
}

std::string TextTable::text(std::size_t width, std::size_t indent) const {
    std::vector<std::size_t> widths;
    std::size_t others = indent;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        std::size_t widest = daemon::columns(columns_[i].heading);
        for (const auto& row : rows_) widest = std::max(widest, daemon::columns(row[i]));
        widths.push_back(widest);
        if (i > 0) others += widest + gap;
    }
    const std::size_t heading = daemon::columns(columns_.front().heading);
    const std::size_t first_max = std::max(width > others ? width - others : 0, heading);
    // As wide as the widest first cell that fits, so that one long name does not push all numbers to the right.
    std::size_t first = heading;
    for (const auto& row : rows_) {
        const std::size_t have = daemon::columns(row.front());
        if (have <= first_max) first = std::max(first, have);
    }
    widths.front() = first;
    std::vector<std::string> headings;
    for (const Column& column : columns_) headings.push_back(column.heading);
    std::string out = line(headings, widths, indent);
    for (std::vector<std::string> row : rows_) {
        if (daemon::columns(row.front()) > first) {
            for (const std::string& part : wrap(row.front(), width, indent)) out += part + '\n';
            row.front().clear();
        }
        out += line(row, widths, indent);
    }
    return out;
}

}  // namespace lantern_migrate::daemon
