// What pgvector is asked, and what our own functions are asked in its place: pairs of SQL expressions.
#pragma once

#include <string>
#include <vector>

namespace lantern_migrate::test {

enum class Alike {
    exactly,  // the same text
    nearly,   // numbers apart by less than a millionth of them: pgvector sums floats in an order that is its compiler's
};

struct CompatibilityPair {
    std::string pgvector;  // with pgvector's types and functions
    std::string ours;      // without them, for an empty search_path
    Alike alike = Alike::exactly;
    const char* pgvector_word = "";  // what an error of pgvector's says ...
    const char* our_word = "";       // ... where ours says this: sparsevec and halfvec are arrays like vector's
};

[[nodiscard]] std::vector<CompatibilityPair> distance_pairs();
[[nodiscard]] std::vector<CompatibilityPair> one_vector_pairs();
[[nodiscard]] std::vector<CompatibilityPair> arithmetic_pairs();
[[nodiscard]] std::vector<CompatibilityPair> half_pairs();
[[nodiscard]] std::vector<CompatibilityPair> sparse_pairs();
[[nodiscard]] std::vector<CompatibilityPair> bit_pairs();
[[nodiscard]] std::vector<CompatibilityPair> aggregate_pairs();
[[nodiscard]] std::vector<CompatibilityPair> cast_pairs();
[[nodiscard]] std::vector<CompatibilityPair> literal_pairs();

}  // namespace lantern_migrate::test
