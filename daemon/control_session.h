// One connection of the control server: reads a request, answers it, and so on until the peer has enough or is too slow;
// or follows a stream until it leaves. Lives on the io_context's thread.
#pragma once

#include "daemon/control_routes.h"
#include "daemon/event_streams.h"

#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

namespace lantern_migrate::daemon {

struct ControlLimits {
    std::uint32_t header_bytes = 8192;
    std::uint64_t body_bytes = 65536;
    std::chrono::milliseconds timeout{std::chrono::seconds(30)};  // for one request or answer; also how long an idle client may stay
    // Malformed requests are answered no faster than that, whoever sends them, and each within refusal_delay_max: a client gone wild must
    // not take the processor from the copy. Well-formed ones are not held up.
    std::chrono::milliseconds between_refusals{10};
    std::chrono::milliseconds refusal_delay_max{1000};
    std::size_t connections = 512;  // one more, and the one that has kept us waiting for a request longest goes
};

// What the server did since its start.
struct ControlFigures {
    std::size_t connections = 0;  // now
    std::size_t streams = 0;      // now
    std::uint64_t connections_total = 0;
    std::uint64_t evicted_total = 0;         // closed to make room
    std::array<std::uint64_t, 6> answers{};  // by the status' first digit
};

class ControlSession : public std::enable_shared_from_this<ControlSession>, public EventStreams::Follower {
public:
    using Socket = boost::asio::generic::stream_protocol::socket;

    // What a session has of its server.
    class Host {
    public:
        Host() = default;
        Host(const Host&) = delete;
        Host& operator=(const Host&) = delete;
        virtual ~Host() = default;
        virtual ControlResponse answer(const ControlRequest&) = 0;
        virtual bool follow(const std::shared_ptr<ControlSession>&, const StreamRequest&) = 0;
        virtual void answered(unsigned status) = 0;
        virtual std::chrono::steady_clock::time_point time_of_refusal() = 0;  // of the malformed request that is here now
        virtual void ended(const std::shared_ptr<ControlSession>&) = 0;
        [[nodiscard]] virtual const ControlLimits& limits() const = 0;
    };

    ControlSession(Socket socket, Peer peer, Host& host);

    void start() { read(); }
    void close() override;
    // The server goes: closes, and calls it no more.
    void abandon();

    // Empty while a request is being answered, or a stream followed.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> waiting_since() const { return waiting_since_; }

    void send(EventStreams::Frame) override;
    [[nodiscard]] std::size_t unsent_bytes() const override { return unsent_bytes_; }

private:
    using Request = boost::beast::http::request<boost::beast::http::string_body>;

    void read();
    void on_read(const boost::beast::error_code&);
    [[nodiscard]] ControlRequest control_request(const Request&) const;
    void refuse(ControlResponse);
    void write(ControlResponse, const Request*);
    void begin_stream(const StreamRequest&);
    void send_next();
    void await_end();
    void end();

    boost::beast::basic_stream<boost::asio::generic::stream_protocol> stream_;
    boost::asio::steady_timer pause_;  // before a refusal
    Peer peer_;
    Host& host_;
    boost::beast::flat_buffer buffer_;
    std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
    std::optional<boost::beast::http::response<boost::beast::http::string_body>> response_;
    std::optional<boost::beast::http::response_serializer<boost::beast::http::string_body>> serializer_;
    std::optional<std::chrono::steady_clock::time_point> waiting_since_;

    std::deque<EventStreams::Frame> frames_;  // of a stream; the first is being sent
    std::size_t unsent_bytes_ = 0;
    std::array<char, 256> ignored_{};
    bool ended_ = false;
};

}  // namespace lantern_migrate::daemon
