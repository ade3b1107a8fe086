#include "core/steps/run.h"

#include "core/pg/catalog_reader.h"
#include "core/pg/server.h"
#include "core/transfer/restart.h"
#include "migrations-state/failpoint.h"

#include <algorithm>

namespace lantern_migrate::steps {
namespace {

using migrations_state::ChunkState;
using migrations_state::Severity;
using migrations_state::Side;
using migrations_state::Step;
using transfer::Tripwire;

constexpr std::string_view source_role = "source";
constexpr std::string_view target_role = "target";
constexpr std::string_view snapshot_transaction = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
// While we wait for SHARE locks, every writer that comes later waits behind us: not longer than this at a time.
constexpr std::string_view source_lock_timeout = "30s";

std::string words(const std::vector<std::string>& names) {
    constexpr std::size_t shown = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), shown); ++i) text += (i == 0 ? "" : ", ") + names[i];
    return names.size() > shown ? text + " and " + std::to_string(names.size() - shown) + " more" : text;
}

bool touched(const std::vector<migrations_state::ChunkRecord>& chunks, const migrations_state::TableRecord& table) {
    return std::ranges::any_of(chunks, [&](const auto& chunk) { return chunk.table == table.id && chunk.state != ChunkState::pending; });
}

}  // namespace

migrations_state::Severity severity(plan::Severity severity) {
    switch (severity) {
        case plan::Severity::info: return Severity::info;
        case plan::Severity::warning: return Severity::warning;
        case plan::Severity::blocking: return Severity::blocking;
    }
    return Severity::blocking;
}

Run::Run(const config::JobSpec& spec_, migrations_state::Journal& journal_, migrations_state::Job job_, const MigrationOptions& options_,
         Progress& progress_, const Observer& observer_, Ending& ending_)
    : spec(spec_),
      journal(journal_),
      job(std::move(job_)),
      options(options_),
      progress(progress_),
      observer(observer_),
      ending(ending_),
      stop(ending_.now()),
      cancellation(stop),
      ledger(job.uid),
      rate_limit(spec.copy.max_rate_bytes_per_s) {}

std::string application_prefix(const migrations_state::Job& job) { return "lantern-migrate " + job.uid.substr(0, 12); }

std::string Run::application_prefix() const { return steps::application_prefix(job); }
std::string Run::application_name(const std::string& worker) const { return application_prefix() + " " + worker; }
std::string Run::reader_name(const std::string& worker) const { return application_name(worker) + std::string(transfer::reader_mark); }

pg::Session Run::connect_source(const std::string& worker) const {
    return pg::Session::connect(source_parameters_,
                                {.role = std::string(source_role), .application_name = reader_name(worker), .read_only = true});
}

pg::Session Run::connect_source_on_snapshot(const std::string& worker) const {
    pg::Session session = connect_source(worker);
    begin_on_snapshot(session);
    return session;
}

void Run::begin_on_snapshot(pg::Session& session) const {
    try {
        session.execute(std::string(snapshot_transaction) + "; SET TRANSACTION SNAPSHOT " + plan::quote_literal(snapshot_));
    } catch (const PgError& e) {
        if (e.facts().connection_lost) throw;
        throw TransientError("the snapshot that this run copies under is gone: " + e.facts().message, "the job takes a new one by itself");
    }
}

pg::Session Run::connect_target(const std::string& worker) const {
    return pg::Session::connect(target_parameters_,
                                {.role = std::string(target_role), .application_name = application_name(worker), .read_only = false});
}

void Run::attach() {
    progress.set_activity("connecting");
    source_parameters_ = spec.source.resolve();
    target_parameters_ = spec.target.connection.resolve();
    source_ = connect_source("monitor");
    source_cancel_.emplace(cancellation, *source_);
    try {
        target_ = connect_target("main");
    } catch (const PgError& e) {
        // libpq gives no SQLSTATE for a failed connection; the server's words are fixed.
        const bool missing =
            e.facts().message.find("database \"") != std::string::npos && e.facts().message.find("does not exist") != std::string::npos;
        if (!missing || !spec.target.create_database) throw;
        create_target_database();
        target_ = connect_target("main");
    }
    target_cancel_.emplace(cancellation, *target_);
    check_identity(Side::source, *source_);
    check_identity(Side::target, *target_);
    if (job.runs > 1) {
        pg::end_stale_backends(*source_, application_prefix());
        pg::end_stale_backends(*target_, application_prefix());
    }
}

void Run::create_target_database() {
    const auto dbname = target_parameters_.keywords.find("dbname");
    if (dbname == target_parameters_.keywords.end()) {
        throw MigrationError("`target.create_database` needs the database's name in the target's URL", "write it at the URL's end");
    }
    const std::string encoding = source().execute("SELECT pg_catalog.getdatabaseencoding()").one_row()[0].as<std::string>();
    pg::Session session = pg::Session::connect(target_parameters_.with_database("postgres"),
                                               {.role = std::string(target_role), .application_name = application_name("main")});
    journal.set_fact(job.id, created_database_fact, "begun");
    session.execute("CREATE DATABASE " + plan::quote_identifier(dbname->second) + " TEMPLATE template0 ENCODING " +
                    plan::quote_literal(encoding));
    const auto oid = session.execute("SELECT oid FROM pg_catalog.pg_database WHERE datname = $1", pqxx::params{dbname->second});
    journal.set_fact(job.id, created_database_fact, oid.one_row()[0].as<std::string>());
    event(Severity::info, "database created", "created database " + dbname->second + " on the target");
}

void Run::check_identity(Side side, pg::Session& session) {
    const auto now = pg::read_identity(session);
    const auto then = journal.server(job.id, side);
    const std::string which = side == Side::source ? "source" : "target";
    if (!then) {
        if (side == Side::target && pg::same_database(source(), session)) {
            throw MigrationError("source and target are the same database, " + now.database, "give `target` another database");
        }
        journal.record_server(job.id, side, now);
        return;
    }
    if (then->system_identifier != now.system_identifier || then->database != now.database) {
        throw MigrationError("the " + which + " is another one than the job began with: database " + now.database + " of system " +
                                 now.system_identifier + " where it was " + then->database + " of system " + then->system_identifier,
                             "point `" + which + "` to the server that the job began with, or cancel the job and submit it anew");
    }
    if (then->timeline != now.timeline) {
        // After a failover, commits that the old primary had not replicated are lost without a trace; the ledger is replicated like
        // the rows, so the target may go on. The source's snapshot and counters are another server's.
        event(Severity::warning, "timeline changed",
              "the " + which + " is on timeline " + std::to_string(now.timeline) + ", was on " + std::to_string(then->timeline) +
                  ": it was failed over or restored");
        if (side == Side::source) {
            throw MigrationError("the source was failed over or restored since the job began (timeline " + std::to_string(now.timeline) +
                                     ", was " + std::to_string(then->timeline) + "): what was copied cannot be trusted",
                                 "cancel the job and submit it anew");
        }
        journal.record_server(job.id, side, now);
    }
}

const plan::Catalog& Run::catalog() {
    if (!catalog_) {
        plan::Catalog catalog = pg::read_catalog(source());
        fit_to_job(catalog, spec);
        catalog_ = std::move(catalog);
    }
    return *catalog_;
}

void Run::lock_source(const std::vector<plan::QualifiedName>& tables) {
    std::string names;
    for (const auto& table : tables) names += (names.empty() ? "ONLY " : ", ONLY ") + table.sql();
    progress.set_activity("waiting for SHARE locks on " + std::to_string(tables.size()) + " tables of the source");
    holder_->execute("SET LOCAL lock_timeout = '" + std::string(source_lock_timeout) + "'");
    try {
        holder_->execute("LOCK TABLE " + names + " IN SHARE MODE");
    } catch (const PgError& e) {
        if (e.facts().sqlstate == "42P01") {
            throw MigrationError("a table was dropped on the source since the job read its catalog: " + e.facts().message,
                                 "restore the table and retry the job, or cancel the job and submit it anew");
        }
        if (e.facts().sqlstate == "55P03") {
            throw TransientError("writers held the source's tables for " + std::string(source_lock_timeout) + ": no lock yet",
                                 "end long transactions on the source, or set `source_writes` to read_only or allow");
        }
        throw;
    }
    holder_->execute("SET LOCAL lock_timeout = 0");
}

bool Run::ensure_snapshot() {
    if (holder_) return false;
    std::vector<plan::QualifiedName> names;
    for (const auto& table : journal.tables(job.id)) names.push_back({table.schema, table.name});
    holder_ = connect_source("snapshot");
    holder_cancel_.emplace(cancellation, *holder_);
    holder_->execute(snapshot_transaction);
    if (spec.source_writes == config::SourceWrites::lock) lock_source(names);
    // The order is tripwire.h's: baseline, snapshot, comparison.
    const auto baseline = transfer::read_tripwires(source(), names);
    snapshot_ = holder_->execute("SELECT pg_catalog.pg_export_snapshot()").one_row()[0].as<std::string>();
    catalog_.reset();  // of the time before the lock
    return restart_changed_tables(baseline);
}

bool Run::restart_changed_tables(const std::map<plan::QualifiedName, Tripwire>& baseline) {
    const auto tables = journal.tables(job.id);
    std::vector<plan::QualifiedName> names;
    std::string oldest;
    std::vector<std::pair<migrations_state::TableId, std::string>> first_tripwires;
    for (const auto& table : tables) {
        const auto found = baseline.find({table.schema, table.name});
        if (found == baseline.end()) {
            throw MigrationError("table " + table.schema + "." + table.name + " was dropped on the source since the job began",
                                 "restore the table and retry the job, or cancel the job and submit it anew");
        }
        if (table.tripwire.empty()) first_tripwires.emplace_back(table.id, found->second.format());
        const auto then = Tripwire::parse(table.tripwire);
        if (then && (oldest.empty() || then->taken_at < oldest)) oldest = then->taken_at;
        names.push_back({table.schema, table.name});
    }
    journal.set_tripwires(first_tripwires);
    if (oldest.empty()) return false;
    auto now = transfer::read_tripwires(source(), names);
    bool settled = true;
    const bool quiet = std::ranges::all_of(tables, [&](const auto& table) {
        const auto then = Tripwire::parse(table.tripwire);
        const auto current = now.find({table.schema, table.name});
        return !then || (current != now.end() && then->snapshot == current->second.snapshot && then->started == current->second.started);
    });
    if (!quiet) {
        progress.set_activity("waiting for the source's statistics to settle");
        settled = transfer::settle(source(), oldest, application_prefix(), transfer::settle_limit, stop);
        now = transfer::read_tripwires(source(), names);
    }
    const auto chunks = journal.chunks(job.id);
    bool restarted = false;
    for (const auto& table : tables) {
        const auto then = Tripwire::parse(table.tripwire);
        if (!then) continue;
        const auto current = now.find({table.schema, table.name});
        const auto comparison = current == now.end() ? transfer::Comparison{transfer::Change::changed, "it was dropped"}
                                                     : transfer::compare(*then, current->second, settled);
        if (comparison.change == transfer::Change::none) continue;
        const auto& fresh = baseline.at({table.schema, table.name});
        if (touched(chunks, table)) {
            restart_table(table, comparison.reason, fresh.format());
            restarted = true;
        } else {
            const std::pair<migrations_state::TableId, std::string> tripwire{table.id, fresh.format()};
            journal.set_tripwires(std::span(&tripwire, 1));
        }
    }
    return restarted;
}

void Run::restart_table(const migrations_state::TableRecord& table, const std::string& reason, const std::string& tripwire) {
    event(Severity::warning, "table starts again", "table " + table.schema + "." + table.name + " starts again: " + reason);
    const bool operators = spec.schema.existing == config::ExistingTables::use;
    transfer::restart_table(target(), ledger, journal, job.id, table, tripwire,
                            operators ? transfer::TableOf::the_operator : transfer::TableOf::job);
}

void Run::require_source_unchanged() {
    if (!holder_) throw TransientError("this run holds no snapshot", "the job takes one by itself");
    holder_->execute("SELECT 1");  // a lost session throws, and with it lock and snapshot are gone
    if (spec.source_writes == config::SourceWrites::allow) return;
    const auto tables = journal.tables(job.id);
    std::vector<plan::QualifiedName> names;
    for (const auto& table : tables) names.push_back({table.schema, table.name});
    const auto now = transfer::read_tripwires(source(), names);
    std::vector<std::string> changed;
    for (const auto& table : tables) {
        const auto then = Tripwire::parse(table.tripwire);
        const auto current = now.find({table.schema, table.name});
        // Counters that arrive late belong to writes from before the lock; under the lock there are none of later.
        const bool locked = spec.source_writes == config::SourceWrites::lock;
        if (!then || current == now.end() ||
            (!locked && transfer::compare(*then, current->second, true).change != transfer::Change::none)) {
            changed.push_back(table.schema + "." + table.name);
        }
    }
    if (!changed.empty()) {
        throw TransientError("written to on the source while the job ran: " + words(changed),
                             "the job copies these tables again by itself");
    }
}

bool Run::reconcile() {
    progress.set_activity("reading the target's ledger");
    require_ledger();
    ledger.ensure(target());
    const bool emptied = restart_emptied_tables();
    ledger_entries_ = ledger.read_all(target());
    const bool lost_chunks = reopen_lost_chunks();
    const bool lost_builds = reopen_lost_builds();
    return emptied || lost_chunks || lost_builds;
}

// The tables came in one transaction with its first row, and are lost with it. Where it alone is gone, every chunk would be copied once
// more, beside the rows that are there.
void Run::require_ledger() {
    if (journal.job(job.id).step <= Step::transfer_schema) return;
    if (ledger.exists(target()) && ledger.holds(target(), transfer::schema_item)) return;
    throw MigrationError(
        "the target has no ledger of this job any more (schema lantern_migrate): what was copied cannot be told",
        "restore that schema if you can, then retry; else cancel the job, drop on the target what it made, and submit it anew");
}

// A crash empties unlogged tables; the ledger, which is logged, does not know of it.
bool Run::restart_emptied_tables() {
    const auto then = journal.fact(job.id, crash_marker_fact);
    if (!then || *then == pg::crash_marker(target())) return false;
    const auto chunks = journal.chunks(job.id);
    bool restarted = false;
    for (const auto& table : journal.tables(job.id)) {
        const bool unlogged =
            target()
                .execute(
                    "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                    " WHERE n.nspname = $1 AND c.relname = $2 AND c.relpersistence = 'u')",
                    pqxx::params{table.schema, table.name})
                .one_row()[0]
                .as<bool>();
        if (!unlogged || !touched(chunks, table)) continue;
        restart_table(table, "it is unlogged, and a crash of the target emptied it", table.tripwire);
        restarted = true;
    }
    return restarted;
}

bool Run::reopen_lost_chunks() {
    bool lost = false;
    std::map<migrations_state::TableId, std::string> items;
    for (const auto& table : journal.tables(job.id)) items[table.id] = transfer::table_item(table.schema, table.name);
    std::vector<migrations_state::Journal::ChunkEnd> unheard;
    for (const auto& chunk : journal.chunks(job.id)) {
        const auto entry = ledger_entries_.find({items.at(chunk.table), chunk.number});
        const bool held = entry != ledger_entries_.end();
        if (held && chunk.state != ChunkState::done) unheard.push_back({chunk.table, chunk.number, entry->second.totals});
        if (!held && chunk.state == ChunkState::done) {
            event(Severity::warning, "chunk lost",
                  "the target lost chunk " + std::to_string(chunk.number) + " of " + items.at(chunk.table) + "; it is copied again");
            journal.reopen_chunk(chunk.table, chunk.number);
            lost = true;
        }
    }
    journal.end_chunks(unheard);
    return lost;
}

// Lost by a failover to a server that had not got them yet; or dropped when a table started again, and the run killed before it said so.
bool Run::reopen_lost_builds() {
    bool lost = false;
    for (const auto& build : journal.builds(job.id)) {
        if (build.state != migrations_state::BuildState::done || ledger_entries_.contains({build.item, 0})) continue;
        event(Severity::warning, "build lost", "the target has no " + build.item + " any more; it is built again");
        journal.reopen_build(build.id);
        lost = true;
    }
    return lost;
}

void Run::event(Severity severity, const std::string& kind, const std::string& text) const {
    journal.add_event(job.id, severity, kind, text);
    if (observer.event) observer.event(severity, kind, text);
}

void Run::add_finding(const plan::Finding& finding) const {
    journal.add_finding(
        job.id, {.severity = severity(finding.severity), .object = finding.object, .reason = finding.reason, .remedy = finding.remedy});
}

}  // namespace lantern_migrate::steps
