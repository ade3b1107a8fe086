#include "config/units.h"

#include <charconv>
#include <format>
#include <limits>
#include <span>

namespace lantern_migrate::config {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

// Largest first, and of each size the name that is printed first.
constexpr Unit sizes[] = {
    {"TiB", std::uint64_t{1} << 40}, {"TB", std::uint64_t{1} << 40},  {"GiB", std::uint64_t{1} << 30},
    {"GB", std::uint64_t{1} << 30},  {"MiB", std::uint64_t{1} << 20}, {"MB", std::uint64_t{1} << 20},
    {"KiB", std::uint64_t{1} << 10}, {"kB", std::uint64_t{1} << 10},  {"B", 1},
};
constexpr Unit durations[] = {{"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1000}, {"ms", 1}};

std::optional<std::uint64_t> parse(std::string_view text, std::span<const Unit> units) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    std::string_view name(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (name.empty() && number == 0) return 0;
    if (name.starts_with(' ')) name.remove_prefix(1);
    for (const Unit& unit : units) {
        if (unit.name != name) continue;
        if (number > std::numeric_limits<std::uint64_t>::max() / unit.factor) return std::nullopt;
        return number * unit.factor;
    }
    return std::nullopt;
}

std::string format(std::uint64_t value, std::span<const Unit> units) {
    if (value == 0) return "0";
    for (const Unit& unit : units) {
        if (value % unit.factor == 0) return std::format("{}{}", value / unit.factor, unit.name);
    }
    return std::to_string(value);
}

}  // namespace

std::optional<std::uint64_t> parse_bytes(std::string_view text) { return parse(text, sizes); }

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto milliseconds = parse(text, durations);
    if (!milliseconds || *milliseconds > static_cast<std::uint64_t>(std::chrono::milliseconds::max().count())) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(*milliseconds));
}

std::string format_bytes(std::uint64_t bytes) { return format(bytes, sizes); }
std::string format_duration(std::chrono::milliseconds duration) { return format(static_cast<std::uint64_t>(duration.count()), durations); }

}  // namespace lantern_migrate::config
