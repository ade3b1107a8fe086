// Where a server is and who we are there: a value that can be logged, because it cannot print its password.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>

namespace lantern_migrate::config {

// A password, or a text that holds one. It has no operator<< and no formatter; `reveal` is the only way out,
// and its callers are few enough to be listed by `grep`.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) : text_(std::move(text)) {}

    [[nodiscard]] const std::string& reveal() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }

    bool operator==(const Secret&) const = default;

private:
    std::string text_;
};

// How the job file names a server; exactly one of these. Nothing is read from the outside before `resolve`.
struct ConnectionUrl {
    Secret url;
};  // url: postgresql://user:password@host:port/database?options
struct ConnectionService {
    std::string name;
};  // service: a section of pg_service.conf
struct ConnectionUrlFile {
    std::filesystem::path path;
};  // url_file: a file whose first line is the URL
struct ConnectionUrlEnv {
    std::string variable;
};  // url_env: an environment variable that holds the URL
struct ConnectionCredential {
    std::string name;
};  // credential: a systemd credential, $CREDENTIALS_DIRECTORY/name or .../lantern-migrate.name

// A connection setting that cannot be used: unreadable file, unset variable, malformed URL. The text never has a password.
class ConnectionSettingsError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// libpq keywords and values, ready for PQconnectdbParams. The password is kept apart from the rest.
struct ConnectionParameters {
    std::map<std::string, std::string> keywords;  // host, port, dbname, user, service, sslmode, ... but no password
    Secret password;

    // "postgresql://user@host:port/dbname" with what is known and no password, or "service=NAME". For messages.
    [[nodiscard]] std::string display() const;
    [[nodiscard]] ConnectionParameters with_database(const std::string& dbname) const;
};

// A conninfo URI taken apart. Throws ConnectionSettingsError saying what is wrong and at which part, never quoting a password.
// Accepts postgresql:// and postgres://, percent-encoding, several hosts, IPv6 in brackets, and ?keyword=value
// (also ?password=, which goes to `password`). Also accepts libpq's "keyword=value keyword='va lue'" form.
[[nodiscard]] ConnectionParameters parse_conninfo(const std::string& text);

class ConnectionSettings {
public:
    using Origin = std::variant<ConnectionUrl, ConnectionService, ConnectionUrlFile, ConnectionUrlEnv, ConnectionCredential>;

    ConnectionSettings() = default;
    explicit ConnectionSettings(Origin origin) : origin_(std::move(origin)) {}

    // Reads the file, variable or credential if there is one, at every call: a rotated password is picked up by the next retry.
    // Throws ConnectionSettingsError.
    [[nodiscard]] ConnectionParameters resolve() const;

    // What the job file says, without any password: "url postgresql://reader@old.example/app", "url_file /etc/x".
    [[nodiscard]] std::string display() const;

    [[nodiscard]] const Origin& origin() const { return origin_; }

private:
    Origin origin_;
};

}  // namespace lantern_migrate::config
