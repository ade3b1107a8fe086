#include "migrations-state/words.h"

#include <algorithm>
#include <span>
#include <utility>

namespace lantern_migrate::migrations_state {
namespace {

template <typename Value>
struct Word {
    Value value;
    std::string_view word;
};

// Journals in the field hold these words: one may be added, none may change.
constexpr Word<Step> step_words[] = {
    {Step::connect, "connect"},
    {Step::save_indexes, "save_indexes"},
    {Step::drop_indexes, "drop_indexes"},
    {Step::convert_columns, "convert_columns"},
    {Step::drop_extension, "drop_extension"},
    {Step::stop_source, "stop_source"},
    {Step::transfer_schema, "transfer_schema"},
    {Step::transfer_data, "transfer_data"},
    {Step::create_indexes, "create_indexes"},
    {Step::verify, "verify"},
    {Step::cutover, "cutover"},
};

constexpr Word<Disposition> disposition_words[] = {
    {Disposition::queued, "queued"},   {Disposition::running, "running"}, {Disposition::paused, "paused"},
    {Disposition::waiting, "waiting"}, {Disposition::failed, "failed"},   {Disposition::cancelled, "cancelled"},
    {Disposition::done, "done"},
};

constexpr Word<ChunkState> chunk_state_words[] = {
    {ChunkState::pending, "pending"},
    {ChunkState::begun, "begun"},
    {ChunkState::done, "done"},
};

constexpr Word<BuildState> build_state_words[] = {
    {BuildState::pending, "pending"}, {BuildState::begun, "begun"},     {BuildState::done, "done"},
    {BuildState::failed, "failed"},   {BuildState::skipped, "skipped"},
};

constexpr Word<Severity> severity_words[] = {
    {Severity::info, "info"},
    {Severity::warning, "warning"},
    {Severity::blocking, "blocking"},
};

constexpr Word<TranslationState> translation_state_words[] = {
    {TranslationState::translated, "translated"},
    {TranslationState::awaits_norms, "awaits_norms"},
    {TranslationState::left_out, "left_out"},
    {TranslationState::unsupported, "unsupported"},
};

constexpr Word<Side> side_words[] = {
    {Side::source, "source"},
    {Side::target, "target"},
};

template <typename Value, std::size_t size>
std::string_view word_of(const Word<Value> (&words)[size], Value value) {
    const auto* found = std::ranges::find(words, value, &Word<Value>::value);
    if (found == std::end(words)) std::unreachable();
    return found->word;
}

template <typename Value, std::size_t size>
std::optional<Value> value_of(const Word<Value> (&words)[size], std::string_view word) {
    const auto* found = std::ranges::find(words, word, &Word<Value>::word);
    if (found == std::end(words)) return std::nullopt;
    return found->value;
}

}  // namespace

std::string_view to_word(Step value) { return word_of(step_words, value); }
std::string_view to_word(Disposition value) { return word_of(disposition_words, value); }
std::string_view to_word(ChunkState value) { return word_of(chunk_state_words, value); }
std::string_view to_word(BuildState value) { return word_of(build_state_words, value); }
std::string_view to_word(Severity value) { return word_of(severity_words, value); }
std::string_view to_word(TranslationState value) { return word_of(translation_state_words, value); }
std::string_view to_word(Side value) { return word_of(side_words, value); }

std::optional<Step> step_from_word(std::string_view word) { return value_of(step_words, word); }
std::optional<Disposition> disposition_from_word(std::string_view word) { return value_of(disposition_words, word); }
std::optional<ChunkState> chunk_state_from_word(std::string_view word) { return value_of(chunk_state_words, word); }
std::optional<BuildState> build_state_from_word(std::string_view word) { return value_of(build_state_words, word); }
std::optional<Severity> severity_from_word(std::string_view word) { return value_of(severity_words, word); }
std::optional<TranslationState> translation_state_from_word(std::string_view word) { return value_of(translation_state_words, word); }

}  // namespace lantern_migrate::migrations_state
