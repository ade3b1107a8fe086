#include "config/nearest_word.h"

#include <algorithm>
#include <format>
#include <vector>

namespace lantern_migrate::config {
namespace {

// Optimal string alignment: three rows of the usual table, since a swap looks two rows back.
std::size_t edits(std::string_view from, std::string_view to) {
    std::vector<std::size_t> before(to.size() + 1);
    std::vector<std::size_t> above(to.size() + 1);
    std::vector<std::size_t> row(to.size() + 1);
    for (std::size_t j = 0; j <= to.size(); ++j) above[j] = j;
    for (std::size_t i = 1; i <= from.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= to.size(); ++j) {
            const std::size_t replaced = above[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
            row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
            if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, above);
        std::swap(above, row);
    }
    return above[to.size()];
}

}  // namespace

std::optional<std::string_view> nearest_word(std::string_view word, std::span<const std::string_view> candidates) {
    // A guess is better left out than wrong: a third of the letters may differ, and at most three.
    constexpr std::size_t longest_word = 64;
    if (word.empty() || word.size() > longest_word) return std::nullopt;
    const std::size_t allowed = std::min<std::size_t>(3, std::max<std::size_t>(1, word.size() / 3));
    std::optional<std::string_view> nearest;
    std::size_t fewest = allowed + 1;
    for (const std::string_view candidate : candidates) {
        const std::size_t count = edits(word, candidate);
        if (count < fewest && count < candidate.size()) {
            fewest = count;
            nearest = candidate;
        }
    }
    return nearest;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
    const auto nearest = nearest_word(word, candidates);
    return nearest ? std::format("; did you mean `{}`?", *nearest) : std::string();
}

}  // namespace lantern_migrate::config
