// Bad input is data: what is wrong with a file, and where.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace lantern_migrate::config {

struct Mistake {
    int line = 1;         // from 1
    int column = 1;       // from 1, in bytes
    std::string key;      // "copy.workers"; empty where no key is concerned
    std::string message;  // "must be between 1 and 64, and is 900"

    bool operator==(const Mistake&) const = default;
};

// Every mistake of one file, in the order of the file. what() is one line each, "file:line:column: key: message".
class SpecError : public std::runtime_error {
public:
    SpecError(std::string file, std::vector<Mistake> mistakes);

    [[nodiscard]] const std::string& file() const { return file_; }
    [[nodiscard]] const std::vector<Mistake>& mistakes() const { return mistakes_; }

private:
    std::string file_;
    std::vector<Mistake> mistakes_;
};

}  // namespace lantern_migrate::config
