#include "tests/integration/neighbours.h"

#include "tests/support/cluster.h"

#include <cmath>
#include <map>
#include <stdexcept>

namespace lantern_migrate::test {
namespace {

// By name: access method, table, the key's expression, its operator (ordering), and the predicate.
constexpr const char* vector_indexes =
    "SELECT format('%I.%I', n.nspname, c.relname), x.indrelid::regclass, pg_get_indexdef(c.oid, 1, true), p.oprname,"
    " format('OPERATOR(%I.%s)', pn.nspname, p.oprname), coalesce(pg_get_expr(x.indpred, x.indrelid), 'true'), o.opcname,"
    " coalesce(c.reloptions::text, '')"
    " FROM pg_class c JOIN pg_am m ON m.oid = c.relam AND m.amname IN ('hnsw', 'ivfflat', 'lantern_hnsw')"
    " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_index x ON x.indexrelid = c.oid JOIN pg_opclass o ON o.oid = x.indclass[0]"
    " JOIN pg_amop a ON a.amopfamily = o.opcfamily AND a.amoplefttype = o.opcintype"
    " JOIN pg_operator p ON p.oid = a.amopopr JOIN pg_namespace pn ON pn.oid = p.oprnamespace WHERE c.relkind = 'i'";

struct Index {
    std::string table, key, operator_name, operator_sql, predicate, opclass, options;
};

std::map<std::string, Index> indexes_of(const std::string& url) {
    std::map<std::string, Index> indexes;
    for (const auto& row : query(url, vector_indexes)) {
        indexes[row[0].value()] = {row[1].value(), row[2].value(), row[3].value(), row[4].value(),
                                   row[5].value(), row[6].value(), row[7].value()};
    }
    return indexes;
}

// As the target's operator would say it.
double transformed(double distance, const std::string& source_operator, const std::string& target_operator) {
    if (source_operator == "<->" && target_operator == "<->") return distance * distance;
    if (source_operator == "<=>" && target_operator == "<=>") return distance;
    if (source_operator == "<#>" && target_operator == "<=>") return 1 + distance;  // of unit vectors
    if (source_operator == "<~>" && target_operator == "<+>") return distance;
    throw std::runtime_error("no index on " + source_operator + " becomes one on " + target_operator);
}

// The predicate comes first: a cast in the key may fail for rows that the index does not have.
std::string rows_of(const Index& index) {
    return "SET enable_indexscan = off; WITH rows AS MATERIALIZED (SELECT * FROM " + index.table + " WHERE " + index.predicate + ") ";
}

std::vector<double> distances(const std::string& url, const Index& index, const std::string& from) {
    std::vector<double> found;
    const std::string key = "(" + index.key + ")";
    for (const auto& row : query(url, rows_of(index) + "SELECT (" + key + " " + index.operator_sql + " " + from +
                                          ")::float8 AS d FROM rows WHERE " + key + " IS NOT NULL ORDER BY d LIMIT 10")) {
        found.push_back(std::stod(row[0].value()));
    }
    return found;
}

bool alike(double a, double b, double tolerance) {
    return (std::isnan(a) && std::isnan(b)) || std::abs(a - b) <= tolerance * std::max({1.0, std::abs(a), std::abs(b)});
}

// A value of the column as both sides write it.
struct Probe {
    std::string source, target;
};

std::vector<Probe> probes_of(const std::string& url, const Index& index) {
    const bool bits = index.operator_name == "<~>";
    const std::string key = "(" + index.key + ")";
    const std::string on_target = bits ? "ARRAY(SELECT rpad(substr(" + key +
                                             "::text, 32 * w + 1, 32), 32, '0')::bit(32)::integer FROM generate_series(0, (length(" + key +
                                             ") - 1) / 32) w ORDER BY w)::text"
                                       : "translate(" + key + "::text, '[]', '{}')";
    std::vector<Probe> probes;
    for (const auto& row : query(
             url,
             rows_of(index) + "SELECT " +
                 (bits ? "'B' || quote_literal(" + key + "::text)" : "quote_literal(" + key + "::text) || '::' || pg_typeof(" + key + ")") +
                 ", quote_literal(" + on_target + ") FROM rows WHERE " + key + " IS NOT NULL ORDER BY md5(" + key + "::text) LIMIT 3")) {
        probes.push_back({row[0].value(), row[1].value() + (bits ? "::integer[]" : "::real[]")});
    }
    return probes;
}

}  // namespace

std::vector<std::string> compare_neighbours(const std::string& source_url, const std::string& target_url) {
    std::vector<std::string> differences;
    const auto source = indexes_of(source_url);
    for (const auto& [name, target_index] : indexes_of(target_url)) {
        const auto found = source.find(name);
        if (found == source.end()) {
            differences.push_back("vector index " + name + " is on the target alone");
            continue;
        }
        // Half precision rounds what the source compares; the target's operator has the column's own values.
        const bool halves = found->second.opclass.starts_with("halfvec_");
        for (const Probe& probe : probes_of(source_url, found->second)) {
            const auto there = distances(source_url, found->second, probe.source);
            const auto here = distances(target_url, target_index, probe.target);
            bool equal = there.size() == here.size();
            for (std::size_t i = 0; equal && i < here.size(); ++i) {
                equal =
                    alike(transformed(there[i], found->second.operator_name, target_index.operator_name), here[i], halves ? 4e-3 : 1e-5);
            }
            if (!equal) differences.push_back("neighbours of " + probe.source + " by index " + name + " differ");
        }
    }
    return differences;
}

}  // namespace lantern_migrate::test
