// The other end of the control socket.
#pragma once

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <stop_token>
#include <string>

namespace lantern_migrate::daemon {

// Nobody answers, or not in time.
class Unreachable : public std::runtime_error {
public:
    Unreachable(const std::string& message, std::string hint) : std::runtime_error(message), hint_(std::move(hint)) {}
    [[nodiscard]] const std::string& hint() const { return hint_; }

private:
    std::string hint_;
};

struct ControlReply {
    unsigned status = 0;
    std::string body;
};

// One request on a connection of its own. `method` is GET or POST; throws Unreachable, also when it was stopped.
[[nodiscard]] ControlReply ask_daemon(const std::filesystem::path& socket, const std::string& method, const std::string& target,
                                      std::chrono::milliseconds timeout = std::chrono::seconds(30), std::stop_token stop = {});

}  // namespace lantern_migrate::daemon
