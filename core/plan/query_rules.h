// What becomes of pgvector's operators and functions in a query. Tables: a rule is changed in one line.
#pragma once

#include "core/plan/sql_types.h"

#include <set>
#include <string>
#include <string_view>

namespace lantern_migrate::plan {

// How the operator is said on the target.
enum class OperatorForm {
    squared_distance,  // Lantern's of the same name; its root is pgvector's distance, and it orders alike
    same_distance,     // Lantern's of the same name, of type real
    function,          // a function of the compatibility schema
};

struct OperatorRule {
    std::string_view name;
    OperatorForm form;
    std::string_view function;       // of the compatibility schema
    std::string_view half_function;  // where one side is a halfvec; empty: the same
    SqlType result;
    bool of_bits;           // its operands are bits
    bool distinctive;       // no other well-known extension has an operator of this name
    std::string_view note;  // for people: what changed
};

struct FunctionRule {
    std::string_view name;
    std::string_view function;       // of the compatibility schema; empty: array_length(argument, 1)
    std::string_view half_function;  // where an argument is a halfvec; empty: the same
    SqlType result;
    bool of_bits = false;
    bool shared_name = false;      // PostgreSQL has functions of that name: only an argument's type tells
    bool mixed_arguments = false;  // others than vectors among its arguments
};

// All names of pgvector 0.8's that have a rule here or are reported, for texts of which no catalog was asked.
[[nodiscard]] std::set<std::string> all_function_names();
[[nodiscard]] std::set<std::string> all_operator_names();

// The one setting that has a counterpart.
inline constexpr std::string_view search_setting = "hnsw.ef_search", lantern_search_setting = "lantern_hnsw.ef";
inline constexpr std::string_view search_bound_note = "Lantern takes 400 at most";
// Of pgvector's.
[[nodiscard]] bool is_setting(std::string_view name);

[[nodiscard]] const OperatorRule* operator_rule(std::string_view name);
[[nodiscard]] const FunctionRule* function_rule(std::string_view name);
// =, <>, <, ...: arrays compare as vectors do.
[[nodiscard]] bool is_comparison(std::string_view name);

}  // namespace lantern_migrate::plan
