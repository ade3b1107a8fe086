// What the journal remembers, as values. How it is stored is schema.cpp's; who may change it is journal.h's.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::migrations_state {

using Clock = std::chrono::system_clock;
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

// The steps of the guide, in their order. Stored by name, so that a later version may insert one.
enum class Step {
    connect,
    save_indexes,
    drop_indexes,
    convert_columns,
    drop_extension,
    stop_source,
    transfer_schema,
    transfer_data,
    create_indexes,
    verify,
    cutover,
};
inline constexpr Step first_step = Step::connect;

// Kept apart from the step, so that resuming never forgets where the job was.
enum class Disposition { queued, running, paused, waiting, failed, cancelled, done };

enum class ChunkState { pending, begun, done };
enum class BuildState { pending, begun, done, failed, skipped };
enum class Severity { info, warning, blocking };

[[nodiscard]] std::string_view to_word(Step);
[[nodiscard]] std::string_view to_word(Disposition);
[[nodiscard]] std::string_view to_word(ChunkState);
[[nodiscard]] std::string_view to_word(BuildState);
[[nodiscard]] std::string_view to_word(Severity);
[[nodiscard]] std::optional<Step> step_from_word(std::string_view);
[[nodiscard]] std::optional<Disposition> disposition_from_word(std::string_view);

using JobId = std::int64_t;
using TableId = std::int64_t;

struct NewJob {
    std::string name;
    std::string file;         // where the job file lies now
    std::string source;       // for people; without a password
    std::string target;       // for people; without a password
    std::string fingerprint;  // of what must not change between runs; without secrets
};

struct Job {
    JobId id = 0;
    std::string uid;  // 32 hex digits, made by the journal; names the job in the target's ledger, never reused
    std::string name;
    std::string file;
    std::string source;
    std::string target;
    std::string fingerprint;
    Step step = first_step;
    Disposition disposition = Disposition::queued;
    std::string reason;  // of `failed` and `waiting`; without secrets
    std::string hint;
    std::string sqlstate;    // of `failed`, if a server said it
    bool transient = false;  // of `failed`: retried at retry_at without anybody asking
    std::optional<Timestamp> retry_at;
    int runs = 0;  // how often the job was taken up
    Timestamp created_at{};
    std::optional<Timestamp> finished_at;  // `done` or `cancelled`

    [[nodiscard]] bool unfinished() const { return disposition != Disposition::done && disposition != Disposition::cancelled; }
};

// Which server, so that a job never resumes against another one.
struct ServerIdentity {
    std::string system_identifier;
    std::int64_t timeline = 0;
    std::string database;
    int version_num = 0;  // 170005

    bool operator==(const ServerIdentity&) const = default;
};

enum class Side { source, target };

struct StepRecord {  // one attempt at one step
    std::int64_t id = 0;
    Step step = first_step;
    int attempt = 1;
    Timestamp began_at{};
    std::optional<Timestamp> ended_at;  // empty: it did not end, or has not yet
    std::string note;                   // what the operator should know of it, e.g. "planned away: the source keeps its indexes"
};

enum class TranslationState { translated, awaits_norms, left_out, unsupported };
[[nodiscard]] std::string_view to_word(TranslationState);

struct SavedIndex {
    std::int64_t id = 0;
    std::string schema;
    std::string name;
    std::string table_schema;
    std::string table;
    std::string method;  // hnsw, ivfflat
    std::string opclass;
    std::string options;     // as in the source's reloptions: "m=24,ef_construction=500"
    std::string definition;  // pg_get_indexdef, whole
    TranslationState state = TranslationState::unsupported;
    std::string translation;  // SQL for the target; empty unless translated
    std::string reason;       // why there is none, or what the translation changes
};

// What tells whether a table changed on the source since its first snapshot (DESIGN 3). Opaque here: core compares it.
struct TableRecord {
    TableId id = 0;
    std::string schema;
    std::string name;
    std::uint64_t bytes = 0;           // heap and TOAST, when planned
    std::int64_t estimated_rows = -1;  // -1: unknown
    std::string shape;                 // columns, types and order, when planned
    std::string tripwire;              // empty before its first snapshot
    int epoch = 1;                     // one more each time the table had to start again from nothing
};

struct NewTable {
    std::string schema;
    std::string name;
    std::uint64_t bytes = 0;
    std::int64_t estimated_rows = -1;
    std::string shape;
    struct Bounds {
        std::string lower;  // e.g. "(0,0)"; empty: from the start
        std::string upper;  // exclusive; empty: to the end
    };
    std::vector<Bounds> chunks;  // fixed for the job's life
};

struct ChunkTotals {
    std::uint64_t rows = 0;
    std::uint64_t bytes_read = 0;     // as the source sent them
    std::uint64_t bytes_written = 0;  // as the target got them
    std::string digest;               // 32 hex digits

    bool operator==(const ChunkTotals&) const = default;
};

struct ChunkRecord {
    TableId table = 0;
    int number = 0;  // from 0 within the table
    std::string lower;
    std::string upper;
    ChunkState state = ChunkState::pending;
    int attempt = 0;     // how often it was begun
    ChunkTotals totals;  // of a done chunk
};

// What the copy measured of a vector column, over all chunks of its table.
struct ColumnMeasure {
    TableId table = 0;
    std::string column;
    std::uint64_t values = 0;  // not NULL
    std::uint64_t nulls = 0;
    int min_dimensions = 0;
    int max_dimensions = 0;
    double min_norm = 0;
    double max_norm = 0;
};

// What one run copied, from the step's begin until its last row was durable on the target.
struct CopyRun {
    int run = 0;  // Job::runs
    Timestamp began_at{};
    std::optional<Timestamp> first_row_at;  // when the first rows of this run went to the target
    Timestamp ended_at{};
    int workers = 0;
    std::uint64_t rows = 0;
    std::uint64_t bytes_read = 0;     // as the source sent them
    std::uint64_t bytes_written = 0;  // as the target got them
    std::uint64_t chunks = 0;
    std::uint64_t chunks_again = 0;  // of these, begun by an earlier run already
    std::uint64_t journal_commits = 0;
    std::uint64_t journal_us = 0;  // summed over workers, as is the next
    std::uint64_t ledger_us = 0;   // its locks and rows, and the commits they share with the rows

    bool operator==(const CopyRun&) const = default;
};

// One statement on the target after the rows: a key, an index, a vector index, a constraint, a trigger ...
struct BuildRecord {
    std::int64_t id = 0;
    std::string item;  // unique in the job: "index public.items_embedding_idx"
    std::string kind;  // key | index | vector_index | constraint | other
    std::string table_schema;
    std::string table;  // empty where it concerns no single table
    std::string sql;    // empty: decided only once the rows are measured
    BuildState state = BuildState::pending;
    int attempts = 0;
    int server_losses = 0;  // how many attempts ended with the server gone
    std::string reason;     // of failed and skipped
    std::optional<Timestamp> began_at;
    std::optional<Timestamp> ended_at;
};

struct FindingRecord {
    Severity severity = Severity::info;
    std::string object;  // "index public.items_l1_idx"
    std::string reason;
    std::string remedy;

    bool operator==(const FindingRecord&) const = default;
};

struct EventRecord {
    std::int64_t id = 0;
    JobId job = 0;
    Timestamp at{};
    Severity severity = Severity::info;
    std::string kind;  // constant words: "step began", "chunk lost", "table starts again", "retry"
    std::string text;
};

// What verify found for a table.
struct VerifyRecord {
    TableId table = 0;
    std::string method;  // digest | full | counts
    std::uint64_t rows_sent = 0;
    std::uint64_t rows_found = 0;
    std::string digest_sent;
    std::string digest_found;
    std::string target_state;  // of the target's table just before it was read; opaque here, as TableRecord::tripwire
    bool equal = false;
};

}  // namespace lantern_migrate::migrations_state
