// Queries and expressions on pgvector's types, operators and functions, said for Lantern. Exact: what has no exact counterpart is left
// as it is and reported.
#pragma once

#include "core/plan/query_rules.h"
#include "core/plan/query_scope.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::plan {

struct RewriteOptions {
    std::string lantern_schema;  // where Lantern's operators are; empty: they are written without a schema
    bool compatibility = true;   // functions of the compatibility schema may be used
};

struct Rewriting {
    bool changed = false;
    std::vector<ExtensionUse> uses;   // left, without a counterpart
    std::set<std::string> functions;  // of the compatibility schema that are called now
    std::set<std::string> notes;      // for people: what is different now
    std::set<std::string> unclear;    // what could not be told, and would have been changed had it been

    void add(Rewriting&&);
};

// Rewrites trees in place, one after the other. Not for several threads at once.
class Rewriter {
public:
    Rewriter(const ExtensionNames& names, const KnownObjects& objects, RewriteOptions options)
        : names_(names), objects_(objects), types_(names, objects), options_(std::move(options)) {}

    // A statement or an expression, and everything in it. Types that it declares become arrays too unless `policy` refuses that.
    [[nodiscard]] Rewriting rewrite(ProtobufCMessage&, const Scope&, TypePolicy policy = TypePolicy::convert);
    // The value that is to become one of this type: a literal becomes an array.
    [[nodiscard]] Rewriting rewrite_value(PgQuery__Node&, SqlType, const Scope&);

    [[nodiscard]] const TypeReader& types() const { return types_; }

private:
    // Where an expression stands: one that orders rows may keep Lantern's squared distance, so that the index serves it.
    enum class Place { value, order };

    // --- statements (query_statements.cpp)
    void descend(ProtobufCMessage&, const Scope&);
    bool statement(PgQuery__Node&, const Scope&);
    void select(PgQuery__SelectStmt&, const Scope& around);
    void body_of_select(PgQuery__SelectStmt&, const Scope&);
    void resolve_output_order(PgQuery__SelectStmt&, const Scope&);
    void literals_below(PgQuery__SelectStmt&, const NamedTypes& columns);
    void with(PgQuery__WithClause*, const Scope& around);
    void insert(PgQuery__InsertStmt&, const Scope& around);
    void insert_rows(PgQuery__Node& query, const std::vector<SqlType>& columns, const Scope&);
    void outputs_to_convert(PgQuery__SelectStmt&, const std::vector<SqlType>& columns, const Scope&, std::vector<PgQuery__Node*>& halves,
                            std::vector<PgQuery__Node*>& texts) const;
    void update(PgQuery__UpdateStmt&, const Scope& around);
    void delete_(PgQuery__DeleteStmt&, const Scope& around);
    void merge(PgQuery__MergeStmt&, const Scope& around);
    void assignments(PgQuery__Node** targets, std::size_t count, const ScopeRelation&, const Scope&);
    void each(PgQuery__Node** nodes, std::size_t count, const Scope&);
    void sort(PgQuery__Node&, const Scope&, Place);

    // --- expressions (query_rewriter.cpp)
    void expression(PgQuery__Node*, const Scope&, Place = Place::value);
    void operator_(PgQuery__Node&, const Scope&, Place);
    void comparison(PgQuery__AExpr&, const Scope&);
    void rows(PgQuery__Node* left, PgQuery__Node* right, const Scope&);
    void joined(PgQuery__AExpr&, SqlType left, SqlType right, const Scope&);
    void distance(PgQuery__Node&, const OperatorRule&, Place);
    void alternatives(PgQuery__Node&, const Scope&);
    // A literal beside a vector.
    void literal(PgQuery__Node*, SqlType);
    void literals_in(PgQuery__Node&, SqlType);
    void assign(PgQuery__Node*, SqlType, const Scope&);
    void round_beside_halves(const std::vector<std::pair<PgQuery__Node*, SqlType>>& values);
    // Or reports that it cannot.
    void convert_by(PgQuery__Node& value, std::string_view function, SqlType);
    // False: there is none.
    bool replace_by_call(PgQuery__Node&, std::string_view function);
    // Wraps what is in the node: function(node).
    void wrap(PgQuery__Node&, std::string_view function);
    [[nodiscard]] bool can(std::string_view function) const { return options_.compatibility && !function.empty(); }

    [[nodiscard]] bool is_extension_operator(const QualifiedName&, SqlType left, SqlType right, const PgQuery__AExpr&) const;

    // --- calls (query_calls.cpp)
    void call(PgQuery__Node&, const Scope&);
    void call_of_other(PgQuery__FuncCall&, const QualifiedName&, const std::vector<SqlType>& arguments);
    void named_setting(PgQuery__AConst&, const std::string& use);
    void call_of_user(const PgQuery__FuncCall&, const QualifiedName&, const Scope&);

    // --- casts (query_casts.cpp)
    void cast(PgQuery__Node&, const Scope&, Place);
    void cast_to_vector(PgQuery__Node&, SqlType to, SqlType from, const Scope&, Place);
    void cast_numbers(PgQuery__Node&, SqlType to, const Scope&);
    void cast_to_text(PgQuery__Node& value, SqlType from);
    void check_dimensions(PgQuery__Node& value, int dimensions);
    void drop_cast(PgQuery__Node&);

    const ExtensionNames& names_;
    const KnownObjects& objects_;
    TypeReader types_;
    RewriteOptions options_;
    Rewriting found_;
    std::set<const ProtobufCMessage*> settled_;  // judged here: not the extension's, or not any more
};

}  // namespace lantern_migrate::plan
