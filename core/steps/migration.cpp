// The state machine. The order of the steps is in `drive`, and nowhere else:
//
//   connect -> save_indexes -> drop_indexes -> convert_columns -> drop_extension -> stop_source
//           -> transfer_schema -> transfer_data -> create_indexes -> verify -> cutover -> done
//
// journal.begin(step) comes before a step's first side effect, attempt.commit(next) after its last is durable. A killed run leaves an
// attempt without an end; the next run begins the same step again, and the step itself finds out from the ledger what is there.
// Only in memory: sessions, locks, the snapshot (Run). Two ways back to transfer_data exist, both decided when a run takes the job up:
// a table of the source changed while nobody held it (Run::ensure_snapshot), or the target lost commits (Run::reconcile).
#include "core/steps/migration.h"

#include "core/pg/server.h"
#include "core/steps/drop_target.h"
#include "core/steps/run.h"
#include "core/steps/steps.h"
#include "core/transfer/table_plan.h"

namespace lantern_migrate::steps {
namespace {

using migrations_state::Step;
using migrations_state::StepAttempt;

// A step of the guide that offline mode has no need of.
void plan_away(Run& run, Step step, Step next, const char* why) {
    StepAttempt attempt = run.journal.begin(run.job.id, step);
    attempt.note(why);
    attempt.commit(next);
}

// A run that takes up a job behind stop_source needs the lock and the snapshot again, and the truth about the rows.
void take_up(Run& run, Step step) {
    if (step <= Step::stop_source) return;
    if (handed_over(run.journal, run.job.id)) return;
    stop_source_again(run);
    const bool changed = run.ensure_snapshot();
    const bool lost = run.reconcile();
    if ((changed || lost) && step > Step::transfer_data) {
        StepAttempt attempt = run.journal.begin(run.job.id, step);
        attempt.note(changed ? "went back: tables of the source changed" : "went back: the target lost chunks");
        attempt.commit(Step::transfer_data);
    }
}

Outcome drive(Run& run, bool cutover_allowed) {
    run.attach();
    take_up(run, run.journal.job(run.job.id).step);
    for (;;) {
        if (run.stop.stop_requested()) return Outcome::stopped;
        const Step step = run.journal.job(run.job.id).step;
        run.progress.set_step(step);
        switch (step) {
            case Step::connect: connect(run); break;
            case Step::save_indexes: save_indexes(run); break;
            case Step::drop_indexes:
                plan_away(run, step, Step::convert_columns,
                          "planned away: the target never gets pgvector's indexes, the source keeps them");
                break;
            case Step::convert_columns:
                plan_away(run, step, Step::drop_extension, "planned away: the target's columns are real[], values are converted in flight");
                break;
            case Step::drop_extension: plan_away(run, step, Step::stop_source, "planned away: the source keeps its extension"); break;
            case Step::stop_source: stop_source(run); break;
            case Step::transfer_schema: transfer_schema(run); break;
            case Step::transfer_data: transfer_data(run); break;
            case Step::create_indexes: create_indexes(run); break;
            case Step::verify: verify(run); break;
            case Step::cutover: return cutover(run, cutover_allowed) ? Outcome::done : Outcome::waiting;
        }
    }
}

}  // namespace

struct Migration::Impl {
    config::JobSpec spec;
    migrations_state::Journal& journal;
    migrations_state::JobId job;
    MigrationOptions options;
    Progress& progress;
    Observer observer;
    Ending ending;
};

Migration::Migration(config::JobSpec spec, migrations_state::Journal& journal, migrations_state::JobId job, MigrationOptions options,
                     Progress& progress, Observer observer)
    : impl_(new Impl{std::move(spec), journal, job, std::move(options), progress, std::move(observer), {}}) {}

Migration::~Migration() = default;

Outcome Migration::run(std::stop_token stop, bool cutover_allowed) {
    const migrations_state::Job job = impl_->journal.job(impl_->job);
    if (job.fingerprint != job_fingerprint(impl_->spec)) {
        throw MigrationError(
            "the job file of " + job.name + " changed what may not change after a job began",
            "restore `mode`, `tables`, `schema` and `vectors` to what they were, or cancel the job and submit it under another name");
    }
    Ending& ending = impl_->ending;
    const std::stop_callback on_stop(std::move(stop), [&ending] { ending.stop(); });
    try {
        Run run(impl_->spec, impl_->journal, job, impl_->options, impl_->progress, impl_->observer, ending);
        return drive(run, cutover_allowed);
    } catch (...) {
        // A stop cancels statements and leaves transactions: what that throws is not the job's failure.
        if (ending.now().stop_requested()) return Outcome::stopped;
        throw;
    }
}

Pause Migration::pause() { return impl_->ending.pause(); }

std::string Migration::drop_target_objects(const std::stop_token& stop) {
    return drop_target(impl_->spec, impl_->journal, impl_->journal.job(impl_->job), impl_->observer, stop);
}

void Migration::release_source() { steps::release_source(impl_->spec, impl_->journal, impl_->job); }

std::string job_fingerprint(const config::JobSpec& spec) {
    std::string text = std::string("mode ") + std::string(config::to_word(spec.mode));
    // Not the servers: a host may change its name. Their identity is checked against the servers themselves.
    for (const auto& pattern : spec.tables.include) text += "; include " + pattern;
    for (const auto& pattern : spec.tables.exclude) text += "; exclude " + pattern;
    text += "; existing " + std::string(config::to_word(spec.schema.existing));
    text += "; unsupported " + std::string(config::to_word(spec.schema.unsupported));
    text += spec.schema.owners ? "; owners" : "";
    text += spec.schema.privileges ? "; privileges" : "";
    text += spec.vectors.dimension_checks ? "; dimension checks" : "";
    text += "; bits " + std::string(config::to_word(spec.vectors.bits));
    return text;
}

}  // namespace lantern_migrate::steps
