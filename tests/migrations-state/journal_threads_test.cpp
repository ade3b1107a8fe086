#include "journal_fixture.h"

#include <thread>

namespace lantern_migrate::migrations_state {
namespace {

class Threads : public JournalTest {};

TEST_F(Threads, BeginAndEndChunksAndReadSideBySide) {
    constexpr int threads = 4;
    constexpr int chunks_each = 50;
    const Job job = words();
    NewTable table{.schema = "public", .name = "items"};
    table.chunks.resize(threads * chunks_each);
    journal_.save_tables(job.id, {&table, 1});
    const TableId id = journal_.tables(job.id)[0].id;
    {
        std::vector<std::jthread> workers;
        for (int worker = 0; worker < threads; ++worker) {
            workers.emplace_back([&, worker] {
                for (int i = 0; i < chunks_each; ++i) {
                    const int number = worker * chunks_each + i;
                    EXPECT_EQ(journal_.begin_chunk(id, number), 1);
                    journal_.end_chunk(id, number, {.rows = static_cast<std::uint64_t>(number)});
                    if (i % 10 == 0) {
                        EXPECT_EQ(journal_.chunks(job.id).size(), std::size_t{threads * chunks_each});
                    }
                }
            });
        }
    }
    for (const ChunkRecord& chunk : journal_.chunks(job.id)) {
        EXPECT_EQ(chunk.state, ChunkState::done);
        EXPECT_EQ(chunk.totals.rows, static_cast<std::uint64_t>(chunk.number));
    }
}

}  // namespace
}  // namespace lantern_migrate::migrations_state
