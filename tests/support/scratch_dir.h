// A directory that lives as long as its object.
#pragma once

#include <filesystem>
#include <string>

namespace lantern_migrate::test {

class ScratchDir {
public:
    explicit ScratchDir(const std::string& name = "test");
    ~ScratchDir();
    ScratchDir(const ScratchDir&) = delete;
    ScratchDir& operator=(const ScratchDir&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

void write_file(const std::filesystem::path&, const std::string& text);
[[nodiscard]] std::string read_file(const std::filesystem::path&);

}  // namespace lantern_migrate::test
