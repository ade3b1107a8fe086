// What a text must be before a parser is let near it.
#pragma once

#include "config/mistakes.h"

#include <optional>
#include <string_view>

namespace lantern_migrate::config {

// The first byte that is not UTF-8 or is a control character, or a line indented with a tab; nothing if the text is sound.
[[nodiscard]] std::optional<Mistake> first_unsound_byte(std::string_view text);

}  // namespace lantern_migrate::config
