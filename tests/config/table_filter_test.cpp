#include "config/job_spec.h"
#include "config/table_pattern.h"

#include <gtest/gtest.h>

namespace lantern_migrate::config {
namespace {

bool matches(const char* pattern, std::string_view schema, std::string_view table) {
    return TableFilter{.include = {pattern}, .exclude = {}}.matches(schema, table);
}

struct Case {
    const char* pattern;
    const char* schema;
    const char* table;
    bool expected;
};

TEST(TablePattern, MatchesAsInAShell) {
    const Case cases[] = {
        {"*.*", "public", "items", true},
        {"public.items", "public", "items", true},
        {"public.items", "public", "items2", false},
        {"public.items", "public", "item", false},
        {"public.items", "publi", "items", false},
        {"public.item?", "public", "items", true},
        {"public.item?", "public", "item", false},
        {"public.?*", "public", "i", true},
        {"public.*_log", "public", "access_log", true},
        {"public.*_log", "public", "access_log_2", false},
        {"public.*a*b*", "public", "xxaxxaxb", true},
        {"public.*a*b*", "public", "bbba", false},
        {"*.items", "any", "items", true},
        {"app_?.*", "app_1", "x", true},
        {"public.[ab]", "public", "a", false},
        {"public.[ab]", "public", "[ab]", true},
    };
    for (const Case& c : cases)
        EXPECT_EQ(matches(c.pattern, c.schema, c.table), c.expected) << c.pattern << " " << c.schema << "." << c.table;
}

TEST(TablePattern, TreatsADotInANameAsAnyCharacter) {
    EXPECT_TRUE(matches("public.*", "public", "a.b"));
    EXPECT_TRUE(matches("public.a?b", "public", "a.b"));
    EXPECT_TRUE(matches("public.a.b", "public", "a.b"));
    EXPECT_TRUE(matches("*.t", "my.schema", "t"));
    EXPECT_TRUE(matches("\"my.schema\".t", "my.schema", "t"));
    EXPECT_FALSE(matches("my.schema.t", "my.schema", "t"));
}

TEST(TablePattern, TakesEverythingInDoubleQuotesAsItIs) {
    EXPECT_TRUE(matches("app.\"a*b\"", "app", "a*b"));
    EXPECT_FALSE(matches("app.\"a*b\"", "app", "axb"));
    EXPECT_TRUE(matches("app.\"say \"\"hi\"\"\"", "app", "say \"hi\""));
    EXPECT_TRUE(matches("app.\"log.\"*", "app", "log.2024"));
}

TEST(TablePattern, HoldsCaseToMatter) {
    EXPECT_FALSE(matches("Public.items", "public", "items"));
    EXPECT_FALSE(matches("public.\"Items\"", "public", "items"));
}

TEST(TablePattern, CountsCharactersAndNotBytes) {
    EXPECT_TRUE(matches("public.caf?", "public", "café"));
    EXPECT_TRUE(matches("public.?", "public", "語"));
    EXPECT_FALSE(matches("public.??", "public", "語"));
}

TEST(TablePattern, AnswersSoonHoweverManyStarsThereAre) {
    std::string pattern = "public.";
    for (int i = 0; i < 200; ++i) pattern += "*a";
    EXPECT_FALSE(matches(pattern.c_str(), "public", std::string(5000, 'a') + "b"));
}

TEST(TablePattern, SaysWhatIsWrongWithIt) {
    const std::pair<const char*, const char*> bad[] = {
        {"", "must be `schema.table`, such as `public.items` or `*.items`"},
        {"items", "must be `schema.table`, such as `public.items` or `*.items`"},
        {"\"public.items\"", "must be `schema.table`, such as `public.items` or `*.items`"},
        {".items", "has no schema before the dot; `*.` stands for every schema"},
        {"public.", "has no table after the dot; `.*` stands for every table"},
        {"public.\"items", "has a double quote that is not closed"},
    };
    for (const auto& [pattern, message] : bad) {
        const auto parsed = parse_table_pattern(pattern);
        ASSERT_FALSE(parsed.has_value()) << pattern;
        EXPECT_EQ(parsed.error(), message) << pattern;
    }
}

TEST(TableFilter, MovesWhatAnIncludeMatchesAndNoExcludeDoes) {
    const TableFilter filter{.include = {"app.*", "public.items"}, .exclude = {"*.tmp_*"}};
    EXPECT_TRUE(filter.matches("app", "users"));
    EXPECT_TRUE(filter.matches("public", "items"));
    EXPECT_FALSE(filter.matches("public", "users"));
    EXPECT_FALSE(filter.matches("app", "tmp_users"));
    EXPECT_FALSE((TableFilter{.include = {}, .exclude = {}}.matches("app", "users")));
}

TEST(TableFilter, KnowsWhetherItSelectsEverything) {
    EXPECT_TRUE(TableFilter{}.selects_everything());
    EXPECT_TRUE((TableFilter{.include = {"app.x", "**.*"}, .exclude = {}}.selects_everything()));
    EXPECT_FALSE((TableFilter{.include = {"*.*"}, .exclude = {"app.x"}}.selects_everything()));
    EXPECT_FALSE((TableFilter{.include = {"*.?*"}, .exclude = {}}.selects_everything()));
    EXPECT_FALSE((TableFilter{.include = {"*.\"*\""}, .exclude = {}}.selects_everything()));
    EXPECT_FALSE((TableFilter{.include = {}, .exclude = {}}.selects_everything()));
}

}  // namespace
}  // namespace lantern_migrate::config
