// What an expression's type is, as far as the rewriting of queries asks, and the tables and functions that tell.
#pragma once

#include "core/plan/extension_uses.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lantern_migrate::plan {

enum class SqlType {
    unknown,    // nothing is known of it: a column of a table that was not seen, a parameter
    untyped,    // a string without a type, or NULL: takes the type of what is beside it
    vector,     // these three
    halfvec,    // become
    sparsevec,  // real[]
    vectors,    // an array of them
    bits,
    text,
    numbers,  // an array of numbers
    other,
};

[[nodiscard]] bool is_vector(SqlType);
// Not a vector for certain.
[[nodiscard]] bool is_settled_otherwise(SqlType);
[[nodiscard]] SqlType sql_type(const PgQuery__TypeName&, const ExtensionNames&);
[[nodiscard]] VectorType vector_type(SqlType);

using NamedTypes = std::vector<std::pair<std::string, SqlType>>;

struct KnownFunction {
    NamedTypes parameters;  // those that a call gives
    SqlType result = SqlType::unknown;
    NamedTypes columns;   // of RETURNS TABLE and OUT parameters
    bool steady = false;  // IMMUTABLE or STABLE
};

// What the statements of a schema declare. Read in their order: a view's columns come from its query.
class KnownObjects {
public:
    explicit KnownObjects(const ExtensionNames& names) : names_(names) {}

    void declare(const QualifiedName& relation, NamedTypes columns) { relations_[relation.name][relation.schema] = std::move(columns); }
    void declare(const PgQuery__CreateStmt&);
    // Of a relation that is known, by the name that found it.
    void redeclare(const QualifiedName&, NamedTypes columns);
    void declare(const PgQuery__CreateFunctionStmt&);
    void declare_prepared(const std::string& name, std::vector<SqlType> parameters) { prepared_[name] = std::move(parameters); }
    // A trigger's function sees the table's row as NEW and OLD.
    void declare_trigger(const QualifiedName& function, const QualifiedName& table) { trigger_tables_[function].push_back(table); }

    // By its name alone where the schema is empty and only one relation has it. Null: not known.
    [[nodiscard]] const NamedTypes* relation(const QualifiedName&) const;
    // Of the tables whose triggers call it.
    [[nodiscard]] NamedTypes trigger_row(const QualifiedName& function) const;
    [[nodiscard]] KnownFunction describe(const PgQuery__CreateFunctionStmt&) const;
    // Those that a call of so many arguments may mean.
    [[nodiscard]] std::vector<const KnownFunction*> functions(const QualifiedName&, std::size_t arguments) const;
    [[nodiscard]] std::vector<SqlType> prepared(const std::string& name) const {
        const auto found = prepared_.find(name);
        return found == prepared_.end() ? std::vector<SqlType>{} : found->second;
    }
    [[nodiscard]] bool has_function(const std::string& name) const { return functions_.contains(name); }

private:
    void add_columns(const PgQuery__Node& element, NamedTypes&) const;

    const ExtensionNames& names_;
    std::map<std::string, std::map<std::string, NamedTypes>> relations_;                   // name, schema
    std::map<std::string, std::vector<std::pair<std::string, KnownFunction>>> functions_;  // name; schema
    std::map<std::string, std::vector<SqlType>> prepared_;                                 // statements, by their names
    std::map<QualifiedName, std::vector<QualifiedName>> trigger_tables_;
};

}  // namespace lantern_migrate::plan
