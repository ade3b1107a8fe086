// Walks one mapping of a YAML file and collects every mistake in it; nothing is thrown until all is read.
//
//     SpecReader copy = root.mapping("copy");
//     spec.workers = copy.integer("workers", {.fallback = 4, .min = 1, .max = 64});
//     copy.reject_unknown_keys();   // words.yaml:9:3: copy.worker: unknown key; did you mean `workers`?
//
// A value that is wrong is reported at its key's place and read as its fallback, so that the reader can go on.
#pragma once

#include "config/mistakes.h"
#include "config/words.h"
#include "config/yaml_tree.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::config {

struct IntegerRange {
    int fallback;
    int min;
    int max;
};

struct BytesRange {
    std::uint64_t fallback;
    std::uint64_t min;
    std::uint64_t max;
};

struct DurationRange {
    std::chrono::milliseconds fallback;
    std::chrono::milliseconds min;
    std::chrono::milliseconds max;
};

// An item of a list, with its own place: "tables.include[0]".
struct ListedText {
    std::string text;
    std::string key;
    Place place;
};

class SpecReader {
public:
    // The root of a file. Anything but a mapping is a mistake and reads as an empty one; so is a repeated key.
    // `root` and `mistakes` outlive the reader and its children.
    SpecReader(const YamlNode& root, std::vector<Mistake>& mistakes);

    [[nodiscard]] bool has(std::string_view key);

    [[nodiscard]] int integer(std::string_view key, IntegerRange range);
    [[nodiscard]] bool boolean(std::string_view key, bool fallback);
    [[nodiscard]] std::uint64_t bytes(std::string_view key, BytesRange range);
    // 0, for off, or a size within the range.
    [[nodiscard]] std::uint64_t bytes_or_off(std::string_view key, BytesRange range);
    // 0, or bytes a second with or without "/s".
    [[nodiscard]] std::uint64_t rate(std::string_view key, std::uint64_t fallback, std::uint64_t min);
    [[nodiscard]] std::chrono::milliseconds duration(std::string_view key, DurationRange range);
    // Nothing if the key is absent or is not a text with something in it (the latter is a mistake). Never quoted in a message.
    [[nodiscard]] std::optional<std::string> text(std::string_view key);
    // Nothing if the key is absent or is not a list; an item that is not a text is a mistake and left out.
    [[nodiscard]] std::optional<std::vector<ListedText>> texts(std::string_view key);
    template <typename Value>
    [[nodiscard]] Value word(std::string_view key, Value fallback);
    // The same for words without an enumeration.
    [[nodiscard]] std::string word(std::string_view key, std::string_view fallback, std::span<const std::string_view> words);

    // An absent or wrong one reads as empty.
    [[nodiscard]] SpecReader mapping(std::string_view key);
    // The same; and its unknown keys are not named unless a known one is near, for they may be the pieces of a torn URL.
    [[nodiscard]] SpecReader mapping_with_secrets(std::string_view key);

    // At the key's place, or at the mapping's if the key is not there.
    void mistake(std::string_view key, std::string message);
    // About the mapping itself.
    void mistake(std::string message);
    void mistake(const ListedText& item, std::string message);

    // To be called when every known key was asked for.
    void reject_unknown_keys();

private:
    SpecReader(const YamlNode& node, std::string path, Place place, bool secret, std::vector<Mistake>& mistakes);

    [[nodiscard]] SpecReader child(std::string_view key, bool secret);
    [[nodiscard]] const YamlEntry* find(std::string_view key);
    // A plain or quoted scalar; null and mistake added if the value is anything else.
    [[nodiscard]] const YamlNode* scalar(std::string_view key, std::string_view expected);
    [[nodiscard]] std::string full_key(std::string_view key) const;
    [[nodiscard]] std::size_t word_index(std::string_view key, std::size_t fallback, std::span<const std::string_view> words);
    void report_repeated_keys();

    const YamlNode* node_;
    std::string path_;
    Place place_;
    bool secret_;
    std::vector<Mistake>* mistakes_;
    std::vector<std::string_view> known_keys_;
};

template <typename Value>
Value SpecReader::word(std::string_view key, Value fallback) {
    std::vector<std::string_view> words;
    std::size_t fallback_index = 0;
    for (const Word<Value>& entry : words_of<Value>) {
        if (entry.value == fallback) fallback_index = words.size();
        words.push_back(entry.word);
    }
    return words_of<Value>[word_index(key, fallback_index, words)].value;
}

}  // namespace lantern_migrate::config
