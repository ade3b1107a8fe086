#include "core/steps/statistics.h"

#include "core/index/builds.h"

namespace lantern_migrate::steps {
namespace {

struct ColumnTarget {
    std::string column;
    std::string target;  // of its statistics; -1: the server's default
};

// The target's columns that were made of vectors.
std::map<plan::QualifiedName, std::vector<ColumnTarget>> converted_columns(Run& run) {
    std::vector<std::string> schemas, tables, columns;
    for (const plan::Table& table : run.catalog().tables) {
        for (const plan::Column& column : table.columns) {
            if (column.vector == plan::VectorType::none) continue;
            schemas.push_back(table.name.schema);
            tables.push_back(table.name.name);
            columns.push_back(column.name);
        }
    }
    std::map<plan::QualifiedName, std::vector<ColumnTarget>> found;
    for (const auto& row : run.target().execute(
             "SELECT n.nspname, c.relname, a.attname, coalesce(a.attstattarget, -1) FROM ROWS FROM (pg_catalog.unnest($1::text[]),"
             " pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::text[])) AS w(s, t, a)"
             " JOIN pg_catalog.pg_namespace n ON n.nspname = w.s JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.t"
             " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = w.a WHERE NOT a.attisdropped"
             // Who does not own the table cannot leave them out; to him ANALYZE itself is but a warning.
             " AND pg_catalog.pg_has_role(c.relowner, 'USAGE')",
             pqxx::params{schemas, tables, columns})) {
        found[{row[0].as<std::string>(), row[1].as<std::string>()}].push_back({row[2].as<std::string>(), row[3].as<std::string>()});
    }
    return found;
}

std::string analyze_sql(const plan::QualifiedName& table, const std::vector<ColumnTarget>& left_out) {
    const auto set_targets = [&](auto&& target_of) {
        std::string sql;
        for (const ColumnTarget& column : left_out) {
            sql += (sql.empty() ? "ALTER TABLE ONLY " + table.sql() : ",") + std::string(" ALTER COLUMN ") +
                   plan::quote_identifier(column.column) + " SET STATISTICS " + target_of(column);
        }
        return sql;
    };
    if (left_out.empty()) return "ANALYZE " + table.sql();
    return set_targets([](const ColumnTarget&) { return std::string("0"); }) + "; ANALYZE " + table.sql() + "; " +
           set_targets([](const ColumnTarget& column) { return column.target; });
}

}  // namespace

void add_statistics(Run& run, std::vector<migrations_state::BuildRecord>& builds) {
    const auto converted = converted_columns(run);
    for (const auto& table : run.journal.tables(run.job.id)) {
        const plan::QualifiedName name{table.schema, table.name};
        const auto left_out = converted.find(name);
        builds.push_back({.item = "statistics of " + name.text(),
                          .kind = std::string(index::kind::analyze),
                          .table_schema = table.schema,
                          .table = table.name,
                          .sql = analyze_sql(name, left_out == converted.end() ? std::vector<ColumnTarget>{} : left_out->second)});
    }
}

}  // namespace lantern_migrate::steps
