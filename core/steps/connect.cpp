#include "core/pg/server.h"
#include "core/steps/steps.h"
#include "migrations-state/failpoint.h"

namespace lantern_migrate::steps {
namespace {

using migrations_state::Severity;
using migrations_state::Step;

void refuse_if_blocked(const Preflight& preflight) {
    const auto blocking = preflight.blocking();
    if (blocking.empty()) return;
    const plan::Finding& first = *blocking.front();
    const std::string more =
        blocking.size() == 1 ? "" : " (and " + std::to_string(blocking.size() - 1) + " more of `lantern-migrate plan`)";
    throw MigrationError(first.object + ": " + first.reason + more, first.remedy);
}

// What was created is known exactly with it, even if another job creates it at the same moment.
void create_lantern(Run& run) {
    pg::Transaction transaction(run.target());
    run.ledger.ensure_in_transaction(run.target());
    const transfer::CreationWatch watch(run.target());
    run.target().execute("CREATE EXTENSION IF NOT EXISTS lantern WITH SCHEMA public");
    run.ledger.record_created(run.target(), watch.created(run.target()));
    transaction.commit();
}

}  // namespace

void connect(Run& run) {
    auto attempt = run.journal.begin(run.job.id, Step::connect);
    run.progress.set_activity("reading the source's catalog");
    const Preflight preflight = examine(
        run.source(), run.source_parameters(), &run.target(),
        {.spec = run.spec, .pg_dump = run.options.pg_dump, .application_name = run.reader_name("pg_dump"), .snapshot = {}}, run.stop);
    std::vector<migrations_state::FindingRecord> findings;
    for (const plan::Finding& finding : preflight.findings) {
        findings.push_back(
            {.severity = severity(finding.severity), .object = finding.object, .reason = finding.reason, .remedy = finding.remedy});
    }
    run.journal.set_findings(run.job.id, findings);
    refuse_if_blocked(preflight);
    if (!pg::extension_state(run.target(), "lantern").installed_version) {
        create_lantern(run);
        run.event(Severity::info, "extension created", "created extension lantern on the target");
    }
    attempt.note(pg::version_text(run.source(), "vector") + " -> " + pg::version_text(run.target(), "lantern"));
    LANTERN_FAILPOINT("connect.before_end");
    attempt.commit(Step::save_indexes);
}

}  // namespace lantern_migrate::steps
