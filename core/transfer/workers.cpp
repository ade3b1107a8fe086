#include "core/transfer/workers.h"

#include "migrations-state/failpoint.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <thread>

namespace lantern_migrate::transfer {
namespace {

using migrations_state::ChunkRecord;
using migrations_state::ChunkTotals;

struct Chunk {
    std::size_t table = 0;
    std::size_t place = 0;  // in the table's chunks
};

// Shared by the workers of one run.
class Pool {
public:
    Pool(std::vector<TableWork>& tables, const WorkerContext& context, std::stop_token stop)
        : tables_(tables), context_(context), on_outer_stop_(std::move(stop), [this] { stop_.request_stop(); }) {
        for (std::size_t table = 0; table < tables_.size(); ++table) {
            open_chunks_.push_back(tables_[table].chunks.size());
            for (std::size_t place = 0; place < tables_[table].chunks.size(); ++place) queue_.push_back({table, place});
        }
    }

    void work(int worker) noexcept {
        try {
            std::optional<Chunk> chunk = next();
            if (!chunk) return;
            pg::Session source = context_.connect_source(worker);
            pg::Session target = context_.connect_target(worker);
            const pg::Cancellation::Registration cancel_source(context_.cancellation, source);
            const pg::Cancellation::Registration cancel_target(context_.cancellation, target);
            for (; chunk; chunk = next()) {
                copy_chunk(source, target, *chunk);
                finish_chunk(*chunk);
            }
        } catch (...) {
            std::lock_guard lock(mutex_);
            if (!error_) error_ = std::current_exception();
            stop_.request_stop();
        }
    }

    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

private:
    std::optional<Chunk> next() {
        std::lock_guard lock(mutex_);
        if (stop_.stop_requested() || taken_ == queue_.size()) return std::nullopt;
        return queue_[taken_++];
    }

    void copy_chunk(pg::Session& source, pg::Session& target, const Chunk& chunk);
    std::optional<LedgerEntry> copy_unless_there(pg::Session& source, pg::Session& target, const Chunk& chunk, int attempt);
    void finish_chunk(const Chunk& chunk);
    [[nodiscard]] std::uint64_t disk_bytes(const Chunk& chunk) const;

    std::vector<TableWork>& tables_;
    const WorkerContext& context_;
    std::stop_source stop_;
    std::stop_callback<std::function<void()>> on_outer_stop_;
    mutable std::mutex mutex_;
    std::vector<Chunk> queue_;
    std::size_t taken_ = 0;
    std::vector<std::size_t> open_chunks_;  // by table
    std::exception_ptr error_;
};

// What the chunk weighs on the source's disk, TOAST included; the last chunk of a table takes the remainder.
std::uint64_t Pool::disk_bytes(const Chunk& chunk) const {
    const TableWork& table = tables_[chunk.table];
    const auto total = static_cast<std::uint64_t>(std::max(table.chunks_total, 1));
    const std::uint64_t share = table.plan.record.bytes / total;
    const bool last = table.chunks[chunk.place].number == table.chunks_total - 1;
    return last ? table.plan.record.bytes - share * (total - 1) : share;
}

// Tells the progress about the chunk in flight and takes it back unless the chunk came to its end.
class InFlight {
public:
    InFlight(Progress& progress, std::size_t table, std::uint64_t disk_bytes, std::uint64_t expected_rows)
        : progress_(progress), table_(table), disk_bytes_(disk_bytes), expected_rows_(std::max<std::uint64_t>(expected_rows, 1)) {}
    ~InFlight() {
        if (!done_) progress_.chunk_abandoned(table_, rows_, shown_);
    }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

    void written(std::uint64_t rows, std::uint64_t wire_bytes) {
        progress_.add_rows(table_, rows - rows_, wire_bytes);
        rows_ = rows;
        // Never quite all of it before the commit: the estimate of rows may be low.
        const double part = std::min(static_cast<double>(rows) / static_cast<double>(expected_rows_), 0.98);
        const auto shown = static_cast<std::uint64_t>(part * static_cast<double>(disk_bytes_));
        progress_.set_in_flight(table_, static_cast<std::int64_t>(shown) - static_cast<std::int64_t>(shown_));
        shown_ = shown;
    }
    void done(std::uint64_t rows) {
        progress_.add_rows(table_, rows - rows_, 0);
        progress_.set_in_flight(table_, -static_cast<std::int64_t>(shown_));
        progress_.chunk_done(table_, disk_bytes_);
        done_ = true;
    }

private:
    Progress& progress_;
    std::size_t table_;
    std::uint64_t disk_bytes_;
    std::uint64_t expected_rows_;
    std::uint64_t rows_ = 0;
    std::uint64_t shown_ = 0;
    bool done_ = false;
};

// Gives nothing if the ledger holds the chunk already: a backend of a killed run committed it after this run had read the ledger.
std::optional<LedgerEntry> Pool::copy_unless_there(pg::Session& source, pg::Session& target, const Chunk& chunk, int attempt) {
    const TableWork& table = tables_[chunk.table];
    const ChunkRecord& record = table.chunks[chunk.place];
    const std::string item = table.plan.item();
    if (attempt > 1 && context_.ledger.holds(target, item, record.number)) return std::nullopt;
    const std::uint64_t weight = disk_bytes(chunk);
    const auto rows_expected = table.plan.record.estimated_rows <= 0 ? std::uint64_t{0}
                                                                     : static_cast<std::uint64_t>(table.plan.record.estimated_rows) /
                                                                           static_cast<std::uint64_t>(std::max(table.chunks_total, 1));
    InFlight in_flight(context_.progress, chunk.table, weight, rows_expected);
    const codec::Tally tally = copy_rows(
        source, target, table.plan, {record.lower, record.upper}, context_.limit,
        [&](std::uint64_t rows, std::uint64_t bytes) { in_flight.written(rows, bytes); }, stop_.get_token());
    LedgerEntry entry{
        .totals = {.rows = tally.rows, .bytes_read = tally.bytes_read, .bytes_written = tally.bytes_written, .digest = tally.digest.hex()},
        .measures = tally.measures};
    context_.ledger.record(target, item, record.number, attempt, entry);
    LANTERN_FAILPOINT("chunk.before_commit");
    target.commit();
    LANTERN_FAILPOINT("chunk.after_commit");
    in_flight.done(tally.rows);
    return entry;
}

void Pool::copy_chunk(pg::Session& source, pg::Session& target, const Chunk& chunk) {
    TableWork& table = tables_[chunk.table];
    const ChunkRecord& record = table.chunks[chunk.place];
    const std::string item = table.plan.item();
    LANTERN_FAILPOINT("chunk.before_begin");
    const int attempt = context_.journal.begin_chunk(record.table, record.number);
    LANTERN_FAILPOINT("chunk.after_begin");
    std::optional<LedgerEntry> entry;
    {
        // READ COMMITTED, so that the look into the ledger sees what was committed while we waited for the lock.
        pg::Transaction transaction(target, "BEGIN ISOLATION LEVEL READ COMMITTED");
        context_.ledger.lock(target, item, record.number);
        entry = copy_unless_there(source, target, chunk, attempt);
        // Committed in there, or nothing to commit; then the destructor's rollback does nothing.
    }
    if (!entry) {
        entry = context_.ledger.read(target, item, record.number);
        if (!entry) throw TransientError("the ledger lost chunk " + std::to_string(record.number) + " of " + item, "the job looks again");
        context_.progress.add_rows(chunk.table, entry->totals.rows, 0);
        context_.progress.chunk_done(chunk.table, disk_bytes(chunk));
    }
    context_.journal.end_chunk(record.table, record.number, entry->totals);
    LANTERN_FAILPOINT("chunk.after_end");
    std::lock_guard lock(mutex_);
    if (table.measures.empty()) table.measures.resize(entry->measures.size());
    for (std::size_t i = 0; i < entry->measures.size(); ++i) table.measures.at(i).merge(entry->measures[i]);
}

void Pool::finish_chunk(const Chunk& chunk) {
    {
        std::lock_guard lock(mutex_);
        if (--open_chunks_[chunk.table] != 0) return;
    }
    context_.table_done(chunk.table);
}

}  // namespace

void copy_tables(std::vector<TableWork>& tables, int workers, const WorkerContext& context, std::stop_token stop) {
    Pool pool(tables, context, std::move(stop));
    std::size_t chunks = 0;
    for (const TableWork& table : tables) chunks += table.chunks.size();
    {
        std::vector<std::jthread> threads;
        const int needed = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(workers), chunks));
        for (int worker = 1; worker <= needed; ++worker) threads.emplace_back([&pool, worker] { pool.work(worker); });
    }
    pool.rethrow();
}

}  // namespace lantern_migrate::transfer
