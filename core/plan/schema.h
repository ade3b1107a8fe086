// The schema on its way from pgvector to Lantern: pg_dump says what it is, PostgreSQL's own parser (libpg_query) takes it apart,
// the tree is changed and put together again. No regular expression ever edits SQL; a statement that needs no change is kept as pg_dump
// wrote it.
#pragma once

#include "core/plan/bit_columns.h"
#include "core/plan/catalog.h"
#include "core/plan/finding.h"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::plan {

struct SchemaOptions {
    std::string vector_schema;               // of the extension on the source
    std::set<std::string> vector_functions;  // Catalog's
    std::set<std::string> vector_operators;
    BitColumns integer_columns{};           // bit_columns(): they become integer[]
    bool dimension_checks = true;           // CHECK (array_length(col, 1) = n) where the source had vector(n)
    std::string lantern_schema = "public";  // of the extension on the target
    bool compatibility = true;              // what Lantern lacks may call functions of the schema pgvector_compat, which the plan makes
    bool skip_unsupported = false;  // schema.unsupported: skip; leaves such a statement out with a warning instead of a blocking finding
    // Which tables (also partitioned and foreign ones) move. Statements on others are left out; what needs them is a finding.
    std::function<bool(const QualifiedName&)> table_moves;
};

enum class StatementKind { schema_object, table, key, index, foreign_key, materialized_view_refresh, trigger, other };

struct Statement {
    StatementKind kind = StatementKind::other;
    std::string object;  // "table public.items", "foreign key f on public.items", "comment on ..."; unique within the plan
    // Of keys and indexes: whose rows they wait for. Of the others: set only where a table that starts again from nothing needs the
    // statement again (foreign keys, triggers); and the view of a refresh.
    QualifiedName table;
    std::string sql;  // without the final semicolon; one statement, or it and its comment
};

// The statements in the order they run.
struct SchemaPlan {
    // Schemas, types, functions, tables, views, sequences, defaults, EXTERNAL storage, comments on all these.
    std::vector<Statement> before_rows;
    // By table, as soon as its rows are in: keys, exclusion constraints, ordinary indexes; then what names them.
    std::vector<Statement> keys_and_indexes;
    // Foreign keys, attachment of partitions' indexes; refreshes of materialized views, then their indexes; last what acts on rows or
    // hides them: triggers, rules, policies, publications.
    std::vector<Statement> after_rows;
    std::vector<QualifiedName> tables;  // created by before_rows (relkind r and p)
    std::vector<Finding> findings;
};

// `dump` is the output of `pg_dump --schema-only`, \restrict lines and SET statements included.
// Vector indexes are not in the plan: index_rules.h makes them. Throws SqlError for what the parser refuses.
[[nodiscard]] SchemaPlan plan_schema(std::string_view dump, const SchemaOptions&);

}  // namespace lantern_migrate::plan
