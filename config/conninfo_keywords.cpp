#include "config/conninfo_keywords.h"

namespace lantern_migrate::config {
namespace {

// sslpassword is absent: it is a second secret that would travel with the harmless keywords. A service file can hold it.
// replication is absent: such a connection speaks another protocol.
// authtype and tty are absent: libpq dropped them in 14.
constexpr std::string_view keywords[] = {
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "dbname",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "options",
    "passfile",
    "password",
    "port",
    "require_auth",
    "requirepeer",
    "service",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslmode",
    "sslnegotiation",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
};

}  // namespace

std::span<const std::string_view> conninfo_keywords() { return keywords; }

}  // namespace lantern_migrate::config
