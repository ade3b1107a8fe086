// What is decided by the job's `indexes`, and by what the copy measured.
#include "tests/core/plan/index_cases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lantern_migrate::plan::testing {
namespace {

using config::InnerProductPolicy;
using config::IvfflatPolicy;
using config::OnUnsupported;

constexpr const char* cosine_sql =
    "CREATE INDEX items_embedding_idx ON public.items USING lantern_hnsw (embedding public.dist_cos_ops) WITH "
    "(m=16, ef_construction=128, ef=64, dim=3)";

IndexTranslation inner_product(InnerProductPolicy policy, std::optional<MeasuredColumn> measured = std::nullopt,
                               OnUnsupported unsupported = OnUnsupported::fail) {
    return translate_index(items_index("USING hnsw (embedding vector_ip_ops)", "vector_ip_ops"), {vector_column()},
                           {.indexes = {.inner_product = policy, .unsupported = unsupported}}, measured);
}

MeasuredColumn norms(double min, double max, std::uint64_t values = 100) {
    return {.values = values, .min_dimensions = 3, .max_dimensions = 3, .min_norm = min, .max_norm = max};
}

TEST(InnerProduct, WaitsForTheNormsUnlessTheJobDecides) {
    const IndexTranslation result = inner_product(InnerProductPolicy::if_normalized);
    EXPECT_EQ(word(result.outcome), "awaits norms");
    EXPECT_EQ(result.sql, cosine_sql);
    EXPECT_EQ(result.reason, "it becomes cosine distance if every vector has norm 1, which is known once the rows are copied");
    EXPECT_EQ(text(result.findings),
              "info index public.items_embedding_idx: ordering by inner product becomes ordering by cosine distance, which is 1 + what <#> "
              "gave for "
              "vectors of norm 1; queries use <=> where they used <#>; vectors are written '{1,2,3}', not '[1,2,3]'\n"
              "info index public.items_embedding_idx: it becomes cosine distance if every vector has norm 1, which is known once the rows "
              "are copied; "
              "set `indexes.inner_product` to cosine or skip to decide it now\n");
}

TEST(InnerProduct, BecomesCosineWhereEveryVectorHasNormOne) {
    for (const auto& measured : {norms(1, 1), norms(0.9995, 1.0005), norms(0.99901, 1.00099)}) {
        const IndexTranslation result = inner_product(InnerProductPolicy::if_normalized, measured);
        EXPECT_EQ(word(result.outcome), "translated") << measured.min_norm;
        EXPECT_EQ(result.sql, cosine_sql);
    }
    EXPECT_EQ(
        text({inner_product(InnerProductPolicy::if_normalized, norms(0.9995, 1.0005)).findings.front()}),
        "info index public.items_embedding_idx: all 100 vectors have norm 1 (from 0.999500 to 1.000500), so cosine distance ranks as inner "
        "product did\n");
}

TEST(InnerProduct, IsUnsupportedWhereASingleVectorIsLongerOrShorter) {
    for (const auto& measured : {norms(0.99899, 1), norms(1, 1.00101), norms(0, 1), norms(2, 2)}) {
        const IndexTranslation result = inner_product(InnerProductPolicy::if_normalized, measured);
        EXPECT_EQ(word(result.outcome), "unsupported") << measured.min_norm << " " << measured.max_norm;
        EXPECT_EQ(result.sql, "");
    }
    EXPECT_EQ(text(inner_product(InnerProductPolicy::if_normalized, norms(0.5, 7.25)).findings),
              "blocking index public.items_embedding_idx: Lantern has no inner product, and the 100 vectors have norms from 0.5 to 7.25: "
              "cosine distance "
              "would rank them differently; normalize the vectors on the source, or set `indexes.inner_product` to cosine or skip\n");
    const IndexTranslation skipped = inner_product(InnerProductPolicy::if_normalized, norms(0.5, 7.25), OnUnsupported::skip);
    EXPECT_EQ(word(skipped.outcome), "left out");
    EXPECT_EQ(text(skipped.findings),
              "warning index public.items_embedding_idx: left out: Lantern has no inner product, and the 100 vectors have norms from 0.5 "
              "to 7.25: cosine "
              "distance would rank them differently" +
                  without_index);
}

TEST(InnerProduct, BecomesCosineWhereThereIsNoVectorToContradict) {
    const IndexTranslation result = inner_product(InnerProductPolicy::if_normalized, MeasuredColumn{});
    EXPECT_EQ(word(result.outcome), "translated");
    EXPECT_EQ(text({result.findings.front()}),
              "info index public.items_embedding_idx: the column has no values, so nothing contradicts cosine distance in place of inner "
              "product\n");
}

TEST(InnerProduct, BecomesCosineUnmeasuredIfTheJobSaysSo) {
    for (const auto& measured : {std::optional<MeasuredColumn>{}, std::optional(norms(0.5, 7))}) {
        const IndexTranslation result = inner_product(InnerProductPolicy::cosine, measured);
        EXPECT_EQ(word(result.outcome), "translated");
        EXPECT_EQ(result.sql, cosine_sql);
        EXPECT_EQ(text({result.findings.front()}),
                  "warning index public.items_embedding_idx: cosine distance stands in for inner product, as the job says: neighbours are "
                  "ranked alike "
                  "only if every vector has norm 1; compare the answers of both servers before the application relies on them\n");
    }
}

TEST(InnerProduct, IsLeftOutOrStopsTheJobIfTheJobSaysSo) {
    const IndexTranslation skipped = inner_product(InnerProductPolicy::skip, norms(1, 1));
    EXPECT_EQ(word(skipped.outcome), "left out");
    EXPECT_EQ(skipped.sql, "");
    EXPECT_EQ(text(skipped.findings),
              "warning index public.items_embedding_idx: left out: Lantern has no inner product, and `indexes.inner_product` is skip" +
                  without_index);
    // Its own word counts, not that of `unsupported`.
    const IndexTranslation failed = inner_product(InnerProductPolicy::fail, norms(1, 1), OnUnsupported::skip);
    EXPECT_EQ(word(failed.outcome), "unsupported");
    EXPECT_EQ(text(failed.findings),
              "blocking index public.items_embedding_idx: Lantern has no inner product, and `indexes.inner_product` is fail; set "
              "`indexes.inner_product` to "
              "if_normalized, cosine or skip\n");
}

TEST(InnerProduct, OfHalvesIsDecidedAlike) {
    const auto index = items_index("USING hnsw (((embedding)::halfvec(3)) halfvec_ip_ops)", "halfvec_ip_ops");
    EXPECT_EQ(word(translate_index(index, {vector_column()}, {}).outcome), "awaits norms");
    EXPECT_EQ(word(translate_index(index, {vector_column()}, {}, norms(1, 1)).outcome), "translated");
    EXPECT_EQ(word(translate_index(index, {vector_column()}, {}, norms(1, 2)).outcome), "unsupported");
}

TEST(OtherDistances, AreNotInterestedInNorms) {
    for (const char* opclass : {"vector_l2_ops", "vector_cosine_ops"}) {
        const auto index = items_index(std::string("USING hnsw (embedding ") + opclass + ")", opclass);
        EXPECT_EQ(word(translate_index(index, {vector_column()}, {}, norms(0.1, 900)).outcome), "translated");
    }
}

IndexTranslation ivfflat(IvfflatPolicy policy, OnUnsupported unsupported = OnUnsupported::fail) {
    return translate_index(items_index("USING ivfflat (embedding vector_cosine_ops) WITH (lists='10')", "vector_cosine_ops"),
                           {vector_column()}, {.indexes = {.ivfflat = policy, .unsupported = unsupported}});
}

TEST(Ivfflat, BecomesHnswWithTheJobsDefaults) {
    const IndexTranslation result = ivfflat(IvfflatPolicy::hnsw);
    EXPECT_EQ(word(result.outcome), "translated");
    EXPECT_EQ(result.sql, cosine_sql);
    EXPECT_EQ(
        text(result.findings),
        "info index public.items_embedding_idx: an ivfflat index becomes lantern_hnsw with the job's defaults; `lists` has no counterpart; "
        "drop ivfflat.probes from the application's settings\n"
        "info index public.items_embedding_idx: operator <=> and its distances are unchanged; vectors are written '{1,2,3}', not "
        "'[1,2,3]'\n");
}

TEST(Ivfflat, IsLeftOutOrStopsTheJobIfTheJobSaysSo) {
    EXPECT_EQ(word(ivfflat(IvfflatPolicy::skip).outcome), "left out");
    EXPECT_EQ(text(ivfflat(IvfflatPolicy::skip).findings),
              "warning index public.items_embedding_idx: left out: Lantern has no ivfflat, and `indexes.ivfflat` is skip" + without_index);
    EXPECT_EQ(word(ivfflat(IvfflatPolicy::fail, OnUnsupported::skip).outcome), "unsupported");
    EXPECT_EQ(text(ivfflat(IvfflatPolicy::fail, OnUnsupported::skip).findings),
              "blocking index public.items_embedding_idx: Lantern has no ivfflat, and `indexes.ivfflat` is fail; set `indexes.ivfflat` to "
              "hnsw or skip\n");
}

TEST(Dimensions, ThatNobodyDeclaredWaitForTheRows) {
    const auto index = items_index("USING hnsw (embedding vector_l2_ops)", "vector_l2_ops");
    const IndexTranslation waiting = translate_index(index, {vector_column(0)}, {});
    EXPECT_EQ(word(waiting.outcome), "awaits norms");
    EXPECT_EQ(waiting.sql, "");
    EXPECT_EQ(waiting.column, "embedding");
    EXPECT_EQ(waiting.reason, "the column declares no dimensions: they are known once the rows are copied");
    const IndexTranslation decided = translate_index(
        index, {vector_column(0)}, {}, MeasuredColumn{.values = 2, .min_dimensions = 7, .max_dimensions = 7, .min_norm = 1, .max_norm = 2});
    EXPECT_EQ(word(decided.outcome), "translated");
    EXPECT_THAT(decided.sql, ::testing::HasSubstr("dim=7)"));
}

TEST(Dimensions, AsDeclaredGoBeforeTheMeasuredOnes) {
    const auto index = items_index("USING hnsw (((embedding)::vector(3)) vector_l2_ops) WHERE (kind = 3)", "vector_l2_ops");
    const IndexTranslation result = translate_index(
        index, {vector_column(0)}, {}, MeasuredColumn{.values = 9, .min_dimensions = 2, .max_dimensions = 5, .min_norm = 1, .max_norm = 2});
    EXPECT_EQ(word(result.outcome), "translated");
    EXPECT_THAT(result.sql, ::testing::HasSubstr("dim=3)"));
}

}  // namespace
}  // namespace lantern_migrate::plan::testing
