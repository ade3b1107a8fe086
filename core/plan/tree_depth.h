// How deep a parsed text goes, told before its tree is made: reading a tree, and every walk over one, takes some stack for each level.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace lantern_migrate::plan {

// Messages within messages; an operator in a chain makes two. A thread's stack of 8 MiB has room for about twice as many. What a server
// with its default max_stack_depth takes goes less deep than that room, and seldom a tenth of this.
inline constexpr std::size_t tree_levels_max = 5000;

// Of a packed PgQuery__ParseResult: the byte of the text at which the first statement begins that goes deeper than `levels_max`.
// Takes no stack; bytes that are no such message count as not deep.
[[nodiscard]] std::optional<std::size_t> find_too_deep_statement(std::span<const std::uint8_t> packed,
                                                                 std::size_t levels_max = tree_levels_max);

}  // namespace lantern_migrate::plan
