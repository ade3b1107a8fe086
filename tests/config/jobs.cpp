#include "tests/config/jobs.h"

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp, setenv

#include <fstream>
#include <stdexcept>

namespace lantern_migrate::config::testing {

ScratchDirectory::ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "lantern-config-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp");
    path_ = name;
}

ScratchDirectory::~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path ScratchDirectory::file(const std::string& name, std::string_view content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
}

ScopedVariable::ScopedVariable(std::string name, const char* value) : name_(std::move(name)) {
    if (value) {
        ::setenv(name_.c_str(), value, 1);
    } else {
        ::unsetenv(name_.c_str());
    }
}

ScopedVariable::~ScopedVariable() { ::unsetenv(name_.c_str()); }

}  // namespace lantern_migrate::config::testing
