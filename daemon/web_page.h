// The status page: one document with its style and script, which asks the server that gave it for everything else.
#pragma once

#include <string>

namespace lantern_migrate::daemon {

struct WebPageOptions {
    bool actions = false;  // show the buttons that pause, resume, cancel ...
    std::string token{};   // sent with every action as X-Lantern-Migrate-Token
    std::string nonce{};   // of this answer alone: the Content-Security-Policy names it, style and script carry it
};

[[nodiscard]] std::string web_page(const WebPageOptions&);

// The Content-Security-Policy to send with the page of that nonce.
[[nodiscard]] std::string web_page_policy(const std::string& nonce);

}  // namespace lantern_migrate::daemon
