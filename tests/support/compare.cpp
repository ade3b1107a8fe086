#include "tests/support/compare.h"

#include "tests/support/cluster.h"

#include <map>
#include <sstream>

namespace lantern_migrate::test {
namespace {

const std::string user_tables =
    "SELECT format('%I.%I', n.nspname, c.relname),"
    " (SELECT coalesce(string_agg(CASE"
    "    WHEN b.typname IN ('vector', 'halfvec') THEN format('%I::%s::real[]', a.attname, b.typname)"
    "    WHEN b.typname = 'sparsevec' THEN format('%I::sparsevec::vector::real[]', a.attname)"
    "    ELSE format('%I', a.attname) END, ', ' ORDER BY a.attnum), '')"
    "  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
    "  JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END"
    "  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm')"
    " AND n.nspname NOT IN ('information_schema', 'lantern_migrate') AND n.nspname NOT LIKE 'pg\\_%'"
    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"
    " AND (c.relkind = 'r' OR c.relispopulated) ORDER BY 1";

std::string fingerprint(const std::string& url, const std::string& table, const std::string& columns) {
    const Rows rows = query(url, "SET extra_float_digits = 3; SELECT count(*), coalesce(sum(hashtextextended(ROW(" + columns +
                                     ")::text, 0)::numeric), 0),"
                                     " coalesce(sum(hashtextextended(ROW(" +
                                     columns + ")::text, 1)::numeric), 0) FROM ONLY " + table);
    return rows[0][0].value() + " rows, hashes " + rows[0][1].value() + " " + rows[0][2].value();
}

std::map<std::string, std::string> lines(const std::string& url, const std::string& sql) {
    std::map<std::string, std::string> result;
    for (const auto& row : query(url, "SET search_path = ''; " + sql)) result[row[0].value_or("")] = row[1].value_or("(null)");
    return result;
}

struct SchemaQuery {
    const char* what;
    const char* sql;  // key and description; vector types read as real[], what a migration adds is left out
};

#define USER_SCHEMAS                                                                                                                       \
    " n.nspname NOT IN ('information_schema', 'lantern_migrate', 'pg_toast') AND n.nspname NOT LIKE 'pg\\_%' AND NOT EXISTS"               \
    " (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype " \
    "= 'e') "

constexpr SchemaQuery schema_queries[] = {
    {"column",
     "SELECT pg_catalog.format('%I.%I.%I', n.nspname, c.relname, a.attname),"
     " pg_catalog.concat_ws(' ', pg_catalog.regexp_replace(pg_catalog.format_type(a.atttypid, CASE WHEN t.typname IN ('vector', 'halfvec',"
     "  'sparsevec') THEN -1 ELSE a.atttypmod END), '^(public\\.)?(vector|halfvec|sparsevec)(\\[\\])?$', 'real[]'), a.attnotnull, "
     "a.attidentity,"
     "  a.attgenerated, pg_catalog.pg_get_expr(e.adbin, e.adrelid), pg_catalog.col_description(c.oid, a.attnum))"
     " FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = "
     "c.relnamespace"
     " JOIN pg_catalog.pg_type t ON t.oid = a.atttypid LEFT JOIN pg_catalog.pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum"
     " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'c') AND a.attnum > 0 AND NOT a.attisdropped AND" USER_SCHEMAS},
    {"relation",
     "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), pg_catalog.concat_ws(' ', c.relkind, c.relpersistence, c.relispopulated,"
     "  c.relrowsecurity, c.relreplident, pg_catalog.obj_description(c.oid, 'pg_class'))"
     " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', "
     "'f') AND" USER_SCHEMAS},
    {"index",
     "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), CASE WHEN m.amname IN ('hnsw', 'ivfflat', 'lantern_hnsw') THEN 'a vector "
     "index'"
     "  ELSE pg_catalog.pg_get_indexdef(c.oid) END || ' ' || coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), '') || x.indisvalid ||"
     "  x.indisclustered || x.indisreplident || EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid)"
     " FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = "
     "c.relnamespace"
     " JOIN pg_catalog.pg_am m ON m.oid = c.relam WHERE" USER_SCHEMAS},
    {"constraint",
     "SELECT pg_catalog.format('%I.%I.%I', n.nspname, c.relname, k.conname), pg_catalog.pg_get_constraintdef(k.oid) || ' ' ||"
     "  coalesce(pg_catalog.obj_description(k.oid, 'pg_constraint'), '')"
     " FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = "
     "c.relnamespace"
     " WHERE k.contype <> 't' AND pg_catalog.pg_get_constraintdef(k.oid) NOT LIKE 'CHECK ((array\\_length(%' AND" USER_SCHEMAS},
    {"view",
     "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), pg_catalog.pg_get_viewdef(c.oid)"
     " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND" USER_SCHEMAS},
    {"trigger",
     "SELECT pg_catalog.format('%I.%I.%I', n.nspname, c.relname, g.tgname), pg_catalog.pg_get_triggerdef(g.oid) || g.tgenabled::text"
     " FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = "
     "c.relnamespace"
     " WHERE NOT g.tgisinternal AND" USER_SCHEMAS},
    {"sequence",
     "SELECT pg_catalog.format('%I.%I', q.schemaname, q.sequencename), pg_catalog.concat_ws(' ', q.data_type, q.start_value, "
     "q.increment_by, q.cycle, q.last_value)"
     " FROM pg_catalog.pg_sequences q"},
};

}  // namespace

std::vector<std::string> compare_tables(const std::string& source_url, const std::string& target_url) {
    std::vector<std::string> differences;
    std::map<std::string, std::string> on_target;
    for (const auto& row : query(target_url, user_tables)) on_target[row[0].value()] = row[1].value();
    for (const auto& row : query(source_url, user_tables)) {
        const std::string table = row[0].value();
        if (!on_target.contains(table)) {
            differences.push_back(table + ": is not on the target");
            continue;
        }
        const std::string source = fingerprint(source_url, table, row[1].value());
        const std::string target = fingerprint(target_url, table, on_target[table]);
        if (source != target) differences.push_back(table + ": source has " + source + ", target has " + target);
        on_target.erase(table);
    }
    for (const auto& [table, columns] : on_target) differences.push_back(table + ": is on the target alone");
    return differences;
}

std::vector<std::string> compare_schemas(const std::string& source_url, const std::string& target_url) {
    std::vector<std::string> differences;
    for (const SchemaQuery& part : schema_queries) {
        const auto source = lines(source_url, part.sql);
        auto target = lines(target_url, part.sql);
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
