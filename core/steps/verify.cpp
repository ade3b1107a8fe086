#include "core/steps/steps.h"
#include "core/verify/verify_tables.h"
#include "migrations-state/failpoint.h"

namespace lantern_migrate::steps {
namespace {

using migrations_state::ChunkState;
using migrations_state::Severity;
using migrations_state::Step;

// Tables that an earlier attempt found equal with the same method need no second look: nothing writes to the target but us.
std::vector<verify::SentTable> tables_to_verify(Run& run) {
    std::map<migrations_state::TableId, verify::SentTable> sent;
    for (auto& table : run.plan_tables()) {
        const auto id = table.plan.record.id;
        sent.emplace(id, verify::SentTable{.plan = std::move(table.plan)});
    }
    for (const auto& chunk : run.journal.chunks(run.job.id)) {
        verify::SentTable& table = sent.at(chunk.table);
        table.rows += chunk.totals.rows;
        table.digest.add(codec::Digest::from_hex(chunk.totals.digest));
    }
    for (const auto& record : run.journal.verifications(run.job.id)) {
        if (record.equal && record.method == config::to_word(run.spec.verify)) sent.erase(record.table);
    }
    std::vector<verify::SentTable> tables;
    for (auto& [id, table] : sent) tables.push_back(std::move(table));
    return tables;
}

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
        const std::vector<verify::SentTable> tables = tables_to_verify(run);
        run.progress.set_activity("verifying " + std::to_string(tables.size()) + " tables");
        verify::verify_tables(
            tables,
            {.method = run.spec.verify,
             .workers = run.spec.copy.workers,
             .cancellation = run.cancellation,
             .connect_target = [&run](int worker) { return run.connect_target("verify " + std::to_string(worker)); },
             .connect_source = [&run](int worker) { return run.connect_source_on_snapshot("verify " + std::to_string(worker)); },
             .table_done = [&run](const auto& record) { run.journal.set_verification(run.job.id, record); }},
            run.stop);
        if (run.stop.stop_requested()) throw TransientError("the verification was stopped", "");
        refuse_differences(run);
        run.require_source_unchanged();
    }
    LANTERN_FAILPOINT("verify.before_end");
    attempt.commit(Step::cutover);
}

}  // namespace lantern_migrate::steps
