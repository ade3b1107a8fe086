#include "core/steps/existing_tables.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace lantern_migrate::steps {
namespace {

using plan::Finding;
using plan::Severity;

struct TargetColumn {
    std::string type;  // without a length; of a domain, what it is over
    bool generated = false;
};

using TargetTables = std::map<plan::QualifiedName, std::map<std::string, TargetColumn>>;

TargetTables read_tables(pg::Session& target, const plan::Catalog& catalog) {
    std::vector<std::string> schemas, names;
    for (const plan::Table& table : catalog.tables) {
        schemas.push_back(table.name.schema);
        names.push_back(table.name.name);
    }
    TargetTables tables;
    for (const auto& row : target.execute(
             "WITH RECURSIVE base(oid, type) AS (SELECT oid, oid FROM pg_catalog.pg_type WHERE typtype <> 'd'"
             "  UNION ALL SELECT d.oid, b.type FROM pg_catalog.pg_type d JOIN base b ON b.oid = d.typbasetype WHERE d.typtype = 'd')"
             " SELECT n.nspname, c.relname, a.attname, pg_catalog.format_type(b.type, NULL), a.attgenerated <> ''"
             " FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS w(s, r)"
             " JOIN pg_catalog.pg_namespace n ON n.nspname = w.s"
             " JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.r"
             " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN base b ON b.oid = "
             "a.atttypid",
             pqxx::params{schemas, names})) {
        tables[{row[0].as<std::string>(), row[1].as<std::string>()}][row[2].as<std::string>()] = {.type = row[3].as<std::string>(),
                                                                                                  .generated = row[4].as<bool>()};
    }
    return tables;
}

// By its number on the source.
std::map<std::uint32_t, std::string> read_type_names(pg::Session& source) {
    std::map<std::uint32_t, std::string> names;
    for (const auto& row : source.execute("SELECT oid, pg_catalog.format_type(oid, NULL) FROM pg_catalog.pg_type"))
        names[row[0].as<std::uint32_t>()] = row[1].as<std::string>();
    return names;
}

bool is_text(std::string_view type) {
    constexpr std::string_view alike[] = {"text", "character varying", "character"};
    return std::ranges::contains(alike, type);
}

// Empty if the column can take what is sent.
std::string misfit(const std::map<std::string, TargetColumn>& there, const plan::Column& column, const std::string& sent) {
    const auto found = there.find(column.name);
    if (found == there.end()) return "the target's table has no such column";
    if (found->second.generated) return "the target's table generates it";
    const std::string& type = found->second.type;
    if (type == sent || (is_text(type) && is_text(sent))) return {};
    return "its type on the target is " + type + ", and what is sent is " + sent;
}

}  // namespace

std::vector<Finding> find_unfit_columns(pg::Session& source, pg::Session& target, const plan::Catalog& catalog) {
    std::vector<Finding> findings;
    const TargetTables tables = read_tables(target, catalog);
    const std::map<std::uint32_t, std::string> types = read_type_names(source);
    for (const plan::Table& table : catalog.tables) {
        const auto there = tables.find(table.name);
        if (there == tables.end()) continue;
        for (const plan::Column* column : table.copied_columns()) {
            const auto name = types.find(column->base_type_oid);
            const std::string sent = column->vector != plan::VectorType::none ? "real[]"
                                     : column->as_integers                    ? "integer[]"
                                     : name == types.end()                    ? column->type
                                                                              : name->second;
            const std::string reason = misfit(there->second, *column, sent);
            if (reason.empty()) continue;
            findings.push_back({Severity::blocking, "table " + table.name.text() + ", column " + column->name, reason,
                                "change the target's table, or exclude the table with `tables.exclude`"});
        }
    }
    return findings;
}

}  // namespace lantern_migrate::steps
