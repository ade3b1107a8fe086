// The journal: what has happened to every job, in one SQLite file, durable on every commit.
//
// Written before a side effect ("began") and after it ("ended"). It is the daemon's memory, not the truth about rows:
// that is the ledger on the target (core/transfer/ledger.h).
//
// One process, one connection: the file is locked exclusively while it is open, because of SQLite's WAL-reset corruption
// with two connections (3.7.0 to 3.51.2) and because a reader beside us would tempt somebody to a writer.
// WAL with synchronous=FULL: a commit that returned survives power loss. Besides SQLite's FILE-wal there is FILE.lock, which stays.
//
// A member that throws has changed nothing, and the journal stays usable: after `full`, the next call works as soon as there is space.
// Unknown ids are a `conflict` where something is written; where something is read, they have no entries.
//
// Every member may be called from any thread. Every member throws JournalError.
#pragma once

#include "migrations-state/records.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>

namespace lantern_migrate::migrations_state {

enum class JournalErrorKind {
    damaged,      // SQLite cannot read it, or its integrity check fails
    foreign,      // a SQLite file, or another file, that is not our journal
    newer,        // written by a later version
    busy,         // another process has it open
    cannot_open,  // missing directory, no permission
    full,         // no space left: nothing was written
    io,           // any other failure to read or write
    conflict,     // the caller's mistake: a job of this name is unfinished, an unknown id
};

// what() says what and where, in lower case; hint() what to do.
class JournalError : public std::runtime_error {
public:
    JournalError(JournalErrorKind kind, const std::string& message, std::string hint);
    [[nodiscard]] JournalErrorKind kind() const { return kind_; }
    [[nodiscard]] const std::string& hint() const { return hint_; }

private:
    JournalErrorKind kind_;
    std::string hint_;
};

class Journal;

// A step that was begun. commit() after its side effects are durable; without it the journal shows an attempt without an end.
class [[nodiscard]] StepAttempt {
public:
    StepAttempt(Journal& journal, JobId job, std::int64_t id) : journal_(&journal), job_(job), id_(id) {}
    void note(std::string text) { note_ = std::move(text); }
    // Ends the attempt and moves the job to `next`, in one commit.
    void commit(Step next);
    // Ends the last step's attempt and the job with it: disposition `done`, in one commit.
    void commit_done();

private:
    Journal* journal_;
    JobId job_;
    std::int64_t id_;
    std::string note_;
};

class Journal {
public:
    // Creates the file (mode 0600) where there is none. A file that is damaged, foreign or newer is left untouched, byte for byte.
    // Upgrades an older journal in one transaction. A write-ahead log that a killed process left is taken up.
    static Journal open(const std::filesystem::path& file);
    ~Journal();
    Journal(Journal&&) noexcept;
    Journal& operator=(Journal&&) noexcept;

    [[nodiscard]] const std::filesystem::path& file() const;

    // Runs `work`; what it writes here is one commit, and so one wait for the disk: all of it, or with an exception none.
    // Other threads' calls wait until it is over.
    void together(const std::function<void()>& work);
    [[nodiscard]] std::uint64_t commits() const;  // since it was opened; each waits for the disk

    // --- jobs
    // conflict: an unfinished job has this name.
    Job create_job(const NewJob&);
    [[nodiscard]] std::vector<Job> jobs() const;                             // oldest first
    [[nodiscard]] Job job(JobId) const;                                      // conflict: no such job
    [[nodiscard]] std::optional<Job> find_job(std::string_view name) const;  // the newest of that name
    void set_job_file(JobId, const std::string& file);
    void begin_run(JobId);  // disposition running, runs + 1, reason cleared
    // Each sets the disposition and leaves the step. conflict: an unfinished disposition for a finished job whose name another has now.
    void set_paused(JobId);
    void set_queued(JobId);
    void set_waiting(JobId, const std::string& reason, const std::string& hint);
    struct Failure {
        std::string reason;
        std::string hint;
        std::string sqlstate;
        bool transient = false;
        std::optional<Timestamp> retry_at;
    };
    void set_failed(JobId, const Failure&);
    void set_cancelled(JobId);

    // --- steps
    StepAttempt begin(JobId, Step);
    [[nodiscard]] std::vector<StepRecord> steps(JobId) const;  // in the order they began

    // --- servers
    void record_server(JobId, Side, const ServerIdentity&);
    [[nodiscard]] std::optional<ServerIdentity> server(JobId, Side) const;

    // --- free facts of a job that must survive a crash ("source.default_transaction_read_only.before"): small, by key
    void set_fact(JobId, const std::string& key, const std::string& value);
    [[nodiscard]] std::optional<std::string> fact(JobId, const std::string& key) const;

    // --- saved indexes: written once whole; translations may be decided later
    void save_indexes(JobId, std::span<const SavedIndex>);  // replaces what was saved
    [[nodiscard]] std::vector<SavedIndex> saved_indexes(JobId) const;
    void set_translation(std::int64_t saved_index, TranslationState, const std::string& sql, const std::string& reason);

    // --- tables and chunks
    void save_tables(JobId, std::span<const NewTable>);  // conflict if the job has tables already: bounds are made once
    [[nodiscard]] std::vector<TableRecord> tables(JobId) const;
    [[nodiscard]] std::vector<ChunkRecord> chunks(JobId) const;  // by table, then number
    void set_tripwires(std::span<const std::pair<TableId, std::string>>);
    int begin_chunk(TableId, int number);  // gives the attempt, from 1
    void end_chunk(TableId, int number, const ChunkTotals&);
    struct ChunkEnd {
        TableId table = 0;
        int number = 0;
        ChunkTotals totals;
    };
    void end_chunks(std::span<const ChunkEnd>);  // in one commit
    // The ledger does not hold it (its target lost the commit, or never had it): pending again. The attempt count stays.
    void reopen_chunk(TableId, int number);
    // The table starts again from nothing: every chunk pending, epoch + 1, measures dropped.
    void restart_table(TableId, const std::string& tripwire);
    void set_measures(TableId, std::span<const ColumnMeasure>);  // replaces the table's
    [[nodiscard]] std::vector<ColumnMeasure> measures(JobId) const;
    void add_copy_run(JobId, const CopyRun&);
    [[nodiscard]] std::vector<CopyRun> copy_runs(JobId) const;  // in the order they were added

    // --- builds on the target after the rows
    void save_builds(JobId, std::span<const BuildRecord>);       // adds those whose item is new, leaves the others
    [[nodiscard]] std::vector<BuildRecord> builds(JobId) const;  // in the order saved
    void set_build_sql(std::int64_t build, const std::string& sql);
    void begin_build(std::int64_t build);
    void end_build(std::int64_t build);
    void fail_build(std::int64_t build, const std::string& reason);
    void skip_build(std::int64_t build, const std::string& reason);
    void count_server_loss(std::int64_t build);          // also makes it pending again
    void reopen_build(std::int64_t build);               // pending again, whatever it was
    void reopen_builds(JobId, bool failed_too = false);  // begun ones are pending again, at a resume; failed ones too, for a retry

    // --- verification
    void set_verification(JobId, const VerifyRecord&);  // replaces the table's
    [[nodiscard]] std::vector<VerifyRecord> verifications(JobId) const;

    // --- findings and events
    void set_findings(JobId, std::span<const FindingRecord>);  // replaces
    void add_finding(JobId, const FindingRecord&);             // an equal one is not added twice
    [[nodiscard]] std::vector<FindingRecord> findings(JobId) const;
    // The newest 10,000 events of a job are kept.
    std::int64_t add_event(JobId, Severity, const std::string& kind, const std::string& text);
    [[nodiscard]] std::vector<EventRecord> events(JobId, std::int64_t after_id = 0, int limit = 1000) const;  // oldest first
    [[nodiscard]] std::vector<EventRecord> newest_events(JobId, int limit) const;                             // oldest first

private:
    friend class StepAttempt;
    void end_step(JobId, std::int64_t attempt, const std::string& note, std::optional<Step> next);

    struct Impl;
    explicit Journal(std::unique_ptr<Impl>);
    std::unique_ptr<Impl> impl_;
};

}  // namespace lantern_migrate::migrations_state
