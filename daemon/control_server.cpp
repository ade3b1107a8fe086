#include "daemon/control_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace lantern_migrate::daemon {
namespace {

namespace asio = boost::asio;
using Local = asio::local::stream_protocol;
using Tcp = asio::ip::tcp;

Peer peer_of(Local::socket& socket) {
    ucred credentials{};
    socklen_t size = sizeof(credentials);
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return {.kind = Peer::Kind::local};
    return {.kind = Peer::Kind::local, .uid = credentials.uid, .pid = credentials.pid};
}

Peer peer_of(Tcp::socket& socket) {
    boost::system::error_code error;
    const Tcp::endpoint endpoint = socket.remote_endpoint(error);
    return {.kind = Peer::Kind::tcp, .address = error ? "an address that is gone" : endpoint.address().to_string()};
}

}  // namespace

ControlServer::ControlServer(asio::io_context& io, ControlPlaces places, ControlRoutes& routes, ControlLimits limits, Log log)
    : places_(std::move(places)),
      routes_(routes),
      limits_(limits),
      log_(std::move(log)),
      local_{.acceptor = listen_at(io, places_.socket), .pause = boost::asio::steady_timer(io)},
      streams_(io, routes.stream_source(), {}) {
    if (places_.web) tcp_.emplace(Listener<Tcp>{.acceptor = listen_at(io, *places_.web), .pause = boost::asio::steady_timer(io)});
}

ControlServer::~ControlServer() {
    stop();
    std::error_code ignore;
    std::filesystem::remove(places_.socket, ignore);
}

void ControlServer::start() {
    accept(local_);
    if (tcp_) accept(*tcp_);
}

void ControlServer::stop() {
    if (std::exchange(stopped_, true)) return;
    boost::system::error_code ignore;
    local_.acceptor.close(ignore);
    local_.pause.cancel();
    if (tcp_) tcp_->acceptor.close(ignore);
    if (tcp_) tcp_->pause.cancel();
    streams_.stop();
    for (const auto& session : sessions_) session->abandon();
}

void ControlServer::changed() {
    routes_.changed();
    streams_.changed();
}

ControlFigures ControlServer::figures() const {
    ControlFigures figures = figures_;
    figures.connections = sessions_.size();
    figures.streams = streams_.followers();
    return figures;
}

std::optional<std::uint16_t> ControlServer::web_port() const {
    if (!tcp_) return std::nullopt;
    return tcp_->acceptor.local_endpoint().port();
}

template <typename Protocol>
void ControlServer::accept(Listener<Protocol>& listener) {
    listener.acceptor.async_accept([this, &listener](const boost::system::error_code& error, typename Protocol::socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (!error) {
            const Peer peer = peer_of(socket);
            accepted(ControlSession::Socket(std::move(socket)), peer);
            return accept(listener);
        }
        log_->warn("control connection not accepted reason=\"{}\"", error.message());
        listener.pause.expires_after(std::chrono::milliseconds(200));
        listener.pause.async_wait([this, &listener](const boost::system::error_code& cancelled) {
            if (!cancelled) accept(listener);
        });
    });
}

void ControlServer::accepted(ControlSession::Socket socket, Peer peer) {
    ++figures_.connections_total;
    ControlSession::Host& host = *this;
    auto session = std::make_shared<ControlSession>(std::move(socket), std::move(peer), host);
    sessions_.insert(session);
    session->start();
    if (sessions_.size() > limits_.connections) make_room(session);
}

// Whoever holds connections without asking anything must not keep out the one who has something to say.
void ControlServer::make_room(const std::shared_ptr<ControlSession>& newest) {
    std::shared_ptr<ControlSession> longest = newest;
    for (const auto& session : sessions_) {
        if (session->waiting_since() && *session->waiting_since() < *longest->waiting_since()) longest = session;
    }
    ++figures_.evicted_total;
    longest->close();
}

void ControlServer::answered(unsigned status) { ++figures_.answers[std::min<std::size_t>(status / 100, figures_.answers.size() - 1)]; }

std::chrono::steady_clock::time_point ControlServer::time_of_refusal() {
    const auto now = std::chrono::steady_clock::now();
    const auto at = std::clamp(next_refusal_, now, now + limits_.refusal_delay_max);
    next_refusal_ = at + limits_.between_refusals;
    return at;
}

void ControlServer::ended(const std::shared_ptr<ControlSession>& session) {
    streams_.leave(*session);
    sessions_.erase(session);
}

}  // namespace lantern_migrate::daemon
