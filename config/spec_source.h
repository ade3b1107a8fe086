// From a file's text to a spec, in one shape for every kind of file.
#pragma once

#include "config/mistakes.h"
#include "config/small_file.h"
#include "config/spec_reader.h"
#include "config/yaml_tree.h"

#include <cstddef>
#include <filesystem>
#include <format>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::config {

inline constexpr std::size_t max_spec_bytes = std::size_t{1} << 20;

// `read` takes a SpecReader on the root and gives the spec. Throws SpecError if anything at all was wrong.
template <typename Read>
auto read_spec(std::string_view text, const std::filesystem::path& file, Read read) {
    std::vector<Mistake> mistakes;
    const auto stop_if_wrong = [&] {
        if (!mistakes.empty()) throw SpecError(file.string(), std::move(mistakes));
    };
    if (text.size() > max_spec_bytes) mistakes.push_back({.message = "is larger than 1MiB"});
    stop_if_wrong();
    const YamlNode root = parse_yaml(text, mistakes);
    stop_if_wrong();  // half a tree would only bring mistakes that are none
    if (root.kind == YamlNode::Kind::empty) mistakes.push_back({.message = "is empty"});
    stop_if_wrong();
    SpecReader reader(root, mistakes);
    if (root.kind != YamlNode::Kind::mapping) stop_if_wrong();  // every required key would be missing, too
    auto spec = read(reader);
    stop_if_wrong();
    return spec;
}

// The text of a file on disk; SpecError at line 1, column 1 if it cannot be had.
inline std::string read_spec_text(const std::filesystem::path& file) {
    auto text = read_small_file(file, max_spec_bytes);
    if (!text) throw SpecError(file.string(), {{.message = std::move(text.error())}});
    return std::move(*text);
}

}  // namespace lantern_migrate::config
