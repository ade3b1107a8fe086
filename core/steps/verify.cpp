#include "core/steps/steps.h"
#include "core/steps/verify_work.h"
#include "migrations-state/failpoint.h"

namespace lantern_migrate::steps {
namespace {

using migrations_state::Step;

void refuse_differences(Run& run) {
    std::map<migrations_state::TableId, std::string> names;
    for (const auto& table : run.journal.tables(run.job.id)) names[table.id] = table.schema + "." + table.name;
    std::string differing;
    for (const auto& record : run.journal.verifications(run.job.id)) {
        if (record.equal) continue;
        differing += (differing.empty() ? "" : ", ") + names[record.table] + " (" + std::to_string(record.rows_sent) + " rows sent, " +
                     std::to_string(record.rows_found) + " found" + (record.rows_sent == record.rows_found ? ", of other content)" : ")");
    }
    if (differing.empty()) return;
    throw VerificationError("verification found a difference between source and target: " + differing,
                            "find out who else writes to the target; then cancel the job, drop what it made there and submit it anew");
}

}  // namespace

void verify(Run& run) {
    auto attempt = run.journal.begin(run.job.id, Step::verify);
    run.require_source_unchanged();
    if (run.spec.verify == config::Verification::off) {
        attempt.note("left out, as the job says");
    } else {
        verify_tables(run);
        refuse_differences(run);
        run.require_source_unchanged();
    }
    LANTERN_FAILPOINT("verify.before_end");
    attempt.commit(Step::cutover);
}

}  // namespace lantern_migrate::steps
