#include "core/steps/mixed_dimensions.h"

#include <cstddef>
#include <string>

namespace lantern_migrate::steps {
namespace {

using plan::Severity;
using plan::VectorType;

// Rows, not values: where most are NULL, to look for so many values could read the whole table.
constexpr int rows_looked_at = 10'000;

struct Place {
    const plan::Table* table;
    const plan::Column* column;
};

std::vector<Place> undeclared(const plan::Catalog& catalog) {
    std::vector<Place> places;
    for (const plan::Table& table : catalog.tables) {
        if (!table.may_select || table.row_security) continue;
        for (const plan::Column& column : table.columns) {
            // sparsevec has no function that tells its dimensions.
            const bool dense = column.vector == VectorType::vector || column.vector == VectorType::halfvec;
            if (dense && column.dimensions() == 0) places.push_back({&table, &column});
        }
    }
    return places;
}

std::string counting(const Place& place, std::size_t number, const std::string& schema) {
    const std::string column = plan::quote_identifier(place.column->name);
    return "SELECT " + std::to_string(number) + " AS place, d, pg_catalog.count(*) AS n FROM (SELECT " + plan::quote_identifier(schema) +
           ".vector_dims(c) AS d FROM (SELECT " + column + " AS c FROM ONLY " + place.table->name.sql() + " LIMIT " +
           std::to_string(rows_looked_at) + ") AS r WHERE c IS NOT NULL) AS v GROUP BY d";
}

}  // namespace

void find_mixed_dimensions(pg::Session& source, const plan::Catalog& catalog, std::vector<plan::Finding>& findings) {
    const std::vector<Place> places = undeclared(catalog);
    if (places.empty()) return;
    std::string sql;
    for (std::size_t i = 0; i < places.size(); ++i) sql += (i == 0 ? "" : " UNION ALL ") + counting(places[i], i, catalog.vector_schema);
    const std::string mixed =
        "SELECT place, pg_catalog.string_agg(pg_catalog.format('%s of %s', n, d), ', ' ORDER BY n DESC, d), pg_catalog.sum(n) FROM (" +
        sql + ") AS counts GROUP BY place HAVING pg_catalog.count(*) > 1 ORDER BY place";
    for (const auto& row : source.execute(mixed)) {
        const Place& place = places.at(row[0].as<std::size_t>());
        findings.push_back({Severity::info, "table " + place.table->name.text() + ", column " + place.column->name,
                            "its vectors have several lengths: of " + row[2].as<std::string>() + " values in the first rows, " +
                                row[1].as<std::string>() + " dimensions",
                            "the rows move as they are; a Lantern index takes one length, so give each a predicate that selects it"});
    }
}

}  // namespace lantern_migrate::steps
