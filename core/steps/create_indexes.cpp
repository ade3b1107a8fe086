#include "core/steps/build_work.h"
#include "core/steps/steps.h"
#include "migrations-state/failpoint.h"

namespace lantern_migrate::steps {
namespace {

using migrations_state::BuildRecord;
using migrations_state::BuildState;
using migrations_state::Step;

void refuse_failed(Run& run) {
    const BuildRecord* first = nullptr;
    int failed = 0;
    const auto builds = run.journal.builds(run.job.id);
    for (const BuildRecord& build : builds) {
        if (build.state != BuildState::failed) continue;
        if (first == nullptr) first = &build;
        ++failed;
    }
    if (first == nullptr) return;
    throw MigrationError(first->item + " could not be built on the target: " + first->reason +
                             (failed == 1 ? "" : " (and " + std::to_string(failed - 1) + " more)"),
                         "mend the cause and retry the job: the rows stay, only what failed is built again");
}

}  // namespace

void create_indexes(Run& run) {
    auto attempt = run.journal.begin(run.job.id, Step::create_indexes);
    take_up_builds(run);
    show_builds(run);
    run.progress.set_activity("building keys and indexes");
    {
        index::Builder builder(builder_context(run), run.journal.builds(run.job.id), run.stop);
        for (const auto& table : run.journal.tables(run.job.id)) builder.table_ready(table.schema, table.name, table.bytes);
        ready_parents(run, builder);
        builder.finish();
    }
    if (run.stop.stop_requested()) throw TransientError("the builds were stopped", "");
    const index::BuilderContext context = builder_context(run);
    for (const BuildRecord& build : run.journal.builds(run.job.id)) {
        if (build.state != BuildState::pending || index::needs_one_table(build)) continue;
        if (run.stop.stop_requested()) throw TransientError("the builds were stopped", "");
        run.progress.set_activity("creating " + build.item);
        index::run_build(run.target(), build, context, run.stop);
    }
    refuse_failed(run);
    LANTERN_FAILPOINT("create_indexes.before_end");
    attempt.commit(Step::verify);
}

}  // namespace lantern_migrate::steps
