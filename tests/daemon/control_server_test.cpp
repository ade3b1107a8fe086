#include "daemon/control_server.h"

#include "daemon/control_client.h"
#include "daemon_fixture.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <boost/json.hpp>
#include <functional>
#include <random>
#include <thread>
#include <utility>

namespace lantern_migrate::daemon {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace test;

// A server in a thread of its own, as a client meets it.
struct Serving : Bench {
    fs::path socket = scratch / "control.sock";
    ControlRoutes routes{scheduler, journal};
    std::optional<ControlServer> server;
    std::jthread thread;

    explicit Serving(ControlLimits limits = {}, std::optional<config::WebListen> web = std::nullopt) {
        server.emplace(io, ControlPlaces{.socket = socket, .web = std::move(web)}, routes, limits, quiet_log());
        server->start();
    }
    void begin() {
        thread = std::jthread([this] {
            const auto work = boost::asio::make_work_guard(io);
            io.run();
        });
    }
    ~Serving() {
        io.stop();
        if (thread.joinable()) thread.join();
    }
};

int connected(const fs::path& socket) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};  // a server that does not answer fails a test; it does not hang it
    EXPECT_EQ(::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
    return fd;
}

// Sends bytes as they are and gives what comes back until the server closes.
std::string talk(const fs::path& socket, const std::string& bytes, bool half_close = true) {
    const int fd = connected(socket);
    for (std::size_t at = 0; at < bytes.size();) {
        const ssize_t sent = ::send(fd, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
        if (sent <= 0) break;
        at += static_cast<std::size_t>(sent);
    }
    if (half_close) ::shutdown(fd, SHUT_WR);
    std::string answer;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(fd, buffer, sizeof(buffer))) > 0;) answer.append(buffer, static_cast<std::size_t>(got));
    ::close(fd);
    return answer;
}

TEST(ControlServer, AnswersOverARealSocket) {
    Serving serving;
    serving.journal.create_job({.name = "words", .file = "f", .source = "s", .target = "t"});
    serving.begin();
    const ControlReply reply = ask_daemon(serving.socket, "GET", "/v1/jobs");
    EXPECT_EQ(reply.status, 200U);
    EXPECT_EQ(json::parse(reply.body).at("jobs").at(0).at("name"), "words");
    EXPECT_EQ(ask_daemon(serving.socket, "POST", "/v1/jobs/words/pause").status, 202U);
    EXPECT_EQ(serving.job("words").disposition, Disposition::paused);
    EXPECT_EQ(ask_daemon(serving.socket, "GET", "/v1/jobs/nobody").status, 404U);
}

TEST(ControlServer, MakesASocketForItsOwnerAndGroupAndRemovesIt) {
    Serving serving;
    struct stat info{};
    ASSERT_EQ(::stat(serving.socket.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0660U);
    serving.server.reset();
    EXPECT_FALSE(fs::exists(serving.socket));
}

TEST(ControlServer, AnswersSeveralRequestsOnOneConnection) {
    Serving serving;
    serving.begin();
    const std::string answer = talk(
        serving.socket,
        "GET /v1/jobs HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", false);
    EXPECT_THAT(answer, testing::HasSubstr("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, testing::HasSubstr("HTTP/1.1 404 Not Found\r\n"));
}

TEST(ControlServer, AnswersHeadWithoutABody) {
    Serving serving;
    serving.begin();
    const std::string answer = talk(serving.socket, "HEAD /v1/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", false);
    EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, testing::HasSubstr("Content-Length: 12\r\n"));
    EXPECT_THAT(answer, testing::EndsWith("\r\n\r\n"));
}

TEST(ControlServer, KnowsWhoAsks) {
    Serving serving;
    const Job job = serving.admit("words");
    serving.begin();
    EXPECT_EQ(ask_daemon(serving.socket, "POST", "/v1/jobs/words/pause").status, 202U);
    const std::string wanted = "pause, said by uid " + std::to_string(::getuid()) + ", process " + std::to_string(::getpid());
    EXPECT_THAT(serving.journal.events(job.id), testing::Contains(testing::Field(&migrations_state::EventRecord::text, wanted)));
}

// What a stream has sent until `text` is in it.
std::string follow_until(const fs::path& socket, const std::string& target, const std::string& text,
                         const std::function<void()>& meanwhile) {
    const int fd = connected(socket);
    const std::string request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) return "not sent";
    std::string got;
    char buffer[4096];
    bool told = false;
    while (!got.contains(text)) {
        const ssize_t bytes = ::read(fd, buffer, sizeof(buffer));
        if (bytes <= 0) break;
        got.append(buffer, static_cast<std::size_t>(bytes));
        if (!std::exchange(told, true)) meanwhile();
    }
    ::close(fd);
    return got;
}

TEST(ControlServer, StreamsAJobAndItsEvents) {
    Serving serving;
    serving.engines->runs = {[](FakeRun& run) { return run.until_stopped(); }};
    serving.admit("words");
    serving.begin();
    const std::string got = follow_until(serving.socket, "/v1/jobs/words/stream", "\"disposition\":\"paused\"", [&] {
        EXPECT_EQ(ask_daemon(serving.socket, "POST", "/v1/jobs/words/pause").status, 202U);
        boost::asio::post(serving.io, [&] { serving.server->changed(); });
    });
    EXPECT_THAT(got, testing::StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(got, testing::HasSubstr("Content-Type: text/event-stream\r\n"));
    EXPECT_THAT(got, testing::HasSubstr("event: job\ndata: {"));
    EXPECT_THAT(got, testing::HasSubstr("\"disposition\":\"paused\""));
    EXPECT_EQ(ask_daemon(serving.socket, "GET", "/v1/jobs/words").status, 200U);
}

TEST(ControlServer, MakesRoomByClosingWhoHasWaitedLongest) {
    Serving serving({.timeout = std::chrono::hours(1), .connections = 2});
    serving.begin();
    std::vector<int> silent;
    for (int i = 0; i < 10; ++i) silent.push_back(connected(serving.socket));
    EXPECT_EQ(ask_daemon(serving.socket, "GET", "/v1/jobs").status, 200U);
    char byte = 0;
    EXPECT_EQ(::read(silent.front(), &byte, 1), 0) << "the first one was closed";
    for (const int fd : silent) ::close(fd);
}

TEST(ControlServer, ServesTheSameOverTcpWhereTheDaemonsFileSaysSo) {
    Serving serving({}, config::WebListen{"127.0.0.1", 0});
    const Job job = serving.admit("words");
    serving.begin();
    const auto ask = [&](const std::string& request) {
        boost::asio::io_context io;
        boost::asio::ip::tcp::socket socket(io);
        socket.connect({boost::asio::ip::make_address("127.0.0.1"), serving.server->web_port().value()});
        boost::asio::write(socket, boost::asio::buffer(request));
        std::string answer;
        boost::system::error_code ended;
        boost::asio::read(socket, boost::asio::dynamic_buffer(answer), ended);
        return answer;
    };
    EXPECT_THAT(ask("GET /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"), testing::StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(ask("GET /v1/jobs HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"), testing::StartsWith("HTTP/1.1 421 "));
    EXPECT_THAT(ask("POST /v1/jobs/words/cancel HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"),
                testing::StartsWith("HTTP/1.1 403 "));
    EXPECT_THAT(serving.journal.events(job.id),
                testing::Each(testing::Field(&migrations_state::EventRecord::kind, testing::Ne("operator"))));
}

TEST(ControlServer, RefusesWhatIsNoRequestAndGoesOn) {
    Serving serving;
    serving.begin();
    EXPECT_THAT(talk(serving.socket, "what?\r\n\r\n"), testing::StartsWith("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_THAT(talk(serving.socket, "GET /v1/jobs HTTP/1.1\r\nX: " + std::string(20000, 'a') + "\r\n\r\n"),
                testing::StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(talk(serving.socket, "POST /v1/jobs/a/pause HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n"),
                testing::StartsWith("HTTP/1.1 413 "));
    EXPECT_EQ(talk(serving.socket, ""), "");
    EXPECT_EQ(ask_daemon(serving.socket, "GET", "/v1/jobs").status, 200U);
}

TEST(ControlServer, AnswersMalformedRequestsNoFasterThanAllowedAndOthersAtOnce) {
    Serving serving({.between_refusals = std::chrono::milliseconds(100)});
    serving.begin();
    const auto began = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> wild;
        for (int i = 0; i < 5; ++i) {
            wild.emplace_back([&] { EXPECT_THAT(talk(serving.socket, "what?\r\n\r\n"), testing::StartsWith("HTTP/1.1 400 ")); });
        }
        std::size_t asked = 0;
        while (std::chrono::steady_clock::now() - began < std::chrono::milliseconds(350)) {
            EXPECT_EQ(ask_daemon(serving.socket, "GET", "/v1/jobs").status, 200U);
            ++asked;
        }
        EXPECT_GT(asked, 10U);
    }
    EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(400));
}

TEST(ControlServer, HoldsNobodyUpForLongerThanAllowed) {
    Serving serving({.between_refusals = std::chrono::hours(1), .refusal_delay_max = std::chrono::milliseconds(50)});
    serving.begin();
    for (int i = 0; i < 4; ++i) EXPECT_THAT(talk(serving.socket, "what?\r\n\r\n"), testing::StartsWith("HTTP/1.1 400 "));
}

TEST(ControlServer, MakesRoomOfThoseThatItHoldsUp) {
    Serving serving({.between_refusals = std::chrono::hours(1), .refusal_delay_max = std::chrono::hours(1), .connections = 1});
    serving.begin();
    EXPECT_THAT(talk(serving.socket, "what?\r\n\r\n"), testing::StartsWith("HTTP/1.1 400 "));
    std::jthread held_up([&] { EXPECT_EQ(talk(serving.socket, "what?\r\n\r\n"), ""); });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_EQ(ask_daemon(serving.socket, "GET", "/v1/jobs").status, 200U);
}

TEST(ControlServer, EndsWhileItHoldsSomebodyUp) {
    Serving serving({.between_refusals = std::chrono::hours(1), .refusal_delay_max = std::chrono::hours(1)});
    serving.begin();
    talk(serving.socket, "what?\r\n\r\n");
    std::jthread held_up([&] { EXPECT_EQ(talk(serving.socket, "what?\r\n\r\n"), ""); });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    boost::asio::post(serving.io, [&] { serving.server->stop(); });
}

TEST(ControlServer, SurvivesTenThousandMalformedRequests) {
    Serving serving({.between_refusals = std::chrono::milliseconds(0)});
    serving.begin();
    std::minstd_rand random(7);
    const std::string good = "GET /v1/jobs/words HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc";
    for (int i = 0; i < 10'000; ++i) {
        std::string bytes = good.substr(0, 1 + random() % good.size());
        for (unsigned changes = random() % 8; changes > 0; --changes) bytes[random() % bytes.size()] = static_cast<char>(random());
        talk(serving.socket, bytes);
    }
    EXPECT_EQ(ask_daemon(serving.socket, "GET", "/v1/jobs").status, 200U);
}

TEST(ControlServer, ClosesAConnectionThatSaysNothing) {
    Serving serving({.timeout = std::chrono::milliseconds(50)});
    serving.begin();
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(talk(serving.socket, "GET /v1/jo", false), "");
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

TEST(ControlServer, LetsNoMoreInThanAllowedAndServesTheRestLater) {
    Serving serving({.timeout = std::chrono::milliseconds(100), .connections = 1});
    serving.begin();
    std::jthread silent([&] { talk(serving.socket, "GET", false); });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_EQ(ask_daemon(serving.socket, "GET", "/v1/jobs").status, 200U);
}

TEST(ControlServer, RemovesASocketThatNobodyAnswersAt) {
    const Scratch scratch;
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (scratch / "control.sock").string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    ::close(fd);
    Bench bench;
    ControlRoutes routes(bench.scheduler, bench.journal);
    const ControlServer server(bench.io, {.socket = scratch / "control.sock"}, routes, {}, quiet_log());
    EXPECT_TRUE(fs::is_socket(scratch / "control.sock"));
}

TEST(ControlServer, LeavesASocketAloneThatSomebodyAnswersAt) {
    Serving serving;
    serving.begin();
    try {
        const ControlServer second(serving.io, {.socket = serving.socket}, serving.routes, {}, quiet_log());
        FAIL();
    } catch (const ControlError& e) {
        EXPECT_EQ(std::string(e.what()), "another process answers at " + serving.socket.string());
        EXPECT_EQ(e.hint(), "is lantern-migrated running already?");
    }
    EXPECT_EQ(ask_daemon(serving.socket, "GET", "/v1/jobs").status, 200U);
}

TEST(ControlServer, LeavesAFileAloneThatIsNoSocket) {
    Bench bench;
    ControlRoutes routes(bench.scheduler, bench.journal);
    write(bench.scratch / "precious", "x");
    EXPECT_THROW(ControlServer(bench.io, {.socket = bench.scratch / "precious"}, routes, {}, quiet_log()), ControlError);
    EXPECT_EQ(read(bench.scratch / "precious"), "x");
}

TEST(ControlClient, SaysThatNobodyIsThere) {
    const Scratch scratch;
    try {
        static_cast<void>(ask_daemon(scratch / "control.sock", "GET", "/v1/jobs"));
        FAIL();
    } catch (const Unreachable& e) {
        EXPECT_EQ(std::string(e.what()),
                  "the daemon does not answer at " + (scratch / "control.sock").string() + ": No such file or directory");
        EXPECT_EQ(e.hint(), "is lantern-migrated running? `--socket` or `--config` names another socket");
    }
}

}  // namespace
}  // namespace lantern_migrate::daemon
