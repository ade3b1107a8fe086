// Sizes and durations as people write them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lantern_migrate::config {

// kB, MB, GB and TB are powers of 1024, as in postgresql.conf; KiB, MiB, GiB and TiB are the same. Case matters, as there.
inline constexpr std::string_view size_units = "B, kB, MB, GB, TB, KiB, MiB, GiB or TiB";
inline constexpr std::string_view duration_units = "ms, s, min, h or d";

// "128MiB" or "128 MiB". Nothing for anything else: no unit, no whole number, or more than 2^64 - 1 bytes. "0" needs no unit.
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view text);

// "500ms", "30s", "5min", "24h", "7d". Nothing for anything else.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// In the largest unit that leaves a whole number: "128MiB", "8KiB", "24h", "90s".
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

}  // namespace lantern_migrate::config
