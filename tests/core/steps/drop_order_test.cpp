#include "core/steps/drop_order.h"

#include "core/errors.h"

#include <gmock/gmock.h>

namespace lantern_migrate::steps {
namespace {

using testing::ElementsAre;
using transfer::CreatedObject;

// One statement a line; what a group does one by one is indented.
std::vector<std::string> lines(const std::vector<CreatedObject>& objects) {
    std::vector<std::string> all;
    for (const DropGroup& group : drop_order(objects)) {
        if (!group.sql.empty()) all.push_back(group.sql);
        for (const Drop& drop : group.each) all.push_back("  " + drop.sql);
    }
    return all;
}

TEST(DropOrder, TakesWhatNeedsOthersBeforeThem) {
    EXPECT_THAT(
        lines({{"pg_namespace", 20001, "schema", "app"},
               {"pg_type", 20002, "type", "app.mood"},
               {"pg_proc", 20003, "function", "app.f(app.mood)"},
               {"pg_class", 20004, "table", "app.items"},
               {"pg_class", 20005, "view", "app.seen"},
               {"pg_publication", 20006, "publication", "news"},
               {"pg_extension", 20007, "extension", "pg_trgm"}}),
        ElementsAre("  DROP PUBLICATION news", "DROP VIEW app.seen", "  DROP VIEW app.seen", "DROP TABLE app.items",
                    "  DROP TABLE app.items", "DROP ROUTINE app.f(app.mood)", "  DROP ROUTINE app.f(app.mood)", "DROP TYPE app.mood",
                    "  DROP TYPE app.mood", "DROP SCHEMA app", "  DROP SCHEMA app", "DROP EXTENSION pg_trgm", "  DROP EXTENSION pg_trgm"));
}

TEST(DropOrder, DropsTablesTogetherAndTheLatestFirst) {
    EXPECT_THAT(lines({{"pg_class", 20001, "table", "public.a"}, {"pg_class", 20009, "table", "public.\"B c\""}}),
                ElementsAre("DROP TABLE public.\"B c\", public.a", "  DROP TABLE public.\"B c\"", "  DROP TABLE public.a"));
}

struct Case {
    const char* type;
    const char* identity;
    const char* sql;
};

TEST(DropOrder, KnowsEveryKindOfObject) {
    const Case cases[] = {
        {"event trigger", "e", "DROP EVENT TRIGGER e"},
        {"materialized view", "public.m", "DROP MATERIALIZED VIEW public.m"},
        {"foreign table", "public.t", "DROP FOREIGN TABLE public.t"},
        {"sequence", "public.s", "DROP SEQUENCE public.s"},
        {"transform", "for public.x language plperl", "DROP TRANSFORM for public.x language plperl"},
        {"cast", "(public.a AS public.b)", "DROP CAST (public.a AS public.b)"},
        {"operator class", "public.o USING btree", "DROP OPERATOR CLASS public.o USING btree"},
        {"operator family", "public.o USING btree", "DROP OPERATOR FAMILY public.o USING btree"},
        {"operator", "public.+(public.x,public.x)", "DROP OPERATOR public.+(public.x,public.x)"},
        {"conversion", "public.c", "DROP CONVERSION public.c"},
        {"aggregate", "public.total(integer)", "DROP ROUTINE public.total(integer)"},
        {"procedure", "public.p()", "DROP ROUTINE public.p()"},
        {"composite type", "public.pair", "DROP TYPE public.pair"},
        {"collation", "public.c", "DROP COLLATION public.c"},
        {"text search configuration", "public.c", "DROP TEXT SEARCH CONFIGURATION public.c"},
        {"text search dictionary", "public.d", "DROP TEXT SEARCH DICTIONARY public.d"},
        {"text search template", "public.t", "DROP TEXT SEARCH TEMPLATE public.t"},
        {"text search parser", "public.p", "DROP TEXT SEARCH PARSER public.p"},
        {"server", "s", "DROP SERVER s"},
        {"foreign-data wrapper", "w", "DROP FOREIGN DATA WRAPPER w"},
        {"language", "l", "DROP LANGUAGE l"},
        {"access method", "m", "DROP ACCESS METHOD m"},
    };
    for (const Case& c : cases) {
        const auto groups = drop_order({{"pg_class", 20001, c.type, c.identity}});
        ASSERT_EQ(groups.size(), 1U) << c.type;
        ASSERT_EQ(groups[0].each.size(), 1U) << c.type;
        EXPECT_EQ(groups[0].each[0].sql, c.sql);
    }
}

TEST(DropOrder, RefusesAnObjectThatItHasNoRuleFor) {
    try {
        static_cast<void>(drop_order({{"pg_class", 20001, "table", "public.a"}, {"pg_largeobject", 20002, "large object", "20002"}}));
        FAIL() << "it has a rule";
    } catch (const MigrationError& e) {
        EXPECT_STREQ(e.what(), "there is no rule how large object 20002 is dropped");
        EXPECT_EQ(e.hint(), "drop it on the target, then say it again");
    }
}

TEST(DropOrder, HasNothingToDoForNothing) { EXPECT_TRUE(drop_order({}).empty()); }

TEST(NamesOfObjects, AreShownUntilThereAreTooMany) {
    EXPECT_EQ(name_objects({{"pg_class", 1, "table", "public.a"}, {"pg_extension", 2, "extension", "lantern"}}),
              "table public.a, extension lantern");
    const std::string many = name_objects(std::vector<CreatedObject>(23, {"pg_class", 1, "table", "t"}));
    EXPECT_TRUE(many.ends_with(", table t and 3 more")) << many;
}

}  // namespace
}  // namespace lantern_migrate::steps
