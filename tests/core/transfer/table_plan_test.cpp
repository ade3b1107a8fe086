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

const TargetTypeOid no_types = [](const plan::QualifiedName& name) -> std::uint32_t {
    ADD_FAILURE() << "asked for " << name.text();
    return 0;
};

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
    Table table = items();
    table.columns.push_back(
        Column{.name = "moods", .type = "mood[]", .element_oid = 16500, .element_type = plan::QualifiedName{"public", "mood"}});
    const TablePlan plan = plan_table(table, {}, "public", [](const plan::QualifiedName& name) -> std::uint32_t {
        EXPECT_EQ(name.text(), "public.mood");
        return 17777;
    });
    EXPECT_EQ(plan.fields[3].kind, codec::FieldKind::array);
    EXPECT_EQ(plan.fields[3].source_element_oid, 16500U);
    EXPECT_EQ(plan.fields[3].target_element_oid, 17777U);
}

TEST(TablePlan, AnArrayOfABuiltInTypeIsRewrittenToo) {
    Table table = items();
    table.columns.push_back(Column{.name = "numbers", .type = "integer[]", .element_oid = 23});
    const TablePlan plan = plan_table(table, {}, "public", no_types);
    EXPECT_EQ(plan.fields[3].kind, codec::FieldKind::array);
    EXPECT_EQ(plan.fields[3].target_element_oid, 23U);
}

TEST(TablePlan, ATableWithoutColumnsIsCopiedAllTheSame) {
    Table table;
    table.name = {"public", "empty"};
    const TablePlan plan = plan_table(table, {}, "public", no_types);
    EXPECT_EQ(plan.copy_out("", ""), "COPY (SELECT  FROM ONLY public.empty) TO STDOUT (FORMAT binary)");
    EXPECT_EQ(plan.copy_in(), "COPY public.empty FROM STDIN (FORMAT binary)");
}

TEST(TablePlan, DescribesWhatIsConverted) { EXPECT_EQ(describe_conversions(items()), "v vector(3) -> real[]"); }

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
