// What a schema's statements, one after the other, leave declared.
#include "core/plan/query_translation.h"

#include <gtest/gtest.h>

namespace lantern_migrate::plan {
namespace {

std::string translated(const std::string& schema, const std::string& query) {
    QueryTranslator translator;
    translator.learn(schema);
    return translator.translate(query).front().sql;
}

TEST(DeclaredTypes, AreThoseOfTheLastStatement) {
    const std::string query = "SELECT id FROM w WHERE e <-> $1 < 4";
    const std::string rooted = "SELECT id FROM w WHERE sqrt(e <-> $1) < 4";
    EXPECT_EQ(translated("CREATE TABLE w (id int, e text); ALTER TABLE w DROP COLUMN e; ALTER TABLE w ADD COLUMN e vector(3)", query),
              rooted);
    EXPECT_EQ(translated("CREATE TABLE w (id int, e text); ALTER TABLE w ALTER COLUMN e TYPE vector(3) USING e::vector(3)", query), rooted);
    EXPECT_EQ(translated("CREATE TABLE w (id int, e text); ALTER TABLE w RENAME e TO old; ALTER TABLE w ADD e vector(3)", query), rooted);
    EXPECT_EQ(translated("CREATE TABLE w (id int, e vector(3)); ALTER TABLE w ADD COLUMN IF NOT EXISTS e text", query), rooted);
    EXPECT_EQ(translated("CREATE TABLE words (id int, e vector(3)); ALTER TABLE words RENAME TO w", query), rooted);
    EXPECT_EQ(translated("CREATE TABLE w (id int, e vector(3)); ALTER TABLE w ALTER e TYPE point USING '(1,1)'", query), query);
}

}  // namespace
}  // namespace lantern_migrate::plan
