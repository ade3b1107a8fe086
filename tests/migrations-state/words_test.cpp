#include "migrations-state/words.h"

#include <gmock/gmock.h>

namespace lantern_migrate::migrations_state {
namespace {

// Journals in the field hold these words. A test that breaks here means that they can no longer be read.
TEST(Words, OfStepsAreThoseOfTheGuideInItsOrder) {
    const char* words[] = {"connect",         "save_indexes",  "drop_indexes",   "convert_columns", "drop_extension", "stop_source",
                           "transfer_schema", "transfer_data", "create_indexes", "verify",          "cutover"};
    int position = 0;
    for (const char* word : words) {
        const auto step = static_cast<Step>(position++);
        EXPECT_EQ(to_word(step), word);
        EXPECT_EQ(step_from_word(word), step);
    }
    EXPECT_EQ(static_cast<int>(Step::cutover) + 1, position);
}

TEST(Words, OfDispositionsAreReadBack) {
    const char* words[] = {"queued", "running", "paused", "waiting", "failed", "cancelled", "done"};
    int position = 0;
    for (const char* word : words) {
        const auto disposition = static_cast<Disposition>(position++);
        EXPECT_EQ(to_word(disposition), word);
        EXPECT_EQ(disposition_from_word(word), disposition);
    }
}

TEST(Words, OfStatesAreReadBack) {
    for (const auto state : {ChunkState::pending, ChunkState::begun, ChunkState::done})
        EXPECT_EQ(chunk_state_from_word(to_word(state)), state);
    for (const auto state : {BuildState::pending, BuildState::begun, BuildState::done, BuildState::failed, BuildState::skipped}) {
        EXPECT_EQ(build_state_from_word(to_word(state)), state);
    }
    for (const auto severity : {Severity::info, Severity::warning, Severity::blocking}) {
        EXPECT_EQ(severity_from_word(to_word(severity)), severity);
    }
    for (const auto state :
         {TranslationState::translated, TranslationState::awaits_norms, TranslationState::left_out, TranslationState::unsupported}) {
        EXPECT_EQ(translation_state_from_word(to_word(state)), state);
    }
}

TEST(Words, ThatAreUnknownHaveNoValue) {
    EXPECT_EQ(step_from_word("teleport"), std::nullopt);
    EXPECT_EQ(step_from_word(""), std::nullopt);
    EXPECT_EQ(disposition_from_word("Running"), std::nullopt);
    EXPECT_EQ(chunk_state_from_word("begun "), std::nullopt);
}

}  // namespace
}  // namespace lantern_migrate::migrations_state
