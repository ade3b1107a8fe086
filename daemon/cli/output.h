// How the command line speaks: results on standard output, what went wrong on standard error with a hint beneath it.
#pragma once

#include "daemon/verdict.h"

#include <boost/json/fwd.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lantern_migrate::daemon::cli {

// Ends a command with this message and status.
class CommandError : public std::runtime_error {
public:
    CommandError(const std::string& message, std::string hint, int status)
        : std::runtime_error(message), hint_(std::move(hint)), status_(status) {}
    [[nodiscard]] const std::string& hint() const { return hint_; }
    [[nodiscard]] int status() const { return status_; }

private:
    std::string hint_;
    int status_;
};

// Standard output takes nothing more: its disk is full, or it is closed.
class OutputError : public std::runtime_error {
public:
    explicit OutputError(int error);  // an errno
};

// "lantern-migrate: MESSAGE" and "hint: HINT"; gives `status` back.
int complain(std::string_view message, std::string_view hint, int status);
// To standard output; throws OutputError. False if nobody reads it any longer, which is no error: `| head` has had enough.
bool print(std::string_view text);
void print_json(const boost::json::value&);
// A terminal's width and height, or 80 x 24.
struct TerminalSize {
    std::size_t width = 80, height = 24;
};
[[nodiscard]] TerminalSize terminal_size(int fd);

}  // namespace lantern_migrate::daemon::cli
