// The connection keywords of libpq 17 that a job may set.
#pragma once

#include <span>
#include <string_view>

namespace lantern_migrate::config {

[[nodiscard]] std::span<const std::string_view> conninfo_keywords();

}  // namespace lantern_migrate::config
