#include "core/transfer/workers.h"

#include "core/transfer/in_flight.h"
#include "migrations-state/failpoint.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

namespace lantern_migrate::transfer {
namespace {

using migrations_state::ChunkRecord;
using migrations_state::CopyRun;
using migrations_state::Journal;

using Parts = std::vector<LedgerPart>;

constexpr int forced_statistics_since_version_num = 150000;

std::chrono::milliseconds wall_clock_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(migrations_state::Clock::now().time_since_epoch());
}

// Adds the time that it lives.
class Stopwatch {
public:
    explicit Stopwatch(std::atomic<std::uint64_t>& microseconds) : microseconds_(microseconds) {}
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;
    ~Stopwatch() {
        const auto taken = std::chrono::steady_clock::now() - began_;
        microseconds_ += static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(taken).count());
    }

private:
    std::atomic<std::uint64_t>& microseconds_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

// Shared by the workers of one run.
class Pool {
public:
    Pool(std::vector<TableWork>& tables, int workers, const WorkerContext& context, const CopyStop& stop)
        : tables_(tables),
          context_(context),
          batches_(make_batches(tables, workers)),
          open_chunks_(open_chunks(tables)),
          on_stop_after_chunks_(stop.after_chunks, [this] { end_after_chunks(); }),
          on_outer_stop_(stop.now, [this] { stop_.request_stop(); }) {}

    [[nodiscard]] std::size_t batches() const { return batches_.size(); }

    void work(int worker) noexcept {
        try {
            const Batch* batch = next();
            if (batch == nullptr) return;
            pg::Session source = context_.connect_source(worker);
            pg::Session target = context_.connect_target(worker);
            const pg::Cancellation::Registration cancel_source(context_.cancellation, source);
            const pg::Cancellation::Registration cancel_target(context_.cancellation, target);
            Copied copied;
            for (; batch != nullptr; batch = next()) {
                const std::vector<int> attempts = advance(copied, batch);
                copied = copy_batch(source, target, *batch, attempts);
            }
            advance(copied, nullptr);
            report_statistics(target);
        } catch (...) {
            std::lock_guard lock(mutex_);
            if (!error_) error_ = std::current_exception();
            stop_.request_stop();
        }
    }

    [[nodiscard]] CopyRun result() {
        if (error_) std::rethrow_exception(error_);
        run_.journal_us = journal_us_;
        run_.ledger_us = ledger_us_;
        return run_;
    }

private:
    // A batch that is on the target, with what the ledger has for each of its chunks.
    struct Copied {
        const Batch* batch = nullptr;
        std::vector<LedgerEntry> entries;
    };

    const Batch* next() {
        std::lock_guard lock(mutex_);
        if (stop_.stop_requested() || ending_ || taken_ == batches_.size()) return nullptr;
        chunks_in_hand_ += batches_[taken_].size();
        return &batches_[taken_++];
    }

    static std::vector<std::size_t> open_chunks(const std::vector<TableWork>& tables) {
        std::vector<std::size_t> open;
        for (const TableWork& table : tables) open.push_back(table.chunks.size());
        return open;
    }

    void end_after_chunks() {
        std::lock_guard lock(mutex_);
        ending_ = true;
        show_chunks_in_hand();
    }
    void show_chunks_in_hand() {
        if (!ending_ || chunks_in_hand_ == 0) return;
        context_.progress.set_activity("pausing: " + std::to_string(chunks_in_hand_) +
                                       (chunks_in_hand_ == 1 ? " chunk in hand is" : " chunks in hand are") + " being copied to the end");
    }

    [[nodiscard]] const ChunkRecord& record(const ChunkPlace& chunk) const { return tables_[chunk.table].chunks[chunk.place]; }

    std::vector<int> advance(const Copied& ended, const Batch* begun);
    std::vector<std::size_t> settle(const Copied& ended);
    Copied copy_batch(pg::Session& source, pg::Session& target, const Batch& batch, const std::vector<int>& attempts);
    std::vector<bool> lock(pg::Session& target, const Parts& parts, bool again);
    LedgerEntry copy_chunk(pg::Session& source, pg::Session& target, const ChunkPlace& chunk, InFlight& in_flight);
    LedgerEntry read_held(pg::Session& target, const ChunkPlace& chunk, const LedgerPart& part);
    void count(const LedgerEntry& entry, int attempt);
    static void report_statistics(pg::Session& target);

    std::vector<TableWork>& tables_;
    const WorkerContext& context_;
    std::stop_source stop_;
    const std::vector<Batch> batches_;
    std::mutex mutex_;
    std::size_t taken_ = 0;
    std::size_t chunks_in_hand_ = 0;        // taken and not journaled
    bool ending_ = false;                   // no further batch is taken
    std::vector<std::size_t> open_chunks_;  // by table
    CopyRun run_;
    std::once_flag first_row_;
    std::atomic<std::uint64_t> journal_us_{0};
    std::atomic<std::uint64_t> ledger_us_{0};
    std::exception_ptr error_;
    // The last, so that they find all the others made.
    std::stop_callback<std::function<void()>> on_stop_after_chunks_;
    std::stop_callback<std::function<void()>> on_outer_stop_;
};

// The end of one batch and the begin of the next are one commit of the journal: one wait for the disk a batch.
// Gives the attempt at each chunk begun.
std::vector<int> Pool::advance(const Copied& ended, const Batch* begun) {
    std::vector<int> attempts;
    std::vector<std::size_t> complete;
    if (begun != nullptr) LANTERN_FAILPOINT("chunk.before_begin");
    {
        const Stopwatch stopwatch(journal_us_);
        context_.journal.together([&] {
            if (ended.batch != nullptr) complete = settle(ended);
            if (begun == nullptr) return;
            for (const ChunkPlace& chunk : *begun)
                attempts.push_back(context_.journal.begin_chunk(record(chunk).table, record(chunk).number));
        });
    }
    if (ended.batch != nullptr) LANTERN_FAILPOINT("chunk.after_end");
    for (const std::size_t table : complete) context_.table_done(table);
    if (begun != nullptr) LANTERN_FAILPOINT("chunk.after_begin");
    return attempts;
}

// Journals the end of a batch; gives the tables that are complete with it.
std::vector<std::size_t> Pool::settle(const Copied& ended) {
    std::vector<std::size_t> complete;
    std::vector<Journal::ChunkEnd> ends;
    {
        std::lock_guard lock(mutex_);
        for (std::size_t i = 0; i < ended.batch->size(); ++i) {
            const ChunkPlace& chunk = (*ended.batch)[i];
            TableWork& table = tables_[chunk.table];
            const LedgerEntry& entry = ended.entries[i];
            ends.push_back({.table = record(chunk).table, .number = record(chunk).number, .totals = entry.totals});
            if (table.measures.empty()) table.measures.resize(entry.measures.size());
            for (std::size_t m = 0; m < entry.measures.size(); ++m) table.measures.at(m).merge(entry.measures[m]);
            if (--open_chunks_[chunk.table] == 0) complete.push_back(chunk.table);
        }
    }
    context_.journal.end_chunks(ends);
    for (const std::size_t table : complete) context_.table_copied(table);
    std::lock_guard lock(mutex_);
    chunks_in_hand_ -= ended.batch->size();
    show_chunks_in_hand();
    return complete;
}

// Gives for each part whether the ledger holds it already: a backend of a killed run committed it after this run had read the ledger.
std::vector<bool> Pool::lock(pg::Session& target, const Parts& parts, bool again) {
    const Stopwatch stopwatch(ledger_us_);
    context_.ledger.lock(target, parts);
    return again ? context_.ledger.holds(target, parts) : std::vector<bool>(parts.size(), false);
}

LedgerEntry Pool::copy_chunk(pg::Session& source, pg::Session& target, const ChunkPlace& chunk, InFlight& in_flight) {
    const codec::Tally tally = copy_rows(
        source, target, tables_[chunk.table].plan, {record(chunk).lower, record(chunk).upper}, context_.limit,
        [&](std::uint64_t rows, std::uint64_t bytes) {
            std::call_once(first_row_, [this] { run_.first_row_at = migrations_state::Timestamp{wall_clock_ms()}; });
            in_flight.written(rows, bytes);
        },
        stop_.get_token());
    return {
        .totals = {.rows = tally.rows, .bytes_read = tally.bytes_read, .bytes_written = tally.bytes_written, .digest = tally.digest.hex()},
        .measures = tally.measures};
}

LedgerEntry Pool::read_held(pg::Session& target, const ChunkPlace& chunk, const LedgerPart& part) {
    auto entry = context_.ledger.read(target, part.item, part.part);
    if (!entry) throw TransientError("the ledger lost chunk " + std::to_string(part.part) + " of " + part.item, "the job looks again");
    context_.progress.add_rows(chunk.table, entry->totals.rows, 0);
    context_.progress.chunk_done(chunk.table, tables_[chunk.table].disk_bytes(record(chunk)));
    return *entry;
}

void Pool::count(const LedgerEntry& entry, int attempt) {
    std::lock_guard lock(mutex_);
    run_.rows += entry.totals.rows;
    run_.bytes_read += entry.totals.bytes_read;
    run_.bytes_written += entry.totals.bytes_written;
    ++run_.chunks;
    if (attempt > 1) ++run_.chunks_again;
}

// All chunks of the batch and their ledger rows in one transaction. READ COMMITTED, so that the look into the ledger sees what was
// committed while we waited for the locks.
Pool::Copied Pool::copy_batch(pg::Session& source, pg::Session& target, const Batch& batch, const std::vector<int>& attempts) {
    Copied copied{.batch = &batch, .entries = std::vector<LedgerEntry>(batch.size())};
    Parts parts;
    for (const ChunkPlace& chunk : batch) parts.push_back({.item = tables_[chunk.table].plan.item(), .part = record(chunk).number});
    std::deque<InFlight> in_flight;
    std::vector<LedgerRow> fresh;
    context_.begin_on_snapshot(source);
    pg::Transaction transaction(target);
    const std::vector<bool> held = lock(target, parts, std::ranges::any_of(attempts, [](int attempt) { return attempt > 1; }));
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const TableWork& table = tables_[batch[i].table];
        if (held[i]) {
            copied.entries[i] = read_held(target, batch[i], parts[i]);
            continue;
        }
        in_flight.emplace_back(context_.progress, batch[i].table, table.disk_bytes(record(batch[i])), table.estimated_rows_a_chunk());
        copied.entries[i] = copy_chunk(source, target, batch[i], in_flight.back());
        count(copied.entries[i], attempts[i]);
        fresh.push_back({.part = parts[i], .attempt = attempts[i], .entry = copied.entries[i]});
    }
    source.commit();
    const Stopwatch stopwatch(ledger_us_);
    context_.ledger.record(target, fresh);
    LANTERN_FAILPOINT("chunk.before_commit");
    transaction.commit();
    LANTERN_FAILPOINT("chunk.after_commit");
    auto row = fresh.begin();
    for (InFlight& chunk : in_flight) chunk.done((row++)->entry.totals.rows);
    return copied;
}

// Whoever compares the target's counters later (verify) finds them complete.
void Pool::report_statistics(pg::Session& target) {
    if (target.server_version_num() < forced_statistics_since_version_num) return;
    target.execute("SELECT pg_catalog.pg_stat_force_next_flush()");
}

}  // namespace

CopyRun copy_tables(std::vector<TableWork>& tables, int workers, const WorkerContext& context, const CopyStop& stop) {
    Pool pool(tables, workers, context, stop);
    const int needed = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(workers), pool.batches()));
    {
        std::vector<std::jthread> threads;
        for (int worker = 1; worker <= needed; ++worker) threads.emplace_back([&pool, worker] { pool.work(worker); });
    }
    CopyRun run = pool.result();
    run.workers = needed;
    return run;
}

}  // namespace lantern_migrate::transfer
