#include "core/transfer/table_plan.h"

#include <gtest/gtest.h>

namespace lantern_migrate::transfer {
namespace {

using plan::Column;
using plan::Table;
using plan::VectorType;

Table items() {
    Table table;
    table.oid = 20000;
    table.name = {"public", "Items"};
    table.bytes = 1000 * 8192;
    table.pages = 100;
    table.columns = {Column{.name = "id", .type = "bigint", .type_oid = 20, .base_type_oid = 20},
                     Column{.name = "select", .type = "text", .type_oid = 25, .base_type_oid = 25},
                     Column{.name = "v", .type = "vector(3)", .type_modifier = 3, .vector = VectorType::vector},
                     Column{.name = "doubled", .type = "bigint", .generated = true}};
    return table;
}

const TargetTypeOid no_types = [](const plan::ValueType& type) -> std::uint32_t {
    ADD_FAILURE() << "asked for " << type.name.text();
    return 0;
};

using Kind = plan::ValueType::Kind;
using Value = std::shared_ptr<const plan::ValueType>;

Value value_of(plan::ValueType type) {
    for (const Value& part : type.parts) type.holds_vector = type.holds_vector || part->holds_vector;
    type.holds_vector = type.holds_vector || type.kind == Kind::vector;
    return std::make_shared<const plan::ValueType>(std::move(type));
}
const Value integer = value_of({.oid = 23, .target_oid = 23});
const Value mood = value_of({.oid = 16500, .name = {"public", "mood"}});
const Value vector = value_of({.kind = Kind::vector, .vector = VectorType::vector, .oid = 16390, .target_oid = 1021});
const Value embedding = value_of({.kind = Kind::vector, .vector = VectorType::vector, .oid = 16510, .name = {"public", "embedding"}});

// As the target answers: the source's OID and 1,000.
const TargetTypeOid answers = [](const plan::ValueType& type) { return type.oid + 1000; };

codec::Field field_of(const Value& value) {
    Table table;
    table.name = {"public", "t"};
    table.columns = {Column{.name = "c", .value = value}};
    const TablePlan plan = plan_table(table, {}, "public", answers);
    EXPECT_EQ(plan.format, CopyFormat::binary);
    return plan.fields.at(0);
}

TEST(TablePlan, CopiesInBinaryAndLeavesGeneratedColumnsOut) {
    const TablePlan plan = plan_table(items(), {}, "public", no_types);
    EXPECT_EQ(plan.copy_out("(10,0)", "(20,0)"),
              "COPY (SELECT id, \"select\", v FROM ONLY public.\"Items\" WHERE ctid >= '(10,0)'::pg_catalog.tid AND ctid < "
              "'(20,0)'::pg_catalog.tid)"
              " TO STDOUT (FORMAT binary)");
    EXPECT_EQ(plan.copy_in(), "COPY public.\"Items\" (id, \"select\", v) FROM STDIN (FORMAT binary)");
    ASSERT_EQ(plan.fields.size(), 3U);
    EXPECT_EQ(plan.fields[2].kind, codec::FieldKind::vector);
    EXPECT_EQ(plan.measured_columns, std::vector<std::string>{"v"});
}

TEST(TablePlan, ATypeWithoutABinaryFormTakesTheWholeTableToTextWithCastsOnTheSource) {
    Table table = items();
    table.columns[1].binary = false;
    table.columns.push_back(Column{.name = "s", .type = "sparsevec(9)", .vector = VectorType::sparsevec});
    const TablePlan plan = plan_table(table, {}, "Ext", no_types);
    EXPECT_EQ(plan.copy_out("", ""),
              "COPY (SELECT id, \"select\", v::\"Ext\".vector::real[], s::\"Ext\".sparsevec::\"Ext\".vector::real[]"
              " FROM ONLY public.\"Items\") TO STDOUT (FORMAT text)");
    EXPECT_EQ(plan.copy_back("", ""), "COPY (SELECT id, \"select\", v, s FROM ONLY public.\"Items\") TO STDOUT (FORMAT text)");
    EXPECT_TRUE(plan.fields.empty());
}

TEST(TablePlan, AnArrayOfAUsersTypeGetsTheTargetsElementOid) {
    const codec::Field field = field_of(value_of({.kind = Kind::array, .oid = 16501, .parts = {mood}}));
    EXPECT_EQ(field.kind, codec::FieldKind::array);
    EXPECT_EQ(field.source_element_oid, 16500U);
    EXPECT_EQ(field.target_element_oid, 17500U);
    EXPECT_EQ(field.value, nullptr);
}

TEST(TablePlan, AnArrayOfABuiltInTypeIsRewrittenToo) {
    const codec::Field field = field_of(value_of({.kind = Kind::array, .oid = 1007, .target_oid = 1007, .parts = {integer}}));
    EXPECT_EQ(field.kind, codec::FieldKind::array);
    EXPECT_EQ(field.target_element_oid, 23U);
}

TEST(TablePlan, ACompositeGoesInBinaryWithTheTargetsOids) {
    const Value moods = value_of({.kind = Kind::array, .oid = 16501, .name = {"public", "mood"}, .array_of_name = true, .parts = {mood}});
    const codec::Field field = field_of(value_of({.kind = Kind::composite, .oid = 16520, .parts = {integer, moods, vector, embedding}}));
    ASSERT_EQ(field.kind, codec::FieldKind::composite);
    ASSERT_EQ(field.value->parts.size(), 4U);
    const auto expect_part = [&](std::size_t i, codec::FieldKind kind, std::uint32_t source_oid, std::uint32_t target_oid) {
        const codec::ValuePlan& part = *field.value->parts.at(i);
        EXPECT_EQ(part.kind, kind) << i;
        EXPECT_EQ(part.source_oid, source_oid) << i;
        EXPECT_EQ(part.target_oid, target_oid) << i;
    };
    expect_part(0, codec::FieldKind::pass_through, 23, 23);
    expect_part(1, codec::FieldKind::array, 16501, 17501);
    expect_part(2, codec::FieldKind::vector, 16390, 1021);
    expect_part(3, codec::FieldKind::vector, 16510, 17510);
}

TEST(TablePlan, ArraysOfDomainsCompositesAndRangesAreConvertedInside) {
    const Value range = value_of({.kind = Kind::range, .oid = 16530, .parts = {vector}});
    const Value multirange = value_of({.kind = Kind::multirange, .oid = 16531, .parts = {range}});
    EXPECT_EQ(field_of(range).kind, codec::FieldKind::range);
    EXPECT_EQ(field_of(multirange).kind, codec::FieldKind::multirange);
    const codec::Field domains = field_of(value_of({.kind = Kind::array, .oid = 16511, .parts = {embedding}}));
    EXPECT_EQ(domains.kind, codec::FieldKind::array);
    ASSERT_NE(domains.value, nullptr);
    EXPECT_EQ(domains.value->parts.at(0)->target_oid, 17510U);
}

TEST(TablePlan, WhatNeedsNoChangePasses) {
    const Value range = value_of({.kind = Kind::range, .oid = 16530, .parts = {integer}});
    EXPECT_EQ(field_of(mood).kind, codec::FieldKind::pass_through);
    EXPECT_EQ(field_of(range).kind, codec::FieldKind::pass_through);
    EXPECT_EQ(field_of(value_of({.kind = Kind::multirange, .oid = 16531, .parts = {range}})).kind, codec::FieldKind::pass_through);
    EXPECT_EQ(field_of(value_of({.kind = Kind::composite, .oid = 16520, .parts = {integer, integer}})).kind,
              codec::FieldKind::pass_through);
}

TEST(TablePlan, ATypeThatOccursManyTimesIsPlannedOnce) {
    Value value = mood;
    for (std::uint32_t level = 1; level < 40; ++level)
        value = value_of({.kind = Kind::composite, .oid = 16600 + level, .parts = {value, value}});
    EXPECT_EQ(field_of(value).kind, codec::FieldKind::composite) << "two to the fortieth values otherwise";
}

TEST(TablePlan, InTextTheSourceWritesArraysOfVectorsAsArraysOfArrays) {
    Table table;
    table.name = {"public", "t"};
    table.columns = {Column{.name = "refused", .binary = false}, Column{.name = "a", .vector = VectorType::vector_array},
                     Column{.name = "s", .vector = VectorType::sparsevec_array}};
    const auto written = [](const std::string& name, const std::string& element) {
        return "CASE WHEN " + name + " IS NULL THEN NULL WHEN pg_catalog.cardinality(" + name +
               ") = 0 THEN '{}' ELSE (SELECT pg_catalog.format('[%s:%s][1:%s]=%s', pg_catalog.array_lower(" + name +
               ", 1), pg_catalog.array_upper(" + name + ", 1), pg_catalog.array_length(a, 2), a) FROM (SELECT pg_catalog.array_agg(" +
               element + " ORDER BY i) FROM pg_catalog.unnest(" + name + ") WITH ORDINALITY AS u(e, i)) AS v(a)) END::real[]";
    };
    EXPECT_EQ(plan_table(table, {}, "ext", no_types).source_list,
              "refused, " + written("a", "e::real[]") + ", " + written("s", "e::ext.vector::real[]"));
}

TEST(TablePlan, BitsGoAsIntegersInBothFormats) {
    Table table;
    table.name = {"public", "t"};
    table.columns = {Column{.name = "b", .type = "bit(48)", .type_modifier = 48, .as_integers = true}};
    EXPECT_EQ(plan_table(table, {}, "public", no_types).fields.at(0).kind, codec::FieldKind::bit);
    EXPECT_EQ(describe_conversions(table), "b bit(48) -> integer[]");
    table.columns.push_back(Column{.name = "refused", .binary = false});
    EXPECT_EQ(plan_table(table, {}, "public", no_types).source_list,
              "CASE WHEN b IS NOT NULL THEN (SELECT pg_catalog.array_agg(pg_catalog.\"substring\"(b::pg_catalog.bit(64), 1 + 32 * i, "
              "32)::pg_catalog.bit(32)::integer ORDER BY i) FROM pg_catalog.generate_series(0, 1) AS i) END, refused");
}

TEST(TablePlan, ATableWithoutColumnsIsCopiedAllTheSame) {
    Table table;
    table.name = {"public", "empty"};
    const TablePlan plan = plan_table(table, {}, "public", no_types);
    EXPECT_EQ(plan.copy_out("", ""), "COPY (SELECT  FROM ONLY public.empty) TO STDOUT (FORMAT binary)");
    EXPECT_EQ(plan.copy_in(), "COPY public.empty FROM STDIN (FORMAT binary)");
}

TEST(TablePlan, DescribesWhatIsConverted) {
    Table table = items();
    table.columns.push_back(Column{.name = "a", .type = "sparsevec(3)[]", .vector = VectorType::sparsevec_array});
    table.columns.push_back(Column{.name = "m", .type = "mood", .value = mood});
    table.columns.push_back(Column{.name = "p", .type = "pair", .value = value_of({.kind = Kind::composite, .parts = {vector}})});
    EXPECT_EQ(describe_conversions(table), "v vector(3) -> real[], a sparsevec(3)[] -> real[][], p pair with real[] in it");
}

TEST(ChunkPlan, SplitsByTheWholeSizeToastIncluded) {
    Table table = items();  // 8,000 KiB in all, of which the heap's 100 pages are a tenth
    const auto chunks = plan_chunks(table, {.workers = 4, .chunk_size_bytes = 1000 * 1024}, 170000);
    ASSERT_EQ(chunks.size(), 8U);
    EXPECT_EQ(chunks.front().lower, "");
    EXPECT_EQ(chunks.front().upper, "(12,0)");
    EXPECT_EQ(chunks[1].lower, "(12,0)");
    EXPECT_EQ(chunks.back().lower, "(87,0)");
    EXPECT_EQ(chunks.back().upper, "") << "pages added before the snapshot belong to the last chunk";
}

TEST(ChunkPlan, BoundsMeetWithoutGapOrOverlap) {
    for (std::uint64_t pages = 1; pages < 40; ++pages) {
        for (std::uint64_t size = 1; size < 60; ++size) {
            Table table = items();
            table.pages = pages;
            table.bytes = pages * 8192;
            const auto chunks = plan_chunks(table, {.chunk_size_bytes = size * 1024}, 170000);
            ASSERT_LE(chunks.size(), pages);
            EXPECT_EQ(chunks.front().lower, "");
            EXPECT_EQ(chunks.back().upper, "");
            for (std::size_t i = 1; i < chunks.size(); ++i) {
                EXPECT_EQ(chunks[i].lower, chunks[i - 1].upper);
                EXPECT_NE(chunks[i].lower, chunks[i].upper);
            }
        }
    }
}

TEST(ChunkPlan, GivesEveryWorkerSeveralChunksOfALargeTable) {
    Table table = items();
    table.pages = 100'000;
    const auto chunks = [&](std::uint64_t mib, int workers) {
        table.bytes = mib << 20;
        return plan_chunks(table, {.workers = workers, .chunk_size_bytes = std::uint64_t{128} << 20}, 170000).size();
    };
    EXPECT_EQ(chunks(15, 4), 1U) << "not worth a second transaction";
    EXPECT_EQ(chunks(100, 4), 6U) << "16 MiB each";
    EXPECT_EQ(chunks(250, 1), 2U) << "one worker has nobody to wait for";
    EXPECT_EQ(chunks(500, 2), 8U);
    EXPECT_EQ(chunks(500, 4), 16U);
    EXPECT_EQ(chunks(12'800, 4), 100U) << "by the chunk's size: there are enough for all";
}

TEST(ChunkPlan, AnEmptyTableAndAServerWithoutTidRangeScansAreOneChunk) {
    Table empty = items();
    empty.pages = 0;
    empty.bytes = 0;
    EXPECT_EQ(plan_chunks(empty, {.chunk_size_bytes = 1 << 20}, 170000).size(), 1U);
    EXPECT_EQ(plan_chunks(items(), {.chunk_size_bytes = 8192}, 130012).size(), 1U);
}

}  // namespace
}  // namespace lantern_migrate::transfer
