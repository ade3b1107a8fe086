// A job's way through the steps of the guide.
#pragma once

#include "config/job_spec.h"
#include "core/plan/finding.h"
#include "core/progress.h"
#include "core/steps/ending.h"
#include "migrations-state/journal.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace lantern_migrate::steps {

struct MigrationOptions {
    std::filesystem::path pg_dump = "pg_dump";
};

enum class Outcome {
    done,
    waiting,  // cutover: wait; the journal says for what. Call run again after the operator's word.
    stopped,  // stop was requested: everything is journaled, nothing is in flight
};

// What the runner is told while a job runs; called from the job's threads, must not throw, must be quick.
struct Observer {
    std::function<void(migrations_state::Severity, const std::string& kind, const std::string& text)> event;
};

class Migration {
public:
    // Keeps references to journal and progress, which outlive it.
    Migration(config::JobSpec spec, migrations_state::Journal& journal, migrations_state::JobId job, MigrationOptions options,
              Progress& progress, Observer observer);
    ~Migration();

    // Takes the job up where the journal says it is and drives it on. Call it from one thread; it uses threads of its own and has
    // joined them when it returns or throws. A stop request ends it within seconds: chunks in hand are abandoned, never half-committed.
    // Once stopped or paused, a run of this object ends as soon as it begins.
    // `cutover_allowed`: the operator's word for a job with `cutover: wait`.
    // Throws PgError, MigrationError (TransientError, VerificationError), CodecError, SqlError, JournalError, ConnectionSettingsError;
    // in every case calling run again later resumes.
    Outcome run(std::stop_token stop, bool cutover_allowed);

    // From any thread. Ends the run once the chunks in hand are copied, recorded and journaled; at once where there are none, or at the
    // second call. How long a chunk takes is the servers' and `copy.max_rate`'s to say.
    Pause pause();

    // For `cancel`: gives the source back what stop_source changed (a read-only default). Nothing else on either side.
    void release_source();

    // For `cancel --drop-target-objects`: what drop_target.h says.
    std::string drop_target_objects(const std::stop_token& stop);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// What must not change in a job file between runs, without secrets; Journal::NewJob::fingerprint.
[[nodiscard]] std::string job_fingerprint(const config::JobSpec&);

// `lantern-migrate plan`: connects to both ends, reads, decides, changes nothing.
struct PlannedIndex {
    std::string name, table, definition, translation, state, reason;
};
struct PlannedTable {
    std::string name;
    std::uint64_t bytes = 0;
    std::int64_t estimated_rows = -1;
    int chunks = 0;
    bool binary = true;
    std::string conversion;  // "embedding vector(3) -> real[]"
};
// A statement that the source has seen and that uses pgvector.
struct SeenQuery {
    std::int64_t calls = 0;
    std::string query;        // as pg_stat_statements has it: constants are $1, $2
    std::string translation;  // empty where there are problems
    std::vector<std::string> notes, problems;
};
struct SeenQueries {
    std::string missing;  // why there are none to be had; empty: they were read
    std::vector<SeenQuery> queries;
    std::int64_t hidden = 0;      // other roles', which this one may not read
    std::int64_t unreadable = 0;  // that the parser refuses
};
struct PlanReport {
    std::string source, target;
    std::string source_version, target_version;  // "PostgreSQL 17.5, pgvector 0.8.0"
    std::vector<PlannedTable> tables;
    std::vector<PlannedIndex> indexes;
    std::vector<plan::Finding> findings;
    std::vector<std::string> steps;  // what each step will do, one line each
    std::optional<SeenQueries> seen_queries;
    [[nodiscard]] bool blocked() const;
};
[[nodiscard]] PlanReport make_plan(const config::JobSpec&, const MigrationOptions&, bool with_seen_queries = false);

}  // namespace lantern_migrate::steps
