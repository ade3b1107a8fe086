#include "core/plan/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lantern_migrate::plan {
namespace {

TEST(Identifiers, AreQuotedWhereSqlNeedsIt) {
    for (const char* plain : {"items", "_x", "a1", "a_b", "name", "text", "value", "data", "owner", "type", "lantern"}) {
        EXPECT_EQ(quote_identifier(plain), plain);
    }
    const std::pair<const char*, const char*> quoted[] = {
        {"Items", "\"Items\""},
        {"my table", "\"my table\""},
        {"1st", "\"1st\""},
        {"a-b", "\"a-b\""},
        {"", "\"\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"a.b", "\"a.b\""},
        {"über", "\"über\""},
        {"a$", "\"a$\""},
        {"a;drop", "\"a;drop\""},
        // reserved, of columns only, and of types and functions only: all need quotes somewhere
        {"select", "\"select\""},
        {"user", "\"user\""},
        {"order", "\"order\""},
        {"table", "\"table\""},
        {"between", "\"between\""},
        {"left", "\"left\""},
        {"real", "\"real\""},
        {"values", "\"values\""},
        {"analyse", "\"analyse\""},
    };
    for (const auto& [name, expected] : quoted) EXPECT_EQ(quote_identifier(name), expected);
}

TEST(Literals, HaveTheirQuotesDoubled) {
    EXPECT_EQ(quote_literal(""), "''");
    EXPECT_EQ(quote_literal("it's"), "'it''s'");
    EXPECT_EQ(quote_literal("''"), "''''''");
    EXPECT_EQ(quote_literal("back\\slash \"x\""), "'back\\slash \"x\"'");
}

TEST(QualifiedNames, AreQuotedPartByPart) {
    const QualifiedName name{"My App", "a.b"};
    EXPECT_EQ(name.sql(), "\"My App\".\"a.b\"");
    EXPECT_EQ(name.text(), "My App.a.b");
    EXPECT_EQ((QualifiedName{"public", "items"}.sql()), "public.items");
}

TEST(Columns, HaveDimensionsOnlyIfTheyAreVectors) {
    EXPECT_EQ((Column{.type_modifier = 3, .vector = VectorType::vector}.dimensions()), 3);
    EXPECT_EQ((Column{.type_modifier = -1, .vector = VectorType::vector}.dimensions()), 0);
    EXPECT_EQ((Column{.type_modifier = 24, .vector = VectorType::none}.dimensions()), 0);
}

TEST(Tables, CopyEveryColumnButGeneratedOnes) {
    const Table table{.columns = {{.name = "id", .type = "bigint"},
                                  {.name = "Full Name", .type = "text", .generated = true},
                                  {.name = "v", .type = "vector(3)"}}};
    std::vector<std::string> names;
    for (const Column* column : table.copied_columns()) names.push_back(column->name);
    EXPECT_THAT(names, ::testing::ElementsAre("id", "v"));
    EXPECT_EQ(table.shape(), "id bigint, \"Full Name\" text generated, v vector(3)");
}

TEST(Tables, ThatDifferInNamesTypesOrOrderDifferInShape) {
    const Table one{.columns = {{.name = "a", .type = "text"}, {.name = "b", .type = "text"}}};
    const Table swapped{.columns = {{.name = "b", .type = "text"}, {.name = "a", .type = "text"}}};
    const Table retyped{.columns = {{.name = "a", .type = "text"}, {.name = "b", .type = "integer"}}};
    const Table tricky{.columns = {{.name = "a text, b", .type = "text"}}};
    EXPECT_NE(one.shape(), swapped.shape());
    EXPECT_NE(one.shape(), retyped.shape());
    EXPECT_NE(one.shape(), tricky.shape());
}

}  // namespace
}  // namespace lantern_migrate::plan
