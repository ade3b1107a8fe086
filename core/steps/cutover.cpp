#include "core/steps/steps.h"
#include "migrations-state/failpoint.h"

namespace lantern_migrate::steps {
namespace {

using migrations_state::Severity;
using migrations_state::Step;

// Once this is journaled, everything is verified and handed over; what is left is to drop the ledger.
constexpr const char* ledger_drop_fact = "cutover.ledger_drop";

void move_sequences(Run& run) {
    run.progress.set_activity("setting sequences");
    pg::Transaction transaction(run.target());
    for (const plan::Sequence& sequence : run.catalog().sequences) {
        const auto row = run.source().execute("SELECT last_value, is_called FROM " + sequence.name.sql()).one_row();
        const bool there = run.target()
                               .execute("SELECT pg_catalog.to_regclass($1) IS NOT NULL", pqxx::params{sequence.name.sql()})
                               .one_row()[0]
                               .as<bool>();
        if (!there) {  // `schema.existing: use`, or its owner does not move
            run.event(Severity::warning, "sequence left out", "the target has no sequence " + sequence.name.text());
            continue;
        }
        run.target().execute("SELECT pg_catalog.setval($1::pg_catalog.regclass, $2, $3)",
                             pqxx::params{sequence.name.sql(), row[0].as<std::int64_t>(), row[1].as<bool>()});
    }
    transaction.commit();
}

void drop_ledger(Run& run) {
    run.journal.set_fact(run.job.id, ledger_drop_fact, "begun");
    LANTERN_FAILPOINT("cutover.before_ledger_drop");
    run.ledger.drop(run.target());
    LANTERN_FAILPOINT("cutover.after_ledger_drop");
}

}  // namespace

bool handed_over(const migrations_state::Journal& journal, migrations_state::JobId job) {
    return journal.fact(job, ledger_drop_fact).has_value();
}

bool cutover(Run& run, bool allowed) {
    if (handed_over(run.journal, run.job.id)) {
        auto attempt = run.journal.begin(run.job.id, Step::cutover);
        drop_ledger(run);
        attempt.commit_done();
        return true;
    }
    if (run.spec.cutover == config::CutoverStart::wait && !allowed) {
        run.journal.set_waiting(run.job.id, "everything is copied, built and verified; cutover waits for the operator",
                                "say `lantern-migrate cutover " + run.job.name +
                                    "` when the application is ready; tables of the source"
                                    " that are written to until then are copied again first");
        return false;
    }
    auto attempt = run.journal.begin(run.job.id, Step::cutover);
    run.require_source_unchanged();
    LANTERN_FAILPOINT("cutover.before_sequences");
    move_sequences(run);
    if (const auto restore = source_restore_sql(run.journal, run.job.id)) {
        run.add_finding({plan::Severity::warning, "database " + run.catalog().database + " of the source", "it stays read-only by default",
                         *restore + "; -- makes it writable again"});
    }
    drop_ledger(run);
    attempt.commit_done();
    return true;
}

}  // namespace lantern_migrate::steps
