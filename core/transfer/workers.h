// Chunks over parallel workers: each takes the next chunk, copies it, and records it in ledger and journal.
#pragma once

#include "core/pg/cancellation.h"
#include "core/progress.h"
#include "core/transfer/copy_rows.h"
#include "core/transfer/ledger.h"
#include "migrations-state/journal.h"

#include <functional>
#include <mutex>
#include <stop_token>
#include <vector>

namespace lantern_migrate::transfer {

// A table on its way; `chunks` are those that are not done, in their order.
struct TableWork {
    TablePlan plan;
    std::vector<migrations_state::ChunkRecord> chunks;
    int chunks_total = 0;
    std::vector<codec::VectorMeasure> measures;  // of the chunks that are done
};

// What a worker needs from its surroundings.
struct WorkerContext {
    migrations_state::Journal& journal;
    const Ledger& ledger;
    Progress& progress;
    pg::Cancellation& cancellation;
    RateLimit& limit;
    std::function<pg::Session(int worker)> connect_source;  // in a transaction on the run's snapshot
    std::function<pg::Session(int worker)> connect_target;
    std::function<void(std::size_t table)> table_done;  // from a worker's thread, once a table; may throw
};

// Copies every chunk of every table, tables in the order given (largest first). Returns when all are done.
// The first error stops all workers; it is thrown when they have joined. With `stop` requested, returns early.
void copy_tables(std::vector<TableWork>& tables, int workers, const WorkerContext&, std::stop_token stop);

}  // namespace lantern_migrate::transfer
