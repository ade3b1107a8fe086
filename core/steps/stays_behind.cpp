#include "core/steps/stays_behind.h"

#include <algorithm>
#include <map>

namespace lantern_migrate::steps {
namespace {

using plan::Finding;
using plan::Severity;

void find_large_objects(const plan::Catalog& catalog, std::vector<Finding>& findings) {
    if (catalog.large_objects == 0) return;
    findings.push_back({Severity::warning, "database " + catalog.database,
                        std::to_string(catalog.large_objects) + " large objects are not moved", "move them with pg_dump --large-objects"});
}

// The extension makes these tables on the target, with the rows that it brings; pg_extension's condition says which ones a user added.
void find_extension_rows(pg::Session& source, std::vector<Finding>& findings) {
    for (const auto& table :
         source.execute("SELECT e.extname, n.nspname, c.relname, coalesce(e.extcondition[k.place], '') FROM pg_catalog.pg_extension e,"
                        " pg_catalog.unnest(e.extconfig) WITH ORDINALITY AS k(oid, place) JOIN pg_catalog.pg_class c ON c.oid = k.oid"
                        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'"
                        " AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')"
                        " ORDER BY 1, 2, 3")) {
        const plan::QualifiedName name{table[1].as<std::string>(), table[2].as<std::string>()};
        const auto condition = table[3].as<std::string>();
        const std::string rows = "(SELECT * FROM " + name.sql() + (condition.empty() ? "" : " " + condition) + ")";
        if (!source.execute("SELECT EXISTS " + rows).one_row()[0].as<bool>()) continue;
        findings.push_back({Severity::warning, "table " + name.text() + " of extension " + table[0].as<std::string>(),
                            "rows that users added to the extension's configuration are not moved",
                            "COPY " + rows + " TO a file on the source, and COPY " + name.sql() + " FROM it on the target"});
    }
}

// Whoever relies on a database's search_path does not find a table without it. Those of one role in the database come behind its own.
void find_settings(pg::Session& source, const plan::Catalog& catalog, std::vector<Finding>& findings) {
    const std::string database = "DATABASE " + plan::quote_identifier(catalog.database);
    struct Settings {
        std::string names, statements;
    };
    std::map<std::string, Settings> of_roles;  // the database's own under no name
    for (const auto& row : source.execute("SELECT coalesce(r.rolname, ''), pg_catalog.split_part(o, '=', 1),"
                                          " pg_catalog.substr(o, pg_catalog.strpos(o, '=') + 1)"
                                          " FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase"
                                          " LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole, pg_catalog.unnest(s.setconfig) AS o"
                                          " WHERE d.datname = pg_catalog.current_database() ORDER BY 1, 2")) {
        const auto role = row[0].as<std::string>(), name = row[1].as<std::string>(), value = row[2].as<std::string>();
        if (role.empty() && name == "default_transaction_read_only") continue;  // `source_writes: read_only` sets it
        auto& [names, statements] = of_roles[role];
        names += (names.empty() ? "" : ", ") + name;
        // The value of a list is one already.
        const bool list = name == "search_path" || name.ends_with("_preload_libraries") || name == "temp_tablespaces";
        statements += (statements.empty() ? "on the target, ALTER " : "; ALTER ") +
                      (role.empty() ? database : "ROLE " + plan::quote_identifier(role) + " IN " + database) + " SET " + name + " = " +
                      (list ? value : plan::quote_literal(value));
    }
    for (const auto& [role, settings] : of_roles) {
        findings.push_back({Severity::warning, (role.empty() ? "" : "role " + role + " in ") + ("database " + catalog.database),
                            "its own settings are not moved: " + settings.names, settings.statements});
    }
}

// Two subscribers on one slot take each other's changes.
void find_subscriptions(pg::Session& source, std::vector<Finding>& findings) {
    for (const auto& row :
         source.execute("SELECT s.subname FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid"
                        " WHERE d.datname = pg_catalog.current_database() ORDER BY 1")) {
        findings.push_back({Severity::warning, "subscription " + row[0].as<std::string>(),
                            "it stays on the source: two of them would take each other's changes",
                            "once the application has moved, drop it on the source, and create it on the target with copy_data = false"});
    }
}

// CREATE TABLE ... INHERITS puts what is inherited in front, in the order of the first parent. A column that the parent got later, or an
// INHERIT that came later, left another order on the source.
void find_column_orders(pg::Session& source, const plan::Catalog& catalog, std::vector<Finding>& findings) {
    for (const auto& row : source.execute(
             "WITH columns AS (SELECT attrelid, attnum, attname, attinhcount > 0 AS inherited FROM pg_catalog.pg_attribute"
             "  WHERE attnum > 0 AND NOT attisdropped)"
             " SELECT n.nspname, c.relname FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid"
             " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
             " WHERE i.inhseqno = 1 AND c.relkind = 'r' AND NOT c.relispartition AND (EXISTS (SELECT FROM columns own JOIN columns after"
             "  ON after.attrelid = own.attrelid AND after.attnum > own.attnum AND after.inherited"
             "  WHERE own.attrelid = c.oid AND NOT own.inherited)"
             " OR EXISTS (SELECT FROM columns a JOIN columns b ON b.attrelid = a.attrelid AND b.attnum > a.attnum"
             "  JOIN columns pa ON pa.attrelid = i.inhparent AND pa.attname = a.attname"
             "  JOIN columns pb ON pb.attrelid = i.inhparent AND pb.attname = b.attname AND pb.attnum < pa.attnum"
             "  WHERE a.attrelid = c.oid)) ORDER BY 1, 2")) {
        const plan::QualifiedName table{row[0].as<std::string>(), row[1].as<std::string>()};
        if (!std::ranges::contains(catalog.tables, table, &plan::Table::name)) continue;
        findings.push_back({Severity::warning, "table " + table.text(),
                            "its columns come in another order on the target: first those that it inherits",
                            "name the columns in what the application writes and reads, or make the table anew on the source"});
    }
}

}  // namespace

void find_what_stays_behind(pg::Session& source, const plan::Catalog& catalog, std::vector<Finding>& findings) {
    find_large_objects(catalog, findings);
    find_extension_rows(source, findings);
    find_settings(source, catalog, findings);
    find_subscriptions(source, findings);
    find_column_orders(source, catalog, findings);
}

}  // namespace lantern_migrate::steps
