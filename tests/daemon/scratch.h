// A directory of a test's own, gone afterwards, and what tests put into it.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace lantern_migrate::daemon::test {

class Scratch {
public:
    Scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "lantern-daemon-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        dir_ = name;
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        std::error_code ignore;
        std::filesystem::remove_all(dir_, ignore);
    }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return dir_ / name; }
    [[nodiscard]] const std::filesystem::path& dir() const { return dir_; }

private:
    std::filesystem::path dir_;
};

inline void write(const std::filesystem::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

inline std::string read(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

inline const std::string good_job =
    "source: {url: \"postgresql://reader@old.example/app\"}\n"
    "target: {url: \"postgresql://owner@new.example/app\"}\n";

}  // namespace lantern_migrate::daemon::test
