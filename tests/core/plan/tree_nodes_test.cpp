#include "core/plan/tree_nodes.h"

#include "core/plan/sql_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lantern_migrate::plan {
namespace {

// The type of `SELECT NULL::...`, as people read it.
std::string type_shown(const std::string& type) {
    const SqlTree tree("SELECT NULL::" + type);
    return display(*tree.statements()[0].node->select_stmt->target_list[0]->res_target->val->type_cast->type_name);
}

TEST(Types, AreShownInTheStandardsWords) {
    const std::pair<const char*, const char*> shown[] = {
        {"int", "integer"},
        {"int8", "int8"},
        {"bigint", "bigint"},
        {"float", "double precision"},
        {"real[]", "real[]"},
        {"varchar(20)", "character varying"},
        {"public.vector(3)", "public.vector"},
        {"text", "text"},
        {"app.mood[]", "app.mood[]"},
    };
    for (const auto& [type, expected] : shown) EXPECT_EQ(type_shown(type), expected) << type;
}

TEST(Names, AreTheLastTwoParts) {
    const SqlTree tree("SELECT a.b.c(1), d(2)");
    const auto& targets = *tree.statements()[0].node->select_stmt;
    const auto name = [&](std::size_t i) {
        const PgQuery__FuncCall& call = *targets.target_list[i]->res_target->val->func_call;
        return qualified_name({call.funcname, call.n_funcname});
    };
    EXPECT_EQ(name(0), (QualifiedName{"b", "c"}));
    EXPECT_EQ(name(1), (QualifiedName{"", "d"}));
    EXPECT_EQ(display(name(0)), "b.c");
    EXPECT_EQ(display(name(1)), "d");
}

TEST(NodeLists, GrowShrinkAndAreEmptied) {
    const SqlTree tree("SELECT f(1, 2, 3)");
    PgQuery__Node& statement = *tree.statements()[0].node;
    PgQuery__FuncCall& call = *statement.select_stmt->target_list[0]->res_target->val->func_call;
    NodeList arguments{call.args, call.n_args};
    arguments.erase(1);
    EXPECT_EQ(deparse(statement), "SELECT f(1, 3)");
    arguments.append(integer_constant_node(7));
    EXPECT_EQ(deparse(statement), "SELECT f(1, 3, 7)");
    arguments.clear();
    EXPECT_EQ(deparse(statement), "SELECT f()");
    arguments.append(integer_constant_node(0));
    EXPECT_EQ(deparse(statement), "SELECT f(0)");
}

TEST(Clones, AreTreesOfTheirOwn) {
    const SqlTree tree("CREATE TABLE t (a int, b text)");
    PgQuery__Node* copy = clone(*tree.statements()[0].node);
    set_text(copy->create_stmt->relation->relname, "other");
    EXPECT_EQ(deparse(*copy), "CREATE TABLE other (a int, b text)");
    EXPECT_EQ(deparse(*tree.statements()[0].node), "CREATE TABLE t (a int, b text)");
    free_node(copy);
}

TEST(DimensionsChecks, AreWrittenAsSql) {
    const SqlTree tree("CREATE TABLE t (v real[])");
    PgQuery__CreateStmt& create = *tree.statements()[0].node->create_stmt;
    NodeList{create.table_elts, create.n_table_elts}.append(dimensions_check_node("v_dims", "My v", 1, 3));
    EXPECT_EQ(deparse(*tree.statements()[0].node), "CREATE TABLE t (v real[], CONSTRAINT v_dims CHECK (array_length(\"My v\", 1) = 3))");
}

TEST(StringConstants, AreFoundAndNothingElseIs) {
    const SqlTree tree("SELECT 'x', 1, NULL, a");
    const PgQuery__SelectStmt& select = *tree.statements()[0].node->select_stmt;
    const auto value = [&](std::size_t i) { return string_constant(select.target_list[i]->res_target->val); };
    EXPECT_STREQ(value(0), "x");
    for (const std::size_t i : {1U, 2U, 3U}) EXPECT_EQ(value(i), nullptr) << i;
    EXPECT_EQ(string_constant(nullptr), nullptr);
}

}  // namespace
}  // namespace lantern_migrate::plan
