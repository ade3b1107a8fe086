#include "daemon/control_guard.h"

#include "daemon/text.h"

#include <arpa/inet.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <format>
#include <system_error>

namespace lantern_migrate::daemon {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

// "migrate.example:8477" -> "migrate.example"; "[::1]:8477" -> "::1".
std::string host_name(std::string_view host) {
    if (host.starts_with('[')) return std::string(host.substr(1, std::min(host.find(']'), host.size()) - 1));
    return lower(host.substr(0, host.find(':')));
}

bool is_ip_address(const std::string& name) {
    in6_addr parsed{};
    return ::inet_pton(AF_INET, name.c_str(), &parsed) == 1 || ::inet_pton(AF_INET6, name.c_str(), &parsed) == 1;
}

bool is_our_name(std::string_view host, const config::WebSpec& web) {
    const std::string name = host_name(host);
    return name.empty() || name == "localhost" || is_ip_address(name) || std::ranges::contains(web.hosts, name);
}

// Takes as long for a wrong token as for the right one.
bool same(std::string_view one, std::string_view other) {
    unsigned difference = one.size() == other.size() ? 0 : 1;
    for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i) {
        difference |= static_cast<unsigned>(static_cast<unsigned char>(one[i]) ^ static_cast<unsigned char>(other[i]));
    }
    return difference == 0;
}

// Browsers cannot be kept from sending these, and no command sends them.
bool from_browser(const ControlRequest& request) { return !request.origin.empty() || !request.fetch_site.empty(); }

bool from_own_page(const ControlRequest& request) {
    if (!request.fetch_site.empty() && request.fetch_site != "same-origin") return false;
    if (request.origin.empty()) return true;
    const std::size_t scheme = request.origin.find("://");
    return scheme != std::string_view::npos && lower(request.origin.substr(scheme + 3)) == lower(request.host);
}

std::optional<ControlResponse> refuse_change(const ControlRequest& request, const config::WebSpec& web, std::string_view token) {
    if (!from_browser(request) && request.peer.kind != Peer::Kind::tcp) return std::nullopt;
    if (!web.actions) {
        return error_response(403, "this page is for reading only",
                              "use the commands of lantern-migrate, or set `web.actions: true` in the daemon's file");
    }
    if (!from_own_page(request)) return error_response(403, "another site's page may not change anything here");
    if (token.empty() || !same(request.token, token)) {
        return error_response(403, "the request does not have this daemon's token",
                              "load the page again: the token is new at each start of the daemon");
    }
    return std::nullopt;
}

}  // namespace

std::string Peer::text() const {
    switch (kind) {
        case Kind::none: return "this process";
        case Kind::local: return std::format("uid {}, process {}", uid, pid);
        case Kind::tcp: return address;
    }
    return "";
}

std::optional<ControlResponse> ControlGuard::refuse(const ControlRequest& request) const {
    if (!is_our_name(request.host, web)) {
        return error_response(421, std::format("the daemon is not called {}", cut(printable(host_name(request.host)), 100)),
                              "call it localhost or by its IP address, or add the name to `web.hosts` in the daemon's file");
    }
    if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
    return refuse_change(request, web, token);
}

std::string random_token() {
    std::array<unsigned char, 16> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        throw std::system_error(errno, std::generic_category(), "getrandom");
    std::string token;
    for (const unsigned char byte : bytes) token += std::format("{:02x}", byte);
    return token;
}

}  // namespace lantern_migrate::daemon
