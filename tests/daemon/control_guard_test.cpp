#include "daemon/control_guard.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

namespace lantern_migrate::daemon {
namespace {

constexpr Peer command{.kind = Peer::Kind::local, .uid = 1000, .pid = 42};
const Peer over_tcp{.kind = Peer::Kind::tcp, .address = "127.0.0.1"};

struct Case {
    ControlRequest request;
    unsigned status;  // 0: it may go on
};

unsigned refusal(const ControlGuard& guard, const ControlRequest& request) {
    const auto response = guard.refuse(request);
    return response ? response->status : 0;
}

TEST(ControlGuard, LetsCommandsOfTheSocketDoAnything) {
    const ControlGuard guard{.token = "secret"};
    for (const char* method : {"GET", "HEAD", "POST"}) {
        EXPECT_EQ(refusal(guard, {.method = method, .target = "/", .host = "localhost", .peer = command}), 0U);
        EXPECT_EQ(refusal(guard, {.method = method, .target = "/", .peer = command}), 0U) << "HTTP/1.0 has no Host";
    }
}

TEST(ControlGuard, AnswersToItsOwnNamesOnly) {
    const ControlGuard guard{.web = {.hosts = {"migrate.example"}}};
    for (const char* host : {"localhost", "localhost:8477", "LOCALHOST", "127.0.0.1:8477", "[::1]:8477", "10.1.2.3", "migrate.example:443",
                             "Migrate.Example"}) {
        EXPECT_EQ(refusal(guard, {.method = "GET", .target = "/", .host = host}), 0U) << host;
    }
    for (const char* host :
         {"evil.example", "evil.example:8477", "localhost.evil.example", "127.0.0.1.evil.example", "[::1", "migrate.example.evil", "."}) {
        const bool broken_address = std::string_view(host) == "[::1";
        EXPECT_EQ(refusal(guard, {.method = "GET", .target = "/", .host = host}), broken_address ? 0U : 421U) << host;
    }
    const auto response = guard.refuse({.method = "GET", .target = "/", .host = "evil\x1b.example"});
    EXPECT_EQ(boost::json::parse(response->body).at("error"), "the daemon is not called evil?.example");
}

TEST(ControlGuard, LetsABrowserChangeNothingUnlessTheDaemonsFileSaysSo) {
    const ControlGuard guard{.token = "secret"};
    const ControlRequest own{.method = "POST",
                             .target = "/",
                             .host = "localhost:8477",
                             .origin = "http://localhost:8477",
                             .fetch_site = "same-origin",
                             .token = "secret",
                             .peer = command};
    EXPECT_EQ(refusal(guard, own), 403U);
    EXPECT_EQ(refusal({.web = {.actions = true}, .token = "secret"}, own), 0U);
}

TEST(ControlGuard, RefusesChangesThatAnotherSiteAsksFor) {
    const ControlGuard guard{.web = {.hosts = {"migrate.example"}, .actions = true}, .token = "secret"};
    const Case cases[] = {
        // another page, with the user's browser
        {{.method = "POST",
          .target = "/",
          .host = "localhost:8477",
          .origin = "https://evil.example",
          .fetch_site = "cross-site",
          .peer = command},
         403},
        {{.method = "POST", .target = "/", .host = "localhost:8477", .origin = "https://evil.example", .token = "secret", .peer = command},
         403},
        {{.method = "POST", .target = "/", .host = "localhost:8477", .origin = "null", .token = "secret", .peer = command}, 403},
        {{.method = "POST", .target = "/", .host = "localhost:8477", .fetch_site = "same-site", .token = "secret", .peer = command}, 403},
        {{.method = "POST", .target = "/", .host = "localhost:8477", .origin = "http://localhost:9999", .token = "secret", .peer = command},
         403},
        // our page, but from before a restart; or without its token
        {{.method = "POST", .target = "/", .host = "localhost:8477", .origin = "http://localhost:8477", .token = "secreT", .peer = command},
         403},
        {{.method = "POST", .target = "/", .host = "localhost:8477", .origin = "http://localhost:8477", .peer = command}, 403},
        {{.method = "POST", .target = "/", .host = "127.0.0.1:8477", .peer = over_tcp}, 403},
        // our page
        {{.method = "POST",
          .target = "/",
          .host = "localhost:8477",
          .origin = "http://localhost:8477",
          .fetch_site = "same-origin",
          .token = "secret",
          .peer = over_tcp},
         0},
        {{.method = "POST",
          .target = "/",
          .host = "Migrate.Example",
          .origin = "https://migrate.example",
          .token = "secret",
          .peer = over_tcp},
         0},
        // any method that is not known to change nothing is taken for a change
        {{.method = "DELETE", .target = "/", .host = "localhost", .origin = "https://evil.example", .peer = command}, 403},
        {{.method = "post", .target = "/", .host = "localhost", .origin = "https://evil.example", .peer = command}, 403},
    };
    for (const auto& [request, status] : cases) {
        EXPECT_EQ(refusal(guard, request), status) << request.origin << ' ' << request.fetch_site << ' ' << request.token;
    }
}

TEST(ControlGuard, NeverTakesAnEmptyToken) {
    const ControlGuard guard{.web = {.actions = true}};
    EXPECT_EQ(refusal(guard, {.method = "POST", .target = "/", .host = "localhost", .peer = over_tcp}), 403U);
}

TEST(ControlGuard, MakesTokensThatDiffer) {
    std::set<std::string> tokens;
    for (int i = 0; i < 100; ++i) tokens.insert(random_token());
    EXPECT_EQ(tokens.size(), 100U);
    EXPECT_EQ(tokens.begin()->size(), 32U);
}

TEST(Peer, IsNamedForTheAuditEvent) {
    EXPECT_EQ(command.text(), "uid 1000, process 42");
    EXPECT_EQ(over_tcp.text(), "127.0.0.1");
    EXPECT_EQ(Peer{}.text(), "this process");
}

}  // namespace
}  // namespace lantern_migrate::daemon
