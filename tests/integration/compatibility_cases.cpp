#include "tests/integration/compatibility_cases.h"

#include <format>
#include <span>

namespace lantern_migrate::test {
namespace {

struct Name {
    const char* pgvector;
    const char* ours;
};
struct Values {
    const char* a;
    const char* b;
};

std::string vector(std::string_view elements) { return std::format("'[{}]'::vector", elements); }
std::string halfvec(std::string_view elements) { return std::format("'[{}]'::halfvec", elements); }
std::string array(std::string_view elements) { return std::format("'{{{}}}'::real[]", elements); }
std::string halves(std::string_view elements) { return std::format("pgvector_compat.to_halfvec({})", array(elements)); }
std::string call(std::string_view function, std::string_view a, std::string_view b) { return std::format("{}({}, {})", function, a, b); }
std::string our(std::string_view function, std::string_view a, std::string_view b) {
    return std::format("pgvector_compat.{}({}, {})", function, a, b);
}

constexpr Name distances[] = {
    {"l2_distance", "l2_distance"},         {"vector_l2_squared_distance", "l2_squared_distance"},
    {"inner_product", "inner_product"},     {"vector_negative_inner_product", "negative_inner_product"},
    {"cosine_distance", "cosine_distance"}, {"vector_spherical_distance", "spherical_distance"},
    {"l1_distance", "l1_distance"},
};

constexpr Values distance_values[] = {
    {"1,2,3", "4,6,8"},
    {"0.1", "0.3"},
    {"0.6,0.8", "0.8,-0.6"},
    {"1,1", "1.1,1.1"},  // similarity above 1, but for the clamp
    {"1,1", "-1.1,-1.1"},
    {"0,0", "1,1"},  // cosine: NaN
    {"0,0", "0,0"},
    {"3e38", "-3e38"},             // the difference is more than a float
    {"1e20,1", "1e20,2"},          // the squares are, and the similarity is NaN
    {"1e20,0", "0,1e20"},          // the squares are, and the similarity is 0
    {"1e-30,0", "1e10,1"},         // a norm that is 0 as a float, and a product that is not
    {"-1e-30,0", "1e10,1"},        //
    {"1e-40,1e-41", "1e-40,0"},    // less than a normal float
    {"16777216,1", "16777217,0"},  // the first float that is not every integer
    {"1,2", "3"},
    {"1", "2,3,4"},
};

}  // namespace

std::vector<CompatibilityPair> distance_pairs() {
    std::vector<CompatibilityPair> pairs;
    for (const auto& [theirs, ours] : distances) {
        for (const auto& [a, b] : distance_values)
            pairs.push_back({call(theirs, vector(a), vector(b)), our(ours, array(a), array(b)), Alike::nearly});
        pairs.push_back({call(theirs, vector("1"), "NULL"), our(ours, array("1"), "NULL")});
        // What an array can be and a vector cannot.
        for (const char* wrong : {"{1,NULL}", "{{1,2},{3,4}}", "{}"}) {
            const std::string bad = std::format("'{}'::real[]", wrong);
            pairs.push_back({call(theirs, bad + "::vector", vector("1,2")), our(ours, bad, array("1,2"))});
            pairs.push_back({call(theirs, vector("1,2"), bad + "::vector"), our(ours, array("1,2"), bad)});
        }
    }
    const Name operators[] = {
        {"<->", "l2_distance"}, {"<#>", "negative_inner_product"}, {"<=>", "cosine_distance"}, {"<+>", "l1_distance"}};
    for (const auto& [theirs, ours] : operators)
        pairs.push_back(
            {std::format("'[1,2,3]'::vector {} '[3,-1,2.5]'", theirs), our(ours, array("1,2,3"), array("3,-1,2.5")), Alike::nearly});
    // Bounds are no part of a vector.
    pairs.push_back({"l2_distance('[1,2]', '[4,6]'::vector)", "pgvector_compat.l2_distance('[0:1]={1,2}', '{4,6}')"});
    return pairs;
}

std::vector<CompatibilityPair> one_vector_pairs() {
    std::vector<CompatibilityPair> pairs;
    for (const char* a : {"3,4", "0.1", "0,0", "-1,0,2,1e-45,-0", "3e38,3e38", "1e30,1e-30,-1e-30", "1e-45", "1,2,3,4,5,6,7,8,9"}) {
        pairs.push_back(
            {std::format("vector_norm({})", vector(a)), std::format("pgvector_compat.vector_norm({})", array(a)), Alike::nearly});
        pairs.push_back(
            {std::format("l2_normalize({})::real[]", vector(a)), std::format("pgvector_compat.l2_normalize({})", array(a)), Alike::nearly});
        pairs.push_back({std::format("vector_dims({})", vector(a)), std::format("pgvector_compat.vector_dims({})", array(a))});
        pairs.push_back({std::format("{}::text", vector(a)), std::format("pgvector_compat.to_text({})", array(a))});
        for (const char* cast : {"", "::bit(3)", "::bit(12)", "::bit varying"}) {
            pairs.push_back({std::format("binary_quantize({}){}", vector(a), cast),
                             std::format("pgvector_compat.binary_quantize({}){}", array(a), cast)});
        }
    }
    for (const char* function : {"vector_norm", "l2_normalize", "binary_quantize", "vector_dims"}) {
        pairs.push_back({std::format("{}(NULL::vector)", function), std::format("pgvector_compat.{}(NULL)", function)});
        if (std::string_view(function) == "vector_dims") continue;  // array_length, which has no errors
        for (const char* wrong : {"{1,NULL}", "{{1,2},{3,4}}", "{}"}) {
            pairs.push_back(
                {std::format("{}('{}'::real[]::vector)", function, wrong), std::format("pgvector_compat.{}('{}')", function, wrong)});
        }
    }
    pairs.push_back({"pg_typeof(binary_quantize('[1]'::vector))", "pg_typeof(pgvector_compat.binary_quantize('{1}'))"});
    const std::pair<int, int> parts[] = {{1, 3},  {2, 2}, {5, 1}, {5, 7},  {-1, 4},         {0, 1},          {0, 2},
                                         {-3, 2}, {6, 1}, {1, 0}, {1, -1}, {3, 2147483647}, {2147483647, 1}, {-2147483648, 2147483647}};
    for (const auto& [start, count] : parts) {
        pairs.push_back({std::format("subvector('[1,2,3,4,5]'::vector, {}, {})::real[]", start, count),
                         std::format("pgvector_compat.subvector('{{1,2,3,4,5}}', {}, {})", start, count)});
        pairs.push_back({pairs.back().pgvector, std::format("pgvector_compat.subvector('[7:11]={{1,2,3,4,5}}', {}, {})", start, count)});
    }
    return pairs;
}

std::vector<CompatibilityPair> arithmetic_pairs() {
    constexpr Values values[] = {
        {"1,2,3", "4,6,8"}, {"0.1,-0.2", "0.2,3e-5"}, {"3e38", "3e38"}, {"3e38,1", "-3e38,2"}, {"1e-30", "1e-30"},
        {"-1,0", "0,0"},    {"1e-38", "1.1e-38"},     {"1,2,3", "1,2"}, {"1", "2,3"},
    };
    const Name operators[] = {{"+", "vector_add"}, {"-", "vector_sub"}, {"*", "vector_mul"}, {"||", "vector_concat"}};
    std::vector<CompatibilityPair> pairs;
    for (const auto& [theirs, ours] : operators) {
        for (const auto& [a, b] : values)
            pairs.push_back({std::format("({} {} {})::real[]", vector(a), theirs, vector(b)), our(ours, array(a), array(b))});
        pairs.push_back({std::format("({} {} NULL::vector)::real[]", vector("1"), theirs), our(ours, array("1"), "NULL")});
        for (const char* wrong : {"{1,NULL}", "{{1,2},{3,4}}", "{}"}) {
            pairs.push_back({std::format("({} {} '{}'::real[]::vector)::real[]", vector("1,2"), theirs, wrong),
                             our(ours, array("1,2"), std::format("'{}'::real[]", wrong))});
        }
    }
    const char* many = "array_fill(1::real, ARRAY[{}])";
    for (const int dimensions : {8000, 8001}) {
        const std::string filled = std::vformat(many, std::make_format_args(dimensions));
        pairs.push_back({std::format("vector_dims({0}::vector || {0}::vector)", filled),
                         std::format("array_length(pgvector_compat.vector_concat({0}, {0}), 1)", filled)});
    }
    return pairs;
}

std::vector<CompatibilityPair> half_pairs() {
    constexpr Values values[] = {
        {"1,2,3", "4,6,8"},   {"0.1,-0.2", "0.3,3e-5"}, {"65504", "15"}, {"65504", "16"},      {"-65504", "65504"}, {"6e-8", "6e-8"},
        {"0.0003", "0.0002"}, {"-1,0", "0,0"},          {"1", "2,3"},    {"2048,1", "1,2048"}, {"0,0", "1,1"},
    };
    const Name operators[] = {{"+", "halfvec_add"}, {"-", "halfvec_sub"}, {"*", "halfvec_mul"}};
    std::vector<CompatibilityPair> pairs;
    for (const auto& [theirs, ours] : operators) {
        for (const auto& [a, b] : values)
            pairs.push_back({std::format("({} {} {})::real[]", halfvec(a), theirs, halfvec(b)), our(ours, halves(a), halves(b))});
        pairs.push_back({std::format("({} {} NULL::halfvec)::real[]", halfvec("1"), theirs), our(ours, array("1"), "NULL")});
    }
    for (const auto& [a, b] : values) {
        for (const char* same : {"l2_distance", "inner_product", "cosine_distance", "l1_distance"}) {
            pairs.push_back({call(same, halfvec(a), halfvec(b)), our(same, halves(a), halves(b)), Alike::nearly, "halfvec", "vector"});
        }
        pairs.push_back({std::format("l2_norm({})", halfvec(a)), std::format("pgvector_compat.vector_norm({})", halves(a)), Alike::nearly});
        pairs.push_back(
            {std::format("l2_normalize({})::real[]", halfvec(a)), std::format("pgvector_compat.halfvec_l2_normalize({})", halves(a))});
        pairs.push_back({std::format("binary_quantize({})", halfvec(a)), std::format("pgvector_compat.binary_quantize({})", halves(a))});
        pairs.push_back({std::format("{}::text", halfvec(a)), std::format("pgvector_compat.to_text({})", halves(a))});
        pairs.push_back(
            {std::format("subvector({}, 1, 1)::real[]", halfvec(a)), std::format("pgvector_compat.subvector({}, 1, 1)", halves(a))});
        pairs.push_back({std::format("({} || {})::real[]", halfvec(a), halfvec(b)), our("vector_concat", halves(a), halves(b))});
    }
    for (const char* elements :
         {"65519.996", "65520", "-65520", "1,1e38", "1e-9,-1e-9", "2.98e-8,2.99e-8", "NaN", "1,Infinity", "1,NULL", ""}) {
        pairs.push_back({std::format("'{{{}}}'::real[]::halfvec::real[]", elements), halves(elements)});
    }
    pairs.push_back({"'{{1,2}}'::real[]::halfvec::real[]", "pgvector_compat.to_halfvec('{{1,2}}')"});
    return pairs;
}

std::vector<CompatibilityPair> sparse_pairs() {
    constexpr Values sparse[] = {{"{1:3,4:-4}/5", "3,0,0,-4,0"}, {"{2:0.1}/5", "0,0.1,0,0,0"}, {"{}/5", "0,0,0,0,0"}, {"{1:2}/2", "2,0"}};
    std::vector<CompatibilityPair> pairs;
    for (const auto& [a, dense_a] : sparse) {
        const std::string theirs = std::format("'{}'::sparsevec", a);
        for (const auto& [b, dense_b] : sparse) {
            for (const char* same : {"l2_distance", "inner_product", "cosine_distance", "l1_distance"}) {
                pairs.push_back({std::format("{}({}, '{}')", same, theirs, b), our(same, array(dense_a), array(dense_b)), Alike::nearly,
                                 "sparsevec", "vector"});
            }
        }
        pairs.push_back(
            {std::format("l2_norm({})", theirs), std::format("pgvector_compat.vector_norm({})", array(dense_a)), Alike::nearly});
        pairs.push_back({std::format("l2_normalize({})::vector::real[]", theirs),
                         std::format("pgvector_compat.l2_normalize({})", array(dense_a)), Alike::nearly});
    }
    return pairs;
}

std::vector<CompatibilityPair> bit_pairs() {
    const std::string long_a = "repeat('1011001', 100)::bit(700)", long_b = "repeat('0110110100', 70)::bit(700)";
    const std::pair<std::string, std::string> values[] = {
        {"B'101'", "B'110'"},
        {"B'000'", "B'000'"},
        {"B'1111111111'", "B'0000000000'"},
        {"B'1'", "B'1'"},
        {"B''", "B''"},
        {"B'10'", "B'100'"},
        {long_a, long_b},
        {long_a, "B'1'"},
        {"B'10'", "NULL"},
        {"B'0110'::bit varying", "B'1010'::bit varying"},
    };
    const Name functions[] = {{"hamming_distance", "hamming_distance"}, {"jaccard_distance", "jaccard_distance"}};
    std::vector<CompatibilityPair> pairs;
    for (const auto& [theirs, ours] : functions) {
        for (const auto& [a, b] : values) pairs.push_back({call(theirs, a, b), our(ours, a, b), Alike::nearly});
    }
    pairs.push_back({"B'1011' <~> B'0001'", our("hamming_distance", "B'1011'", "B'0001'")});
    pairs.push_back({"B'1011' <%> B'0001'", our("jaccard_distance", "B'1011'", "B'0001'"), Alike::nearly});
    pairs.push_back(
        {"binary_quantize('[1,-1,2]'::vector) <~> '010'", our("hamming_distance", "pgvector_compat.binary_quantize('{1,-1,2}')", "'010'")});
    return pairs;
}

std::vector<CompatibilityPair> aggregate_pairs() {
    const Name aggregates[] = {{"avg", "avg"}, {"sum", "sum"}};
    std::vector<CompatibilityPair> pairs;
    // The rows as arrays, which pgvector's side casts.
    for (const char* rows :
         {"('{1,2,3}'), ('{3,5,7.5}')", "('{0.1}'), ('{0.2}'), ('{0.4}')", "('{1,2}'), (NULL), ('{2,2}')", "(NULL), (NULL)",
          "('{1,2}'), ('{1,2,3}')", "('{1}'), ('{1,2,3}')", "('{3e38}'), ('{3e38}')", "('{1e-45}'), ('{0}')",
          "('{-1e-45,1}'), ('{0,1}'), ('{0,1}')", "('{65504,2048}'), ('{16,1}')", "('{65504}'), ('{-65504}'), ('{1.0009765625}')",
          "('{2048}'), ('{1}'), ('{1}'), ('{1}')", "('{1,NULL}'), ('{1,2}')", "('{{1,2}}')", "('{1}'), ('{}')"}) {
        for (const auto& [theirs, ours] : aggregates) {
            pairs.push_back({std::format("(SELECT {}(v::real[]::vector)::real[] FROM (VALUES {}) AS rows (v))", theirs, rows),
                             std::format("(SELECT pgvector_compat.{}(v::real[]) FROM (VALUES {}) AS rows (v))", ours, rows)});
            if (std::string_view(rows).contains("e38")) continue;  // not a half
            pairs.push_back(
                {std::format("(SELECT {}(v::real[]::halfvec)::real[] FROM (VALUES {}) AS rows (v))", theirs, rows),
                 std::format("(SELECT pgvector_compat.halfvec_{}(pgvector_compat.to_halfvec(v::real[])) FROM (VALUES {}) AS rows (v))",
                             ours, rows)});
        }
    }
    for (const auto& [theirs, ours] : aggregates) {
        pairs.push_back({std::format("(SELECT {}(v::vector)::real[] FROM (VALUES ('[1]')) AS rows (v) WHERE false)", theirs),
                         std::format("(SELECT pgvector_compat.{}(v::real[]) FROM (VALUES ('{{1}}')) AS rows (v) WHERE false)", ours)});
    }
    return pairs;
}

std::vector<CompatibilityPair> cast_pairs() {
    std::vector<CompatibilityPair> pairs;
    const std::pair<const char*, std::vector<const char*>> arrays[] = {
        {"real[]", {"{1,2.5}", "{1,NULL}", "{NaN}", "{1,Infinity}", "{-Infinity,NaN}", "{{1,2}}", "{}", "[3:4]={1,2}"}},
        {"integer[]", {"{1,-2}", "{16777217}", "{1,NULL}", "{{1},{2}}", "{}"}},
        {"double precision[]", {"{1,0.1}", "{1e39}", "{-1e39}", "{1e-50,-1e-50}", "{NaN}", "{NULL}", "{{1},{2}}", "{}", "[0:1]={1,2}"}},
        {"numeric[]", {"{1,0.1}", "{1e39}", "{1e-50}", "{NaN}", "{NULL}", "{{1},{2}}", "{}"}},
    };
    for (const auto& [type, values] : arrays) {
        for (const char* value : values) {
            pairs.push_back({std::format("'{}'::{}::vector::real[]", value, type),
                             std::format("pgvector_compat.array_to_vector('{}'::{})", value, type)});
        }
    }
    for (const int dimensions : {16000, 16001}) {
        pairs.push_back({std::format("vector_dims(array_fill(1::real, ARRAY[{}])::vector)", dimensions),
                         std::format("array_length(pgvector_compat.array_to_vector(array_fill(1::real, ARRAY[{}])), 1)", dimensions)});
    }
    for (const int dimensions : {1, 2, 3}) {
        pairs.push_back({std::format("'[1,2]'::vector::vector({})::real[]", dimensions),
                         std::format("pgvector_compat.with_dimensions('{{1,2}}', {})", dimensions)});
        for (const char* wrong : {"{1,NULL,2,3}", "{{1,2},{3,4}}", "{}"}) {
            pairs.push_back({std::format("'{}'::real[]::vector({})::real[]", wrong, dimensions),
                             std::format("pgvector_compat.with_dimensions('{}', {})", wrong, dimensions)});
        }
    }
    pairs.push_back({"'[1,2]'::vector::vector(2)::real[]", "pgvector_compat.with_dimensions('[0:1]={1,2}', 2)"});
    pairs.push_back({"NULL::vector::vector(2)::real[]", "pgvector_compat.with_dimensions(NULL, 2)"});
    pairs.push_back({"NULL::real[]::vector", "pgvector_compat.array_to_vector(NULL::real[])"});
    return pairs;
}

std::vector<CompatibilityPair> literal_pairs() {
    std::vector<CompatibilityPair> pairs;
    for (const char* literal : {"[1,2,3]",
                                " [ 1 , 2,3 ] ",
                                "\\t[\\n1\\r,\\v2\\f]\\n",
                                "[+1,-2,.5,5.,1e3,1E-3,-1.5e+2,007]",
                                "[0.1234567890123456789]",
                                "[1e-45,-1e-46]",
                                "[1e-50,-1e-50,3.4028235e38]",
                                "[123456789012345678901234567890123456789]",
                                "[3.4028236e38]",
                                "[1e39]",
                                "[1, -1e400 ]",
                                "[-0]",
                                "[0e99,1]",
                                "[1e-400]",
                                "",
                                "1,2",
                                "{1,2}",
                                "[]",
                                "[ ]",
                                "[",
                                "[1",
                                "[1,",
                                "[1,2",
                                "[1,]",
                                "[,1]",
                                "[1,,2]",
                                "[1 2]",
                                "[1]]",
                                "[1] x",
                                "[1][2]",
                                "[a]",
                                "[1,e5]",
                                "[1e]",
                                "[--1]",
                                "[NaN]",
                                "[1,nan]",
                                "[inf]",
                                "[1,-Infinity]",
                                "[1,+inf,NaN]",
                                "[ NaN ,inf]",
                                "[1.2.3]",
                                "(1)"}) {
        pairs.push_back({std::format("E'{}'::text::vector::real[]", literal), std::format("pgvector_compat.to_vector(E'{}')", literal)});
    }
    for (const int elements : {16000, 16001}) {
        const std::string text = std::format("'[' || repeat('1,', {}) || '1]'", elements - 1);
        pairs.push_back(
            {std::format("vector_dims(({})::vector)", text), std::format("array_length(pgvector_compat.to_vector({}), 1)", text)});
    }
    for (const char* literal : {"[1,2.0009765625]", "[65519]", "[0.1,1e-7]"}) {
        pairs.push_back({std::format("'{}'::text::halfvec::real[]", literal),
                         std::format("pgvector_compat.to_halfvec(pgvector_compat.to_vector('{}'))", literal)});
    }
    pairs.push_back({"NULL::text::vector", "pgvector_compat.to_vector(NULL)"});
    return pairs;
}

}  // namespace lantern_migrate::test
