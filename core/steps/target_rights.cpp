#include "core/steps/target_rights.h"

#include <string>

namespace lantern_migrate::steps {
namespace {

using plan::Severity;

struct Who {
    std::string role, database;
    bool may_create = false;
};

Who who_is_there(pg::Session& target) {
    const auto row = target
                         .execute(
                             "SELECT current_user, pg_catalog.current_database(),"
                             " pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')")
                         .one_row();
    return {.role = row[0].as<std::string>(), .database = row[1].as<std::string>(), .may_create = row[2].as<bool>()};
}

// The version that CREATE EXTENSION would take; nobody's, if the extension is there already or cannot be had.
bool may_not_create_lantern(pg::Session& target, const Who& who) {
    const auto rows = target.execute(
        "SELECT v.superuser, v.trusted, r.rolsuper FROM pg_catalog.pg_available_extensions e"
        " JOIN pg_catalog.pg_available_extension_versions v ON v.name = e.name AND v.version = e.default_version"
        " JOIN pg_catalog.pg_roles r ON r.rolname = current_user WHERE e.name = 'lantern' AND e.installed_version IS NULL");
    if (rows.empty()) return false;
    const bool for_superusers = rows[0][0].as<bool>() && !rows[0][1].as<bool>();
    return !rows[0][2].as<bool>() && (for_superusers || !who.may_create);
}

std::vector<std::string> schemas_without_create(pg::Session& target, const plan::Catalog& catalog) {
    std::vector<std::string> names, closed;
    for (const plan::Table& table : catalog.tables) names.push_back(table.name.schema);
    for (const auto& row : target.execute(
             "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1::text[])"
             " AND NOT (pg_catalog.has_schema_privilege(oid, 'CREATE') AND pg_catalog.has_schema_privilege(oid, 'USAGE')) ORDER BY 1",
             pqxx::params{names})) {
        closed.push_back(row[0].as<std::string>());
    }
    return closed;
}

}  // namespace

void find_missing_target_rights(pg::Session& target, const plan::Catalog& catalog, std::vector<plan::Finding>& findings) {
    const Who who = who_is_there(target);
    const std::string database = "database " + who.database + " of the target";
    const std::string to_role = " TO " + plan::quote_identifier(who.role);
    if (!who.may_create) {
        findings.push_back({Severity::blocking, database, "role " + who.role + " may not create schemas there",
                            "GRANT CREATE ON DATABASE " + plan::quote_identifier(who.database) + to_role});
    }
    // No more than a warning: hosted servers let others than superusers create an extension, and no catalog tells.
    if (may_not_create_lantern(target, who)) {
        findings.push_back({Severity::warning, database,
                            "role " + who.role + " is no superuser, and may not create the extension `lantern`",
                            "let a superuser run CREATE EXTENSION lantern in that database, unless its provider lets this role"});
    }
    for (const std::string& schema : schemas_without_create(target, catalog)) {
        findings.push_back({Severity::blocking, "schema " + schema + " of the target", "role " + who.role + " may not create tables in it",
                            "GRANT USAGE, CREATE ON SCHEMA " + plan::quote_identifier(schema) + to_role});
    }
}

}  // namespace lantern_migrate::steps
