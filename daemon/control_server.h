// HTTP over a unix socket, on the daemon's io_context. Who may connect is the socket's mode and group.
#pragma once

#include "daemon/control_routes.h"
#include "daemon/log.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <stdexcept>

namespace lantern_migrate::daemon {

class ControlError : public std::runtime_error {
public:
    ControlError(const std::string& message, std::string hint) : std::runtime_error(message), hint_(std::move(hint)) {}
    [[nodiscard]] const std::string& hint() const { return hint_; }

private:
    std::string hint_;
};

struct ControlLimits {
    std::uint32_t header_bytes = 8192;
    std::uint64_t body_bytes = 65536;
    std::chrono::milliseconds timeout{std::chrono::seconds(30)};  // for one request or answer; also how long an idle client may stay
    std::size_t connections = 64;                                 // the next one waits in the kernel's queue
};

class ControlServer {
public:
    // Binds and listens. A socket file that nobody answers at is removed first; throws ControlError if somebody does, or if the
    // path is something else or cannot be used.
    ControlServer(boost::asio::io_context&, std::filesystem::path socket, ControlRoutes& routes, ControlLimits, Log);
    ~ControlServer();  // also removes the socket file
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    void start();
    void stop();

    class Session;

private:
    void accept();
    void accepted(boost::asio::local::stream_protocol::socket);

    boost::asio::io_context& io_;
    std::filesystem::path path_;
    ControlRoutes& routes_;
    ControlLimits limits_;
    Log log_;
    boost::asio::local::stream_protocol::acceptor acceptor_;
    boost::asio::steady_timer pause_;  // after a failed accept: out of file descriptors, as a rule
    std::set<std::shared_ptr<Session>> sessions_;
    bool accepting_ = false;
};

}  // namespace lantern_migrate::daemon
