// A CREATE INDEX statement as a tree that can be asked and changed. index_rules.cpp says what to change.
#pragma once

#include "core/plan/catalog.h"
#include "core/plan/sql_tree.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lantern_migrate::plan {

struct IndexKey {
    std::string column;    // empty: an expression that is no column and no cast of one
    std::string opclass;   // unqualified; empty where the default is left off
    std::string function;  // of an expression: "binary_quantize"
    bool cast = false;     // ((column)::vector(3))
    int cast_dimensions = 0;
};

class IndexDefinition {
public:
    // Throws SqlError for what is not one CREATE INDEX statement.
    explicit IndexDefinition(const std::string& sql);

    [[nodiscard]] const std::vector<IndexKey>& keys() const { return keys_; }
    // A number given in WITH.
    [[nodiscard]] std::optional<int> option(std::string_view name) const;
    // What the predicate uses of pgvector and cannot do without, as text; empty if nothing.
    [[nodiscard]] std::string convert_predicate();
    // Every name in a column reference of it: columns, and the table where it is written too.
    [[nodiscard]] std::set<std::string> predicate_columns();
    // Whether the column holds arrays on the target: a vector, or an array of numbers that casts to real[].
    [[nodiscard]] static bool can_index(const Column&);
    // Whether a cast of the column stays one, to real[]: Lantern takes real[] itself, no domain over it (measured on 0.5.0), no other
    // array.
    [[nodiscard]] static bool keeps_cast(const Column&);
    // The index as Lantern's: method, operator class, options, the key a plain column or its cast to real[]. All else stays as it was.
    void write(const SourceIndex&, const QualifiedName& opclass, const std::vector<std::pair<std::string, int>>& options, bool keep_cast);
    [[nodiscard]] std::string sql() const;

private:
    [[nodiscard]] PgQuery__IndexStmt& statement() const { return *tree_.statements().front().node->index_stmt; }

    SqlTree tree_;
    std::vector<IndexKey> keys_;
};

}  // namespace lantern_migrate::plan
