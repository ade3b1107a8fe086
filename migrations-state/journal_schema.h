// The journal's schema and its history.
#pragma once

#include <span>
#include <string_view>

namespace lantern_migrate::migrations_state {

// "LMJ1" in SQLite's application_id: how we know our own files.
inline constexpr int journal_application_id = 0x4C4D4A31;

// Entry n takes a journal from user_version n to n + 1, in one transaction. Entries are never changed once released, only added.
[[nodiscard]] std::span<const std::string_view> journal_upgrades();

}  // namespace lantern_migrate::migrations_state
