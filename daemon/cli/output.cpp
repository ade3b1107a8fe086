#include "daemon/cli/output.h"

#include "daemon/text.h"

#include <sys/ioctl.h>

#include <boost/json.hpp>
#include <cstdio>
#include <iostream>

namespace lantern_migrate::daemon::cli {

int complain(std::string_view message, std::string_view hint, int status) {
    std::cerr << "lantern-migrate: " << message << '\n';
    if (!hint.empty()) std::cerr << "hint: " << hint << '\n';
    std::cerr.flush();
    return status;
}

void print(std::string_view text) { std::cout << text << std::flush; }

void print_json(const boost::json::value& value) { std::cout << value << std::endl; }

TerminalSize terminal_size(int fd) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
    return {.width = size.ws_col, .height = size.ws_row};
}

}  // namespace lantern_migrate::daemon::cli
