// What a schema does with vectors: views, functions, checks, defaults, policies, triggers, rules, expressions of indexes. Each is rewritten
// with the names that its place gives it.
#pragma once

#include "core/plan/query_rewriter.h"

#include <string>
#include <string_view>

namespace lantern_migrate::plan {

inline constexpr std::string_view declaration_note = "vectors are real[], with a check of their length where it was declared";

class Dependants {
public:
    // `names` learns the domains that are declared; both must outlive this.
    Dependants(ExtensionNames& names, RewriteOptions options)
        : names_(names), options_(std::move(options)), objects_(names), rewriter_(names, objects_, options_) {}

    // First all statements are declared, in the dump's order: a function's body names tables that come behind it.
    void declare(const PgQuery__Node& statement);

    [[nodiscard]] Rewriting rewrite(PgQuery__Node& statement);
    // A constraint, a default or a partition's bound of `table`; of a domain where it is empty, whose values are of `value`'s type.
    [[nodiscard]] Rewriting rewrite_part(ProtobufCMessage&, const QualifiedName& table, SqlType value = SqlType::unknown);

    [[nodiscard]] const KnownObjects& objects() const { return objects_; }
    [[nodiscard]] const TypeReader& types() const { return rewriter_.types(); }

private:
    [[nodiscard]] Scope scope_of(const QualifiedName& table) const;
    [[nodiscard]] Rewriting rewrite_alteration(PgQuery__AlterTableStmt&);
    // Checks its length as pgvector did; what is in a composite type cannot be checked, which a note says.
    void keep_dimensions(PgQuery__ColumnDef&, bool in_type, Rewriting&) const;
    [[nodiscard]] Rewriting rewrite_type(PgQuery__Node&);
    [[nodiscard]] Rewriting rewrite_block(PgQuery__DoStmt&);
    void declare_columns(const PgQuery__AlterTableStmt&);
    void declare_name(const PgQuery__RenameStmt&);
    void declare_view(const PgQuery__RangeVar& name, const PgQuery__Node& query, PgQuery__Node* const* aliases, std::size_t count);

    ExtensionNames& names_;
    RewriteOptions options_;
    KnownObjects objects_;
    Rewriter rewriter_;
};

}  // namespace lantern_migrate::plan
