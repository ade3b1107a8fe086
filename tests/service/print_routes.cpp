// Prints the routes of the control interface as JSON, for the test that holds packaging/doc/openapi.yaml against them.
#include "daemon/control_routes.h"

#include <boost/json.hpp>
#include <iostream>
#include <ranges>

int main() {
    boost::json::array routes;
    for (const auto& route : lantern_migrate::daemon::ControlRoutes::table()) {
        boost::json::array parameters;
        for (const auto word : route.parameters | std::views::split(' ')) {
            if (!word.empty()) parameters.emplace_back(std::string_view(word));
        }
        routes.push_back({{"method", route.method}, {"path", route.path}, {"parameters", std::move(parameters)}});
    }
    std::cout << routes << '\n';
}
