#include "core/errors.h"
#include "core/plan/plpgsql_parts.h"

#include <gtest/gtest.h>

namespace lantern_migrate::plan {
namespace {

// As another version of libpg_query might answer.
TEST(PlpgsqlExpressions, RefuseAnAnswerThatIsNotUnderstood) {
    struct Refused {
        const char *body, *message;
    };
    const Refused cases[] = {
        {"", "incomplete JSON"},
        {"{}", "it is not of one function"},
        {"[]", "it is not of one function"},
        {"[1]", "it has no function with its statements"},
        {R"([{"PLpgSQL_function": {"datums": []}}])", "it has no function with its statements"},
        {R"([{"PLpgSQL_function": {"datums": [], "action": {"PLpgSQL_stmt_if": {"cond": {"PLpgSQL_expr": {"parseMode": 2}}}}}}])",
         "an expression of PLpgSQL_stmt_if has no text"},
        {R"([{"PLpgSQL_function": {"datums": [], "action": {"PLpgSQL_stmt_if": {"cond": {"PLpgSQL_expr": {"query": "a"}}}}}}])",
         "an expression of PLpgSQL_stmt_if has no parse mode"},
        {R"([{"PLpgSQL_function": {"datums": [], "action": {"PLpgSQL_stmt_if": {"cond": {"PLpgSQL_expr": 1}}}}}])",
         "an expression of PLpgSQL_stmt_if has no text"},
        {R"([{"PLpgSQL_function": {"datums": [], "action": {"PLpgSQL_expr": {"query": "a", "parseMode": 9}}}}])",
         "parse mode 9 is unknown"},
    };
    for (const Refused& c : cases) {
        try {
            (void)plpgsql_expressions(c.body);
            ADD_FAILURE() << "accepted: " << c.body;
        } catch (const SqlError& error) {
            EXPECT_EQ(error.what(), std::string("the PL/pgSQL parser's answer could not be read: ") + c.message) << c.body;
        }
    }
}

TEST(PlpgsqlExpressions, AreFoundUnderKeysThatAreUnknown) {
    const auto found = plpgsql_expressions(
        R"([{"PLpgSQL_function": {"new": 1, "datums": [null], "action": {"PLpgSQL_stmt_new": {"list": [{"of": {"PLpgSQL_expr":
            {"query": "a <-> b", "parseMode": 2, "new": []}}}]}}}}])");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].query, "a <-> b");
    EXPECT_EQ(found[0].node, "PLpgSQL_stmt_new");
    EXPECT_EQ(found[0].key, "of");
}

}  // namespace
}  // namespace lantern_migrate::plan
