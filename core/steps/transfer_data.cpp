#include "core/steps/build_work.h"
#include "core/steps/steps.h"
#include "core/steps/throttle_work.h"
#include "core/steps/verify_work.h"
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

// Chunks commit without waiting for the disk; one commit that does wait, behind the last of them, makes them all durable.
// And a last look: the ledger holds exactly the chunks of the journal.
void flush_and_count(Run& run, bool any_copied) {
    if (any_copied || !run.ledger.holds(run.target(), rows_item)) run.ledger.flush(run.target(), rows_item);
    const auto held = run.ledger.read_all(run.target());
    for (const TableWork& table : run.plan_tables()) {
        for (int number = 0; number < table.chunks_total; ++number) {
            if (held.contains({table.plan.item(), number})) continue;
            throw TransientError("the target's ledger lacks chunk " + std::to_string(number) + " of " + table.plan.item(),
                                 "the job copies it again by itself");
        }
    }
}

// What the run copied, for the report: until here, nothing but rows.
void save_copy_run(Run& run, migrations_state::CopyRun copied, migrations_state::Timestamp began_at, std::uint64_t commits_before) {
    copied.run = run.job.runs;
    copied.began_at = began_at;
    copied.ended_at = std::chrono::time_point_cast<std::chrono::milliseconds>(migrations_state::Clock::now());
    copied.journal_commits = run.journal.commits() - commits_before;
    run.journal.add_copy_run(run.job.id, copied);
}

// A pause lets the chunks in hand come to their end; behind them, the run ends.
migrations_state::CopyRun copy(Run& run, std::vector<TableWork>& work, const transfer::WorkerContext& context) {
    const Ending::Copying copying(run.ending);
    return transfer::copy_tables(work, run.spec.copy.workers, context, {.now = run.stop, .after_chunks = run.ending.after_chunks()});
}

}  // namespace

void transfer_data(Run& run) {
    auto attempt = run.journal.begin(run.job.id, Step::transfer_data);
    const auto began_at = std::chrono::time_point_cast<std::chrono::milliseconds>(migrations_state::Clock::now());
    const std::uint64_t commits_before = run.journal.commits();
    run.ensure_snapshot();
    run.reconcile();
    std::vector<TableWork> work = run.plan_tables();
    show_tables(run, work);
    take_up_builds(run);
    show_builds(run);
    run.progress.set_activity("copying rows");
    // Indexes are where the time goes: each table's are built as soon as its rows are in, beside the copy of the others.
    index::Builder builder(builder_context(run), run.journal.builds(run.job.id), run.stop);
    const auto table_copied = [&](std::size_t place) { save_measures(run, work[place]); };
    const auto table_done = [&](std::size_t place) {
        const transfer::TablePlan& table = work[place].plan;
        builder.table_ready(table.name.schema, table.name.name, table.record.bytes);
    };
    run.journal.together([&] {
        for (std::size_t place = 0; place < work.size(); ++place) {
            if (work[place].chunks.empty()) table_copied(place);
        }
    });
    for (std::size_t place = 0; place < work.size(); ++place) {
        if (work[place].chunks.empty()) table_done(place);
    }
    const transfer::WorkerContext context{
        .journal = run.journal,
        .ledger = run.ledger,
        .progress = run.progress,
        .cancellation = run.cancellation,
        .limit = run.rate_limit,
        .connect_source = [&run](int worker) { return run.connect_source("copy " + std::to_string(worker)); },
        .connect_target =
            [&run](int worker) {
                pg::Session session = run.connect_target("copy " + std::to_string(worker));
                // Safe because the truth is read from the ledger, which is lost or kept together with the rows; see flush_and_count.
                session.execute("SET synchronous_commit = off");
                return session;
            },
        .begin_on_snapshot = [&run](pg::Session& source) { run.begin_on_snapshot(source); },
        .table_copied = table_copied,
        .table_done = table_done};
    auto throttle = start_throttle(run);
    const migrations_state::CopyRun copied = copy(run, work, context);
    if (run.stop.stop_requested()) throw TransientError("the copy was stopped", "");
    if (throttle) throttle->finish();
    flush_and_count(run, copied.chunks > 0);
    save_copy_run(run, copied, began_at, commits_before);
    ready_parents(run, builder);
    // The copy's workers have nothing to do any more; a build keeps one processor busy. Where no build is going on, the step verify does
    // it.
    if (run.spec.verify != config::Verification::off && builder.working()) verify_tables(run);
    run.progress.set_activity("waiting for index builds");
    builder.finish();
    LANTERN_FAILPOINT("transfer_data.before_end");
    attempt.commit(Step::create_indexes);
}

}  // namespace lantern_migrate::steps
