// pgvector_compat beside the real pgvector: the same values, the same errors.
#include "core/plan/compatibility.h"
#include "tests/integration/compatibility_cases.h"
#include "tests/support/cluster.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <format>
#include <pqxx/pqxx>
#include <sstream>

namespace lantern_migrate::test {
namespace {

// A statement's one field, "NULL", or the error: SQLSTATE, message and detail.
std::string answer(pqxx::connection& connection, const std::string& sql) {
    try {
        pqxx::nontransaction work(connection);
        return work.exec(sql).one_field().as<std::string>("NULL");
    } catch (const pqxx::sql_error& error) {
        std::string text = error.sqlstate();
        std::istringstream lines(error.what());
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("ERROR:") || line.starts_with("DETAIL:")) text += " " + line;
        }
        return text;
    }
}

// The numbers of "1.5" and "{1,NaN}"; empty if it is something else.
std::vector<double> numbers(std::string text) {
    if (text.starts_with("{") && text.ends_with("}")) text = text.substr(1, text.size() - 2);
    std::vector<double> result;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        char* end = nullptr;
        result.push_back(std::strtod(part.c_str(), &end));
        if (part.empty() || *end != '\0') return {};
    }
    return result;
}

bool near(double a, double b, double scale = 0) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    if (std::isinf(a) || std::isinf(b)) return a == b;
    return std::abs(a - b) <= 1e-6 * std::max({std::abs(a), std::abs(b), scale});
}

bool nearly(const std::string& a, const std::string& b) {
    if (a == b) return true;
    const auto x = numbers(a), y = numbers(b);
    return !x.empty() && std::ranges::equal(x, y, [](double one, double other) { return near(one, other); });
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    if (const auto place = text.find(from); !from.empty() && place != std::string::npos) text.replace(place, from.size(), to);
    return text;
}

// A server with pgvector and, in its databases, our functions: in `beside` beside pgvector, in `alone` alone.
class Servers {
public:
    static Servers& shared() {
        static Servers servers;
        return servers;
    }
    [[nodiscard]] std::string url(const std::string& database) const { return cluster_->url(database); }

private:
    Servers() {
        for (const char* database : {"beside", "alone"}) {
            cluster_->create_database(database);
            std::string sql = "SET search_path = ''; " + std::string(plan::compatibility_schema_sql) + ";";
            std::set<std::string> all;
            for (const auto& function : plan::compatibility_functions()) all.emplace(function.name);
            for (const auto* function : plan::compatibility_closure(all)) sql += std::string(function->sql) + "\n";
            query(url(database), sql);
        }
        query(url("beside"),
              "CREATE EXTENSION vector; CREATE ROLE somebody;"
              "SELECT setseed(0.25);"
              "CREATE TABLE pairs AS SELECT i, a::vector, b::vector, a AS ra, b AS rb FROM (SELECT i,"
              "ARRAY(SELECT ((random() - 0.5) * 10 ^ (i % 7 - 3))::real FROM generate_series(1, n) j WHERE i = i) a,"
              "ARRAY(SELECT ((random() - 0.5) * 10 ^ (i % 5 - 2))::real FROM generate_series(1, n) j WHERE i = i) b"
              " FROM (SELECT i, CASE WHEN i % 50 = 0 THEN 1536 ELSE 1 + i % 41 END n FROM generate_series(1, 400) i) sizes) made;"
              "CREATE TABLE many AS SELECT i, v::vector, v AS rv FROM (SELECT i, ARRAY(SELECT (random() * 2 - 1)::real"
              " FROM generate_series(1, 24) j WHERE i = i) v FROM generate_series(1, 3000) i) made;"
              "ALTER TABLE many SET (parallel_workers = 2); GRANT SELECT ON pairs TO somebody");
    }
    std::unique_ptr<Cluster> cluster_ = Cluster::source();
};

class Compatibility : public testing::Test {
protected:
    Compatibility() { (void)answer(ours_, "SELECT set_config('search_path', '', false)"); }

    // How many pairs there are.
    std::size_t compare(const std::vector<CompatibilityPair>& pairs) {
        for (const CompatibilityPair& pair : pairs) {
            const std::string expected =
                replaced(answer(pgvector_, "SELECT (" + pair.pgvector + ")::text"), pair.pgvector_word, pair.our_word);
            const std::string actual = answer(ours_, "SELECT (" + pair.ours + ")::text");
            // A mistake in the test itself: no such function, operator or type.
            EXPECT_FALSE(expected.starts_with("42")) << pair.pgvector << ": " << expected;
            EXPECT_TRUE(actual == expected || (pair.alike == Alike::nearly && nearly(actual, expected)))
                << pair.pgvector << "\n  " << expected << "\n"
                << pair.ours << "\n  " << actual;
        }
        return pairs.size();
    }

    pqxx::connection pgvector_{Servers::shared().url("beside")};
    pqxx::connection ours_{Servers::shared().url("beside")};
};

TEST_F(Compatibility, OfDistances) { EXPECT_GE(compare(distance_pairs()), 100U); }
TEST_F(Compatibility, OfFunctionsOfOneVector) { EXPECT_GE(compare(one_vector_pairs()), 90U); }
TEST_F(Compatibility, OfArithmetic) { EXPECT_GE(compare(arithmetic_pairs()), 50U); }
TEST_F(Compatibility, OfHalves) { EXPECT_GE(compare(half_pairs()), 100U); }
TEST_F(Compatibility, OfSparseVectorsAsArrays) { EXPECT_GE(compare(sparse_pairs()), 70U); }
TEST_F(Compatibility, OfBits) { EXPECT_GE(compare(bit_pairs()), 20U); }
TEST_F(Compatibility, OfAggregates) { EXPECT_GE(compare(aggregate_pairs()), 50U); }
TEST_F(Compatibility, OfCasts) { EXPECT_GE(compare(cast_pairs()), 40U); }
TEST_F(Compatibility, OfLiterals) { EXPECT_GE(compare(literal_pairs()), 40U); }

struct RandomCase {
    const char* pgvector;
    const char* ours;
    const char* scale;  // of what was summed: where terms cancel out, the result says nothing of it
};

TEST_F(Compatibility, OfRandomVectors) {
    const char* products = "vector_norm(a) * vector_norm(b)";
    const RandomCase cases[] = {
        {"a <-> b", "pgvector_compat.l2_distance(ra, rb)", "0"},
        {"vector_l2_squared_distance(a, b)", "pgvector_compat.l2_squared_distance(ra, rb)", "0"},
        {"a <+> b", "pgvector_compat.l1_distance(ra, rb)", "0"},
        {"inner_product(a, b)", "pgvector_compat.inner_product(ra, rb)", products},
        {"a <#> b", "pgvector_compat.negative_inner_product(ra, rb)", products},
        {"a <=> b", "pgvector_compat.cosine_distance(ra, rb)", "1"},
        {"vector_spherical_distance(l2_normalize(a), l2_normalize(b))",
         "pgvector_compat.spherical_distance(pgvector_compat.l2_normalize(ra), pgvector_compat.l2_normalize(rb))", "1"},
        {"vector_norm(a)", "pgvector_compat.vector_norm(ra)", "0"},
        {"a::halfvec <-> b::halfvec", "pgvector_compat.l2_distance(pgvector_compat.to_halfvec(ra), pgvector_compat.to_halfvec(rb))", "0"},
        {"binary_quantize(a) <~> binary_quantize(b)",
         "pgvector_compat.hamming_distance(pgvector_compat.binary_quantize(ra), pgvector_compat.binary_quantize(rb))", "0"},
        {"binary_quantize(a) <%> binary_quantize(b)",
         "pgvector_compat.jaccard_distance(pgvector_compat.binary_quantize(ra), pgvector_compat.binary_quantize(rb))", "0"},
    };
    pqxx::nontransaction work(pgvector_);
    for (const RandomCase& c : cases) {
        std::size_t rows = 0;
        for (const auto& row : work.exec(std::format("SELECT i, {}, {}, {} FROM pairs ORDER BY i", c.pgvector, c.ours, c.scale))) {
            const auto [i, expected, actual, scale] = row.as<int, double, double, double>();
            EXPECT_TRUE(near(expected, actual, scale)) << c.ours << " of pair " << i << ": " << actual << ", not " << expected;
            ++rows;
        }
        EXPECT_EQ(rows, 400U);
    }
}

// What is not summed up is the same to the last bit, also as text.
TEST_F(Compatibility, OfRandomVectorsElementByElement) {
    const CompatibilityPair cases[] = {
        {"(a + b)::real[]::text", "pgvector_compat.vector_add(ra, rb)::text"},
        {"(a - b)::real[]::text", "pgvector_compat.vector_sub(ra, rb)::text"},
        {"(a * b)::real[]::text", "pgvector_compat.vector_mul(ra, rb)::text"},
        {"(a || b)::real[]::text", "pgvector_compat.vector_concat(ra, rb)::text"},
        {"subvector(a, least(i % 30 - 4, cardinality(ra)), 6)::real[]::text",
         "pgvector_compat.subvector(ra, least(i % 30 - 4, cardinality(ra)), 6)::text"},
        {"binary_quantize(a)::text", "pgvector_compat.binary_quantize(ra)::text"},
        {"a::text", "pgvector_compat.to_text(ra)"},
        {"(a::text)::vector::real[]::text", "pgvector_compat.to_vector(a::text)::text"},
        {"a::halfvec::real[]::text", "pgvector_compat.to_halfvec(ra)::text"},
        {"(a::halfvec + b::halfvec)::real[]::text",
         "pgvector_compat.halfvec_add(pgvector_compat.to_halfvec(ra), pgvector_compat.to_halfvec(rb))::text"},
        {"(a::halfvec - b::halfvec)::real[]::text",
         "pgvector_compat.halfvec_sub(pgvector_compat.to_halfvec(ra), pgvector_compat.to_halfvec(rb))::text"},
        {"l2_normalize(a::halfvec)::real[]::text", "pgvector_compat.halfvec_l2_normalize(pgvector_compat.to_halfvec(ra))::text"},
    };
    for (const CompatibilityPair& c : cases) {
        EXPECT_EQ(answer(pgvector_, std::format("SELECT count(*) FILTER (WHERE {} = {}) FROM pairs", c.pgvector, c.ours)), "400") << c.ours;
    }
}

// Every half, the middle between it and the next, and the floats beside that middle.
TEST_F(Compatibility, OfEveryHalfAndItsNeighbours) {
    const char* sql =
        "WITH halves AS (SELECT (sign * mantissa * 2.0::float8 ^ exponent)::real AS low,"
        " (sign * (mantissa + 0.5) * 2.0::float8 ^ exponent)::real AS middle, (2.0::float8 ^ (exponent - 13))::real AS bit"
        " FROM generate_series(-24, 5) AS exponent, generate_series(1024, 2047) AS mantissa, (VALUES (1), (-1)) AS signs (sign)"
        " WHERE exponent < 5 OR mantissa < 2047"
        " UNION ALL SELECT (mantissa * 2.0::float8 ^ -24)::real, ((mantissa + 0.5) * 2.0::float8 ^ -24)::real,"
        " (2.0::float8 ^ -37)::real FROM generate_series(0, 1023) AS mantissa),"
        "arrays AS (SELECT ARRAY[low, middle, middle + bit, middle - bit] AS a FROM halves)"
        "SELECT count(*) FILTER (WHERE a::halfvec::real[]::text = pgvector_compat.to_halfvec(a)::text AND a[4] < a[2] AND a[2] < a[3]) "
        "FROM arrays";
    EXPECT_EQ(answer(pgvector_, sql), "62462");
}

// The plan is asked too, so that states are combined indeed.
TEST_F(Compatibility, OfAggregatesInParallel) {
    const std::string settings =
        "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET "
        "max_parallel_workers_per_gather = 2;";
    for (const char* name : {"avg", "sum"}) {
        const std::string sql = std::format(
            "SELECT {0}(v)::real[], pgvector_compat.{0}(rv), pgvector_compat.halfvec_avg("
            "pgvector_compat.to_halfvec(rv)), avg(v::halfvec)::real[] FROM many",
            name);
        std::string plan;
        for (const auto& line : query(Servers::shared().url("beside"), settings + "EXPLAIN " + sql))
            plan += line.front().value_or("") + "\n";
        EXPECT_TRUE(plan.contains("Partial Aggregate")) << plan;
        const Rows rows = query(Servers::shared().url("beside"), settings + sql);
        const auto expected = numbers(rows[0][0].value_or("")), actual = numbers(rows[0][1].value_or(""));
        ASSERT_EQ(actual.size(), 24U);
        // Sums of floats in another order; they lie between -100 and 100.
        for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_TRUE(near(expected[i], actual[i], 100)) << expected[i] << " " << actual[i];
        EXPECT_EQ(rows[0][2], rows[0][3]);
    }
    EXPECT_EQ(
        query_text(Servers::shared().url("beside"), settings + "SELECT count(*) FROM many WHERE pgvector_compat.to_text(rv) = v::text"),
        "3000");
}

TEST_F(Compatibility, IsForEverybody) {
    EXPECT_EQ(query_text(Servers::shared().url("beside"),
                         "SET ROLE somebody; SET search_path = ''; SELECT count(pgvector_compat.l2_distance(ra, rb)) FROM public.pairs"),
              "400");
}

// Text does not depend on a setting that rounds floats.
TEST_F(Compatibility, OfTextWithEverySetting) {
    for (const char* digits : {"-5", "0", "3"}) {
        EXPECT_EQ(query_text(Servers::shared().url("beside"), std::format("SET extra_float_digits = {}; SELECT pgvector_compat.to_text("
                                                                          "'{{0.123456789,1e-7}}')",
                                                                          digits)),
                  "[0.12345679,1e-07]");
    }
}

TEST_F(Compatibility, IsMadeOfWhatEachFunctionNeedsAndWithoutPgvector) {
    for (const auto& function : plan::compatibility_functions()) {
        std::string sql = "SET search_path = ''; BEGIN; DROP SCHEMA pgvector_compat CASCADE; CREATE SCHEMA pgvector_compat;";
        for (const auto* part : plan::compatibility_closure({std::string(function.name)})) sql += std::string(part->sql) + "\n";
        sql += std::format("SELECT '{}'::regprocedure; ROLLBACK", function.object.substr(function.object.find(' ') + 1));
        EXPECT_NO_THROW(query(Servers::shared().url("alone"), sql)) << function.name;
    }
    EXPECT_EQ(query_text(Servers::shared().url("alone"), "SELECT pgvector_compat.l2_distance('{1,2,3}', '{4,6,8}')"), "7.0710678118654755");
}

TEST_F(Compatibility, FunctionsAreImmutableAndSafe) {
    EXPECT_EQ(
        query_text(Servers::shared().url("alone"),
                   "SELECT string_agg(proname, ' ' ORDER BY proname) FROM pg_proc WHERE pronamespace = 'pgvector_compat'::regnamespace "
                   "AND prokind = 'f' AND NOT (provolatile = 'i' AND proparallel = 's' AND proisstrict)"),
        "rounded_to_real with_dimensions");
    EXPECT_EQ(query_text(Servers::shared().url("alone"),
                         "SELECT count(*) FROM pg_proc WHERE pronamespace = 'pgvector_compat'::regnamespace AND proparallel = 's'"),
              std::to_string(plan::compatibility_functions().size()));
}

}  // namespace
}  // namespace lantern_migrate::test
