#include "daemon/cli/output.h"

#include "daemon/text.h"

#include <sys/ioctl.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>

namespace lantern_migrate::daemon::cli {

int complain(std::string_view message, std::string_view hint, int status) {
    std::cerr << "lantern-migrate: " << message << '\n';
    if (!hint.empty()) std::cerr << "hint: " << hint << '\n';
    std::cerr.flush();
    return status;
}

OutputError::OutputError(int error) : std::runtime_error(std::string("cannot write to standard output: ") + std::strerror(error)) {}

bool print(std::string_view text) {
    if (!std::cout) return false;  // and that was said
    errno = 0;
    std::cout << text << std::flush;
    if (!std::cout && errno != EPIPE) throw OutputError(errno);
    return std::cout.good();
}

void print_json(const boost::json::value& value) { print(boost::json::serialize(value) + "\n"); }

TerminalSize terminal_size(int fd) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
    return {.width = size.ws_col, .height = size.ws_row};
}

}  // namespace lantern_migrate::daemon::cli
