// Statements that declare data: tables, domains, composite and range types. Their vectors become arrays, with checks for the dimensions
// they had.
#pragma once

#include "core/plan/bit_uses.h"
#include "core/plan/extension_uses.h"
#include "core/plan/finding.h"
#include "core/plan/sql_tree.h"
#include "core/plan/sql_types.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace lantern_migrate::plan {

// Something in a declaration that cannot be said on the target.
struct Obstacle {
    std::string object;  // "constraint c on public.items", "column public.items.v"
    std::string reason;
    bool left_out = false;  // taken out of the statement; else the declaration cannot do without it
};

struct DataTypeResult {
    bool changed = false;
    std::vector<Obstacle> obstacles;
    std::vector<std::string> external_columns;  // of a table: those that were vectors
    std::optional<VectorType> vector;           // of a domain over one
    std::set<QualifiedName> holders;            // the types it makes that have a vector further inside
    std::vector<Finding> notes;
};

// Of the check of a column's length, within PostgreSQL's bound of a name; `number`: where that one is taken.
[[nodiscard]] std::string dimensions_check_name(const std::string& column, int number = 1);

// Of all tables and domains, wherever in the dump.
[[nodiscard]] std::set<std::string> constraint_names(const SqlTree&);

class DataTypeConverter {
public:
    struct Options {
        bool dimension_checks = true;
        bool leave_out = false;  // what can be left out is, with an obstacle that says so
        // Why a tree cannot be on the target although it uses nothing of pgvector: it needs what does not move. Empty: it can.
        std::function<std::string(ProtobufCMessage&)> missing;
        const BitUses& bits;
        // A constraint, default or bound of the table; of a domain over values of the type where the table has no name.
        std::function<Conversion(ProtobufCMessage&, const QualifiedName& table, SqlType value)> rewrite;
    };
    // `constraint_names`: all names of constraints there are, so that ours take none of them.
    DataTypeConverter(const ExtensionNames& names, Options options, std::set<std::string> constraint_names)
        : names_(names), options_(std::move(options)), taken_(std::move(constraint_names)) {}

    [[nodiscard]] DataTypeResult table(PgQuery__CreateStmt&);
    [[nodiscard]] DataTypeResult domain(PgQuery__CreateDomainStmt&);
    [[nodiscard]] DataTypeResult composite(PgQuery__CompositeTypeStmt&);
    [[nodiscard]] DataTypeResult range(PgQuery__CreateRangeStmt&);

private:
    struct Declared {
        VectorType type = VectorType::none;
        int dimensions = 0;
    };
    Declared convert_type(PgQuery__TypeName&, const std::string& object, DataTypeResult&);
    // Of a column of bits that becomes integer[]: how many bits it has, else 0.
    int convert_bits(PgQuery__ColumnDef&, DataTypeResult&);
    std::string judge_constraint(PgQuery__Constraint&, DataTypeResult&) const;
    void judge_constraints(PgQuery__Node**& items, std::size_t& count, const std::string& owner, DataTypeResult&);
    [[nodiscard]] static std::string judge_range_parameter(const PgQuery__DefElem&);
    // The same for a column of that name in every table: a partition's check must have its parent's name.
    const std::string& check_name(const std::string& column);

    const ExtensionNames& names_;
    Options options_;
    std::set<std::string> taken_;
    QualifiedName table_;               // in hand
    SqlType value_ = SqlType::unknown;  // of the domain or the column in hand
    int bits_ = 0;                      // of the column in hand that becomes integer[]
    std::map<std::string, std::string> check_names_;
};

}  // namespace lantern_migrate::plan
