#include "daemon/control_socket.h"

#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <format>

namespace lantern_migrate::daemon {
namespace {

namespace asio = boost::asio;
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

Local::acceptor listen_at(asio::io_context& io, const std::filesystem::path& path) {
    if (path.string().size() >= sizeof(sockaddr_un::sun_path)) {
        throw ControlError(
            std::format("the path of the control socket is longer than {} bytes: {}", sizeof(sockaddr_un::sun_path) - 1, path.string()),
            "name a shorter one with --control-socket");
    }
    remove_stale_socket(path);
    Local::acceptor acceptor(io);
    boost::system::error_code error;
    // Nobody else may connect before the mode is set: with this mask the file is made 0600.
    const mode_t mask = ::umask(0177);
    acceptor.open(Local(), error);
    if (!error) acceptor.bind(Local::endpoint(path.string()), error);
    ::umask(mask);
    if (!error && ::chmod(path.c_str(), 0660) != 0) error = {errno, boost::system::system_category()};
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        throw ControlError(
            std::format("cannot listen at {}: {}", path.string(), error.message()),
            "make its directory, give the daemon's user the right to write there, or name another path with --control-socket");
    }
    return acceptor;
}

asio::ip::tcp::acceptor listen_at(asio::io_context& io, const config::WebListen& listen) {
    using Tcp = asio::ip::tcp;
    Tcp::acceptor acceptor(io);
    boost::system::error_code error;
    const Tcp::endpoint endpoint(asio::ip::make_address(listen.address, error), listen.port);
    if (!error) acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        throw ControlError(std::format("cannot listen at {} port {}: {}", listen.address, listen.port, error.message()),
                           "name another `web.listen` in the daemon's file, or `none`");
    }
    return acceptor;
}

}  // namespace lantern_migrate::daemon
