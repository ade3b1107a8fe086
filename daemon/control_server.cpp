#include "daemon/control_server.h"

#include <sys/stat.h>
#include <sys/un.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <cstring>
#include <format>
#include <functional>

namespace lantern_migrate::daemon {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Local = asio::local::stream_protocol;

// connect() that is refused proves that the file is left over from a process that is gone.
void remove_stale_socket(const std::filesystem::path& path) {
    struct stat info{};
    if (::lstat(path.c_str(), &info) != 0) return;
    if (!S_ISSOCK(info.st_mode)) {
        throw ControlError(std::format("{} is there and is not a socket", path.string()),
                           "remove it, or name another path with --control-socket");
    }
    asio::io_context io;
    Local::socket probe(io);
    boost::system::error_code error;
    probe.connect(Local::endpoint(path.string()), error);
    if (!error) throw ControlError(std::format("another process answers at {}", path.string()), "is lantern-migrated running already?");
    if (error != asio::error::connection_refused) {
        throw ControlError(std::format("cannot tell whether {} is in use: {}", path.string(), error.message()),
                           "remove it if no lantern-migrated is running");
    }
    std::filesystem::remove(path);
}

}  // namespace

// One connection: reads a request, answers it, and so on until the peer has enough or is too slow.
class ControlServer::Session : public std::enable_shared_from_this<Session> {
public:
    Session(Local::socket socket, ControlRoutes& routes, const ControlLimits& limits, std::function<void(std::shared_ptr<Session>)> ended)
        : stream_(std::move(socket)), routes_(routes), limits_(limits), ended_(std::move(ended)) {}

    void read() {
        parser_.emplace();
        parser_->header_limit(limits_.header_bytes);
        parser_->body_limit(limits_.body_bytes);
        stream_.expires_after(limits_.timeout);
        http::async_read(stream_, buffer_, *parser_,
                         [self = shared_from_this()](const beast::error_code& error, std::size_t) { self->on_read(error); });
    }

    void close() {
        beast::error_code ignore;
        stream_.socket().shutdown(Local::socket::shutdown_both, ignore);
        stream_.socket().close(ignore);
    }

private:
    void on_read(const beast::error_code& error) {
        if (error == http::error::end_of_stream || error == beast::error::timeout || error == asio::error::operation_aborted) return end();
        if (error) {
            // Only what the parser itself objects to has somebody there to be told.
            if (error.category() != http::make_error_code(http::error::bad_method).category()) return end();
            const bool large = error == http::error::body_limit || error == http::error::header_limit;
            return write(
                large ? error_response(413, "the request is too large") : error_response(400, "this is not a well-formed HTTP request"),
                false, 11);
        }
        const auto& request = parser_->get();
        const std::string method(request.method_string()), target(request.target());
        write(routes_.answer({.method = method, .target = target}), request.keep_alive(), request.version());
    }

    void write(ControlResponse answer, bool keep_alive, unsigned version) {
        response_.emplace(static_cast<http::status>(answer.status), version);
        response_->set(http::field::server, "lantern-migrated/" LANTERN_MIGRATE_VERSION);
        response_->set(http::field::content_type, answer.content_type);
        response_->set(http::field::cache_control, "no-store");
        if (!answer.allow.empty()) response_->set(http::field::allow, answer.allow);
        response_->keep_alive(keep_alive);
        response_->body() = std::move(answer.body);
        response_->prepare_payload();
        stream_.expires_after(limits_.timeout);
        http::async_write(stream_, *response_, [self = shared_from_this(), keep_alive](const beast::error_code& error, std::size_t) {
            if (error || !keep_alive) return self->end();
            self->read();
        });
    }

    void end() {
        close();
        ended_(shared_from_this());
    }

    beast::basic_stream<Local> stream_;
    ControlRoutes& routes_;
    const ControlLimits& limits_;
    std::function<void(std::shared_ptr<Session>)> ended_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    std::optional<http::response<http::string_body>> response_;
};

ControlServer::ControlServer(asio::io_context& io, std::filesystem::path socket, ControlRoutes& routes, ControlLimits limits, Log log)
    : io_(io), path_(std::move(socket)), routes_(routes), limits_(limits), log_(std::move(log)), acceptor_(io), pause_(io) {
    if (path_.string().size() >= sizeof(sockaddr_un::sun_path)) {
        throw ControlError(
            std::format("the path of the control socket is longer than {} bytes: {}", sizeof(sockaddr_un::sun_path) - 1, path_.string()),
            "name a shorter one with --control-socket");
    }
    remove_stale_socket(path_);
    boost::system::error_code error;
    // Nobody else may connect before the mode is set: with this mask the file is made 0600.
    const mode_t mask = ::umask(0177);
    acceptor_.open(Local(), error);
    if (!error) acceptor_.bind(Local::endpoint(path_.string()), error);
    ::umask(mask);
    if (!error && ::chmod(path_.c_str(), 0660) != 0) error = {errno, boost::system::system_category()};
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        throw ControlError(
            std::format("cannot listen at {}: {}", path_.string(), error.message()),
            "make its directory, give the daemon's user the right to write there, or name another path with --control-socket");
    }
}

ControlServer::~ControlServer() {
    stop();
    std::error_code ignore;
    std::filesystem::remove(path_, ignore);
}

void ControlServer::start() { accept(); }

void ControlServer::stop() {
    boost::system::error_code ignore;
    acceptor_.close(ignore);
    pause_.cancel();
    for (const auto& session : sessions_) session->close();
}

void ControlServer::accept() {
    if (accepting_ || !acceptor_.is_open() || sessions_.size() >= limits_.connections) return;
    accepting_ = true;
    acceptor_.async_accept([this](const boost::system::error_code& error, Local::socket socket) {
        if (error == asio::error::operation_aborted) return;
        accepting_ = false;
        if (!error) {
            accepted(std::move(socket));
            return accept();
        }
        log_->warn("control connection not accepted reason=\"{}\"", error.message());
        pause_.expires_after(std::chrono::milliseconds(200));
        pause_.async_wait([this](const boost::system::error_code& cancelled) {
            if (!cancelled) accept();
        });
    });
}

void ControlServer::accepted(Local::socket socket) {
    auto session = std::make_shared<Session>(std::move(socket), routes_, limits_, [this](const std::shared_ptr<Session>& ended) {
        sessions_.erase(ended);
        accept();
    });
    sessions_.insert(session);
    session->read();
}

}  // namespace lantern_migrate::daemon
