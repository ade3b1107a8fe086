// The keys of `source` and `target` that name a server.
#pragma once

#include "config/connection_settings.h"
#include "config/spec_reader.h"

#include <string>

namespace lantern_migrate::config {

// Reads url, service, url_file, url_env and credential, of which there must be exactly one. What it gives after a mistake
// is not to be used.
[[nodiscard]] ConnectionSettings read_connection(SpecReader& reader);

// Whether both lead to the same database as far as the text can tell; nothing is resolved. `url` is compared by host, port
// and database, as the same database under another user is the same database.
[[nodiscard]] bool same_database(const ConnectionSettings& one, const ConnectionSettings& other);

}  // namespace lantern_migrate::config
