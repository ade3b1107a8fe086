// Small files read whole: specs, and files that hold a URL.
#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>

namespace lantern_migrate::config {

// The content, or why there is none: "cannot be read: No such file or directory", "is not a regular file",
// "is larger than 1MiB". Never reads more than the limit, and does not hang on a FIFO.
[[nodiscard]] std::expected<std::string, std::string> read_small_file(const std::filesystem::path& file, std::size_t max_bytes);

}  // namespace lantern_migrate::config
