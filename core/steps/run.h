// What one run of a job holds: sessions, the snapshot, the catalog. It dies with the run; what must last is in journal and ledger.
#pragma once

#include "core/pg/cancellation.h"
#include "core/pg/session.h"
#include "core/progress.h"
#include "core/steps/ending.h"
#include "core/steps/migration.h"
#include "core/steps/preflight.h"
#include "core/transfer/ledger.h"
#include "core/transfer/rate_limit.h"
#include "core/transfer/tripwire.h"
#include "core/transfer/workers.h"
#include "migrations-state/journal.h"

#include <map>
#include <optional>
#include <stop_token>
#include <string>

namespace lantern_migrate::steps {

class Run {
public:
    Run(const config::JobSpec& spec, migrations_state::Journal& journal, migrations_state::Job job, const MigrationOptions& options,
        Progress& progress, const Observer& observer, Ending& ending);

    // Connects to both ends; on the first run creates the target's database if the job says so; on later ones refuses another
    // server than the job began with, and ends what an earlier run left there.
    void attach();

    // The source, autocommit: what is asked here is of now.
    pg::Session& source() { return source_.value(); }
    pg::Session& target() { return target_.value(); }
    [[nodiscard]] pg::Session connect_source(const std::string& worker) const;
    // A session in a read-only transaction on this run's snapshot.
    [[nodiscard]] pg::Session connect_source_on_snapshot(const std::string& worker) const;
    void begin_on_snapshot(pg::Session& source) const;
    [[nodiscard]] pg::Session connect_target(const std::string& worker) const;
    [[nodiscard]] std::string application_name(const std::string& worker) const;
    [[nodiscard]] std::string reader_name(const std::string& worker) const;  // of a session that can only read
    [[nodiscard]] std::string application_prefix() const;
    [[nodiscard]] const config::ConnectionParameters& source_parameters() const { return source_parameters_; }
    [[nodiscard]] const config::ConnectionParameters& target_parameters() const { return target_parameters_; }

    // The source's catalog, once a run; only the tables that move.
    const plan::Catalog& catalog();
    void set_catalog(plan::Catalog catalog) { catalog_ = std::move(catalog); }

    // Locks (where the job says so) and exports the snapshot that all chunks of this run share, and looks at the tripwires.
    // Tables that changed since their chunks were copied start again. True if the job must go back to transfer_data.
    bool ensure_snapshot();
    [[nodiscard]] const std::string& snapshot() const { return snapshot_; }
    // Throws TransientError if the lock and snapshot are gone, or if a table changed although writes were to be kept out.
    void require_source_unchanged();

    // Makes the journal agree with the ledger. True if chunks or builds that were done are lost and the job must go back to transfer_data.
    bool reconcile();
    // What the ledger held when it was last read, by item and part.
    [[nodiscard]] const std::map<std::pair<std::string, int>, transfer::LedgerEntry>& ledger_entries() const { return ledger_entries_; }

    // The tables of the journal with their plans, those that still have chunks to copy with these.
    [[nodiscard]] std::vector<transfer::TableWork> plan_tables();

    void event(migrations_state::Severity, const std::string& kind, const std::string& text) const;
    void add_finding(const plan::Finding&) const;

    const config::JobSpec& spec;
    migrations_state::Journal& journal;
    const migrations_state::Job job;  // as it was when the run began; its step moves on in the journal
    const MigrationOptions& options;
    Progress& progress;
    const Observer& observer;
    Ending& ending;
    const std::stop_token stop;  // ending.now()
    pg::Cancellation cancellation;
    transfer::Ledger ledger;
    transfer::RateLimit rate_limit;

private:
    void check_identity(migrations_state::Side, pg::Session&);
    void create_target_database();
    void lock_source(const std::vector<plan::QualifiedName>& tables);
    bool restart_changed_tables(const std::map<plan::QualifiedName, transfer::Tripwire>& baseline);
    void restart_table(const migrations_state::TableRecord&, const std::string& reason, const std::string& tripwire);
    void require_ledger();
    bool restart_emptied_tables();
    bool reopen_lost_chunks();
    bool reopen_lost_builds();

    config::ConnectionParameters source_parameters_;
    config::ConnectionParameters target_parameters_;
    std::optional<pg::Session> source_;
    std::optional<pg::Session> target_;
    std::optional<pg::Session> holder_;  // holds locks and snapshot
    std::optional<pg::Cancellation::Registration> source_cancel_, target_cancel_, holder_cancel_;
    std::optional<plan::Catalog> catalog_;
    std::string snapshot_;
    std::map<std::pair<std::string, int>, transfer::LedgerEntry> ledger_entries_;
};

// Sessions of the job, on both ends, have names that begin so.
[[nodiscard]] std::string application_prefix(const migrations_state::Job&);

// Of the target's database, if the job created it: "begun" before that, then its OID.
inline constexpr const char* created_database_fact = "target.created_database";

// Of the target, when the last run began to copy or build; compared with pg::crash_marker.
inline constexpr const char* crash_marker_fact = "target.crash_marker";

[[nodiscard]] migrations_state::Severity severity(plan::Severity);

}  // namespace lantern_migrate::steps
