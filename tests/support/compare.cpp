#include "tests/support/compare.h"

#include "tests/support/cluster.h"
#include "tests/support/schema_queries.h"

#include <map>
#include <sstream>

namespace lantern_migrate::test {
namespace {

// Types with a vector in them at any depth.
const std::string holders =
    "WITH RECURSIVE contains(part, whole) AS MATERIALIZED (SELECT typbasetype, oid FROM pg_type WHERE typbasetype <> 0"
    "  UNION ALL SELECT typelem, oid FROM pg_type WHERE typelem <> 0 AND typcategory = 'A'"
    "  UNION ALL SELECT a.atttypid, t.oid FROM pg_attribute a JOIN pg_type t ON t.typrelid = a.attrelid WHERE a.attnum > 0 AND NOT "
    "attisdropped"
    "  UNION ALL SELECT rngsubtype, rngtypid FROM pg_range UNION ALL SELECT rngtypid, (to_jsonb(r) ->> 'rngmultitypid')::oid FROM pg_range "
    "r),"
    " holders(oid) AS (SELECT oid FROM pg_type WHERE typname IN ('vector', 'halfvec', 'sparsevec') AND typtype = 'b'"
    "  UNION SELECT c.whole FROM holders h JOIN contains c ON c.part = h.oid) ";

// Name, columns, columns as they are read on the source and on the target.
const std::string user_tables =
    holders +
    "SELECT format('%I.%I', n.nspname, c.relname), s.names, s.on_source, s.on_target"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL"
    " (SELECT coalesce(string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum), '') AS names, coalesce(string_agg(CASE"
    "    WHEN b.typname IN ('vector', 'halfvec') THEN format('%I::%s::real[]', a.attname, b.oid::regtype)"
    "    WHEN b.typname = 'sparsevec' THEN format('%I::%s::%I.vector::real[]', a.attname, b.oid::regtype, b.typnamespace::regnamespace)"
    "    WHEN a.atttypid IN (SELECT oid FROM holders) THEN format('pg_temp.plain(%I::text)', a.attname)"
    "    ELSE format('%I', a.attname) END, ', ' ORDER BY a.attnum), '') AS on_source,"
    "   coalesce(string_agg(CASE WHEN b.typname NOT IN ('vector', 'halfvec', 'sparsevec') AND a.atttypid IN (SELECT oid FROM holders)"
    "    THEN format('pg_temp.plain(%I::text)', a.attname) ELSE format('%I', a.attname) END, ', ' ORDER BY a.attnum), '') AS on_target"
    "  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
    "  JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END"
    "  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) s"
    " WHERE c.relkind IN ('r', 'm')"
    " AND n.nspname NOT IN ('information_schema', 'lantern_migrate', 'pgvector_compat') AND n.nspname NOT LIKE 'pg\\_%'"
    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"
    " AND (c.relkind = 'r' OR c.relispopulated) ORDER BY 1";

// The text of a value with vectors in it, alike on both sides: sparse vectors dense, [ as {, without array bounds and the quotes that
// brackets and braces make different.
const std::string plain_function =
    "CREATE OR REPLACE FUNCTION pg_temp.plain(t text) RETURNS text LANGUAGE plpgsql AS $$ DECLARE s text; BEGIN"
    " LOOP s := substring(t FROM '\\{[-+0-9:.,e]*\\}/[0-9]+'); EXIT WHEN s IS NULL;"
    "  t := replace(t, s, s::sparsevec::vector::text); END LOOP;"
    " RETURN translate(regexp_replace(t, '(\\[-?[0-9]+:-?[0-9]+\\])+=', '', 'g'), '[]\"\\', '{}'); END $$; ";

// Whatever the database's own settings are.
const std::string plain_settings =
    "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on; SET quote_all_identifiers = off; SET DateStyle = 'ISO, YMD';"
    " SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 3; ";

// The extension's types are found wherever it is.
const std::string find_everything =
    "SELECT set_config('search_path', string_agg(quote_ident(nspname), ', ' ORDER BY nspname <> 'public', nspname), false) FROM "
    "pg_namespace"
    " WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'; ";

std::string fingerprint(Session& session, const std::string& table, const std::string& columns) {
    // Where no column needs the function, a server that is read only can be compared too.
    const bool needs_function = columns.contains("pg_temp.plain");
    const Rows rows = session.query(plain_settings + find_everything + (needs_function ? plain_function : std::string{}) +
                                    "SELECT count(*), coalesce(sum(hashtextextended(ROW(" + columns +
                                    ")::text, 0)::numeric), 0),"
                                    " coalesce(sum(hashtextextended(ROW(" +
                                    columns + ")::text, 1)::numeric), 0) FROM ONLY " + table);
    return rows[0][0].value() + " rows, hashes " + rows[0][1].value() + " " + rows[0][2].value();
}

std::map<std::string, std::string> lines(Session& session, const std::string& sql) {
    std::map<std::string, std::string> result;
    for (const auto& row : session.query(plain_settings + "SET search_path = ''; " + sql))
        result[row[0].value_or("")] = row[1].value_or("(null)");
    return result;
}

}  // namespace

std::vector<std::string> compare_tables(const std::string& source_url, const std::string& target_url) {
    Session source_session(source_url), target_session(target_url);
    std::vector<std::string> differences;
    std::map<std::string, std::string> on_target;
    for (const auto& row : target_session.query(plain_settings + user_tables)) on_target[row[0].value()] = row[1].value();
    for (const auto& row : source_session.query(plain_settings + user_tables)) {
        const std::string table = row[0].value();
        if (!on_target.contains(table)) {
            differences.push_back(table + ": is not on the target");
            continue;
        }
        if (on_target[table] != row[1].value()) {
            differences.push_back(table + ": source has columns " + row[1].value() + ", target has " + on_target[table]);
        } else {
            const std::string source = fingerprint(source_session, table, row[2].value());
            const std::string target = fingerprint(target_session, table, row[3].value());
            if (source != target) differences.push_back(table + ": source has " + source + ", target has " + target);
        }
        on_target.erase(table);
    }
    for (const auto& [table, columns] : on_target) differences.push_back(table + ": is on the target alone");
    return differences;
}

std::vector<std::string> compare_schemas(const std::string& source_url, const std::string& target_url) {
    Session source_session(source_url), target_session(target_url);
    std::vector<std::string> differences;
    const int version = std::stoi(source_session.query("SHOW server_version_num")[0][0].value()) / 10000;
    for (const SchemaQuery& part : schema_queries()) {
        if (version < part.since) continue;
        const auto source = lines(source_session, part.sql);
        auto target = lines(target_session, part.sql);
        for (const auto& [name, description] : source) {
            const auto found = target.find(name);
            if (found == target.end())
                differences.push_back(std::string(part.what) + " " + name + " is missing: " + description);
            else if (found->second != description)
                differences.push_back(std::string(part.what) + " " + name + ": source has " + description + ", target has " +
                                      found->second);
            if (found != target.end()) target.erase(found);
        }
        for (const auto& [name, description] : target)
            differences.push_back(std::string(part.what) + " " + name + " is on the target alone: " + description);
    }
    return differences;
}

std::string dump(const std::string& url) {
    std::istringstream text(run_checked({"pg_dump", url}));
    std::string kept;
    for (std::string line; std::getline(text, line);) {
        if (!line.starts_with("\\restrict ") && !line.starts_with("\\unrestrict ")) kept += line + "\n";
    }
    return kept;
}

void load_words(const std::string& url, const std::string& table) {
    run_checked(
        {"bash", "-c",
         "set -o pipefail; zstd -dcq " LANTERN_SOURCE_DIR
         "/tests/data/words-10k.tsv.zst | psql -X -q -v ON_ERROR_STOP=1 \"$0\" -c \"\\\\copy $1 (rank, word, embedding) from stdin\"",
         url, table});
}

}  // namespace lantern_migrate::test
