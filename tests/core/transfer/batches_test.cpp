#include "core/transfer/batches.h"

#include <gmock/gmock.h>

namespace lantern_migrate::transfer {
namespace {

using testing::ElementsAre;

constexpr std::uint64_t mib = 1 << 20;

TableWork table(std::uint64_t bytes, int chunks = 1, int done = 0) {
    TableWork work;
    work.plan.record.bytes = bytes;
    work.chunks_total = chunks;
    for (int number = done; number < chunks; ++number) work.chunks.push_back({.number = number});
    return work;
}

TEST(Batches, TakeOneChunkOfALargeTable) {
    EXPECT_THAT(make_batches({table(40 * mib, 3), table(2 * mib)}, 4),
                ElementsAre(Batch{{0, 0}}, Batch{{0, 1}}, Batch{{0, 2}}, Batch{{1, 0}}));
}

TEST(Batches, TakeManySmallTables) {
    const std::vector<TableWork> tables(2000, table(8192));
    const auto batches = make_batches(tables, 2);
    EXPECT_EQ(batches.size(), 32U);
    std::size_t next = 0;
    for (const Batch& batch : batches) {
        EXPECT_LE(batch.size(), batch_tables);
        for (const ChunkPlace& chunk : batch) EXPECT_EQ(chunk.table, next++);
    }
    EXPECT_EQ(next, tables.size());
}

TEST(Batches, LeaveEveryWorkerSeveral) {
    EXPECT_EQ(make_batches(std::vector<TableWork>(32, table(8192)), 4).size(), 16U);
    EXPECT_EQ(make_batches(std::vector<TableWork>(3, table(8192)), 4).size(), 3U);
}

TEST(Batches, StayUnderTheirSize) {
    for (const Batch& batch : make_batches(std::vector<TableWork>(500, table(mib)), 1)) EXPECT_LE(batch.size(), batch_bytes / mib);
}

TEST(Batches, HaveNothingThatIsDone) {
    EXPECT_THAT(make_batches({table(40 * mib, 3, 2), table(8192, 1, 1), table(8192), table(0)}, 1),
                ElementsAre(Batch{{0, 0}}, Batch{{2, 0}}, Batch{{3, 0}}));
    EXPECT_TRUE(make_batches({table(8192, 1, 1)}, 1).empty());
}

TEST(TableWork, SharesItsBytesAmongItsChunks) {
    const TableWork work = table(1000, 3);
    EXPECT_EQ(work.disk_bytes(work.chunks[0]), 333U);
    EXPECT_EQ(work.disk_bytes(work.chunks[2]), 334U);
}

}  // namespace
}  // namespace lantern_migrate::transfer
