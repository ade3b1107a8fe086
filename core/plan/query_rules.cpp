#include "core/plan/query_rules.h"

#include <algorithm>
#include <iterator>

namespace lantern_migrate::plan {
namespace {

constexpr std::string_view root =
    "Lantern's <-> is the squared distance: sqrt() around it, but bare where it orders, so that the index serves it";
constexpr std::string_view cosine =
    "Lantern's <=> is the same distance, of type real; of a vector of zeros it is 1 (of two: 0) where pgvector said NaN";
constexpr std::string_view product =
    "Lantern has no inner product, and no index serves this; if every vector has norm 1, ORDER BY a <=> b orders alike and is served";
constexpr std::string_view unserved = "Lantern has no such distance, and no index serves this";
constexpr std::string_view joined = "|| of arrays takes NULL for nothing, and has no bound of dimensions";
constexpr std::string_view arithmetic = "arrays have no arithmetic";

using enum OperatorForm;

constexpr OperatorRule operator_rules[] = {
    {"<->", squared_distance, "l2_distance", "", SqlType::other, false, false, root},
    {"<=>", same_distance, "cosine_distance", "", SqlType::other, false, true, cosine},
    {"<#>", function, "negative_inner_product", "", SqlType::other, false, true, product},
    {"<+>", function, "l1_distance", "", SqlType::other, false, true, unserved},
    {"<~>", function, "hamming_distance", "", SqlType::other, true, true, unserved},
    {"<%>", function, "jaccard_distance", "", SqlType::other, true, true, unserved},
    {"+", function, "vector_add", "halfvec_add", SqlType::vector, false, false, arithmetic},
    {"-", function, "vector_sub", "halfvec_sub", SqlType::vector, false, false, arithmetic},
    {"*", function, "vector_mul", "halfvec_mul", SqlType::vector, false, false, arithmetic},
    {"||", function, "vector_concat", "", SqlType::vector, false, false, joined},
};

constexpr FunctionRule function_rules[] = {
    {"vector_dims", "", "", SqlType::other},
    {"l2_distance", "l2_distance", "", SqlType::other},
    {"inner_product", "inner_product", "", SqlType::other},
    {"cosine_distance", "cosine_distance", "", SqlType::other},
    {"l1_distance", "l1_distance", "", SqlType::other},
    {"vector_negative_inner_product", "negative_inner_product", "", SqlType::other},
    {"vector_l2_squared_distance", "l2_squared_distance", "", SqlType::other},
    {"vector_spherical_distance", "spherical_distance", "", SqlType::other},
    {"halfvec_negative_inner_product", "negative_inner_product", "", SqlType::other},
    {"sparsevec_negative_inner_product", "negative_inner_product", "", SqlType::other},
    {"halfvec_l2_squared_distance", "l2_squared_distance", "", SqlType::other},
    {"sparsevec_l2_squared_distance", "l2_squared_distance", "", SqlType::other},
    {"halfvec_spherical_distance", "spherical_distance", "", SqlType::other},
    {"vector_norm", "vector_norm", "", SqlType::other},
    {"l2_norm", "vector_norm", "", SqlType::other},
    {"l2_normalize", "l2_normalize", "halfvec_l2_normalize", SqlType::vector},
    {"subvector", "subvector", "", SqlType::vector, false, false, true},
    {"binary_quantize", "binary_quantize", "", SqlType::bits},
    {"hamming_distance", "hamming_distance", "", SqlType::other, true},
    {"jaccard_distance", "jaccard_distance", "", SqlType::other, true},
    {"vector_add", "vector_add", "", SqlType::vector},
    {"vector_sub", "vector_sub", "", SqlType::vector},
    {"vector_mul", "vector_mul", "", SqlType::vector},
    {"vector_concat", "vector_concat", "", SqlType::vector},
    {"halfvec_concat", "vector_concat", "", SqlType::vector},
    {"halfvec_add", "halfvec_add", "halfvec_add", SqlType::vector},
    {"halfvec_sub", "halfvec_sub", "halfvec_sub", SqlType::vector},
    {"halfvec_mul", "halfvec_mul", "halfvec_mul", SqlType::vector},
    {"avg", "avg", "halfvec_avg", SqlType::vector, false, true},
    {"sum", "sum", "halfvec_sum", SqlType::vector, false, true},
    // Those of input, output, casts and operator classes are not called by name in anybody's SQL.
};

constexpr std::string_view comparisons[] = {"=", "<>", "<", "<=", ">", ">="};

template <class Rules>
auto find(const Rules& rules, std::string_view name) {
    const auto found = std::ranges::find_if(rules, [&](const auto& rule) { return rule.name == name; });
    return found == std::end(rules) ? nullptr : &*found;
}

}  // namespace

std::set<std::string> all_function_names() {
    std::set<std::string> names = usual_functions();
    for (const FunctionRule& rule : function_rules) names.emplace(rule.name);
    return names;
}

std::set<std::string> all_operator_names() {
    std::set<std::string> names = usual_operators();
    for (const OperatorRule& rule : operator_rules) names.emplace(rule.name);
    for (const std::string_view name : comparisons) names.emplace(name);
    return names;
}

bool is_setting(std::string_view name) { return name.starts_with("hnsw.") || name.starts_with("ivfflat."); }

const OperatorRule* operator_rule(std::string_view name) { return find(operator_rules, name); }
const FunctionRule* function_rule(std::string_view name) { return find(function_rules, name); }
bool is_comparison(std::string_view name) { return std::ranges::contains(comparisons, name); }

}  // namespace lantern_migrate::plan
