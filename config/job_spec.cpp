#include "config/job_spec.h"

#include "config/words.h"

#include <algorithm>
#include <ranges>

namespace lantern_migrate::config {
namespace {

template <typename Value>
std::string_view word_for(Value value) {
    const auto found = std::ranges::find(words_of<Value>, value, &Word<Value>::value);
    return found == words_of<Value>.end() ? std::string_view("unknown") : found->word;
}

}  // namespace

std::string_view to_word(Mode value) { return word_for(value); }
std::string_view to_word(SourceWrites value) { return word_for(value); }
std::string_view to_word(ExistingTables value) { return word_for(value); }
std::string_view to_word(OnUnsupported value) { return word_for(value); }
std::string_view to_word(BitVectors value) { return word_for(value); }
std::string_view to_word(IvfflatPolicy value) { return word_for(value); }
std::string_view to_word(InnerProductPolicy value) { return word_for(value); }
std::string_view to_word(Verification value) { return word_for(value); }
std::string_view to_word(CutoverStart value) { return word_for(value); }

}  // namespace lantern_migrate::config
