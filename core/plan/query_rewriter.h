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

// SET or RESET of the one setting that Lantern has too, by its name there and within its bound. False: of another.
bool rename_setting(PgQuery__VariableSetStmt&, std::set<std::string>& notes);

// Rewrites trees in place, one after the other. Not for several threads at once.
class Rewriter {
public:
    Rewriter(const ExtensionNames& names, const KnownObjects& objects, RewriteOptions options)
        : names_(names), objects_(objects), types_(names, objects), options_(std::move(options)) {}

    // A statement or an expression, and everything in it. Types that it declares become arrays too unless `policy` refuses that.
    [[nodiscard]] Rewriting rewrite(ProtobufCMessage&, const Scope&, TypePolicy policy = TypePolicy::convert);
    // The value that is to become one of this type: a literal becomes an array.
    [[nodiscard]] Rewriting rewrite_value(PgQuery__Node&, SqlType, const Scope&);
    // A query whose columns are to become values of these types: a function's result, what INTO names.
    [[nodiscard]] Rewriting rewrite_results(PgQuery__Node& query, const std::vector<SqlType>& wanted, const Scope&);

    [[nodiscard]] const TypeReader& types() const { return types_; }

private:
    // Where an expression stands: one that orders rows may keep Lantern's squared distance, so that the index serves it.
    enum class Place { value, order };

    // --- statements (query_statements.cpp)
    void descend(ProtobufCMessage&, const Scope&);
    bool statement(PgQuery__Node&, const Scope&);
    void select(PgQuery__SelectStmt&, const Scope& around);
    void body_of_select(PgQuery__SelectStmt&, const Scope&);
    // --- what orders (query_order.cpp)
    void resolve_output_order(PgQuery__SelectStmt&, const Scope&);
    void window(PgQuery__WindowDef&, const Scope&);
    // A distance by which Lantern's index gives rows.
    [[nodiscard]] bool orders_as_index(const PgQuery__Node&, const Scope&) const;
    // Says the same whenever it is asked within a statement.
    [[nodiscard]] bool is_steady(PgQuery__Node&) const;
    [[nodiscard]] bool may_order_otherwise(const PgQuery__SelectStmt&, PgQuery__Node& key) const;

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

    // --- what makes texts of values (query_texts.cpp)
    bool shown(ProtobufCMessage&, const Scope&);
    void shown_value(PgQuery__Node*, const Scope&);
    void column_list(const PgQuery__RangeFunction&);
    void populated_row(const PgQuery__FuncCall&, const QualifiedName&, const Scope&);
    void row_of_type(const PgQuery__TypeName&, PgQuery__Node& value);
    // ROW(v), t.*, t
    [[nodiscard]] bool is_row_with_vectors(const PgQuery__Node&, const Scope&) const;

    // --- results (query_results.cpp)
    struct Result {
        PgQuery__Node* value;  // null: it has no expression of its own, or the rows' order goes by it
        SqlType from, to;
    };
    void results_to_convert(const PgQuery__Node& query, const std::vector<SqlType>& wanted, const Scope&, std::vector<Result>&) const;
    void results_to_convert(const PgQuery__SelectStmt&, const std::vector<SqlType>& wanted, const Scope&, std::vector<Result>&) const;

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
    // A literal that reads as a vector, for or beside what nothing is known of: a question, also of one among several.
    void doubt(const PgQuery__Node* value);
    // One of the two for a value of its own type that stands beside one of the other.
    void beside(PgQuery__Node* value, SqlType own, SqlType other);
    void assign(PgQuery__Node*, SqlType, const Scope&);
    void convert(PgQuery__Node& value, SqlType from, SqlType to);
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
    void call_of_unknown(const PgQuery__FuncCall&, const QualifiedName&, const Scope&);
    void call_of_user(const PgQuery__FuncCall&, const QualifiedName&, const Scope&);

    // --- settings (query_settings.cpp)
    void setting(PgQuery__VariableSetStmt&);
    void shown_setting(PgQuery__VariableShowStmt&);
    void named_setting(PgQuery__FuncCall&, const std::string& function);

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
    bool grouped_ = false;                       // in a query with GROUP BY
    bool keeps_unnamed_ = false;                 // in a view or a table made by a query, ?column? is a column's name
    std::set<const ProtobufCMessage*> settled_;  // judged here: not the extension's, or not any more
};

}  // namespace lantern_migrate::plan
