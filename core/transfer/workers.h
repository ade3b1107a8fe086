// Batches of chunks over parallel workers: each takes the next, copies it, and records it in ledger and journal.
#pragma once

#include "core/pg/cancellation.h"
#include "core/progress.h"
#include "core/transfer/batches.h"
#include "core/transfer/copy_rows.h"
#include "core/transfer/ledger.h"
#include "migrations-state/journal.h"

#include <functional>
#include <stop_token>
#include <vector>

namespace lantern_migrate::transfer {

// What a worker needs from its surroundings. The functions are called from workers' threads.
struct WorkerContext {
    migrations_state::Journal& journal;
    const Ledger& ledger;
    Progress& progress;
    pg::Cancellation& cancellation;
    RateLimit& limit;
    std::function<pg::Session(int worker)> connect_source;
    std::function<pg::Session(int worker)> connect_target;
    std::function<void(pg::Session& source)> begin_on_snapshot;  // a transaction on the run's snapshot
    // Once a table. `table_copied` within the journal's commit that ends its last chunk, `table_done` behind it. Both may throw.
    std::function<void(std::size_t table)> table_copied;
    std::function<void(std::size_t table)> table_done;
};

struct CopyStop {
    std::stop_token now{};           // chunks in hand are given up
    std::stop_token after_chunks{};  // chunks in hand are copied to their end and journaled, no other is begun
};

// Copies every chunk of every table, tables in the order given (largest first). Returns when all are done, and what it took; the caller
// fills in run, times of begin and end and the journal's commits.
// The first error stops all workers; it is thrown when they have joined. With a stop requested, returns early.
[[nodiscard]] migrations_state::CopyRun copy_tables(std::vector<TableWork>& tables, int workers, const WorkerContext&, const CopyStop&);

}  // namespace lantern_migrate::transfer
