#include "core/plan/index_definition.h"
#include "core/errors.h"

#include <gtest/gtest.h>

namespace lantern_migrate::plan {
namespace {

std::string shown(const IndexKey& key) {
    return "column " + key.column + ", opclass " + key.opclass + ", function " + key.function +
           (key.cast ? ", cast " + std::to_string(key.cast_dimensions) : "");
}

// The forms that pg_get_indexdef() gives.
TEST(IndexDefinition, KnowsItsKey) {
    const std::pair<const char*, const char*> cases[] = {
        {"(embedding vector_l2_ops)", "column embedding, opclass vector_l2_ops, function "},
        {"(embedding)", "column embedding, opclass , function "},
        {"(embedding ext.vector_l2_ops)", "column embedding, opclass vector_l2_ops, function "},
        {"(\"Em bed\" vector_l2_ops)", "column Em bed, opclass vector_l2_ops, function "},
        {"(((embedding)::halfvec(3)) halfvec_l2_ops)", "column embedding, opclass halfvec_l2_ops, function , cast 3"},
        {"(((embedding)::public.vector(768)) public.vector_ip_ops)", "column embedding, opclass vector_ip_ops, function , cast 768"},
        {"(((embedding)::vector) vector_l2_ops)", "column embedding, opclass vector_l2_ops, function , cast 0"},
        {"(((binary_quantize(embedding))::bit(3)) bit_hamming_ops)", "column , opclass bit_hamming_ops, function binary_quantize"},
        {"(((subvector(embedding, 1, 2))::vector(2)) vector_l2_ops)", "column , opclass vector_l2_ops, function subvector, cast 2"},
        {"(ext.l2_normalize(embedding) vector_l2_ops)", "column , opclass vector_l2_ops, function l2_normalize"},
        {"((a + b) vector_l2_ops)", "column , opclass vector_l2_ops, function "},
    };
    for (const auto& [keys, expected] : cases) {
        const IndexDefinition definition(std::string("CREATE INDEX i ON public.items USING hnsw ") + keys);
        ASSERT_EQ(definition.keys().size(), 1U) << keys;
        EXPECT_EQ(shown(definition.keys().front()), expected);
    }
    EXPECT_EQ(IndexDefinition("CREATE INDEX i ON t USING btree (a, lower(b), c)").keys().size(), 3U);
}

TEST(IndexDefinition, KnowsItsNumericOptions) {
    const IndexDefinition definition(
        "CREATE INDEX i ON t USING hnsw (v) WITH (m='24', ef_construction=500, fast=on, odd='3x', big='99999999999', bare)");
    EXPECT_EQ(definition.option("m"), 24);
    EXPECT_EQ(definition.option("ef_construction"), 500);
    for (const char* name : {"fast", "odd", "big", "bare", "absent"}) EXPECT_EQ(definition.option(name), std::nullopt) << name;
}

TEST(IndexDefinition, ConvertsItsPredicateOrSaysWhatItNeeds) {
    const auto convert = [](const char* predicate) {
        IndexDefinition definition(std::string("CREATE INDEX i ON public.t USING hnsw (v) WHERE ") + predicate);
        const std::string needs = definition.convert_predicate();
        return needs.empty() ? definition.sql().substr(definition.sql().find("WHERE")) : needs;
    };
    EXPECT_EQ(convert("(id > 0)"), "WHERE id > 0");
    EXPECT_EQ(convert("(vector_dims(v) = 3)"), "WHERE array_length(v, 1) = 3");
    EXPECT_EQ(convert("(v <> '[0,0]'::vector)"), "WHERE v <> '{0,0}'::real[]");
    EXPECT_EQ(convert("(l2_norm(v) = (1)::double precision)"), "uses function l2_norm");
    EXPECT_EQ(convert("((v <-> '[0,0]'::vector) < (1)::double precision)"), "uses operator <->");
    EXPECT_EQ(convert("((t)::vector(2) = '[0,0]'::vector)"), "casts a value to vector");
    EXPECT_EQ(IndexDefinition("CREATE INDEX i ON t USING hnsw (v)").convert_predicate(), "");
}

TEST(IndexDefinition, IndexesArraysOfNumbersAndVectors) {
    for (const VectorType type : {VectorType::vector, VectorType::halfvec, VectorType::sparsevec}) {
        EXPECT_TRUE(IndexDefinition::can_index(Column{.type = "whatever", .vector = type}));
    }
    for (const char* type : {"real[]", "integer[]", "double precision[]", "numeric[]"})
        EXPECT_TRUE(IndexDefinition::can_index(Column{.type = type})) << type;
    for (const char* type : {"text", "bit(8)", "text[]", "real"}) EXPECT_FALSE(IndexDefinition::can_index(Column{.type = type})) << type;
    EXPECT_FALSE(IndexDefinition::can_index(Column{.type = "vector(3)[]", .vector = VectorType::vector_array}));
}

TEST(IndexDefinition, IsOneCreateIndexAndNothingElse) {
    for (const char* sql : {"", "SELECT 1", "CREATE INDEX i ON t (a); CREATE INDEX j ON t (b)", "DROP INDEX i"}) {
        try {
            const IndexDefinition definition(sql);
            ADD_FAILURE() << "accepted: " << sql;
        } catch (const SqlError& error) {
            EXPECT_STREQ(error.what(), "an index definition is expected to be one CREATE INDEX statement") << sql;
            EXPECT_EQ(error.statement(), sql);
        }
    }
}

}  // namespace
}  // namespace lantern_migrate::plan
