// parse_conninfo: libpq's two ways of writing a connection, read as libpq reads them, but for these, all on the careful side:
//   - an `@` that is not percent-encoded is allowed once, before the host. libpq would take the first one for the end of the
//     password and the rest of the password for a host, a port or a database, which are printed.
//   - a port must be a number, and in keyword=value form a value that was left out does not swallow the next keyword.
// Messages name the part and never repeat it: what stands where a host should be may be a password.

#include "config/connection_settings.h"
#include "config/conninfo_keywords.h"
#include "config/nearest_word.h"

#include <algorithm>
#include <format>
#include <string_view>

namespace lantern_migrate::config {
namespace {

[[noreturn]] void fail(const std::string& message) { throw ConnectionSettingsError(message); }

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

void set(ConnectionParameters& parameters, const std::string& keyword, std::string value) {
    if (value.contains('\0')) fail(std::format("the {} has a NUL character", keyword));
    if (keyword == "password") {
        parameters.password = Secret(std::move(value));
    } else {
        parameters.keywords[keyword] = std::move(value);
    }
}

// `where` is "at character 12" or the like.
void check_keyword(std::string_view keyword, const std::string& where) {
    if (std::ranges::contains(conninfo_keywords(), keyword)) return;
    if (keyword == "sslpassword" || keyword == "replication") {
        fail(
            std::format("the keyword `{}` cannot be used here{}", keyword, keyword == "sslpassword" ? "; put it into a service file" : ""));
    }
    fail(std::format("unknown keyword {}{}", where, did_you_mean(keyword, conninfo_keywords())));
}

// "5432", or one for each host: "5432,,5433".
void check_ports(std::string_view ports) {
    constexpr int highest = 65535;
    int port = 0;
    bool any = false;
    const auto check = [&] {
        if (any && (port < 1 || port > highest)) fail(std::format("the port must be between 1 and {}", highest));
        port = 0;
        any = false;
    };
    for (const char c : ports) {
        if (c == ',') {
            check();
        } else if (is_digit(c)) {
            port = std::min(port * 10 + (c - '0'), highest + 1);
            any = true;
        } else {
            fail("the port must be a number; a `/`, `:` or `@` in a password is written %2F, %3A or %40");
        }
    }
    check();
}

// What is printed must not be a connection string itself: it could bring a password of its own along, and libpq's
// programs take a database name that has an `=` or is a URL apart.
void check_printed(const ConnectionParameters& parameters) {
    for (const char* keyword : {"host", "user", "dbname"}) {
        const auto found = parameters.keywords.find(keyword);
        if (found == parameters.keywords.end()) continue;
        const std::string& value = found->second;
        const bool is_host = found->first == "host";
        if (value.contains("://") || (is_host && value.find('@', 1) != std::string::npos) || (!is_host && value.contains('='))) {
            fail(std::format("the {} must be a name, not a connection string", keyword));
        }
    }
}

void check_common(const ConnectionParameters& parameters) {
    if (const auto port = parameters.keywords.find("port"); port != parameters.keywords.end()) check_ports(port->second);
    check_printed(parameters);
}

// ---- postgresql://user:password@host:port,host:port/database?keyword=value&... -----------------------------------------

class UriReader {
public:
    explicit UriReader(std::string_view after_scheme) : rest_(after_scheme) {}

    ConnectionParameters read() {
        check_characters();
        read_user_and_password();
        read_hosts();
        if (take('/')) read_value("dbname", until("?"));
        if (take('?')) read_keywords();
        check_common(parameters_);
        return std::move(parameters_);
    }

private:
    void check_characters() const {
        const std::string_view authority = rest_.substr(0, rest_.find('/'));
        const auto at = authority.find('@');
        if (std::ranges::count(rest_, '@') > (at == std::string_view::npos ? 0 : 1)) {
            fail("an `@` that does not end the user and password must be written %40, and a `/` in a password %2F");
        }
        if (std::ranges::any_of(rest_, [](char c) { return is_blank(c) || c == '\0'; })) fail("a blank in a URL must be written %20");
    }

    // libpq's rule: there are a user and a password if an `@` comes before any `/`.
    void read_user_and_password() {
        const auto at = rest_.find_first_of("@/");
        if (at == std::string_view::npos || rest_[at] != '@') return;
        const std::string_view credentials = rest_.substr(0, at);
        // host?password=se@cret: for libpq a user `host?password=se` on the host `cret`.
        if (const auto question = credentials.find('?');
            question != std::string_view::npos && credentials.find('=', question) != std::string_view::npos) {
            fail("an `@` after the `?` must be written %40, and a `?` in a user or password %3F");
        }
        rest_.remove_prefix(at + 1);
        const auto colon = credentials.find(':');
        read_value("user", credentials.substr(0, colon));
        if (colon != std::string_view::npos) read_value("password", credentials.substr(colon + 1));
    }

    void read_hosts() {
        std::string hosts;
        std::string ports;
        do {
            hosts += read_host();
            if (take(':')) ports += until("/?,");
            if (!rest_.starts_with(',')) break;
            take(',');
            hosts += ',';
            ports += ',';
        } while (true);
        // Of one host there may be nothing at all; of several, libpq keeps the empty ones, for they count.
        if (!hosts.empty()) set(parameters_, "host", decoded("host", hosts));
        if (std::ranges::any_of(ports, [](char c) { return c != ','; })) set(parameters_, "port", decoded("port", ports));
    }

    std::string_view read_host() {
        if (!take('[')) return until(":/?,");
        const auto end = rest_.find(']');
        if (end == std::string_view::npos) fail("the `[` of an IPv6 address is not closed");
        if (end == 0) fail("the IPv6 address is empty");
        const std::string_view address = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        if (!rest_.empty() && !std::string_view(":/?,").contains(rest_.front())) {
            fail("after the `]` of an IPv6 address, only `:`, `/`, `?` or `,` may follow");
        }
        return address;
    }

    void read_keywords() {
        for (int number = 1;; ++number) {
            const std::string_view pair = until("&");
            const auto equals = pair.find('=');
            if (equals == std::string_view::npos) fail(std::format("option {} after the `?` has no `=`", number));
            std::string keyword = decoded("keyword", pair.substr(0, equals));
            std::string_view value = pair.substr(equals + 1);
            if (value.contains('=')) fail(std::format("option {} after the `?` has a second `=`; write it %3D", number));
            // libpq's own exception, for the JDBC driver's sake.
            if (keyword == "ssl" && value == "true") {
                keyword = "sslmode";
                value = "require";
            }
            check_keyword(keyword, std::format("in option {} after the `?`", number));
            set(parameters_, keyword, decoded(keyword, value));
            if (!take('&')) return;
            if (rest_.empty()) return;  // libpq lets a trailing & pass
        }
    }

    void read_value(const std::string& keyword, std::string_view raw) {
        if (!raw.empty()) set(parameters_, keyword, decoded(keyword, raw));
    }

    static std::string decoded(const std::string& part, std::string_view raw) {
        std::string text;
        for (std::size_t i = 0; i < raw.size(); ++i) {
            if (raw[i] != '%') {
                text += raw[i];
                continue;
            }
            const int high = i + 2 < raw.size() ? hex_digit(raw[i + 1]) : -1;
            const int low = i + 2 < raw.size() ? hex_digit(raw[i + 2]) : -1;
            if (high < 0 || low < 0)
                fail(std::format("in the {}, `%` must be followed by two hexadecimal digits; `%` itself is %25", part));
            if (high == 0 && low == 0) fail(std::format("the {} has a NUL character (%00)", part));
            text += static_cast<char>(high * 16 + low);
            i += 2;
        }
        return text;
    }

    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    std::string_view until(std::string_view delimiters) {
        const std::string_view part = rest_.substr(0, rest_.find_first_of(delimiters));
        rest_.remove_prefix(part.size());
        return part;
    }

    std::string_view rest_;
    ConnectionParameters parameters_;
};

// ---- keyword=value keyword='va lue' --------------------------------------------------------------------------------------

class PairsReader {
public:
    explicit PairsReader(std::string_view text) : text_(text) {}

    ConnectionParameters read() {
        for (skip_blanks(); at_ < text_.size(); skip_blanks()) read_pair();
        check_common(parameters_);
        return std::move(parameters_);
    }

private:
    void read_pair() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && text_[at_] != '=' && !is_blank(text_[at_])) ++at_;
        const std::string keyword(text_.substr(begin, at_ - begin));
        const std::string where = std::format("at character {}", begin + 1);
        skip_blanks();
        if (at_ == text_.size() || text_[at_] != '=') fail(std::format("no `=` after the keyword {}", where));
        ++at_;
        check_keyword(keyword, where);
        const bool blanks = at_ < text_.size() && is_blank(text_[at_]);
        skip_blanks();
        set(parameters_, keyword, at_ < text_.size() && text_[at_] == '\'' ? quoted(keyword) : unquoted(keyword, blanks));
    }

    std::string quoted(const std::string& keyword) {
        std::string value;
        for (++at_; at_ < text_.size() && text_[at_] != '\''; ++at_) append_unescaped(value);
        if (at_ >= text_.size()) fail(std::format("the quote of the {} is not closed", keyword));
        ++at_;
        if (at_ < text_.size() && !is_blank(text_[at_])) fail(std::format("a blank must follow the quoted {}", keyword));
        return value;
    }

    std::string unquoted(const std::string& keyword, bool after_blanks) {
        std::string value;
        for (; at_ < text_.size() && !is_blank(text_[at_]); ++at_) append_unescaped(value);
        if (after_blanks && value.contains('=')) fail(std::format("the {} has no value; an empty one is written ''", keyword));
        return value;
    }

    // A backslash at the very end stands for nothing, as in libpq.
    void append_unescaped(std::string& value) {
        if (text_[at_] == '\\' && ++at_ == text_.size()) return;
        value += text_[at_];
    }

    void skip_blanks() {
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    ConnectionParameters parameters_;
};

}  // namespace

ConnectionParameters parse_conninfo(const std::string& text) {
    if (std::ranges::all_of(text, is_blank)) fail("is empty");
    for (const std::string_view scheme : {"postgresql://", "postgres://"}) {
        if (text.starts_with(scheme)) return UriReader(std::string_view(text).substr(scheme.size())).read();
    }
    if (text.find("://") < text.find('=')) fail("a URL must begin with postgresql:// or postgres://");
    if (!text.contains('=')) fail("must be a URL such as postgresql://user@host/database, or keyword=value pairs");
    return PairsReader(text).read();
}

}  // namespace lantern_migrate::config
