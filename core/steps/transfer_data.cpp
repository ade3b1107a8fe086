#include "core/steps/build_work.h"
#include "core/steps/steps.h"
#include "core/transfer/workers.h"
#include "migrations-state/failpoint.h"

namespace lantern_migrate::steps {
namespace {

using migrations_state::Step;
using transfer::TableWork;

// The ledger's mark that every chunk is there and flushed to disk.
constexpr const char* rows_item = "rows";

void show_tables(Run& run, const std::vector<TableWork>& work) {
    std::vector<ProgressView::Table> shown;
    for (const TableWork& table : work) {
        const auto total = static_cast<std::uint64_t>(std::max(table.chunks_total, 1));
        const std::uint64_t share = table.plan.record.bytes / total;
        ProgressView::Table row{.name = table.plan.name.text(), .bytes_total = table.plan.record.bytes, .chunks = table.chunks_total};
        row.chunks_done = table.chunks_total - static_cast<int>(table.chunks.size());
        row.bytes = table.chunks.empty() ? table.plan.record.bytes : share * static_cast<std::uint64_t>(row.chunks_done);
        shown.push_back(std::move(row));
    }
    for (const auto& chunk : run.journal.chunks(run.job.id)) {
        if (chunk.state != migrations_state::ChunkState::done) continue;
        for (std::size_t i = 0; i < work.size(); ++i) {
            if (work[i].plan.record.id == chunk.table) shown[i].rows += chunk.totals.rows;
        }
    }
    run.progress.set_tables(std::move(shown));
}

void save_measures(Run& run, const TableWork& table) {
    std::vector<migrations_state::ColumnMeasure> measures;
    for (std::size_t i = 0; i < std::min(table.measures.size(), table.plan.measured_columns.size()); ++i) {
        const codec::VectorMeasure& measure = table.measures[i];
        const bool any = measure.values > 0;
        measures.push_back({.table = table.plan.record.id,
                            .column = table.plan.measured_columns[i],
                            .values = measure.values,
                            .nulls = measure.nulls,
                            .min_dimensions = any ? measure.min_dimensions : 0,
                            .max_dimensions = any ? measure.max_dimensions : 0,
                            .min_norm = any ? measure.min_norm : 0,
                            .max_norm = any ? measure.max_norm : 0});
    }
    run.journal.set_measures(table.plan.record.id, measures);
}

// Chunks commit without waiting for the disk; one commit that does wait, behind the last of them, makes them all durable,
// because WAL is flushed in order. And a last look: the ledger holds exactly the chunks of the journal.
void flush_and_count(Run& run) {
    pg::Transaction transaction(run.target());
    run.ledger.lock(run.target(), rows_item);
    const auto held = run.ledger.read_all(run.target());
    for (const TableWork& table : run.plan_tables()) {
        for (int number = 0; number < table.chunks_total; ++number) {
            if (held.contains({table.plan.item(), number})) continue;
            throw TransientError("the target's ledger lacks chunk " + std::to_string(number) + " of " + table.plan.item(),
                                 "the job copies it again by itself");
        }
    }
    if (!held.contains({rows_item, 0})) run.ledger.record(run.target(), rows_item);
    run.target().execute("SET LOCAL synchronous_commit = on");
    transaction.commit();
}

}  // namespace

void transfer_data(Run& run) {
    auto attempt = run.journal.begin(run.job.id, Step::transfer_data);
    run.ensure_snapshot();
    run.reconcile();
    std::vector<TableWork> work = run.plan_tables();
    show_tables(run, work);
    take_up_builds(run);
    show_builds(run);
    run.progress.set_activity("copying rows");
    // Indexes are where the time goes: each table's are built as soon as its rows are in, beside the copy of the others.
    index::Builder builder(builder_context(run), run.journal.builds(run.job.id), run.stop);
    const auto table_done = [&](std::size_t place) {
        const TableWork& table = work[place];
        save_measures(run, table);
        builder.table_ready(table.plan.name.schema, table.plan.name.name);
    };
    for (std::size_t place = 0; place < work.size(); ++place) {
        if (work[place].chunks.empty()) table_done(place);
    }
    const transfer::WorkerContext context{
        .journal = run.journal,
        .ledger = run.ledger,
        .progress = run.progress,
        .cancellation = run.cancellation,
        .limit = run.rate_limit,
        .connect_source = [&run](int worker) { return run.connect_source_on_snapshot("copy " + std::to_string(worker)); },
        .connect_target =
            [&run](int worker) {
                pg::Session session = run.connect_target("copy " + std::to_string(worker));
                // Safe because the truth is read from the ledger, which is lost or kept together with the rows; see flush_and_count.
                session.execute("SET synchronous_commit = off");
                return session;
            },
        .table_done = table_done};
    transfer::copy_tables(work, run.spec.copy.workers, context, run.stop);
    if (run.stop.stop_requested()) throw TransientError("the copy was stopped", "");
    run.progress.set_activity("waiting for index builds");
    ready_parents(run, builder);
    builder.finish();
    flush_and_count(run);
    LANTERN_FAILPOINT("transfer_data.before_end");
    attempt.commit(Step::create_indexes);
}

}  // namespace lantern_migrate::steps
