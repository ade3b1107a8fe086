// YAML text as a tree that remembers places. The one place that knows yaml-cpp.
//
// A file for people needs little of YAML: mappings, lists and scalars in one document. Anchors, aliases, tags and
// several documents are mistakes here, which also ends every bomb made of them.
#pragma once

#include "config/mistakes.h"

#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::config {

struct Place {
    int line = 1;    // from 1
    int column = 1;  // from 1, in bytes
};

struct YamlEntry;

struct YamlNode {
    enum class Kind { empty, scalar, list, mapping };

    Kind kind = Kind::empty;
    Place place;
    std::string text;                // of a scalar
    bool quoted = false;             // "5" is a text and 5 a number
    std::vector<YamlNode> items;     // of a list
    std::vector<YamlEntry> entries;  // of a mapping, in the order of the file, repeated keys included
};

struct YamlEntry {
    std::string key;
    Place place;  // of the key
    YamlNode value;
};

// More levels than any file of ours has; yaml-cpp's own guard comes later.
inline constexpr int max_yaml_depth = 16;

// Adds what is wrong to `mistakes`; then the tree is what was read until there, and not to be judged further.
// A text that is not UTF-8 or has control characters is refused before it is parsed. Throws nothing of its own.
[[nodiscard]] YamlNode parse_yaml(std::string_view text, std::vector<Mistake>& mistakes);

// Whether a text from the file may be quoted in a message. A password can end up anywhere, as a misplaced URL for instance,
// so only what has the form of a plain word or number is quoted.
[[nodiscard]] bool may_be_shown(std::string_view text);

}  // namespace lantern_migrate::config
