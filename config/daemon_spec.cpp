#include "config/daemon_spec.h"

#include "config/spec_reader.h"
#include "config/spec_source.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <format>

namespace lantern_migrate::config {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 5> log_levels{"trace", "debug", "info", "warn", "error"};

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::filesystem::path read_path(SpecReader& root, std::string_view key, const std::filesystem::path& fallback) {
    const auto text = root.text(key);
    if (!text) return fallback;
    // A service's working directory is `/`: a relative path would name another place than in the shell it was tried in.
    if (!text->starts_with('/') || has_control_character(*text)) root.mistake(key, "must be an absolute path");
    return *text;
}

std::filesystem::path read_socket(SpecReader& root, const std::filesystem::path& fallback) {
    constexpr std::size_t longest = 107;  // sockaddr_un's sun_path, without its NUL
    auto path = read_path(root, "control_socket", fallback);
    if (path.native().size() > longest)
        root.mistake("control_socket", std::format("must have at most {} bytes, as the path of a socket", longest));
    return path;
}

std::filesystem::path read_program(SpecReader& root, std::string_view key, const std::filesystem::path& fallback) {
    const auto text = root.text(key);
    if (!text) return fallback;
    const bool relative = text->contains('/') && !text->starts_with('/');
    if (relative || has_control_character(*text))
        root.mistake(key, "must be a program's name, to be looked up in PATH, or an absolute path");
    return *text;
}

RetrySpec read_retry(SpecReader reader) {
    RetrySpec retry;
    retry.initial_delay = reader.duration("initial_delay", {.fallback = retry.initial_delay, .min = 10ms, .max = 1h});
    retry.max_delay = reader.duration("max_delay", {.fallback = retry.max_delay, .min = 10ms, .max = 24h});
    if (retry.max_delay < retry.initial_delay) reader.mistake("max_delay", "must not be shorter than `initial_delay`");
    retry.give_up_after = std::chrono::duration_cast<std::chrono::seconds>(
        reader.duration("give_up_after", {.fallback = retry.give_up_after, .min = 1s, .max = 24h * 365}));
    reader.reject_unknown_keys();
    return retry;
}

HooksSpec read_hooks(SpecReader reader) {
    HooksSpec hooks;
    hooks.dir = read_path(reader, "dir", hooks.dir);
    hooks.timeout = reader.duration("timeout", {.fallback = hooks.timeout, .min = 100ms, .max = 1h});
    reader.reject_unknown_keys();
    return hooks;
}

// "127.0.0.1:8477" or "[::1]:8477"; a name could mean another machine tomorrow.
std::optional<WebListen> parse_listen(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string address(text.substr(0, colon));
    const std::string_view digits = text.substr(colon + 1);
    WebListen listen;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), listen.port);
    if (error != std::errc{} || end != digits.data() + digits.size() || listen.port == 0) return std::nullopt;
    const bool bracketed = address.starts_with('[') && address.ends_with(']');
    if (bracketed) address = address.substr(1, address.size() - 2);
    in6_addr parsed{};
    if (::inet_pton(bracketed ? AF_INET6 : AF_INET, address.c_str(), &parsed) != 1) return std::nullopt;
    listen.address = std::move(address);
    return listen;
}

bool is_host_name(std::string_view text) {
    return text.size() <= 253 && std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.'; });
}

WebSpec read_web(SpecReader reader) {
    WebSpec web;
    if (const auto text = reader.text("listen"); text && *text != "none") {
        web.listen = parse_listen(*text);
        if (!web.listen) reader.mistake("listen", "must be `none` or an IP address and a port, such as 127.0.0.1:8477 or [::1]:8477");
    }
    if (auto hosts = reader.texts("hosts")) {
        for (ListedText& host : *hosts) {
            if (is_host_name(host.text)) {
                std::ranges::transform(host.text, host.text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
                web.hosts.push_back(std::move(host.text));
            } else {
                reader.mistake(host, "must be a host's name without a port, such as migrate.example");
            }
        }
    }
    web.actions = reader.boolean("actions", web.actions);
    reader.reject_unknown_keys();
    return web;
}

DaemonSpec read_root(SpecReader& root) {
    DaemonSpec spec;
    spec.version = root.integer("version", {.fallback = 1, .min = 1, .max = 1});
    spec.spool_dir = read_path(root, "spool_dir", spec.spool_dir);
    spec.state_dir = read_path(root, "state_dir", spec.state_dir);
    if (spec.spool_dir.lexically_normal() == spec.state_dir.lexically_normal()) {
        root.mistake("state_dir", "must not be the same directory as `spool_dir`");
    }
    spec.control_socket = read_socket(root, spec.control_socket);
    spec.pg_dump = read_program(root, "pg_dump", spec.pg_dump);
    spec.max_jobs = root.integer("max_jobs", {.fallback = spec.max_jobs, .min = 1, .max = 64});
    spec.log_level = root.word("log_level", spec.log_level, log_levels);
    spec.retry = read_retry(root.mapping("retry"));
    spec.hooks = read_hooks(root.mapping("hooks"));
    spec.web = read_web(root.mapping("web"));
    root.reject_unknown_keys();
    return spec;
}

}  // namespace

DaemonSpec read_daemon_spec(std::string_view text, const std::filesystem::path& file) { return read_spec(text, file, read_root); }

DaemonSpec read_daemon_spec_file(const std::filesystem::path& file) { return read_daemon_spec(read_spec_text(file), file); }

}  // namespace lantern_migrate::config
