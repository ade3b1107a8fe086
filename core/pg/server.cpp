#include "core/pg/server.h"

namespace lantern_migrate::pg {

migrations_state::ServerIdentity read_identity(Session& session) {
    const auto row = session
                         .execute(
                             "SELECT (SELECT system_identifier::text FROM pg_catalog.pg_control_system()),"
                             " (SELECT timeline_id FROM pg_catalog.pg_control_checkpoint()), pg_catalog.current_database()")
                         .one_row();
    return {.system_identifier = row[0].as<std::string>(),
            .timeline = row[1].as<std::int64_t>(),
            .database = row[2].as<std::string>(),
            .version_num = session.server_version_num()};
}

bool same_database(Session& one, Session& other) {
    const auto here_and_now = [](Session& session) {
        return session
            .execute(
                "SELECT (SELECT system_identifier FROM pg_catalog.pg_control_system()) || ' ' || pg_catalog.pg_postmaster_start_time() || "
                "' ' ||"
                " pg_catalog.current_database()")
            .one_row()[0]
            .as<std::string>();
    };
    return here_and_now(one) == here_and_now(other);
}

std::string crash_marker(Session& session) {
    return session.execute("SELECT coalesce(stats_reset::text, '-') FROM pg_catalog.pg_stat_bgwriter").one_row()[0].as<std::string>();
}

std::string version_text(Session& session, const std::string& extension) {
    const auto row = session
                         .execute(
                             "SELECT pg_catalog.current_setting('server_version'),"
                             " (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = $1)",
                             pqxx::params{extension})
                         .one_row();
    std::string text = "PostgreSQL " + row[0].as<std::string>();
    const std::string product = extension == "vector" ? "pgvector" : extension;
    return text + (row[1].is_null() ? ", without " + product : ", " + product + " " + row[1].as<std::string>());
}

ExtensionState extension_state(Session& session, const std::string& name) {
    const auto row = session
                         .execute(
                             "SELECT EXISTS (SELECT FROM pg_catalog.pg_available_extensions WHERE name = $1),"
                             " (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = $1),"
                             " (SELECT nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n"
                             "  ON n.oid = e.extnamespace WHERE extname = $1)",
                             pqxx::params{name})
                         .one_row();
    ExtensionState state{.available = row[0].as<bool>()};
    if (!row[1].is_null()) state.installed_version = row[1].as<std::string>();
    if (!row[2].is_null()) state.schema = row[2].as<std::string>();
    return state;
}

std::vector<plan::QualifiedName> existing_relations(Session& session, const std::vector<plan::QualifiedName>& names) {
    std::vector<std::string> schemas, relations;
    for (const auto& name : names) {
        schemas.push_back(name.schema);
        relations.push_back(name.name);
    }
    std::vector<plan::QualifiedName> found;
    for (const auto& row : session.execute(
             "SELECT n.nspname, c.relname FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS w(s, r)"
             " JOIN pg_catalog.pg_namespace n ON n.nspname = w.s"
             " JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.r ORDER BY 1, 2",
             pqxx::params{schemas, relations})) {
        found.push_back({row[0].as<std::string>(), row[1].as<std::string>()});
    }
    return found;
}

int end_stale_backends(Session& session, const std::string& application_name_prefix) {
    return session
        .execute(
            "SELECT pg_catalog.count(pg_catalog.pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity"
            " WHERE usename = current_user AND pid <> pg_catalog.pg_backend_pid()"
            " AND pg_catalog.starts_with(application_name, $1)",
            pqxx::params{application_name_prefix})
        .one_row()[0]
        .as<int>();
}

}  // namespace lantern_migrate::pg
