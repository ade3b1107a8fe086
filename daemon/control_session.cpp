#include "daemon/control_session.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

namespace lantern_migrate::daemon {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr const char* server_name = "lantern-migrated/" LANTERN_MIGRATE_VERSION;
constexpr const char* token_header = "X-Lantern-Migrate-Token";

constexpr const char* strictest_policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

ControlSession::ControlSession(Socket socket, Peer peer, Host& host)
    : stream_(std::move(socket)), pause_(stream_.get_executor()), peer_(std::move(peer)), host_(host) {}

void ControlSession::read() {
    parser_.emplace();
    parser_->header_limit(host_.limits().header_bytes);
    parser_->body_limit(host_.limits().body_bytes);
    waiting_since_ = std::chrono::steady_clock::now();
    stream_.expires_after(host_.limits().timeout);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](const beast::error_code& error, std::size_t) { self->on_read(error); });
}

void ControlSession::close() {
    waiting_since_.reset();
    pause_.cancel();
    beast::error_code ignore;
    stream_.socket().shutdown(Socket::shutdown_both, ignore);
    stream_.socket().close(ignore);
}

void ControlSession::abandon() {
    ended_ = true;
    close();
}

ControlRequest ControlSession::control_request(const Request& request) const {
    return {.method = view(request.method_string()),
            .target = view(request.target()),
            .host = view(request[http::field::host]),
            .origin = view(request[http::field::origin]),
            .fetch_site = view(request["Sec-Fetch-Site"]),
            .token = view(request[token_header]),
            .last_event_id = view(request["Last-Event-ID"]),
            .peer = peer_};
}

void ControlSession::on_read(const beast::error_code& error) {
    waiting_since_.reset();
    if (ended_) return;
    if (error == http::error::end_of_stream || error == beast::error::timeout || error == asio::error::operation_aborted) return end();
    if (error) {
        // Only what the parser itself objects to has somebody there to be told.
        if (error.category() != http::make_error_code(http::error::bad_method).category()) return end();
        const bool large = error == http::error::body_limit || error == http::error::header_limit;
        return refuse(large ? error_response(413, "the request is too large")
                            : error_response(400, "this is not a well-formed HTTP request"));
    }
    const Request& request = parser_->get();
    ControlResponse answer = host_.answer(control_request(request));
    if (answer.stream && request.method() != http::verb::head) return begin_stream(*answer.stream);
    write(std::move(answer), &request);
}

// While it pauses, the session may be closed to make room like one that says nothing.
void ControlSession::refuse(ControlResponse answer) {
    waiting_since_ = std::chrono::steady_clock::now();
    stream_.expires_never();
    pause_.expires_at(host_.time_of_refusal());
    pause_.async_wait([self = shared_from_this(), answer = std::move(answer)](const boost::system::error_code& cancelled) mutable {
        self->waiting_since_.reset();
        if (cancelled || self->ended_) return self->end();
        self->write(std::move(answer), nullptr);
    });
}

void ControlSession::write(ControlResponse answer, const Request* request) {
    host_.answered(answer.status);
    const bool keep_alive = request != nullptr && request->keep_alive();
    const bool head = request != nullptr && request->method() == http::verb::head;
    response_.emplace(static_cast<http::status>(answer.status), request != nullptr ? request->version() : 11);
    response_->set(http::field::server, server_name);
    response_->set(http::field::content_type, answer.content_type);
    response_->set(http::field::cache_control, "no-store");
    response_->set("Content-Security-Policy", answer.policy.empty() ? strictest_policy : answer.policy);
    response_->set("X-Content-Type-Options", "nosniff");
    response_->set("Referrer-Policy", "no-referrer");
    response_->set("Cross-Origin-Resource-Policy", "same-origin");
    if (!answer.allow.empty()) response_->set(http::field::allow, answer.allow);
    response_->keep_alive(keep_alive);
    response_->body() = std::move(answer.body);
    response_->prepare_payload();
    serializer_.emplace(*response_);
    stream_.expires_after(host_.limits().timeout);
    const auto written = [self = shared_from_this(), keep_alive](const beast::error_code& error, std::size_t) {
        if (error || !keep_alive || self->ended_) return self->end();
        self->read();
    };
    if (head) {
        http::async_write_header(stream_, *serializer_, written);
    } else {
        http::async_write(stream_, *serializer_, written);
    }
}

void ControlSession::begin_stream(const StreamRequest& stream) {
    // Without a length and without chunks: the end of the connection is the end of the stream.
    send(std::make_shared<const std::string>(std::string("HTTP/1.1 200 OK\r\nServer: ") + server_name +
                                             "\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n"
                                             "X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\n"
                                             "Connection: close\r\n\r\n"));
    bool room = false;
    try {
        room = host_.follow(shared_from_this(), stream);
    } catch (const std::exception&) {  // a journal that cannot be read just now: the client comes again
    }
    host_.answered(200);
    if (!room) return end();
    await_end();
}

void ControlSession::send(EventStreams::Frame frame) {
    unsent_bytes_ += frame->size();
    frames_.push_back(std::move(frame));
    if (frames_.size() == 1) send_next();
}

void ControlSession::send_next() {
    stream_.expires_after(host_.limits().timeout);
    asio::async_write(stream_, asio::buffer(*frames_.front()), [self = shared_from_this()](const beast::error_code& error, std::size_t) {
        if (error || self->ended_) return self->end();
        self->unsent_bytes_ -= self->frames_.front()->size();
        self->frames_.pop_front();
        if (!self->frames_.empty()) return self->send_next();
        self->stream_.expires_never();
    });
}

// Who follows says nothing more; what still comes is the end of the connection.
void ControlSession::await_end() {
    stream_.socket().async_read_some(asio::buffer(ignored_), [self = shared_from_this()](const beast::error_code& error, std::size_t) {
        if (error) return self->end();
        self->await_end();
    });
}

void ControlSession::end() {
    if (ended_) return;
    ended_ = true;
    close();
    host_.ended(shared_from_this());
}

}  // namespace lantern_migrate::daemon
