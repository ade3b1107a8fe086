// What somebody may have meant.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lantern_migrate::config {

// The candidate fewest edits away (a letter added, left out, replaced, or two swapped), if it is near enough to be meant.
[[nodiscard]] std::optional<std::string_view> nearest_word(std::string_view word, std::span<const std::string_view> candidates);

// "; did you mean `workers`?", or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace lantern_migrate::config
