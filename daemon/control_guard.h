// Which requests are refused before anybody looks at what they ask for. Pure.
//
// A command on the unix socket was let in by the socket's mode and group. A browser is another matter: it sends what any page tells it to,
// with the rights of whoever sits before it (over `ssh -L`, or web.listen). So:
//
//   - every request must call the daemon by a name that is its own: localhost, an IP address, or one of web.hosts. A foreign page that
//     made its own name resolve to this machine would else read what is here (DNS rebinding);
//   - a change that comes from a browser or over TCP needs web.actions, the token that only the daemon's own page has, and no other
//     site's Origin.
#pragma once

#include "config/daemon_spec.h"
#include "daemon/control_request.h"

#include <optional>
#include <string>

namespace lantern_migrate::daemon {

struct ControlGuard {
    config::WebSpec web{};
    std::string token{};  // made anew at each start of the daemon

    // The refusal; nothing if the request may go on.
    [[nodiscard]] std::optional<ControlResponse> refuse(const ControlRequest&) const;
};

// 32 hex digits that nobody can guess.
[[nodiscard]] std::string random_token();

}  // namespace lantern_migrate::daemon
