// Where the daemon listens: its unix socket, and an address if the daemon's file names one.
#pragma once

#include "config/daemon_spec.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace lantern_migrate::daemon {

class ControlError : public std::runtime_error {
public:
    ControlError(const std::string& message, std::string hint) : std::runtime_error(message), hint_(std::move(hint)) {}
    [[nodiscard]] const std::string& hint() const { return hint_; }

private:
    std::string hint_;
};

// Binds and listens, for owner and group (0660). A socket file that nobody answers at is removed first; throws ControlError if somebody
// does, or if the path is something else or cannot be used.
[[nodiscard]] boost::asio::local::stream_protocol::acceptor listen_at(boost::asio::io_context&, const std::filesystem::path&);
// Throws ControlError.
[[nodiscard]] boost::asio::ip::tcp::acceptor listen_at(boost::asio::io_context&, const config::WebListen&);

}  // namespace lantern_migrate::daemon
