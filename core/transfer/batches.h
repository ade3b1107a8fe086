// Which chunks are copied in one transaction on the target: one chunk of a large table, or many small tables whole, so that neither a
// transaction nor a commit of the journal a table dominates. Pure.
#pragma once

#include "core/transfer/table_plan.h"

#include <cstddef>
#include <vector>

namespace lantern_migrate::transfer {

// A table on its way; `chunks` are those that are not done, in their order.
struct TableWork {
    TablePlan plan;
    std::vector<migrations_state::ChunkRecord> chunks;
    int chunks_total = 0;
    std::vector<codec::VectorMeasure> measures;  // of the chunks that are done

    // What a chunk weighs on the source's disk, TOAST included; the last chunk of a table takes the remainder.
    [[nodiscard]] std::uint64_t disk_bytes(const migrations_state::ChunkRecord&) const;
    [[nodiscard]] std::uint64_t estimated_rows_a_chunk() const;  // 0: unknown
};

struct ChunkPlace {
    std::size_t table = 0;
    std::size_t place = 0;  // in the table's chunks

    bool operator==(const ChunkPlace&) const = default;
};

using Batch = std::vector<ChunkPlace>;

// A batch of small tables is no larger than this, on the source's disk and in number: it is what a crash makes a worker copy again.
inline constexpr std::uint64_t small_table_bytes = std::uint64_t{1} << 20;
inline constexpr std::uint64_t batch_bytes = std::uint64_t{16} << 20;
inline constexpr std::size_t batch_tables = 64;

// In the tables' order. Small tables make batches enough that every worker gets several.
[[nodiscard]] std::vector<Batch> make_batches(const std::vector<TableWork>&, int workers);

}  // namespace lantern_migrate::transfer
