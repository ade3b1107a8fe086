// Jobs as text, and what is wrong with them.
#pragma once

#include "config/daemon_spec.h"
#include "config/job_reader.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace lantern_migrate::config::testing {

// Two lines that every job needs; what a test is about begins on line 3.
inline constexpr std::string_view servers =
    "source: {url: 'postgresql://reader@old.example/app'}\n"
    "target: {url: 'postgresql://owner@db.lantern.example/app'}\n";

inline JobSpec job(std::string_view rest) { return read_job(std::string(servers) + std::string(rest), "words.yaml"); }

template <typename Read>
std::string mistakes(Read read) {
    try {
        static_cast<void>(read());
        return "no mistake";
    } catch (const SpecError& error) {
        return error.what();
    }
}

// The whole message for a job of the two servers and `rest`.
inline std::string job_mistakes(std::string_view rest) {
    return mistakes([&] { return job(rest); });
}

// The whole message for a text as it is.
inline std::string text_mistakes(std::string_view text) {
    return mistakes([&] { return read_job(text, "words.yaml"); });
}

inline std::string daemon_mistakes(std::string_view text) {
    return mistakes([&] { return read_daemon_spec(text, "lantern-migrated.yaml"); });
}

// A directory of the test's own, gone with it.
class ScratchDirectory {
public:
    ScratchDirectory();
    ~ScratchDirectory();
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    // Writes a file into it and gives its path.
    [[nodiscard]] std::filesystem::path file(const std::string& name, std::string_view content) const;

private:
    std::filesystem::path path_;
};

// Set, or unset for nullptr, until the end of the scope.
class ScopedVariable {
public:
    ScopedVariable(std::string name, const char* value);
    ~ScopedVariable();
    ScopedVariable(const ScopedVariable&) = delete;
    ScopedVariable& operator=(const ScopedVariable&) = delete;

private:
    std::string name_;
};

}  // namespace lantern_migrate::config::testing
