// What the daemon would send, for the browser's tests: print_page page NONCE [TOKEN] | report | different | odd TEXT
#include "daemon/report_html.h"
#include "daemon/web_page.h"
#include "tests/web/sample_report.h"

#include <iostream>
#include <string>
#include <vector>

int main(int argc, char** argv) {
    using namespace lantern_migrate;
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto argument = [&](std::size_t i) { return i < arguments.size() ? arguments[i] : std::string{}; };
    const std::string what = argument(0);
    if (what == "page") {
        std::cout << daemon::web_page({.actions = arguments.size() > 2, .token = argument(2), .nonce = argument(1)});
    } else if (what == "report") {
        std::cout << daemon::report_html(test::sample_report());
    } else if (what == "different") {
        std::cout << daemon::report_html(test::different_report());
    } else if (what == "odd") {
        std::cout << daemon::report_html(test::report_full_of(argument(1)));
    } else {
        std::cerr << "usage: print_page page NONCE [TOKEN] | report | different | odd TEXT\n";
        return 2;
    }
    return 0;
}
