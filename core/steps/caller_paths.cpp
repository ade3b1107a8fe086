#include "core/steps/caller_paths.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace lantern_migrate::steps {
namespace {

using plan::Finding;
using plan::Severity;

// What calls functions in a language of their own, without a search_path of their own: table, what it is, its expression, and whether it
// may be run: as a superuser, nothing is that others wrote.
constexpr std::string_view expressions =
    "WITH functions AS (SELECT p.oid, r.rolsuper OR pg_catalog.current_setting('is_superuser') = 'off' AS harmless FROM pg_catalog.pg_proc "
    "p"
    "  JOIN pg_catalog.pg_roles r ON r.oid = p.proowner JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE l.lanname NOT IN "
    "('internal', 'c')"
    "  AND NOT EXISTS (SELECT FROM pg_catalog.unnest(p.proconfig) AS o WHERE pg_catalog.starts_with(o, 'search_path='))"
    "  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass"
    "   AND e.objid = p.oid AND e.deptype = 'e')),"
    " parts(class, oid, relation, what, expression) AS ("
    "  SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, oid, conrelid, 'check ' || conname,"
    "   pg_catalog.pg_get_expr(conbin, conrelid) FROM pg_catalog.pg_constraint WHERE contype = 'c' AND conrelid <> 0"
    "  UNION ALL SELECT 'pg_catalog.pg_attrdef'::pg_catalog.regclass, d.oid, d.adrelid, 'column ' || a.attname,"
    "   pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a"
    "   ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated <> ''"
    "  UNION ALL SELECT 'pg_catalog.pg_class'::pg_catalog.regclass, x.indexrelid, x.indrelid, 'index ' || c.relname,"
    "   pg_catalog.concat_ws(', ', pg_catalog.pg_get_expr(x.indexprs, x.indrelid), pg_catalog.pg_get_expr(x.indpred, x.indrelid))"
    "   FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid WHERE x.indexprs IS NOT NULL OR x.indpred IS NOT "
    "NULL)"
    " SELECT n.nspname, c.relname, p.what, p.expression, pg_catalog.bool_and(f.harmless) FROM parts p"
    " JOIN pg_catalog.pg_class c ON c.oid = p.relation AND c.relkind = 'r' JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " JOIN pg_catalog.pg_depend d ON d.classid = p.class AND d.objid = p.oid AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass"
    " JOIN functions f ON f.oid = d.refobjid GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3";

bool is_a_name_not_found(const PgError& error) {
    constexpr std::string_view states[] = {"42P01", "42703", "42704", "42883", "3F000"};
    return std::ranges::contains(states, error.facts().sqlstate);
}

// The transaction in hand, if there is one, goes on.
std::optional<PgError> refusal(pg::Session& source, const std::string& sql) {
    const bool in_transaction = PQtransactionStatus(source.raw()) == PQTRANS_INTRANS;
    source.execute(in_transaction ? "SAVEPOINT lantern_migrate_try" : "BEGIN READ ONLY");
    std::optional<PgError> refused;
    try {
        source.execute(sql);
    } catch (const PgError& e) {
        if (e.facts().connection_lost) throw;
        refused = e;
    }
    source.execute(in_transaction ? "ROLLBACK TO lantern_migrate_try; RELEASE lantern_migrate_try" : "ROLLBACK");
    return refused;
}

}  // namespace

std::vector<Finding> find_lost_names(pg::Session& source, const plan::Catalog& catalog) {
    std::set<plan::QualifiedName> readable;
    for (const plan::Table& table : catalog.tables) {
        if (table.may_select && !table.row_security) readable.insert(table.name);
    }
    std::vector<Finding> findings;
    std::set<std::pair<std::string, std::string>> tried;  // a partition's are its table's
    for (const auto& row : source.execute(expressions)) {
        const plan::QualifiedName table{row[0].as<std::string>(), row[1].as<std::string>()};
        const auto what = row[2].as<std::string>(), expression = row[3].as<std::string>();
        if (!readable.contains(table) || !tried.emplace(what, expression).second) continue;
        if (!row[4].as<bool>()) {
            findings.push_back(
                {Severity::warning, "table " + table.text() + ", " + what,
                 "it calls a function that a plan made as a superuser does not try: if it looks for names in its caller's"
                 " search_path, which is empty as the table is filled, the job stops there",
                 "on the source, give that function a search_path with ALTER FUNCTION ... SET search_path, or plan as a role "
                 "that is no superuser"});
            continue;
        }
        const auto refused = refusal(source, "SELECT " + expression + " FROM ONLY " + table.sql() + " LIMIT 1");
        if (!refused || !is_a_name_not_found(*refused)) continue;
        findings.push_back(
            {Severity::blocking, "table " + table.text() + ", " + what,
             "it calls a function that looks for names in its caller's search_path, which is empty as the table is filled: " +
                 refused->facts().message + " (SQLSTATE " + refused->facts().sqlstate + ")",
             "on the source, give that function a search_path with ALTER FUNCTION ... SET search_path, or exclude the table"});
    }
    return findings;
}

}  // namespace lantern_migrate::steps
