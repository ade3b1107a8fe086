#include "core/transfer/batches.h"

#include <algorithm>

namespace lantern_migrate::transfer {
namespace {

constexpr std::size_t batches_per_worker = 4;

bool is_small(const TableWork& table) { return table.chunks_total == 1 && table.plan.record.bytes <= small_table_bytes; }

}  // namespace

std::uint64_t TableWork::disk_bytes(const migrations_state::ChunkRecord& chunk) const {
    const auto total = static_cast<std::uint64_t>(std::max(chunks_total, 1));
    const std::uint64_t share = plan.record.bytes / total;
    return chunk.number == chunks_total - 1 ? plan.record.bytes - share * (total - 1) : share;
}

std::uint64_t TableWork::estimated_rows_a_chunk() const {
    if (plan.record.estimated_rows <= 0) return 0;
    return static_cast<std::uint64_t>(plan.record.estimated_rows) / static_cast<std::uint64_t>(std::max(chunks_total, 1));
}

std::vector<Batch> make_batches(const std::vector<TableWork>& tables, int workers) {
    const auto small = static_cast<std::size_t>(
        std::ranges::count_if(tables, [](const TableWork& table) { return is_small(table) && !table.chunks.empty(); }));
    const std::size_t share = small / (static_cast<std::size_t>(std::max(workers, 1)) * batches_per_worker);
    const std::size_t tables_max = std::clamp<std::size_t>(share, 1, batch_tables);
    std::vector<Batch> batches;
    Batch open;
    std::uint64_t open_bytes = 0;
    const auto close = [&] {
        if (!open.empty()) batches.push_back(std::move(open));
        open = {};
        open_bytes = 0;
    };
    for (std::size_t table = 0; table < tables.size(); ++table) {
        if (is_small(tables[table])) {
            if (tables[table].chunks.empty()) continue;
            const std::uint64_t bytes = tables[table].plan.record.bytes;
            if (open.size() >= tables_max || open_bytes + bytes > batch_bytes) close();
            open.push_back({.table = table, .place = 0});
            open_bytes += bytes;
            continue;
        }
        for (std::size_t place = 0; place < tables[table].chunks.size(); ++place) batches.push_back({{.table = table, .place = place}});
    }
    close();
    return batches;
}

}  // namespace lantern_migrate::transfer
