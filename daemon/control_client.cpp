#include "daemon/control_client.h"

#include <sys/un.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <format>

namespace lantern_migrate::daemon {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Local = asio::local::stream_protocol;

// A report of thousands of tables is some megabytes.
constexpr std::uint64_t reply_bytes_max = std::uint64_t{256} << 20;

Unreachable unreachable(const std::filesystem::path& socket, const boost::system::error_code& error) {
    const std::string message = std::format("the daemon does not answer at {}: {}", socket.string(), error.message());
    if (error == asio::error::access_denied) {
        return {message, "join the group that owns the socket, or use sudo"};
    }
    return {message, "is lantern-migrated running? `--socket` or `--config` names another socket"};
}

class Exchange {
public:
    Exchange(const std::string& method, const std::string& target) : stream_(io_) {
        request_.method_string(method);
        request_.target(target);
        request_.version(11);
        request_.set(http::field::host, "localhost");
        request_.keep_alive(false);
        request_.prepare_payload();
        parser_.body_limit(reply_bytes_max);
    }

    boost::system::error_code run(const std::filesystem::path& socket, std::chrono::milliseconds timeout, const std::stop_token& stop) {
        const std::stop_callback on_stop(stop, [this] { io_.stop(); });
        stream_.expires_after(timeout);
        stream_.async_connect(Local::endpoint(socket.string()), [this](const beast::error_code& error) {
            if (failed(error)) return;
            http::async_write(stream_, request_, [this](const beast::error_code& write_error, std::size_t) {
                if (failed(write_error)) return;
                http::async_read(stream_, buffer_, parser_,
                                 [this](const beast::error_code& read_error, std::size_t) { answered_ = !failed(read_error); });
            });
        });
        io_.run();
        if (!answered_ && !error_) return asio::error::make_error_code(asio::error::operation_aborted);
        return error_;
    }

    ControlReply reply() { return {.status = parser_.get().result_int(), .body = std::move(parser_.get().body())}; }

private:
    bool failed(const boost::system::error_code& error) {
        error_ = error;
        return error.failed();
    }

    asio::io_context io_;
    beast::basic_stream<Local> stream_;
    http::request<http::empty_body> request_;
    beast::flat_buffer buffer_;
    http::response_parser<http::string_body> parser_;
    boost::system::error_code error_;
    bool answered_ = false;
};

}  // namespace

ControlReply ask_daemon(const std::filesystem::path& socket, const std::string& method, const std::string& target,
                        std::chrono::milliseconds timeout, std::stop_token stop) {
    if (socket.string().size() >= sizeof(sockaddr_un::sun_path)) {
        throw unreachable(socket, make_error_code(boost::system::errc::filename_too_long));
    }
    Exchange exchange(method, target);
    if (const auto error = exchange.run(socket, timeout, stop)) throw unreachable(socket, error);
    return exchange.reply();
}

}  // namespace lantern_migrate::daemon
