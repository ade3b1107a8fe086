#include "core/plan/bit_columns.h"

#include "core/plan/index_definition.h"

#include <algorithm>
#include <set>

namespace lantern_migrate::plan {
namespace {

using TableColumn = std::pair<QualifiedName, std::string>;

bool is_bit(const Column& column) { return column.type.starts_with("bit("); }

// Empty: the index makes no column anything else.
std::string column_of(const SourceIndex& index) {
    if (!std::ranges::contains(index.opclasses, "bit_hamming_ops") || (!index.valid && !index.partitioned)) return {};
    const IndexDefinition definition(index.definition);
    return definition.keys().size() == 1 && !definition.keys().front().cast ? definition.keys().front().column : std::string{};
}

// A column has one type in a whole tree of tables.
void follow_inheritance(const Catalog& catalog, std::set<TableColumn>& found) {
    for (std::size_t before = 0; before != found.size();) {
        before = found.size();
        for (const auto& [child, parent] : catalog.parents) {
            for (const auto& [table, column] : std::set<TableColumn>(found)) {
                if (table == child) found.emplace(parent, column);
                if (table == parent) found.emplace(child, column);
            }
        }
    }
}

// The name of a table whose row the value is, or has in it.
const QualifiedName* row_inside(const ValueType& value, const std::set<QualifiedName>& tables, std::set<const ValueType*>& seen) {
    if (!seen.insert(&value).second) return nullptr;
    if (value.kind == ValueType::Kind::composite && tables.contains(value.name)) return &value.name;
    for (const auto& part : value.parts) {
        if (const QualifiedName* found = row_inside(*part, tables, seen)) return found;
    }
    return nullptr;
}

}  // namespace

int words_of(const Column& column) { return (column.type_modifier + word_bits - 1) / word_bits; }

void mark_bit_columns(Catalog& catalog) {
    std::set<TableColumn> found;
    for (const SourceIndex& index : catalog.vector_indexes) {
        if (catalog.materialized_views.contains(index.table)) continue;  // its query says what its columns are
        if (const std::string column = column_of(index); !column.empty()) found.emplace(index.table, column);
    }
    if (found.empty()) return;
    follow_inheritance(catalog, found);
    const auto mark = [&](const QualifiedName& table, std::vector<Column>& columns) {
        for (Column& column : columns) column.as_integers = is_bit(column) && found.contains({table, column.name});
    };
    for (auto& [table, columns] : catalog.relation_columns) mark(table, columns);
    for (Table& table : catalog.tables) mark(table.name, table.columns);
}

BitColumns bit_columns(const Catalog& catalog) {
    BitColumns found;
    for (const auto& [table, columns] : catalog.relation_columns) {
        for (const Column& column : columns) {
            if (column.as_integers) found[{table, column.name}] = column.type_modifier;
        }
    }
    return found;
}

std::vector<Finding> rows_with_bit_columns(const Catalog& catalog) {
    std::set<QualifiedName> tables;
    for (const auto& [column, bits] : bit_columns(catalog)) tables.insert(column.first);
    std::vector<Finding> findings;
    if (tables.empty()) return findings;
    for (const Table& table : catalog.tables) {
        for (const Column& column : table.columns) {
            std::set<const ValueType*> seen;
            const QualifiedName* row = column.value == nullptr ? nullptr : row_inside(*column.value, tables, seen);
            if (row == nullptr) continue;
            findings.push_back({Severity::blocking, "table " + table.name.text() + ", column " + column.name,
                                "its type " + column.type + " has rows of table " + row->text() + " in it, whose bits become integer[]",
                                "set `vectors.bits: keep`, or exclude one of the tables"});
        }
    }
    return findings;
}

}  // namespace lantern_migrate::plan
