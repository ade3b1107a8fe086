// Where pg_dump's own order is not the one to run statements in.
#include "core/plan/schema.h"

#include <gmock/gmock.h>

namespace lantern_migrate::plan {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> behind_the_rows(const std::string& dump) {
    const SchemaOptions options{
        .vector_schema = "public", .vector_functions = {}, .vector_operators = {}, .table_moves = [](const QualifiedName&) {
            return true;
        }};
    std::vector<std::string> texts;
    for (const Statement& statement : plan_schema(dump, options).after_rows) texts.push_back(statement.sql);
    return texts;
}

TEST(SchemaOrder, SetsTheStatesOfTriggersBehindAllTriggersAndFromAbove) {
    EXPECT_THAT(behind_the_rows("CREATE TABLE public.top (id integer) PARTITION BY LIST (id);CREATE TABLE a.leaf (id integer);"
                                "CREATE TABLE b.middle (id integer) PARTITION BY LIST (id);"
                                "ALTER TABLE ONLY b.middle ATTACH PARTITION a.leaf FOR VALUES IN (1);"
                                "ALTER TABLE ONLY public.top ATTACH PARTITION b.middle DEFAULT;"
                                "ALTER TABLE a.leaf ENABLE ALWAYS TRIGGER t;ALTER TABLE b.middle ENABLE TRIGGER t;"
                                "CREATE TRIGGER t BEFORE INSERT ON public.top FOR EACH ROW EXECUTE FUNCTION public.f();"
                                "ALTER TABLE public.top DISABLE TRIGGER t;"
                                "CREATE EVENT TRIGGER no_changes ON ddl_command_start EXECUTE FUNCTION public.g();"),
                ElementsAre("CREATE TRIGGER t BEFORE INSERT ON public.top FOR EACH ROW EXECUTE FUNCTION public.f()",
                            "ALTER TABLE public.top DISABLE TRIGGER t", "ALTER TABLE b.middle ENABLE TRIGGER t",
                            "ALTER TABLE a.leaf ENABLE ALWAYS TRIGGER t",
                            "CREATE EVENT TRIGGER no_changes ON ddl_command_start EXECUTE FUNCTION public.g()"));
}

TEST(SchemaOrder, GivesAPublicationItsOwnerBehindIt) {
    EXPECT_THAT(behind_the_rows("CREATE TABLE public.t (id integer);ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);"
                                "CREATE PUBLICATION feed WITH (publish = 'insert');ALTER PUBLICATION feed OWNER TO somebody;"),
                ElementsAre("CREATE PUBLICATION feed WITH (publish = 'insert')", "ALTER PUBLICATION feed OWNER TO somebody"));
}

}  // namespace
}  // namespace lantern_migrate::plan
