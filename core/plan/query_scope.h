// What the names in a query mean: its relations, those of the queries around it, parameters and variables; and from them what types
// its expressions have. Nothing is changed here; a tree is read before it is rewritten.
#pragma once

#include "core/plan/sql_types.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lantern_migrate::plan {

struct ScopeRelation {
    std::string alias;
    NamedTypes columns;
    bool complete = true;   // all columns are known
    bool by_alias = false;  // a variable: its fields have no names of their own
};

struct Scope {
    const Scope* outer = nullptr;
    std::vector<ScopeRelation> relations{};
    std::map<std::string, std::optional<NamedTypes>> queries{};  // of WITH; empty: one whose columns are not known
    std::map<std::string, SqlType> variables{};                  // parameters and PL/pgSQL's variables, by name
    std::map<int, SqlType> parameters{};                         // $1, ...

    [[nodiscard]] SqlType column(const std::string& name) const;
    [[nodiscard]] SqlType column(const std::string& relation, const std::string& name) const;
    [[nodiscard]] SqlType parameter(int number) const;
    [[nodiscard]] const std::optional<NamedTypes>* query(const std::string& name) const;
};

// Reads types out of trees.
class TypeReader {
public:
    TypeReader(const ExtensionNames& names, const KnownObjects& objects) : names_(names), objects_(objects) {}

    [[nodiscard]] SqlType of(const PgQuery__Node*, const Scope&) const;
    // The function is the extension's, rather than somebody's of the same name.
    [[nodiscard]] bool is_extension_function(const QualifiedName&, const std::vector<SqlType>& arguments) const;
    [[nodiscard]] std::vector<SqlType> of_all(PgQuery__Node* const* nodes, std::size_t count, const Scope&) const;

    // Those of a query's output. Empty optional: not all of them are known.
    [[nodiscard]] std::optional<NamedTypes> outputs(const PgQuery__SelectStmt&, const Scope& around) const;
    [[nodiscard]] std::optional<NamedTypes> outputs(const PgQuery__Node& query, const Scope& around) const;
    [[nodiscard]] std::optional<NamedTypes> target_columns(std::span<PgQuery__Node* const> targets, const Scope&) const;
    // Adds WITH's queries and FROM's relations.
    void open(Scope&, const PgQuery__SelectStmt&) const;
    void add_with(Scope&, const PgQuery__WithClause*) const;
    void add_from(Scope&, const PgQuery__Node& item) const;
    void add_relation(Scope&, const PgQuery__RangeVar&) const;

private:
    [[nodiscard]] SqlType of_call(const PgQuery__FuncCall&, const Scope&) const;
    [[nodiscard]] SqlType of_operator(const PgQuery__AExpr&, const Scope&) const;
    [[nodiscard]] SqlType of_column(const PgQuery__ColumnRef&, const Scope&) const;
    [[nodiscard]] SqlType of_link(const PgQuery__SubLink&, const Scope&) const;
    [[nodiscard]] SqlType first_known(PgQuery__Node* const* nodes, std::size_t count, const Scope&) const;
    [[nodiscard]] bool add_star(NamedTypes&, const PgQuery__ColumnRef&, const Scope&) const;
    [[nodiscard]] bool is_array_of_texts(const PgQuery__Node&, const Scope&) const;
    void add_function(Scope&, const PgQuery__RangeFunction&) const;

    const ExtensionNames& names_;
    const KnownObjects& objects_;
};

inline constexpr std::string_view unnamed_output = "?column?";
// What an output column is called: its alias, or what its expression suggests.
[[nodiscard]] std::string output_name(const PgQuery__ResTarget&);
// t.*, *
[[nodiscard]] bool is_star(const PgQuery__ResTarget&);
// The output column of this number, from 1; null where a star before it hides how many there are.
[[nodiscard]] const PgQuery__ResTarget* numbered_output(const PgQuery__SelectStmt&, std::size_t number);

}  // namespace lantern_migrate::plan
