// The words by which the journal stores its enumerations, in both directions. The public half is in records.h.
#pragma once

#include "migrations-state/records.h"

namespace lantern_migrate::migrations_state {

[[nodiscard]] std::string_view to_word(Side);

[[nodiscard]] std::optional<ChunkState> chunk_state_from_word(std::string_view);
[[nodiscard]] std::optional<BuildState> build_state_from_word(std::string_view);
[[nodiscard]] std::optional<Severity> severity_from_word(std::string_view);
[[nodiscard]] std::optional<TranslationState> translation_state_from_word(std::string_view);

}  // namespace lantern_migrate::migrations_state
