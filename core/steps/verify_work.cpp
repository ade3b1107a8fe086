#include "core/steps/verify_work.h"

#include "core/verify/verify_tables.h"

#include <algorithm>
#include <set>

namespace lantern_migrate::steps {
namespace {

using migrations_state::TableId;
using transfer::Tripwire;

using States = std::map<plan::QualifiedName, Tripwire>;

// Counters and file nodes of the target's tables. The workers have reported theirs when they ended (workers.cpp).
States target_states(Run& run) {
    std::vector<plan::QualifiedName> names;
    for (const auto& table : run.journal.tables(run.job.id)) names.push_back({table.schema, table.name});
    return transfer::read_tripwires(run.target(), names);
}

std::string state_of(const States& states, const plan::QualifiedName& table) {
    const auto state = states.find(table);
    return state == states.end() ? std::string{} : state->second.format();
}

// Whether what was found then is true still: nobody wrote to the target's table since.
bool holds_still(const migrations_state::VerifyRecord& record, const States& states, const plan::QualifiedName& table, bool settled) {
    const auto then = Tripwire::parse(record.target_state);
    const auto now = states.find(table);
    return then && now != states.end() && transfer::compare(*then, now->second, settled).change == transfer::Change::none;
}

// A slow read-back. To wait for longer than it would take to read again is of no use: many small jobs, or an application that is
// connected already, would make each job wait for all of the limit and then read all the same.
constexpr std::uint64_t read_back_bytes_per_ms = 50 * 1024;
// What a backend may need to be gone after its client.
constexpr std::chrono::milliseconds settle_at_least{250};

// A session of somebody else's counts its last writes late; with none there is nothing to wait for.
bool settle_target(Run& run) {
    std::string oldest;
    std::set<TableId> tables;
    for (const auto& record : run.journal.verifications(run.job.id)) {
        const auto then = Tripwire::parse(record.target_state);
        if (!then) continue;
        if (oldest.empty() || then->taken_at < oldest) oldest = then->taken_at;
        tables.insert(record.table);
    }
    if (oldest.empty()) return true;
    std::uint64_t bytes = 0;
    for (const auto& chunk : run.journal.chunks(run.job.id)) {
        if (tables.contains(chunk.table)) bytes += chunk.totals.bytes_written;
    }
    const auto limit = std::clamp(std::chrono::milliseconds(bytes / read_back_bytes_per_ms), settle_at_least, transfer::settle_limit);
    return transfer::settle(run.target(), oldest, run.application_prefix(), limit, run.stop);
}

std::vector<verify::SentTable> tables_to_verify(Run& run, const States& states, bool settled) {
    std::map<TableId, verify::SentTable> sent;
    for (auto& table : run.plan_tables()) {
        const TableId id = table.plan.record.id;
        std::string state = state_of(states, table.plan.name);
        sent.emplace(id, verify::SentTable{.plan = std::move(table.plan), .target_state = std::move(state)});
    }
    for (const auto& chunk : run.journal.chunks(run.job.id)) {
        verify::SentTable& table = sent.at(chunk.table);
        table.rows += chunk.totals.rows;
        table.digest.add(codec::Digest::from_hex(chunk.totals.digest));
    }
    for (const auto& record : run.journal.verifications(run.job.id)) {
        const auto table = sent.find(record.table);
        if (table == sent.end() || !record.equal || record.method != config::to_word(run.spec.verify)) continue;
        if (holds_still(record, states, table->second.plan.name, settled)) sent.erase(table);
    }
    std::vector<verify::SentTable> tables;
    for (auto& [id, table] : sent) tables.push_back(std::move(table));
    return tables;
}

// A commit of the journal for many small tables together.
class Records {
public:
    explicit Records(Run& run) : run_(run) {}
    void add(const migrations_state::VerifyRecord& record) {
        records_.push_back(record);
        const auto now = std::chrono::steady_clock::now();
        if (now - saved_at_ > save_interval) save();
    }
    void save() {
        run_.journal.together([this] {
            for (const auto& record : records_) run_.journal.set_verification(run_.job.id, record);
        });
        records_.clear();
        saved_at_ = std::chrono::steady_clock::now();
    }

private:
    // What a crash makes us read again at most.
    static constexpr std::chrono::milliseconds save_interval{250};

    Run& run_;
    std::vector<migrations_state::VerifyRecord> records_;
    std::chrono::steady_clock::time_point saved_at_{};
};

}  // namespace

void verify_tables(Run& run) {
    const bool settled = settle_target(run);
    const std::vector<verify::SentTable> tables = tables_to_verify(run, target_states(run), settled);
    if (tables.empty()) return;
    run.progress.set_activity("verifying " + std::to_string(tables.size()) + " tables");
    Records records(run);
    verify::verify_tables(
        tables,
        {.method = run.spec.verify,
         .workers = run.spec.copy.workers,
         .cancellation = run.cancellation,
         .connect_target = [&run](int worker) { return run.connect_target("verify " + std::to_string(worker)); },
         .connect_source = [&run](int worker) { return run.connect_source_on_snapshot("verify " + std::to_string(worker)); },
         .table_done = [&records](const auto& record) { records.add(record); }},
        run.stop);
    records.save();
    if (run.stop.stop_requested()) throw TransientError("the verification was stopped", "");
}

}  // namespace lantern_migrate::steps
