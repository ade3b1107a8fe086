// Indexes without a counterpart, each with its whole reason.
#include "tests/core/plan/index_cases.h"

#include <gtest/gtest.h>

namespace lantern_migrate::plan::testing {
namespace {

using config::OnUnsupported;

constexpr const char* usual_remedy = "set `indexes.unsupported: skip` to go without the index, or drop it on the source";

struct Refused {
    const char* rest;  // of the definition
    const char* opclass;
    Column column;
    std::string reason;
    std::string remedy = usual_remedy;
    MeasuredColumn measured{.values = 3, .min_dimensions = 3, .max_dimensions = 3, .min_norm = 1, .max_norm = 1};
};

// By the job's word, such an index stops the job at the plan or is left out with a warning.
void expect_refused(const Refused& c, const IndexPolicy& policy = {}) {
    IndexPolicy skip = policy;
    skip.indexes.unsupported = OnUnsupported::skip;
    const SourceIndex index = items_index(c.rest, c.opclass);
    const IndexTranslation failed = translate_index(index, {c.column}, policy, c.measured);
    EXPECT_EQ(word(failed.outcome), "unsupported") << c.rest;
    EXPECT_EQ(failed.sql, "") << c.rest;
    EXPECT_EQ(failed.reason, c.reason) << c.rest;
    EXPECT_EQ(text(failed.findings), "blocking index public.items_embedding_idx: " + c.reason + "; " + c.remedy + "\n");
    const IndexTranslation skipped = translate_index(index, {c.column}, skip, c.measured);
    EXPECT_EQ(word(skipped.outcome), "left out") << c.rest;
    EXPECT_EQ(skipped.sql, "") << c.rest;
    EXPECT_EQ(skipped.reason, c.reason) << c.rest;
    EXPECT_EQ(text(skipped.findings), "warning index public.items_embedding_idx: left out: " + c.reason + without_index);
}

TEST(RefusedIndexes, AreThoseWhoseOperatorClassLanternLacks) {
    const std::string sparse = ": Lantern has no sparse vectors, and as dense arrays they are seldom within its 2000 dimensions";
    const Refused cases[] = {
        {"USING hnsw (embedding vector_l1_ops)", "vector_l1_ops", vector_column(),
         "operator class vector_l1_ops: Lantern has no L1 distance"},
        {"USING hnsw (embedding halfvec_l1_ops)", "halfvec_l1_ops", vector_column(3, VectorType::halfvec),
         "operator class halfvec_l1_ops: Lantern has no L1 distance"},
        {"USING hnsw (embedding sparsevec_l1_ops)", "sparsevec_l1_ops", vector_column(3, VectorType::sparsevec),
         "operator class sparsevec_l1_ops: Lantern has no L1 distance"},
        {"USING hnsw (embedding bit_jaccard_ops)", "bit_jaccard_ops", bit_column(8),
         "operator class bit_jaccard_ops: Lantern has no Jaccard distance"},
        {"USING hnsw (embedding sparsevec_l2_ops)", "sparsevec_l2_ops", vector_column(3, VectorType::sparsevec),
         "operator class sparsevec_l2_ops" + sparse},
        {"USING hnsw (embedding sparsevec_cosine_ops)", "sparsevec_cosine_ops", vector_column(3, VectorType::sparsevec),
         "operator class sparsevec_cosine_ops" + sparse},
        {"USING hnsw (embedding sparsevec_ip_ops)", "sparsevec_ip_ops", vector_column(3, VectorType::sparsevec),
         "operator class sparsevec_ip_ops" + sparse},
        {"USING hnsw (embedding my_ops)", "my_ops", vector_column(), "operator class my_ops has no counterpart in Lantern"},
    };
    for (const Refused& c : cases) expect_refused(c);
}

TEST(RefusedIndexes, AreThoseOnExpressionsThatAreNoColumn) {
    const Refused cases[] = {
        {"USING hnsw (((subvector(embedding, 1, 2))::vector(2)) vector_cosine_ops)", "vector_cosine_ops", vector_column(),
         "the index is on what function subvector makes of a column, and Lantern indexes the column itself"},
        {"USING hnsw (((public.binary_quantize(embedding))::bit(3)) bit_hamming_ops)", "bit_hamming_ops", vector_column(),
         "the index is on what function binary_quantize makes of a column, and Lantern indexes the column itself"},
        {"USING hnsw (public.l2_normalize(embedding) vector_l2_ops)", "vector_l2_ops", vector_column(),
         "the index is on what function l2_normalize makes of a column, and Lantern indexes the column itself"},
        {"USING hnsw (((embedding + embedding)) vector_l2_ops)", "vector_l2_ops", vector_column(),
         "the index is on an expression that is not a column"},
        {"USING hnsw ((((embedding + embedding))::vector(3)) vector_l2_ops)", "vector_l2_ops", vector_column(),
         "the index is on an expression that is not a column"},
        {"USING hnsw (((embedding)::vector(3)) vector_l2_ops)", "vector_l2_ops", plain_column("text"),
         "the index casts a column of type text, which does not become real[]"},
    };
    for (const Refused& c : cases) expect_refused(c);
}

TEST(RefusedIndexes, AreThoseWithTwoKeyColumns) {
    SourceIndex index = items_index("USING hnsw (embedding vector_l2_ops, other vector_l2_ops)", "vector_l2_ops");
    EXPECT_EQ(translate_index(index, {vector_column()}, {}).reason, "it has more than one key column, and Lantern indexes one");
    EXPECT_EQ(translate_index(index, {vector_column()}, {}).column, "");
}

TEST(RefusedIndexes, AreThoseWhosePredicateNeedsPgvector) {
    const Refused cases[] = {
        {"USING hnsw (embedding vector_l2_ops) WHERE (public.vector_norm(embedding) > (0)::double precision)", "vector_l2_ops",
         vector_column(), "its predicate uses function public.vector_norm"},
        {"USING hnsw (embedding vector_l2_ops) WHERE ((embedding <-> '[1,2,3]'::vector) < (5)::double precision)", "vector_l2_ops",
         vector_column(), "its predicate uses operator <->"},
    };
    for (const Refused& c : cases) expect_refused(c);
}

TEST(RefusedIndexes, AreThoseOfMoreThan2000Dimensions) {
    const auto index = items_index("USING hnsw (embedding vector_l2_ops)", "vector_l2_ops");
    EXPECT_EQ(word(translate_index(index, {vector_column(2000)}, {}).outcome), "translated");
    expect_refused(
        {"USING hnsw (embedding vector_l2_ops)", "vector_l2_ops", vector_column(2001), "2001 dimensions; Lantern indexes at most 2000"});
    expect_refused({"USING hnsw (embedding halfvec_l2_ops)", "halfvec_l2_ops", vector_column(4000, VectorType::halfvec),
                    "4000 dimensions; Lantern indexes at most 2000"});
    expect_refused({"USING hnsw (((embedding)::halfvec(3072)) halfvec_l2_ops)", "halfvec_l2_ops", vector_column(3072),
                    "3072 dimensions; Lantern indexes at most 2000"});
    expect_refused({"USING hnsw (embedding vector_l2_ops)",
                    "vector_l2_ops",
                    vector_column(0),
                    "2001 dimensions; Lantern indexes at most 2000",
                    usual_remedy,
                    {.values = 1, .min_dimensions = 2001, .max_dimensions = 2001, .min_norm = 1, .max_norm = 1}});
    expect_refused(
        {"USING hnsw (embedding bit_hamming_ops)", "bit_hamming_ops", bit_column(64001), "2001 dimensions; Lantern indexes at most 2000"},
        {.bits = config::BitVectors::integer_array});
}

TEST(RefusedIndexes, AreThoseWhoseVectorsHaveNoOneLength) {
    const auto measured = [](std::uint64_t values, int min, int max) {
        return MeasuredColumn{.values = values, .min_dimensions = min, .max_dimensions = max, .min_norm = 1, .max_norm = 1};
    };
    const char* rest = "USING hnsw (embedding vector_l2_ops)";
    expect_refused({rest, "vector_l2_ops", vector_column(0),
                    "the column's 3 vectors have 2 to 5 dimensions, and a Lantern index takes one length", usual_remedy,
                    measured(3, 2, 5)});
    expect_refused({rest, "vector_l2_ops", vector_column(0),
                    "the column declares no dimensions and has no values, and Lantern wants them stated", usual_remedy, measured(0, 0, 0)});
    expect_refused({rest, "vector_l2_ops", vector_column(0), "the column's vectors are empty", usual_remedy, measured(3, 0, 0)});
}

TEST(RefusedIndexes, AreThoseOnBitsUnlessTheJobMakesThemIntegers) {
    expect_refused({"USING hnsw (embedding bit_hamming_ops)", "bit_hamming_ops", bit_column(64),
                    "Lantern compares bits as integer[], and `vectors.bits` is keep",
                    "set `vectors.bits: integer_array`, or `indexes.unsupported: skip` to go without the index"});
    const IndexPolicy integers{.bits = config::BitVectors::integer_array};
    for (const Column& column : {plain_column("bit varying(64)"), plain_column("bit(64)"), plain_column("text")}) {
        expect_refused({"USING hnsw (embedding bit_hamming_ops)", "bit_hamming_ops", column,
                        "only a table's column of type bit(n) becomes an integer[] that Lantern can index"},
                       integers);
    }
}

TEST(RefusedIndexes, AreThoseWhosePredicateUsesBitsThatBecomeIntegers) {
    expect_refused({"USING hnsw (embedding bit_hamming_ops) WHERE (length(embedding) > 1)", "bit_hamming_ops", bit_column(64),
                    "its predicate uses column embedding, whose bits become integer[]"},
                   {.bits = config::BitVectors::integer_array});
}

TEST(LeftOutIndexes, OfOtherMethodsAreMadeWithTheTablesOwn) {
    SourceIndex index = items_index("USING btree (embedding public.vector_ops)", "vector_ops");
    const IndexTranslation result = translate_index(index, {vector_column()}, {});
    EXPECT_EQ(word(result.outcome), "left out");
    EXPECT_EQ(result.sql, "");
    EXPECT_EQ(text(result.findings),
              "info index public.items_embedding_idx: an ordinary btree index, made with the table's other indexes\n");
}

TEST(LeftOutIndexes, AreThoseThatAreInvalidOnTheSource) {
    SourceIndex index = items_index("USING hnsw (embedding vector_l2_ops)", "vector_l2_ops");
    index.valid = false;
    const IndexTranslation result = translate_index(index, {vector_column()}, {});
    EXPECT_EQ(word(result.outcome), "left out");
    EXPECT_EQ(text(result.findings),
              "warning index public.items_embedding_idx: the index is invalid on the source: its build failed or was interrupted; "
              "REINDEX it on the source before the job, or create it on the target afterwards\n");
    // A partitioned one is invalid for as long as a partition lacks its own.
    index.partitioned = true;
    EXPECT_EQ(word(translate_index(index, {vector_column()}, {}).outcome), "translated");
}

}  // namespace
}  // namespace lantern_migrate::plan::testing
