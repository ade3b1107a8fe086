#include "core/plan/advice.h"

#include <gmock/gmock.h>

namespace lantern_migrate::plan {
namespace {

Catalog of(std::uint64_t bytes, std::vector<Column> columns) {
    Catalog catalog;
    catalog.tables.push_back({.name = {"public", "Docs"}, .bytes = bytes, .columns = std::move(columns)});
    return catalog;
}

Column embedding(VectorType vector, int dimensions) { return {.name = "embedding", .type_modifier = dimensions, .vector = vector}; }

constexpr std::uint64_t large = std::uint64_t{1} << 30;

TEST(Advice, SparesAutovacuumTheStatisticsOfAnEmbedding) {
    const auto findings = advise(of(large, {{.name = "id", .type_modifier = 1536}, embedding(VectorType::halfvec, 1536)}));
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].severity, Severity::info);
    EXPECT_EQ(findings[0].object, "table public.Docs, column embedding");
    EXPECT_EQ(findings[0].remedy, "on the target, ALTER TABLE public.\"Docs\" ALTER COLUMN embedding SET STATISTICS 0");
    EXPECT_THAT(findings[0].reason, testing::HasSubstr("7.6 s for 40,000 rows of 1536 dimensions"));
}

TEST(Advice, HasNothingToSayOfSmallThings) {
    EXPECT_TRUE(advise(of(1 << 20, {embedding(VectorType::vector, 1536)})).empty());
    EXPECT_TRUE(advise(of(large, {embedding(VectorType::vector, 100)})).empty());
    EXPECT_TRUE(advise(of(large, {embedding(VectorType::vector, -1)})).empty()) << "nobody knows how wide";
    EXPECT_TRUE(advise(of(large, {embedding(VectorType::none, 1536)})).empty());
}

}  // namespace
}  // namespace lantern_migrate::plan
