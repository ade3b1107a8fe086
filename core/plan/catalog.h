// What a source database holds, as values: read by core/pg/catalog_reader.h in a few queries, worked on by core/plan.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace lantern_migrate::plan {

struct QualifiedName {
    std::string schema;
    std::string name;

    // schema.name with each part quoted where SQL needs it.
    [[nodiscard]] std::string sql() const;
    // schema.name unquoted, for messages.
    [[nodiscard]] std::string text() const { return schema + "." + name; }

    auto operator<=>(const QualifiedName&) const = default;
};

// An identifier as SQL wants it: quoted where needed (upper case, spaces, keywords), quotes doubled.
[[nodiscard]] std::string quote_identifier(const std::string&);
// 'text' with quotes doubled; E'' is never needed with standard_conforming_strings on.
[[nodiscard]] std::string quote_literal(const std::string&);

enum class VectorType { none, vector, halfvec, sparsevec, vector_array, halfvec_array, sparsevec_array };

// What a value is made of, as its binary form shows it. A domain is what it is over, under its own name. Types share their parts.
struct ValueType {
    enum class Kind { scalar, vector, array, composite, range, multirange };

    Kind kind = Kind::scalar;
    VectorType vector = VectorType::none;  // of kind vector, which arrays of vectors are too; arrays of domains over them are not
    std::uint32_t oid = 0;                 // on the source
    std::uint32_t target_oid = 0;          // of what it becomes; 0: to be asked of the target by name
    QualifiedName name{};
    bool array_of_name = false;  // the type is the array type of `name`: array types' own names differ between databases
    bool binary = true;          // it, and all types in it, have send and receive functions, and no OIDs of objects as values
    bool holds_vector = false;   // it is one or has one in it
    // Of an array: its elements; of a composite: its attributes, in order; of a range: its bounds; of a multirange: its ranges.
    std::vector<std::shared_ptr<const ValueType>> parts{};
    std::vector<std::string> attributes{};  // names of a composite's parts
};

struct Column {
    std::string name;
    std::string type;                      // format_type(), e.g. "vector(3)", "character varying(20)"
    std::uint32_t type_oid = 0;            // of the column, domains not followed
    std::uint32_t base_type_oid = 0;       // domains followed
    int type_modifier = -1;                // vector: its dimensions; domains' own modifier where the column has a domain
    VectorType vector = VectorType::none;  // domains followed
    bool not_null = false;
    bool generated = false;                            // GENERATED ALWAYS AS (...) STORED: never copied
    bool as_integers = false;                          // bit(n) that becomes integer[]: bit_columns.h
    bool binary = true;                                // ValueType's
    std::shared_ptr<const ValueType> value = nullptr;  // null: nothing in it that a copy would have to know

    // A vector inside a composite, a range, or an array of such.
    [[nodiscard]] bool nested_vector() const { return vector == VectorType::none && value != nullptr && value->holds_vector; }
    // Dimensions as declared, or 0 where the type has none.
    [[nodiscard]] int dimensions() const { return vector != VectorType::none && type_modifier > 0 ? type_modifier : 0; }
};

struct Table {
    std::uint32_t oid = 0;
    QualifiedName name;
    std::uint64_t bytes = 0;  // pg_table_size: heap, TOAST, maps
    std::uint64_t pages = 0;  // of the heap's main fork
    std::int64_t estimated_rows = -1;
    bool row_security = false;  // enabled for a role like ours: a copy would see some of the rows
    bool may_select = true;
    bool may_lock_share = true;  // holds a privilege that LOCK ... IN SHARE MODE wants
    bool has_user_triggers = false;
    std::vector<Column> columns;  // live ones, in attnum order

    // Columns that COPY carries.
    [[nodiscard]] std::vector<const Column*> copied_columns() const;
    // Columns, types and order as one line: what must not change while a job lasts.
    [[nodiscard]] std::string shape() const;
};

// An index of the source whose access method or operator class is pgvector's.
struct SourceIndex {
    QualifiedName name;
    QualifiedName table;
    std::string method;                  // hnsw, ivfflat; another one (btree, gin) where only an operator class is the extension's
    std::vector<std::string> opclasses;  // by key column, unqualified
    std::string options;                 // reloptions joined by ','; empty if none
    std::string definition;              // pg_get_indexdef, whole
    std::string tablespace;              // empty: the database's
    bool valid = true;
    bool partitioned = false;             // on a partitioned table: has no rows of its own
    std::optional<QualifiedName> parent;  // the partitioned index it is attached to
    std::string comment;
};

struct Sequence {
    QualifiedName name;
    std::optional<QualifiedName> owner_table;
    bool may_select = true;  // its last value is read at cutover
};

struct Catalog {
    int server_version_num = 0;
    std::string database;
    std::string encoding;
    std::string vector_schema;  // where CREATE EXTENSION put it; empty: not installed
    std::string vector_version;
    std::vector<Table> tables;  // relkind r only, largest first; partitions are tables of their own, their parents are not here
    // Of tables, their partitioned parents and materialized views: for index translation.
    std::map<QualifiedName, std::vector<Column>> relation_columns;
    std::vector<SourceIndex> vector_indexes;
    std::vector<std::pair<QualifiedName, QualifiedName>> parents;  // a table and one that it inherits from, or is a partition of
    std::vector<Sequence> sequences;
    std::set<QualifiedName> materialized_views;
    std::vector<QualifiedName> populated_materialized_views;
    std::set<std::string> vector_functions;  // names of functions and aggregates that are members of the extension
    std::set<std::string> vector_operators;  // names of operators that are members: "<->", "<#>", "+", ...
    std::uint64_t large_objects = 0;
};

}  // namespace lantern_migrate::plan
