// HTTP over the unix socket and, if the daemon's file says so, over TCP, on the daemon's io_context.
// Who may connect to the socket is its mode and group; what may be asked is the guard's (control_guard.h).
#pragma once

#include "daemon/control_session.h"
#include "daemon/control_socket.h"
#include "daemon/log.h"

#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>

namespace lantern_migrate::daemon {

struct ControlPlaces {
    std::filesystem::path socket;
    std::optional<config::WebListen> web{};
};

class ControlServer final : ControlSession::Host {
public:
    // Binds and listens; throws ControlError.
    ControlServer(boost::asio::io_context&, ControlPlaces, ControlRoutes&, ControlLimits, Log);
    ~ControlServer() override;  // also removes the socket file
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    void start();
    void stop();
    // Something became of a job: answers and streams are made anew.
    void changed();
    [[nodiscard]] ControlFigures figures() const;
    // Empty without `web`.
    [[nodiscard]] std::optional<std::uint16_t> web_port() const;

private:
    ControlResponse answer(const ControlRequest& request) override { return routes_.answer(request); }
    bool follow(const std::shared_ptr<ControlSession>& session, const StreamRequest& stream) override {
        return streams_.follow(session, stream);
    }
    void answered(unsigned status) override;
    std::chrono::steady_clock::time_point time_of_refusal() override;
    void ended(const std::shared_ptr<ControlSession>&) override;
    [[nodiscard]] const ControlLimits& limits() const override { return limits_; }

    template <typename Protocol>
    struct Listener {
        typename Protocol::acceptor acceptor;
        boost::asio::steady_timer pause;  // after a failed accept: out of file descriptors, as a rule
    };
    template <typename Protocol>
    void accept(Listener<Protocol>&);
    void accepted(ControlSession::Socket, Peer);
    void make_room(const std::shared_ptr<ControlSession>& newest);

    ControlPlaces places_;
    ControlRoutes& routes_;
    ControlLimits limits_;
    Log log_;
    Listener<boost::asio::local::stream_protocol> local_;
    std::optional<Listener<boost::asio::ip::tcp>> tcp_;
    EventStreams streams_;
    std::set<std::shared_ptr<ControlSession>> sessions_;
    ControlFigures figures_;
    std::chrono::steady_clock::time_point next_refusal_;
    bool stopped_ = false;
};

}  // namespace lantern_migrate::daemon
