// What both programs ask of their options' values.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace lantern_migrate::daemon {

// `--state-dir "$UNSET"` must not mean the working directory.
inline CLI::Validator not_empty() {
    return CLI::Validator([](const std::string& value) { return value.empty() ? std::string("must not be empty") : std::string(); }, "");
}

}  // namespace lantern_migrate::daemon
