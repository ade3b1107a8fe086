#include "core/plan/object_names.h"

#include "core/plan/sql_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <format>

namespace lantern_migrate::plan {
namespace {

std::string shown(const ObjectKey& key) {
    constexpr const char* classes[] = {"relation", "type", "function", "operator", "part", "other"};
    return std::format("{} {}/{}/{}", classes[static_cast<int>(key.object_class)], key.name.schema, key.name.name, key.part);
}

// Of what COMMENT ON names.
ObjectName commented(const std::string& object) {
    const SqlTree tree("COMMENT ON " + object + " IS 'x'");
    const PgQuery__CommentStmt& comment = *tree.statements()[0].node->comment_stmt;
    return object_name(comment.objtype, *comment.object);
}

struct Named {
    const char* object;
    const char* text;
    const char* key;
    const char* owner;
};

TEST(ObjectNames, AreReadFromEveryFormOfTheGrammar) {
    const Named cases[] = {
        {"TABLE public.items", "table public.items", "relation public/items/", "relation public/items/"},
        {"VIEW \"My App\".v", "view My App.v", "relation My App/v/", "relation My App/v/"},
        {"MATERIALIZED VIEW public.m", "materialized view public.m", "relation public/m/", "relation public/m/"},
        {"SEQUENCE public.s", "sequence public.s", "relation public/s/", "relation public/s/"},
        {"INDEX public.i", "index public.i", "relation public/i/", "relation public/i/"},
        {"FOREIGN TABLE public.f", "foreign table public.f", "relation public/f/", "relation public/f/"},
        {"COLUMN public.items.name", "column public.items.name", "relation public/items/", "relation public/items/"},
        {"CONSTRAINT c ON public.items", "constraint c on public.items", "part public/items/constraint c", "relation public/items/"},
        {"CONSTRAINT c ON DOMAIN public.d", "constraint c on public.d", "part public/d/constraint c", "type public/d/"},
        {"TRIGGER t ON public.items", "trigger t on public.items", "part public/items/trigger t", "relation public/items/"},
        {"RULE r ON public.items", "rule r on public.items", "part public/items/rule r", "relation public/items/"},
        {"POLICY p ON public.items", "policy p on public.items", "part public/items/policy p", "relation public/items/"},
        {"TYPE public.mood", "type public.mood", "type public/mood/", "type public/mood/"},
        {"DOMAIN public.d", "domain public.d", "type public/d/", "type public/d/"},
        {"FUNCTION public.f(integer, public.vector)", "function public.f(integer, public.vector)",
         "function public/f/integer, public.vector", "function public/f/integer, public.vector"},
        {"FUNCTION public.f()", "function public.f()", "function public/f/", "function public/f/"},
        {"PROCEDURE public.p(text[])", "procedure public.p(text[])", "function public/p/text[]", "function public/p/text[]"},
        {"AGGREGATE public.a(integer)", "aggregate public.a(integer)", "function public/a/integer", "function public/a/integer"},
        {"OPERATOR public.+ (integer, text)", "operator public.+(integer, text)", "operator public/+/integer, text",
         "operator public/+/integer, text"},
        {"SCHEMA app", "schema app", "other /app/schema", "other /app/schema"},
        {"EXTENSION vector", "extension vector", "other /vector/extension", "other /vector/extension"},
        {"CAST (text AS public.mood)", "cast (text as public.mood)", "other /(text as public.mood)/cast",
         "other /(text as public.mood)/cast"},
        {"COLLATION public.c", "collation public.c", "other public/c/collation", "other public/c/collation"},
        {"STATISTICS public.st", "statistics public.st", "other public/st/statistics", "other public/st/statistics"},
        {"OPERATOR CLASS public.oc USING btree", "operator class public.oc", "other public/oc/operator class",
         "other public/oc/operator class"},
        {"EVENT TRIGGER e", "event trigger e", "other /e/event trigger", "other /e/event trigger"},
        {"PUBLICATION p", "publication p", "other /p/publication", "other /p/publication"},
        {"TEXT SEARCH CONFIGURATION public.ts", "text search configuration public.ts", "other public/ts/text search configuration",
         "other public/ts/text search configuration"},
    };
    for (const Named& c : cases) {
        const ObjectName name = commented(c.object);
        EXPECT_EQ(name.text, c.text);
        EXPECT_EQ(shown(name.key), c.key) << c.object;
        EXPECT_EQ(shown(name.owner), c.owner) << c.object;
    }
}

TEST(ObjectNames, ThatAreMadeByHandAreFoundAgain) {
    EXPECT_EQ(commented("TABLE public.items").key, relation_key({"public", "items"}));
    EXPECT_EQ(commented("TYPE public.mood").key, type_key({"public", "mood"}));
    EXPECT_EQ(commented("TRIGGER t ON public.items").key, part_key({"public", "items"}, "trigger", "t"));
    EXPECT_EQ(commented("FUNCTION public.f(integer)").key, function_name("function", {"public", "f"}, {"integer"}).key);
    EXPECT_EQ(commented("SCHEMA app").key, other_name("schema", {"", "app"}).key);
}

TEST(ObjectNames, OfOneNameAndTwoKindsDiffer) {
    EXPECT_NE(commented("TABLE public.x").key, commented("TYPE public.x").key);
    EXPECT_NE(commented("FUNCTION public.x()").key, commented("FUNCTION public.x(integer)").key);
    EXPECT_NE(commented("TRIGGER x ON public.t").key, commented("RULE x ON public.t").key);
    EXPECT_NE(commented("SCHEMA x").key, commented("EXTENSION x").key);
}

TEST(ObjectWords, AreTheOperators) {
    EXPECT_EQ(word(PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW), "materialized view");
    EXPECT_EQ(word(PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT), "constraint");
    EXPECT_EQ(word(PG_QUERY__OBJECT_TYPE__OBJECT_TYPE_UNDEFINED), "object");
}

std::vector<std::string> mentioned(const char* sql) {
    const SqlTree tree(sql);
    std::vector<std::string> all;
    for (const ObjectKey& key : references(tree.statements()[0].node->base)) all.push_back(shown(key));
    return all;
}

TEST(References, AreEverythingQualifiedThatAStatementMentions) {
    using ::testing::UnorderedElementsAre;
    EXPECT_THAT(mentioned("CREATE VIEW public.w AS SELECT app.f(i.v OPERATOR(ext.<->) '[1]'::ext.vector) FROM public.items i WHERE EXISTS "
                          "(SELECT FROM app.o)"),
                UnorderedElementsAre("relation public/w/", "function app/f/", "operator ext/<->/", "type ext/vector/",
                                     "relation ext/vector/", "function ext/vector/", "relation public/items/", "relation app/o/"));
    EXPECT_THAT(mentioned("CREATE TRIGGER t BEFORE INSERT ON public.items FOR EACH ROW EXECUTE FUNCTION app.stamp()"),
                UnorderedElementsAre("relation public/items/", "function app/stamp/"));
    EXPECT_THAT(mentioned("ALTER TABLE ONLY public.a ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES public.b(y)"),
                UnorderedElementsAre("relation public/a/", "relation public/b/"));
    EXPECT_THAT(mentioned("ALTER FUNCTION public.f(integer) OWNER TO x"), UnorderedElementsAre("function public/f/", "operator public/f/"));
}

TEST(References, LeaveOutWhatHasNoSchemaOrIsBuiltIn) {
    EXPECT_THAT(mentioned("SELECT lower(a), pg_catalog.now(), 1 + 2, NULL::integer FROM t"), ::testing::IsEmpty());
}

}  // namespace
}  // namespace lantern_migrate::plan
