// An application's statements on both sides of a whole job: as written on pgvector, translated on Lantern. The answers are equal.
#include "core/plan/query_translation.h"
#include "tests/integration/rewriting_cases.h"
#include "tests/integration/scenario.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <pqxx/pqxx>

namespace lantern_migrate::test {
namespace {

// Types of an extension: no text of an application's is changed with them.
constexpr pqxx::oid first_own_type = 16384;

// [1,2] as {1,2}, and {"[1,2]","[3,4]"} as {{1,2},{3,4}}.
std::string as_array(const std::string& text) {
    std::string same;
    for (const char c : text) {
        if (c != '"') same += c == '[' ? '{' : c == ']' ? '}' : c;
    }
    return same;
}

bool near(double a, double b) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    // Lantern's cosine distance has single precision, whose step below 1 is 6e-8.
    return a == b || std::abs(a - b) <= 1e-6 * std::max({std::abs(a), std::abs(b), 0.3});
}

// The same text, but for the last digits of its numbers.
bool alike(const std::string& one, const std::string& other) {
    const char *x = one.c_str(), *y = other.c_str();
    while (*x != '\0' && *y != '\0') {
        char *after_x = nullptr, *after_y = nullptr;
        const double p = std::strtod(x, &after_x), q = std::strtod(y, &after_y);
        if (after_x != x && after_y != y) {
            if (!near(p, q)) return false;
            x = after_x, y = after_y;
        } else if (*x++ != *y++) {
            return false;
        }
    }
    return *x == *y;
}

std::string shown(const Rows& rows) {
    std::string text;
    for (std::size_t i = 0; i < rows.size() && i < 40; ++i) {
        for (const auto& field : rows[i]) text += field.value_or("NULL") + " | ";
        text += "\n";
    }
    return text;
}

bool alike(const Rows& one, const Rows& other) {
    return std::ranges::equal(one, other, [](const auto& a, const auto& b) {
        return std::ranges::equal(a, b,
                                  [](const auto& x, const auto& y) { return x.has_value() == y.has_value() && (!x || alike(*x, *y)); });
    });
}

// Rows of the last statement, or what the server said. What was changed is taken back.
Rows answer(const std::string& url, const std::string& sql, const std::string& afterwards = "") {
    pqxx::connection connection(url);
    pqxx::work work(connection);
    const auto rows_of = [](const pqxx::result& result, Rows& rows) {
        for (const auto& row : result) {
            auto& fields = rows.emplace_back();
            for (const auto& field : row) {
                const bool own = result.column_type(field.num()) >= first_own_type;
                fields.push_back(field.is_null() ? std::nullopt
                                                 : std::optional(own ? as_array(field.as<std::string>()) : field.as<std::string>()));
            }
        }
    };
    Rows rows;
    try {
        // Exact on both sides: what an approximate index misses is another matter.
        work.exec("SET LOCAL enable_indexscan = off");
        rows_of(work.exec(sql), rows);
        if (!afterwards.empty()) rows_of(work.exec(afterwards), rows);
    } catch (const pqxx::sql_error& error) {
        return {{error.what()}};
    }
    return rows;
}

class Rewriting : public testing::Test {
protected:
    static void SetUpTestSuite() {
        scenario_ = new Scenario;
        scenario_->load("rewriting_source.sql");
        const Finished finished = scenario_->run_job(scenario_->write_job());
        ASSERT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
        ASSERT_EQ(compare_tables(scenario_->source_url(), scenario_->target_url()), std::vector<std::string>{});
        schema_ = new std::string(run_checked({scenario_->source().bin() / "pg_dump", "--schema-only", scenario_->source_url()}));
    }
    static void TearDownTestSuite() {
        delete scenario_;
        delete schema_;
    }

    void SetUp() override { ASSERT_NE(schema_, nullptr); }

    static std::string source() { return scenario_->source_url(); }
    static std::string target() { return scenario_->target_url(); }

    // What it becomes; empty, with a failure, if it cannot be told. Functions that it calls are made on the target.
    static std::string translated(const std::string& sql) {
        plan::QueryTranslator translator;
        translator.learn(*schema_);
        std::string result;
        for (const plan::TranslatedStatement& statement : translator.translate(sql)) {
            for (const std::string& problem : statement.problems) ADD_FAILURE() << sql << "\n  " << problem;
            if (!statement.problems.empty()) return {};
            if (!statement.functions.empty()) make_functions(statement.functions);
            result += statement.sql + ";\n";
        }
        return result;
    }

    static void make_functions(const std::set<std::string>& functions) {
        query(target(), "SET search_path = ''; " + plan::compatibility_sql(functions));
    }

    static void check(const char* name, const std::string& sql, const std::string& afterwards = "") {
        const std::string on_target = translated(sql + (afterwards.empty() ? "" : ";\n" + afterwards));
        if (on_target.empty()) return;
        const auto end = on_target.rfind(";\n", on_target.size() - 3);
        const Rows expected = answer(source(), sql, afterwards);
        const Rows actual = answer(target(), afterwards.empty() ? on_target : on_target.substr(0, end),
                                   afterwards.empty() ? "" : on_target.substr(end + 2));
        EXPECT_FALSE(expected.empty()) << name << ": " << sql;
        for (const auto& row : expected) EXPECT_FALSE(!row.empty() && row[0].value_or("").starts_with("ERROR")) << name << ": " << *row[0];
        EXPECT_TRUE(alike(expected, actual)) << "[" << name << "]\n"
                                             << sql << "\n"
                                             << on_target << shown(expected) << "--\n"
                                             << shown(actual);
    }

    static inline Scenario* scenario_ = nullptr;
    static inline std::string* schema_ = nullptr;
};

TEST_F(Rewriting, GivesTheSameAnswersInTheSameOrder) {
    for (const auto cases : {neighbour_cases(), query_cases(), expression_cases()}) {
        for (const RewritingCase& c : cases) check(c.name, c.sql);
    }
}

TEST_F(Rewriting, ChangesTheSameRows) {
    for (const ChangingCase& c : changing_cases()) check(c.name, c.sql, c.afterwards);
}

std::string plan_of(const std::string& url, const std::string& sql) {
    std::string plan;
    for (const auto& row : query(url, "SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off; EXPLAIN " + sql))
        plan += row[0].value_or("") + "\n";
    return plan;
}

TEST_F(Rewriting, IsServedByTheSameIndexes) {
    for (const ServedCase& c : served_cases()) {
        ASSERT_TRUE(plan_of(source(), c.sql).contains(c.index)) << c.sql << "\n" << plan_of(source(), c.sql);
        const std::string sql = translated(c.sql);
        if (sql.empty()) continue;
        EXPECT_TRUE(plan_of(target(), sql).contains(c.index)) << sql << plan_of(target(), sql);
    }
}

TEST_F(Rewriting, TakesParametersAsArrays) {
    constexpr const char* statements[] = {
        "SELECT id, v <-> $1 AS d FROM items WHERE v IS NOT NULL ORDER BY d, id LIMIT 10",
        "SELECT id FROM items WHERE v <-> $1 < 6.5 ORDER BY id",
        "SELECT id FROM items WHERE v IS NOT NULL ORDER BY v <-> $1::vector, id LIMIT 10",
        "SELECT id, v + $1 FROM items WHERE v IS NOT NULL ORDER BY v <=> $1::vector(3), id LIMIT 10",
        "SELECT l2_distance(v, $1), cosine_distance($1, v) FROM items WHERE id < 10 ORDER BY id",
        "SELECT similarity(v, $1) FROM items WHERE id < 10 ORDER BY id",
        "SELECT id FROM nearest($1)",
        "UPDATE items SET v = $1 WHERE id = 1 RETURNING v, v <-> '[1,1,1]'",
        "INSERT INTO items (id, name, v) VALUES (2000, 'p', $1) RETURNING v",
        "SELECT COALESCE(v, $1), v = $1 FROM items WHERE id IN (17, 18, 302) ORDER BY id",
    };
    for (const char* statement : statements) {
        const std::string sql = translated(statement);
        if (sql.empty()) continue;
        const auto prepared = [](const std::string& text, const std::string& value) {
            return std::pair("PREPARE p AS " + text, "EXECUTE p('" + value + "')");
        };
        const auto [on_source, asked] = prepared(statement, "[1,2,3]");
        const auto [on_target, asked_there] = prepared(sql, "{1,2,3}");
        const Rows expected = answer(source(), on_source, asked), actual = answer(target(), on_target, asked_there);
        EXPECT_FALSE(expected.empty() || expected[0][0].value_or("").starts_with("ERROR")) << statement << "\n" << shown(expected);
        EXPECT_TRUE(alike(expected, actual)) << statement << "\n" << sql << shown(expected) << "--\n" << shown(actual);
    }
}

}  // namespace
}  // namespace lantern_migrate::test
