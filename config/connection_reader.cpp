#include "config/connection_reader.h"

#include <algorithm>
#include <array>
#include <format>
#include <optional>
#include <string_view>
#include <tuple>

namespace lantern_migrate::config {
namespace {

using Origin = ConnectionSettings::Origin;

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// Each gives nothing if the value will do, or else what it must be. The value is not repeated: it may be a misplaced URL.
std::optional<std::string> check_url(const std::string& text) {
    try {
        static_cast<void>(parse_conninfo(text));
        return std::nullopt;
    } catch (const ConnectionSettingsError& error) {
        return error.what();
    }
}

std::optional<std::string> check_service(const std::string& text) {
    if (!has_control_character(text) && !text.contains(']') && !text.contains("://") && !text.contains('=')) return std::nullopt;
    return "must be the name of a section of pg_service.conf";
}

std::optional<std::string> check_url_file(const std::string& text) {
    // The daemon's working directory is no place of the job's author.
    if (text.starts_with('/') && !has_control_character(text)) return std::nullopt;
    return "must be an absolute path of a file that holds the URL";
}

std::optional<std::string> check_url_env(const std::string& text) {
    const bool ok =
        std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '_'; }) && !(text[0] >= '0' && text[0] <= '9');
    if (ok) return std::nullopt;
    return "must be the name of an environment variable that holds the URL: letters, digits and `_`";
}

std::optional<std::string> check_credential(const std::string& text) {
    // A path could leave the credentials' directory.
    const bool ok = text != "." && text != ".." &&
                    std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || std::string_view("_.-").contains(c); });
    if (ok) return std::nullopt;
    return "must be the name of a systemd credential: letters, digits, `_`, `.` and `-`";
}

struct OriginKey {
    std::string_view key;
    std::optional<std::string> (*check)(const std::string&);
    Origin (*make)(std::string);
};

constexpr std::array origin_keys{
    OriginKey{"url", check_url, [](std::string text) -> Origin { return ConnectionUrl{Secret(std::move(text))}; }},
    OriginKey{"service", check_service, [](std::string text) -> Origin { return ConnectionService{std::move(text)}; }},
    OriginKey{"url_file", check_url_file, [](std::string text) -> Origin { return ConnectionUrlFile{std::move(text)}; }},
    OriginKey{"url_env", check_url_env, [](std::string text) -> Origin { return ConnectionUrlEnv{std::move(text)}; }},
    OriginKey{"credential", check_credential, [](std::string text) -> Origin { return ConnectionCredential{std::move(text)}; }},
};

// What tells one database from another in a URL: host, hostaddr, port, database, service. Left out, they have libpq's defaults.
using DatabasePlace = std::tuple<std::string, std::string, std::string, std::string, std::string>;

DatabasePlace place_of(const ConnectionParameters& parameters) {
    const auto value = [&](const char* keyword, std::string fallback) {
        const auto found = parameters.keywords.find(keyword);
        return found == parameters.keywords.end() || found->second.empty() ? std::move(fallback) : found->second;
    };
    return {value("host", ""), value("hostaddr", ""), value("port", "5432"), value("dbname", value("user", "")), value("service", "")};
}

}  // namespace

ConnectionSettings read_connection(SpecReader& reader) {
    const OriginKey* chosen = nullptr;
    ConnectionSettings settings;
    for (const OriginKey& origin : origin_keys) {
        if (!reader.has(origin.key)) continue;
        if (chosen) {
            reader.mistake(origin.key, std::format("cannot be given together with `{}`; a server is named in one way", chosen->key));
            continue;
        }
        chosen = &origin;
        auto text = reader.text(origin.key);
        if (!text) continue;
        if (auto mistake = origin.check(*text)) {
            reader.mistake(origin.key, std::move(*mistake));
        } else {
            settings = ConnectionSettings(origin.make(std::move(*text)));
        }
    }
    if (!chosen) reader.mistake("must have one of `url`, `service`, `url_file`, `url_env` and `credential`");
    return settings;
}

bool same_database(const ConnectionSettings& one, const ConnectionSettings& other) {
    if (one.origin().index() != other.origin().index()) return false;
    if (!std::holds_alternative<ConnectionUrl>(one.origin())) return one.display() == other.display();
    try {
        return place_of(one.resolve()) == place_of(other.resolve());
    } catch (const ConnectionSettingsError&) {
        return false;  // a mistake of its own, reported where it is
    }
}

}  // namespace lantern_migrate::config
