#include "config/connection_settings.h"

#include "config/small_file.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <format>
#include <string_view>
#include <system_error>

namespace lantern_migrate::config {
namespace {

constexpr std::size_t max_url_file_bytes = std::size_t{64} << 10;

std::string value_or_empty(const ConnectionParameters& parameters, const std::string& keyword) {
    const auto found = parameters.keywords.find(keyword);
    return found == parameters.keywords.end() ? std::string() : found->second;
}

// Percent-encodes what would be read as another part of a URL, and whatever a terminal or a log would act upon.
std::string encoded(std::string_view text, std::string_view also_plain = "") {
    std::string result;
    for (const char c : text) {
        const bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        const bool beyond_ascii = static_cast<unsigned char>(c) >= 0x80;
        if (letter_or_digit || beyond_ascii || std::string_view("-._~").contains(c) || also_plain.contains(c)) {
            result += c;
        } else {
            result += std::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return result;
}

template <typename Visit>
void for_each_listed(std::string_view list, Visit visit) {
    for (std::size_t index = 0;; ++index) {
        const auto comma = list.find(',');
        visit(index, list.substr(0, comma));
        if (comma == std::string_view::npos) return;
        list.remove_prefix(comma + 1);
    }
}

// Port `index` of a list; one port alone counts for every host.
std::string_view port_for(std::string_view ports, std::size_t index) {
    if (!ports.contains(',')) return ports;
    std::string_view result;
    for_each_listed(ports, [&](std::size_t i, std::string_view port) {
        if (i == index) result = port;
    });
    return result;
}

std::string display_hosts(const std::string& hosts, const std::string& ports) {
    std::string result;
    for_each_listed(hosts, [&](std::size_t index, std::string_view host) {
        if (index > 0) result += ',';
        result += host.contains(':') ? std::format("[{}]", encoded(host, ":")) : encoded(host);
        if (const std::string_view port = port_for(ports, index); !port.empty()) result += std::format(":{}", encoded(port));
    });
    return result;
}

// The first line, without blanks around it.
std::string first_line(std::string_view text) {
    text = text.substr(0, text.find('\n'));
    constexpr std::string_view blanks = " \t\r\v\f";
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(blanks) - begin + 1));
}

// `what` is "url_file /etc/x": a message begins with what the job file says.
ConnectionParameters parse_as(const std::string& what, const std::string& url) {
    if (url.empty()) throw ConnectionSettingsError(std::format("{} is empty", what));
    try {
        return parse_conninfo(url);
    } catch (const ConnectionSettingsError& error) {
        throw ConnectionSettingsError(std::format("{}: {}", what, error.what()));
    }
}

ConnectionParameters read_url_file(const std::string& what, const std::filesystem::path& path) {
    const auto text = read_small_file(path, max_url_file_bytes);
    if (!text) throw ConnectionSettingsError(std::format("{} {}", what, text.error()));
    return parse_as(what, first_line(*text));
}

// getenv: nothing in this program changes its environment once threads run.
const char* environment(const std::string& name) { return std::getenv(name.c_str()); }  // NOLINT(concurrency-mt-unsafe)

// The service's unit imports every lantern-migrate.NAME of the machine, since names there are shared by all services;
// one that the unit loads by itself has just its name. systemd cannot take a prefix away.
std::filesystem::path credential_file(const std::string& what, const std::filesystem::path& directory, const std::string& name) {
    for (const std::string& file : {name, "lantern-migrate." + name}) {
        std::error_code unreadable;  // then reading it says so
        if (std::filesystem::exists(directory / file, unreadable) || unreadable) return directory / file;
    }
    throw ConnectionSettingsError(
        std::format("{} is not there: put it into /etc/credstore/lantern-migrate.{}, and restart the service", what, name));
}

struct Resolve {
    ConnectionParameters operator()(const ConnectionUrl& origin) const { return parse_as("url", origin.url.reveal()); }
    ConnectionParameters operator()(const ConnectionService& origin) const {
        return {.keywords = {{"service", origin.name}}, .password = {}};
    }
    ConnectionParameters operator()(const ConnectionUrlFile& origin) const {
        return read_url_file(std::format("url_file {}", origin.path.string()), origin.path);
    }
    ConnectionParameters operator()(const ConnectionUrlEnv& origin) const {
        const std::string what = std::format("url_env {}", origin.variable);
        const char* value = environment(origin.variable);
        if (!value) throw ConnectionSettingsError(std::format("{} is not set in the environment", what));
        return parse_as(what, first_line(value));
    }
    ConnectionParameters operator()(const ConnectionCredential& origin) const {
        const std::string what = std::format("credential {}", origin.name);
        const char* directory = environment("CREDENTIALS_DIRECTORY");
        if (!directory || *directory == '\0') {
            throw ConnectionSettingsError(
                std::format("{} cannot be read: CREDENTIALS_DIRECTORY is not set; systemd sets it for a unit with LoadCredential=", what));
        }
        return read_url_file(what, credential_file(what, directory, origin.name));
    }
};

struct Display {
    std::string operator()(const ConnectionUrl& origin) const {
        try {
            return std::format("url {}", parse_conninfo(origin.url.reveal()).display());
        } catch (const ConnectionSettingsError&) {
            return "url (malformed)";
        }
    }
    std::string operator()(const ConnectionService& origin) const { return std::format("service={}", encoded(origin.name, " ")); }
    std::string operator()(const ConnectionUrlFile& origin) const { return std::format("url_file {}", origin.path.string()); }
    std::string operator()(const ConnectionUrlEnv& origin) const { return std::format("url_env {}", origin.variable); }
    std::string operator()(const ConnectionCredential& origin) const { return std::format("credential {}", origin.name); }
};

}  // namespace

std::string ConnectionParameters::display() const {
    const std::string dbname = value_or_empty(*this, "dbname");
    const std::string user = value_or_empty(*this, "user");
    const std::string host = value_or_empty(*this, "host");
    const std::string ports = value_or_empty(*this, "port");
    if (const std::string service = value_or_empty(*this, "service"); !service.empty()) {
        return std::format("service={}{}", encoded(service, " "), dbname.empty() ? "" : std::format(" dbname={}", encoded(dbname)));
    }
    std::string text = "postgresql://";
    if (!user.empty()) text += std::format("{}@", encoded(user));
    // A socket's directory would be all %2F as a host; as an option it can be read.
    const bool sockets = host.contains('/');
    if (!sockets) text += display_hosts(host.empty() ? value_or_empty(*this, "hostaddr") : host, ports);
    if (!dbname.empty() || sockets) text += std::format("/{}", encoded(dbname));
    if (sockets) text += std::format("?host={}{}", encoded(host, "/,@"), ports.empty() ? "" : std::format("&port={}", encoded(ports, ",")));
    return text;
}

ConnectionParameters ConnectionParameters::with_database(const std::string& dbname) const {
    ConnectionParameters other = *this;
    other.keywords["dbname"] = dbname;
    return other;
}

ConnectionParameters ConnectionSettings::resolve() const { return std::visit(Resolve{}, origin_); }

std::string ConnectionSettings::display() const { return std::visit(Display{}, origin_); }

}  // namespace lantern_migrate::config
