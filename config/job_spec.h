// A job: what to migrate, from where to where, and how. Values only; reading them is job_reader.h.
// Names and defaults are the contract of the job file (packaging/doc/job-file.md).
#pragma once

#include "config/connection_settings.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lantern_migrate::config {

enum class Mode { offline, in_place, online };
enum class SourceWrites { lock, read_only, allow };
enum class ExistingTables { fail, use, replace };
enum class OnUnsupported { fail, skip };
enum class BitVectors { keep, integer_array };
enum class IvfflatPolicy { hnsw, skip, fail };
enum class InnerProductPolicy { if_normalized, cosine, skip, fail };
enum class Verification { digest, full, counts, off };
enum class CutoverStart { automatic, wait };

struct TargetSpec {
    ConnectionSettings connection;
    bool create_database = false;
};

// Patterns are `schema.table` with `*` and `?` as in a shell; a table moves if an include matches and no exclude does.
struct TableFilter {
    std::vector<std::string> include{"*.*"};
    std::vector<std::string> exclude;

    [[nodiscard]] bool matches(std::string_view schema, std::string_view table) const;
    [[nodiscard]] bool selects_everything() const;

    bool operator==(const TableFilter&) const = default;
};

struct SchemaSpec {
    ExistingTables existing = ExistingTables::fail;
    bool owners = false;
    bool privileges = false;
    // What cannot be carried over: stop at the plan, or leave it out and say so in the report.
    OnUnsupported unsupported = OnUnsupported::fail;
    // What Lantern lacks and SQL can say exactly becomes calls of functions in the schema pgvector_compat, which is made on the target.
    bool compatibility = true;
};

struct VectorSpec {
    bool dimension_checks = true;
    BitVectors bits = BitVectors::keep;
};

struct HnswOptions {
    int m = 16;
    int ef_construction = 128;
    int ef = 64;
};

struct IndexSpec {
    IvfflatPolicy ivfflat = IvfflatPolicy::hnsw;
    InnerProductPolicy inner_product = InnerProductPolicy::if_normalized;
    OnUnsupported unsupported = OnUnsupported::fail;
    HnswOptions defaults;
    int concurrent_builds = 2;
    std::uint64_t maintenance_work_mem_bytes = std::uint64_t{1} << 30;  // the total, shared among concurrent builds
};

// Bounds on what else loads the source; 0: off. Above one of them the copy slows down.
struct ThrottleSpec {
    int max_active_sessions = 0;
    std::uint64_t max_replication_lag_bytes = 0;

    [[nodiscard]] bool on() const { return max_active_sessions > 0 || max_replication_lag_bytes > 0; }
};

// What the throttle leaves the copy, however loaded the source is: a copy that stands still would hold its locks for ever.
inline constexpr std::uint64_t throttle_floor_bytes_per_s = std::uint64_t{1} << 20;

struct CopySpec {
    int workers = 4;
    std::uint64_t chunk_size_bytes = std::uint64_t{128} << 20;
    std::uint64_t max_rate_bytes_per_s = 0;  // 0: no limit
    ThrottleSpec throttle;
};

struct JobSpec {
    int version = 1;
    std::string name;
    ConnectionSettings source;
    TargetSpec target;
    Mode mode = Mode::offline;
    SourceWrites source_writes = SourceWrites::lock;
    TableFilter tables;
    SchemaSpec schema;
    VectorSpec vectors;
    IndexSpec indexes;
    CopySpec copy;
    Verification verify = Verification::digest;
    CutoverStart cutover = CutoverStart::automatic;
};

// The word the job file uses for a value ("read_only"), for messages and reports.
[[nodiscard]] std::string_view to_word(Mode);
[[nodiscard]] std::string_view to_word(SourceWrites);
[[nodiscard]] std::string_view to_word(ExistingTables);
[[nodiscard]] std::string_view to_word(OnUnsupported);
[[nodiscard]] std::string_view to_word(BitVectors);
[[nodiscard]] std::string_view to_word(IvfflatPolicy);
[[nodiscard]] std::string_view to_word(InnerProductPolicy);
[[nodiscard]] std::string_view to_word(Verification);
[[nodiscard]] std::string_view to_word(CutoverStart);

}  // namespace lantern_migrate::config
