// The executables in hooks.d, in the order of their names, and what speaks against running one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lantern_migrate::daemon {

struct HookDir {
    std::vector<std::filesystem::path> files;  // by name; at most hook_files_max
    std::string objection;                     // why none of them is run; empty: nothing speaks against it
};

inline constexpr std::size_t hook_files_max = 100;

// Names that begin with a dot, that end in `~` and that dpkg leaves (.dpkg-old) are no hooks. A directory that is not there has none.
[[nodiscard]] HookDir read_hook_dir(const std::filesystem::path&);

// What may be written by anybody, or belongs to somebody who is neither root nor us, would run as us what they please.
[[nodiscard]] std::string hook_objection(const std::filesystem::path& file);

}  // namespace lantern_migrate::daemon
