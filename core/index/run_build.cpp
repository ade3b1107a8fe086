// Builds on the target, each in a transaction with its ledger row.
#include "core/index/builds.h"
#include "migrations-state/failpoint.h"

#include <algorithm>

namespace lantern_migrate::index {
namespace {

using migrations_state::BuildRecord;
using migrations_state::BuildState;
using migrations_state::Severity;

// Postgres takes it in kB, and no less than 1 MB.
std::string maintenance_work_mem(const BuilderContext& context) {
    const auto share = context.maintenance_work_mem_bytes / static_cast<std::uint64_t>(std::max(context.concurrent_builds, 1));
    const std::uint64_t limit_kb = 2'147'483'647;
    return std::to_string(std::clamp<std::uint64_t>(share / 1024, 1024, limit_kb)) + "kB";
}

std::string reason_of(const PgError& e) {
    const PgError::Facts& facts = e.facts();
    return facts.message + (facts.sqlstate.empty() ? "" : " (SQLSTATE " + facts.sqlstate + ")") +
           (facts.detail.empty() ? "" : "; " + facts.detail) + (facts.hint.empty() ? "" : "; hint: " + facts.hint);
}

// Of the server's resources, its connection or an operator: not of the statement.
bool is_statements_own(const PgError& e) {
    const std::string& state = e.facts().sqlstate;
    return !e.facts().connection_lost && !state.empty() && !state.starts_with("08") && !state.starts_with("57P") && state != "57014" &&
           state != "40001" && state != "40P01" && state != "55P03";
}

// Publications and event triggers are objects of their own; what else is built goes with its table.
bool creates_by_itself(const BuildRecord& build) { return build.kind == kind::trigger || build.kind == kind::other; }

// Does nothing if the ledger holds the build already.
void build_in_transaction(pg::Session& session, const BuildRecord& build, const std::string& sql, const BuilderContext& context) {
    pg::Transaction transaction(session);
    context.ledger.lock(session, build.item);
    if (context.ledger.holds(session, build.item)) return;
    session.execute("SET LOCAL maintenance_work_mem = '" + maintenance_work_mem(context) + "'");
    if (creates_by_itself(build)) {
        const transfer::CreationWatch watch(session, transfer::catalogs_after_rows);
        session.execute(sql);
        context.ledger.record_created(session, watch.created(session));
    } else {
        session.execute(sql);
    }
    context.ledger.record(session, build.item);
    LANTERN_FAILPOINT("build.before_commit");
    transaction.commit();
    LANTERN_FAILPOINT("build.after_commit");
}

// Those that the ledger does not hold, in one statement string: a round trip for all.
void build_all_in_transaction(pg::Session& session, std::span<const BuildRecord> builds, const BuilderContext& context) {
    std::vector<transfer::LedgerPart> parts;
    for (const BuildRecord& build : builds) parts.push_back({.item = build.item});
    pg::Transaction transaction(session);
    context.ledger.lock(session, parts);
    const std::vector<bool> held = context.ledger.holds(session, parts);
    std::string sql = "SET LOCAL maintenance_work_mem = '" + maintenance_work_mem(context) + "'";
    std::vector<transfer::LedgerRow> rows;
    for (std::size_t i = 0; i < builds.size(); ++i) {
        if (held[i]) continue;
        sql += ";\n" + builds[i].sql;
        rows.push_back({.part = parts[i]});
    }
    session.execute(sql);
    context.ledger.record(session, rows);
    LANTERN_FAILPOINT("build.before_commit");
    transaction.commit();
    LANTERN_FAILPOINT("build.after_commit");
}

}  // namespace

void run_build(pg::Session& session, const BuildRecord& build, const BuilderContext& context, const std::stop_token& stop) {
    context.journal.begin_build(build.id);
    context.progress.build_began(build.item);
    LANTERN_FAILPOINT("build.after_begin");
    try {
        const std::string sql = build.sql.empty() ? context.decide(session, build) : build.sql;
        if (sql.empty()) {
            context.progress.build_ended(build.item, BuildState::skipped);
            return;
        }
        const BuildPoll::Running running(context.poll.get(), PQbackendPID(session.raw()), build.item);
        build_in_transaction(session, build, sql, context);
    } catch (const PgError& e) {
        if (stop.stop_requested() || !is_statements_own(e)) throw;
        context.journal.fail_build(build.id, reason_of(e));
        context.progress.build_ended(build.item, BuildState::failed);
        context.event(Severity::warning, "build failed", build.item + " could not be built: " + reason_of(e));
        return;
    }
    context.journal.end_build(build.id);
    context.progress.build_ended(build.item, BuildState::done);
}

void run_builds(pg::Session& session, std::span<const BuildRecord> builds, const BuilderContext& context, const std::stop_token& stop) {
    if (builds.size() == 1) return run_build(session, builds.front(), context, stop);
    context.journal.together([&] {
        for (const BuildRecord& build : builds) context.journal.begin_build(build.id);
    });
    for (const BuildRecord& build : builds) context.progress.build_began(build.item);
    LANTERN_FAILPOINT("build.after_begin");
    try {
        build_all_in_transaction(session, builds, context);
    } catch (const PgError& e) {
        if (stop.stop_requested() || !is_statements_own(e)) throw;
        // One of them: each by itself, so that only that one fails.
        for (const BuildRecord& build : builds) run_build(session, build, context, stop);
        return;
    }
    context.journal.together([&] {
        for (const BuildRecord& build : builds) context.journal.end_build(build.id);
    });
    for (const BuildRecord& build : builds) context.progress.build_ended(build.item, BuildState::done);
}

}  // namespace lantern_migrate::index
