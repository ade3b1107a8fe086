#include "config/spec_reader.h"

#include "config/nearest_word.h"
#include "config/units.h"

#include <algorithm>
#include <charconv>
#include <format>
#include <map>

namespace lantern_migrate::config {
namespace {

const YamlNode& empty_mapping() {
    static const YamlNode node{.kind = YamlNode::Kind::mapping};
    return node;
}

std::string_view kind_word(const YamlNode& node) {
    switch (node.kind) {
        case YamlNode::Kind::empty: return "empty";
        case YamlNode::Kind::scalar: return "a single value";
        case YamlNode::Kind::list: return "a list";
        case YamlNode::Kind::mapping: return "a mapping";
    }
    return "unknown";
}

// ", and is `900`", or nothing where the value may not be repeated.
std::string and_is(const YamlNode& node) {
    if (!may_be_shown(node.text)) return {};
    return node.quoted ? std::format(", and is the text `{}`", node.text) : std::format(", and is `{}`", node.text);
}

std::optional<int> parse_integer(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// Digits alone that are no int are out of range, not of the wrong type.
bool is_whole_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string listed(std::span<const std::string_view> words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += std::format("`{}`", words[i]);
    }
    return text;
}

}  // namespace

SpecReader::SpecReader(const YamlNode& root, std::vector<Mistake>& mistakes) : SpecReader(root, "", root.place, false, mistakes) {
    if (root.kind != YamlNode::Kind::mapping) mistake(std::format("must be a mapping of keys to values, and is {}", kind_word(root)));
}

SpecReader::SpecReader(const YamlNode& node, std::string path, Place place, bool secret, std::vector<Mistake>& mistakes)
    : node_(&node), path_(std::move(path)), place_(place), secret_(secret), mistakes_(&mistakes) {
    report_repeated_keys();
}

std::string SpecReader::full_key(std::string_view key) const { return path_.empty() ? std::string(key) : std::format("{}.{}", path_, key); }

void SpecReader::mistake(std::string message) {
    mistakes_->push_back({.line = place_.line, .column = place_.column, .key = path_, .message = std::move(message)});
}

void SpecReader::mistake(std::string_view key, std::string message) {
    Place place = place_;
    for (const YamlEntry& entry : node_->entries) {
        if (entry.key != key) continue;
        place = entry.place;
        break;
    }
    mistakes_->push_back({.line = place.line, .column = place.column, .key = full_key(key), .message = std::move(message)});
}

void SpecReader::mistake(const ListedText& item, std::string message) {
    mistakes_->push_back({.line = item.place.line, .column = item.place.column, .key = item.key, .message = std::move(message)});
}

void SpecReader::report_repeated_keys() {
    std::map<std::string_view, Place> first;
    for (const YamlEntry& entry : node_->entries) {
        const auto [found, is_new] = first.try_emplace(entry.key, entry.place);
        if (is_new) continue;
        const bool shown = !secret_ && may_be_shown(entry.key);
        mistakes_->push_back({.line = entry.place.line,
                              .column = entry.place.column,
                              .key = shown ? full_key(entry.key) : path_,
                              .message = std::format("{} given twice; the first is at line {}, column {}", shown ? "is" : "a key is",
                                                     found->second.line, found->second.column)});
    }
}

const YamlEntry* SpecReader::find(std::string_view key) {
    if (!std::ranges::contains(known_keys_, key)) known_keys_.push_back(key);
    const auto found = std::ranges::find(node_->entries, key, &YamlEntry::key);
    return found == node_->entries.end() ? nullptr : &*found;
}

bool SpecReader::has(std::string_view key) { return find(key) != nullptr; }

const YamlNode* SpecReader::scalar(std::string_view key, std::string_view expected) {
    const YamlEntry* entry = find(key);
    if (!entry) return nullptr;
    if (entry->value.kind == YamlNode::Kind::scalar) return &entry->value;
    mistake(key, std::format("must be {}, and is {}", expected, kind_word(entry->value)));
    return nullptr;
}

int SpecReader::integer(std::string_view key, IntegerRange range) {
    const YamlNode* node = scalar(key, "a whole number");
    if (!node) return range.fallback;
    if (node->quoted || !is_whole_number(node->text)) {
        mistake(key, std::format("must be a whole number{}", and_is(*node)));
        return range.fallback;
    }
    const auto value = parse_integer(node->text);
    if (value && *value >= range.min && *value <= range.max) return *value;
    mistake(key, range.min == range.max ? std::format("must be {}{}", range.min, and_is(*node))
                                        : std::format("must be between {} and {}{}", range.min, range.max, and_is(*node)));
    return range.fallback;
}

bool SpecReader::boolean(std::string_view key, bool fallback) {
    const YamlNode* node = scalar(key, "`true` or `false`");
    if (!node) return fallback;
    // YAML 1.1 also has yes, no, on and off; here `off` is a word of its own, and one spelling is enough.
    if (!node->quoted && node->text == "true") return true;
    if (!node->quoted && node->text == "false") return false;
    mistake(key, std::format("must be `true` or `false`{}", and_is(*node)));
    return fallback;
}

std::uint64_t SpecReader::bytes(std::string_view key, BytesRange range) {
    const YamlNode* node = scalar(key, "a size such as 128MiB");
    if (!node) return range.fallback;
    const auto value = parse_bytes(node->text);
    if (value && *value >= range.min && *value <= range.max) return *value;
    if (value) {
        mistake(key, std::format("must be between {} and {}{}", format_bytes(range.min), format_bytes(range.max), and_is(*node)));
    } else {
        mistake(key, std::format("must be a size such as 128MiB, a whole number with {}{}", size_units, and_is(*node)));
    }
    return range.fallback;
}

std::uint64_t SpecReader::bytes_or_off(std::string_view key, BytesRange range) {
    const YamlNode* node = scalar(key, "0 or a size such as 128MiB");
    if (!node) return range.fallback;
    const auto value = parse_bytes(node->text);
    if (value && (*value == 0 || (*value >= range.min && *value <= range.max))) return *value;
    if (value) {
        mistake(key,
                std::format("must be 0, for off, or between {} and {}{}", format_bytes(range.min), format_bytes(range.max), and_is(*node)));
    } else {
        mistake(key, std::format("must be 0 or a size such as 128MiB, a whole number with {}{}", size_units, and_is(*node)));
    }
    return range.fallback;
}

std::uint64_t SpecReader::rate(std::string_view key, std::uint64_t fallback, std::uint64_t min) {
    const YamlNode* node = scalar(key, "0 or a rate such as 50MiB/s");
    if (!node) return fallback;
    std::string_view text = node->text;
    if (text.ends_with("/s")) text.remove_suffix(2);
    const auto value = parse_bytes(text);
    if (value && (*value == 0 || *value >= min)) return *value;
    if (value) {
        mistake(key, std::format("must be 0, for no limit, or at least {}/s{}", format_bytes(min), and_is(*node)));
    } else {
        mistake(key, std::format("must be 0 or a rate such as 50MiB/s, a whole number with {}{}", size_units, and_is(*node)));
    }
    return fallback;
}

std::chrono::milliseconds SpecReader::duration(std::string_view key, DurationRange range) {
    const YamlNode* node = scalar(key, "a duration such as 30s");
    if (!node) return range.fallback;
    const auto value = parse_duration(node->text);
    if (value && *value >= range.min && *value <= range.max) return *value;
    if (value) {
        mistake(key, std::format("must be between {} and {}{}", format_duration(range.min), format_duration(range.max), and_is(*node)));
    } else {
        mistake(key, std::format("must be a duration such as 30s, a whole number with {}{}", duration_units, and_is(*node)));
    }
    return range.fallback;
}

std::optional<std::string> SpecReader::text(std::string_view key) {
    const YamlNode* node = scalar(key, "a text");
    if (!node) return std::nullopt;
    if (node->text.empty()) {
        mistake(key, "must not be empty");
        return std::nullopt;
    }
    return node->text;
}

std::optional<std::vector<ListedText>> SpecReader::texts(std::string_view key) {
    const YamlEntry* entry = find(key);
    if (!entry) return std::nullopt;
    if (entry->value.kind != YamlNode::Kind::list) {
        mistake(key, std::format("must be a list of texts, and is {}", kind_word(entry->value)));
        return std::nullopt;
    }
    std::vector<ListedText> texts;
    for (std::size_t i = 0; i < entry->value.items.size(); ++i) {
        const YamlNode& node = entry->value.items[i];
        ListedText item{.text = node.text, .key = std::format("{}[{}]", full_key(key), i), .place = node.place};
        if (node.kind == YamlNode::Kind::scalar) {
            texts.push_back(std::move(item));
        } else {
            mistake(item, std::format("must be a text, and is {}", kind_word(node)));
        }
    }
    return texts;
}

std::size_t SpecReader::word_index(std::string_view key, std::size_t fallback, std::span<const std::string_view> words) {
    const YamlNode* node = scalar(key, listed(words));
    if (!node) return fallback;
    const auto found = std::ranges::find(words, std::string_view(node->text));
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    mistake(key, std::format("must be {}{}{}", listed(words), and_is(*node), did_you_mean(node->text, words)));
    return fallback;
}

std::string SpecReader::word(std::string_view key, std::string_view fallback, std::span<const std::string_view> words) {
    const auto fallback_at = std::ranges::find(words, fallback);
    return std::string(words[word_index(key, static_cast<std::size_t>(fallback_at - words.begin()), words)]);
}

SpecReader SpecReader::mapping(std::string_view key) { return child(key, false); }
SpecReader SpecReader::mapping_with_secrets(std::string_view key) { return child(key, true); }

SpecReader SpecReader::child(std::string_view key, bool secret) {
    const YamlEntry* entry = find(key);
    if (!entry) return {empty_mapping(), full_key(key), place_, secret, *mistakes_};
    if (entry->value.kind == YamlNode::Kind::mapping) return {entry->value, full_key(key), entry->place, secret, *mistakes_};
    mistake(key, std::format("must be a mapping of keys to values, and is {}", kind_word(entry->value)));
    return {empty_mapping(), full_key(key), entry->place, secret, *mistakes_};
}

void SpecReader::reject_unknown_keys() {
    for (const YamlEntry& entry : node_->entries) {
        if (std::ranges::contains(known_keys_, entry.key)) continue;
        const std::string suggestion = did_you_mean(entry.key, known_keys_);
        const bool shown = may_be_shown(entry.key) && (!secret_ || !suggestion.empty());
        mistakes_->push_back({.line = entry.place.line,
                              .column = entry.place.column,
                              .key = shown ? full_key(entry.key) : path_,
                              .message = (shown ? "unknown key" : "unknown key, not shown as it may be a piece of a URL") + suggestion});
    }
}

}  // namespace lantern_migrate::config
