#include "core/errors.h"
#include "tests/core/plan/index_cases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lantern_migrate::plan::testing {
namespace {

constexpr const char* defaults = "m=16, ef_construction=128, ef=64, ";

// "ON public.items USING lantern_hnsw (embedding public.OPCLASS) WITH (defaults, dim=3)".
std::string lantern(const std::string& opclass, const std::string& dim_and_more = "dim=3") {
    return "CREATE INDEX items_embedding_idx ON public.items USING lantern_hnsw (embedding public." + opclass + ") WITH (" + defaults +
           dim_and_more + ")";
}

struct Row {
    const char* pgvector;
    Column column;
    const char* lantern;
    const char* more_options;
    const char* reason;
};

TEST(IndexRules, HaveALanternOperatorClassForEachOfPgvectorsThatHasOne) {
    constexpr const char* squared = "distances become squared; the order of neighbours is unchanged";
    constexpr const char* same = "operator <=> and its distances are unchanged";
    constexpr const char* cosine =
        "ordering by inner product becomes ordering by cosine distance, which is 1 + what <#> gave for vectors of norm 1";
    const std::string half = "; half precision is kept by quant_bits=16";
    const Row rows[] = {
        {"vector_l2_ops", vector_column(), "dist_l2sq_ops", "dim=3", squared},
        {"vector_cosine_ops", vector_column(), "dist_cos_ops", "dim=3", same},
        {"vector_ip_ops", vector_column(), "dist_cos_ops", "dim=3", cosine},
        {"halfvec_l2_ops", vector_column(3, VectorType::halfvec), "dist_l2sq_ops", "dim=3, quant_bits=16", squared},
        {"halfvec_cosine_ops", vector_column(3, VectorType::halfvec), "dist_cos_ops", "dim=3, quant_bits=16", same},
        {"halfvec_ip_ops", vector_column(3, VectorType::halfvec), "dist_cos_ops", "dim=3, quant_bits=16", cosine},
        {"bit_hamming_ops", bit_column(64), "dist_hamming_ops", "dim=2", "the bits are compared as integer[], by operator <+>"},
    };
    const IndexPolicy policy{.bits = config::BitVectors::integer_array};
    const MeasuredColumn unit{.values = 10, .min_dimensions = 3, .max_dimensions = 3, .min_norm = 1, .max_norm = 1};
    for (const Row& row : rows) {
        for (const char* method : {"hnsw", "ivfflat"}) {
            const auto index = items_index(std::string("USING ") + method + " (embedding public." + row.pgvector + ")", row.pgvector);
            const IndexTranslation result = translate_index(index, {row.column}, policy, unit);
            EXPECT_EQ(word(result.outcome), "translated") << row.pgvector << " " << method;
            EXPECT_EQ(result.sql, lantern(row.lantern, row.more_options));
            EXPECT_EQ(result.reason, row.reason + (std::string(row.pgvector).starts_with("halfvec") ? half : ""));
            EXPECT_EQ(result.column, "embedding");
        }
    }
}

TEST(IndexRules, TellWhatTheApplicationMustChange) {
    const auto findings = [](const char* opclass, const Column& column) {
        const IndexPolicy policy{.bits = config::BitVectors::integer_array};
        return text(
            translate_index(items_index(std::string("USING hnsw (embedding ") + opclass + ")", opclass), {column}, policy).findings);
    };
    EXPECT_EQ(findings("vector_l2_ops", vector_column()),
              "info index public.items_embedding_idx: distances become squared; the order of neighbours is unchanged; "
              "compare distances with the square of the old threshold; vectors are written '{1,2,3}', not '[1,2,3]'\n");
    EXPECT_EQ(findings("halfvec_cosine_ops", vector_column(3, VectorType::halfvec)),
              "info index public.items_embedding_idx: operator <=> and its distances are unchanged; vectors are written '{1,2,3}', not "
              "'[1,2,3]'\n");
    EXPECT_EQ(findings("bit_hamming_ops", bit_column(8)),
              "info index public.items_embedding_idx: the bits are compared as integer[], by operator <+>; "
              "queries use <+> where they used <~>, on integer[]\n");
}

std::string sql_of(const SourceIndex& index, const Column& column, const IndexPolicy& policy = {}) {
    const IndexTranslation result = translate_index(index, {column}, policy);
    EXPECT_EQ(word(result.outcome), "translated") << result.reason;
    return result.sql;
}

TEST(IndexRules, TakeIvfflatsDefaultOperatorClassWhereNoneIsWritten) {
    SourceIndex index = items_index("USING ivfflat (embedding) WITH (lists='100')", "vector_l2_ops");
    EXPECT_EQ(sql_of(index, vector_column()), lantern("dist_l2sq_ops"));
    index.opclasses.clear();
    EXPECT_EQ(sql_of(index, vector_column()), lantern("dist_l2sq_ops"));
}

TEST(IndexRules, BelieveTheCatalogsOperatorClassAndNotTheIndexesName) {
    SourceIndex index = items_index("USING hnsw (embedding public.vector_cosine_ops)", "vector_cosine_ops");
    index.name = {"public", "vector_l2_ops"};
    EXPECT_EQ(sql_of(index, vector_column()), lantern("dist_cos_ops"));
}

TEST(IndexOptions, AreCarriedOverFromAnHnswIndexThatSetsThem) {
    const auto with = [](const char* options) {
        return sql_of(items_index(std::string("USING hnsw (embedding vector_l2_ops) WITH (") + options + ")", "vector_l2_ops"),
                      vector_column());
    };
    const auto expected = [](const char* options) {
        return std::string("CREATE INDEX items_embedding_idx ON public.items USING lantern_hnsw (embedding public.dist_l2sq_ops) WITH (") +
               options + ", ef=64, dim=3)";
    };
    EXPECT_EQ(with("m='24', ef_construction='200'"), expected("m=24, ef_construction=200"));
    EXPECT_EQ(with("ef_construction='100', m='32'"), expected("m=32, ef_construction=100"));
    EXPECT_EQ(with("m=4"), expected("m=4, ef_construction=128"));
    EXPECT_EQ(with("m='2', ef_construction='4'"), expected("m=2, ef_construction=4"));
    EXPECT_EQ(with("m='100', ef_construction='400'"), expected("m=100, ef_construction=400"));
}

TEST(IndexOptions, ClampEfConstructionToLanternsBoundAndSaySo) {
    const auto index = items_index("USING hnsw (embedding vector_l2_ops) WITH (m='24', ef_construction='1000')", "vector_l2_ops");
    const IndexTranslation result = translate_index(index, {vector_column()}, {});
    EXPECT_EQ(result.sql,
              "CREATE INDEX items_embedding_idx ON public.items USING lantern_hnsw (embedding public.dist_l2sq_ops) WITH "
              "(m=24, ef_construction=400, ef=64, dim=3)");
    EXPECT_EQ(text({result.findings.front()}),
              "info index public.items_embedding_idx: ef_construction goes from 1000 to 400, Lantern's bound; "
              "raise `ef` if queries find too few of the true neighbours\n");
}

TEST(IndexOptions, ClampMBothWaysIfAnotherPgvectorAllowsMore) {
    const auto m = [](const char* value) {
        const auto result =
            translate_index(items_index(std::string("USING hnsw (embedding vector_l2_ops) WITH (m='") + value + "')", "vector_l2_ops"),
                            {vector_column()}, {});
        return result.sql.substr(result.sql.find("WITH")) + " " + result.findings.front().reason;
    };
    EXPECT_EQ(m("129"), "WITH (m=128, ef_construction=128, ef=64, dim=3) m goes from 129 to 128, Lantern's bound");
    EXPECT_EQ(m("1"), "WITH (m=2, ef_construction=128, ef=64, dim=3) m goes from 1 to 2, Lantern's bound");
}

TEST(IndexOptions, AreTheJobsForAnIvfflatIndexAndWhereNoneAreSet) {
    const IndexPolicy policy{.indexes = {.defaults = {.m = 8, .ef_construction = 50, .ef = 20}}};
    const std::string expected =
        "CREATE INDEX items_embedding_idx ON public.items USING lantern_hnsw (embedding public.dist_l2sq_ops) WITH "
        "(m=8, ef_construction=50, ef=20, dim=3)";
    EXPECT_EQ(sql_of(items_index("USING ivfflat (embedding) WITH (lists='24')", "vector_l2_ops"), vector_column(), policy), expected);
    EXPECT_EQ(sql_of(items_index("USING hnsw (embedding vector_l2_ops)", "vector_l2_ops"), vector_column(), policy), expected);
}

// FACTS: with a dimension that is no multiple of 8 it aborts the whole server.
TEST(IndexOptions, NeverQuantizeToOneBit) {
    const char* const definitions[] = {"USING hnsw (embedding vector_l2_ops) WITH (quant_bits='1')", "USING hnsw (embedding vector_l2_ops)",
                                       "USING ivfflat (embedding) WITH (quant_bits='1')"};
    for (const char* definition : definitions) {
        EXPECT_THAT(sql_of(items_index(definition, "vector_l2_ops"), vector_column()), ::testing::Not(::testing::HasSubstr("quant_bits")))
            << definition;
    }
    const IndexPolicy bits{.bits = config::BitVectors::integer_array};
    for (const int width : {1, 7, 8, 9, 64, 1000}) {
        EXPECT_THAT(sql_of(items_index("USING hnsw (embedding bit_hamming_ops)", "bit_hamming_ops"), bit_column(width), bits),
                    ::testing::Not(::testing::HasSubstr("quant_bits")));
    }
    EXPECT_THAT(sql_of(items_index("USING hnsw (embedding halfvec_l2_ops)", "halfvec_l2_ops"), vector_column(3, VectorType::halfvec)),
                ::testing::HasSubstr("quant_bits=16"));
}

TEST(IndexDimensions, OfBitsAreWordsOf32) {
    const IndexPolicy policy{.bits = config::BitVectors::integer_array};
    for (const auto& [bits, words] : {std::pair{1, 1}, {32, 1}, {33, 2}, {64, 2}, {64000, 2000}}) {
        EXPECT_EQ(sql_of(items_index("USING hnsw (embedding bit_hamming_ops)", "bit_hamming_ops"), bit_column(bits), policy),
                  lantern("dist_hamming_ops", "dim=" + std::to_string(words)));
    }
}

TEST(IndexKeys, OfAHalfvecCastBecomeTheColumnInHalfPrecision) {
    const auto index = items_index("USING hnsw (((embedding)::halfvec(3)) halfvec_l2_ops)", "halfvec_l2_ops");
    const IndexTranslation result = translate_index(index, {vector_column()}, {});
    EXPECT_EQ(result.sql, lantern("dist_l2sq_ops", "dim=3, quant_bits=16"));
    EXPECT_EQ(result.reason, "distances become squared; the order of neighbours is unchanged; half precision is kept by quant_bits=16");
    EXPECT_EQ(text({result.findings.back()}),
              "info index public.items_embedding_idx: the index is on the column itself, not on a cast of it; "
              "queries order by the column without the cast\n");
}

TEST(IndexKeys, OfAnUntypedColumnTakeTheCastsDimensionsAndKeepThePredicate) {
    const auto index = items_index("USING hnsw (((embedding)::public.vector(3)) public.vector_l2_ops) WHERE (id > 0)", "vector_l2_ops");
    EXPECT_EQ(sql_of(index, vector_column(0)), lantern("dist_l2sq_ops") + " WHERE id > 0");
}

TEST(IndexKeys, OfAnArrayOfNumbersKeepACastToReal) {
    for (const char* type : {"integer[]", "double precision[]", "numeric[]"}) {
        const auto index = items_index("USING hnsw (((embedding)::vector(3)) vector_cosine_ops)", "vector_cosine_ops");
        EXPECT_EQ(sql_of(index, plain_column(type)),
                  "CREATE INDEX items_embedding_idx ON public.items USING lantern_hnsw ((embedding::real[]) public.dist_cos_ops) WITH "
                  "(m=16, ef_construction=128, ef=64, dim=3)");
    }
    const auto index = items_index("USING hnsw (((embedding)::vector(3)) vector_cosine_ops)", "vector_cosine_ops");
    EXPECT_EQ(sql_of(index, plain_column("real[]")), lantern("dist_cos_ops"));
}

TEST(IndexKeys, OfADomainKeepACastToRealBecauseLanternTakesNoDomain) {
    Column column = vector_column();
    column.type_oid = 20001;
    column.base_type_oid = 20000;
    const auto index = items_index("USING hnsw (((embedding)::vector(3)) vector_l2_ops)", "vector_l2_ops");
    const IndexTranslation result = translate_index(index, {column}, {});
    EXPECT_EQ(result.sql,
              "CREATE INDEX items_embedding_idx ON public.items USING lantern_hnsw ((embedding::real[]) public.dist_l2sq_ops) WITH "
              "(m=16, ef_construction=128, ef=64, dim=3)");
    EXPECT_EQ(
        text({result.findings.back()}),
        "info index public.items_embedding_idx: the index is on the column's cast to real[], because the column's own type is another; "
        "queries order by (embedding)::real[]\n");
}

TEST(IndexSurroundings, StayAsTheyAre) {
    const auto translated = [](std::string definition, const char* tablespace = "") {
        SourceIndex index{.name = {"app", "i"},
                          .table = {"app", "t"},
                          .method = "hnsw",
                          .opclasses = {"vector_l2_ops"},
                          .definition = std::move(definition)};
        index.tablespace = tablespace;
        return sql_of(index, vector_column());
    };
    const std::string tail = " WITH (m=16, ef_construction=128, ef=64, dim=3)";
    EXPECT_EQ(translated("CREATE INDEX i ON ONLY app.t USING hnsw (embedding vector_l2_ops)"),
              "CREATE INDEX i ON ONLY app.t USING lantern_hnsw (embedding public.dist_l2sq_ops)" + tail);
    EXPECT_EQ(translated("CREATE INDEX i ON t USING hnsw (embedding vector_l2_ops)"),
              "CREATE INDEX i ON app.t USING lantern_hnsw (embedding public.dist_l2sq_ops)" + tail);
    EXPECT_EQ(translated("CREATE INDEX \"My \"\"best\"\" index\" ON \"My App\".\"Table\" USING hnsw (embedding vector_l2_ops)"),
              "CREATE INDEX \"My \"\"best\"\" index\" ON \"My App\".\"Table\" USING lantern_hnsw (embedding public.dist_l2sq_ops)" + tail);
    EXPECT_EQ(translated("CREATE INDEX i ON app.t USING hnsw (embedding vector_l2_ops)", "fast disk"),
              "CREATE INDEX i ON app.t USING lantern_hnsw (embedding public.dist_l2sq_ops)" + tail + " TABLESPACE \"fast disk\"");
    EXPECT_EQ(translated("CREATE INDEX CONCURRENTLY i ON app.t USING hnsw (embedding vector_l2_ops)"),
              "CREATE INDEX i ON app.t USING lantern_hnsw (embedding public.dist_l2sq_ops)" + tail);
}

TEST(IndexSurroundings, OfPredicatesAreKept) {
    const auto where = [](const char* predicate) {
        const std::string sql =
            sql_of(items_index(std::string("USING hnsw (embedding vector_l2_ops) WHERE ") + predicate, "vector_l2_ops"), vector_column());
        return sql.substr(sql.find("WHERE"));
    };
    EXPECT_EQ(where("((note IS NOT NULL) AND (id > 10))"), "WHERE note IS NOT NULL AND id > 10");
    EXPECT_EQ(where("(lang = 'en'::text)"), "WHERE lang = 'en'::text");
    EXPECT_EQ(where("(public.vector_dims(embedding) = 3)"), "WHERE array_length(embedding, 1) = 3");
}

TEST(IndexSurroundings, HoldNamesThatNeedQuotes) {
    Column column = vector_column();
    column.name = "Em\"bed ding";
    const SourceIndex index{
        .name = {"app", "i"},
        .table = {"app", "t"},
        .method = "hnsw",
        .opclasses = {"halfvec_l2_ops"},
        .definition = "CREATE INDEX i ON app.t USING hnsw (((\"Em\"\"bed ding\")::public.halfvec(3)) public.halfvec_l2_ops)"};
    const IndexTranslation result = translate_index(index, {column}, {.lantern_schema = "My Ext"});
    EXPECT_EQ(result.sql,
              "CREATE INDEX i ON app.t USING lantern_hnsw (\"Em\"\"bed ding\" \"My Ext\".dist_l2sq_ops) WITH "
              "(m=16, ef_construction=128, ef=64, dim=3, quant_bits=16)");
    EXPECT_EQ(result.column, "Em\"bed ding");
}

TEST(IndexRules, ThrowOnlyForWhatIsNoIndex) {
    EXPECT_THROW(static_cast<void>(translate_index(items_index("USING hnsw (embedding", "vector_l2_ops"), {vector_column()}, {})),
                 SqlError);
}

}  // namespace
}  // namespace lantern_migrate::plan::testing
