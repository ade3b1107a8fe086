// pg_dump as a child process: it knows better than anybody what a schema is.
#pragma once

#include "config/connection_settings.h"
#include "core/plan/catalog.h"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace lantern_migrate::pg {

struct PgDumpRequest {
    std::filesystem::path program = "pg_dump";
    config::ConnectionParameters connection;
    std::string application_name;
    std::string snapshot;  // empty: its own
    bool owners = false;
    bool privileges = false;
    std::vector<plan::QualifiedName> exclude_tables;  // those we may not read: pg_dump would fail on their lock
};

// Throws MigrationError unless the program is there and its major version is at least the server's, which pg_dump itself demands.
void check_pg_dump_version(const std::filesystem::path& program, int server_version_num);

// The output of pg_dump --schema-only. The password goes through the environment, never the command line.
// Throws MigrationError with what pg_dump said; a stop request ends it.
[[nodiscard]] std::string dump_schema(const PgDumpRequest&, std::stop_token);

}  // namespace lantern_migrate::pg
