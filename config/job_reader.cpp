#include "config/job_reader.h"

#include "config/connection_reader.h"
#include "config/spec_reader.h"
#include "config/spec_source.h"
#include "config/table_pattern.h"
#include "config/units.h"

#include <algorithm>
#include <format>
#include <utility>

namespace lantern_migrate::config {
namespace {

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t tib = mib * mib;

static_assert(max_job_file_bytes == max_spec_bytes);

// It becomes a file's name, a key of the journal and a part of a URL.
bool is_job_name(std::string_view name) {
    constexpr std::size_t longest = 63;
    const auto is_letter_or_digit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
    return !name.empty() && name.size() <= longest && is_letter_or_digit(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return is_letter_or_digit(c) || c == '_' || c == '.' || c == '-'; });
}

std::string read_name(SpecReader& root, const std::filesystem::path& file) {
    constexpr std::string_view rule = "up to 63 letters, digits, `_`, `.` and `-`, the first a letter or a digit";
    if (root.has("name")) {
        const auto name = root.text("name");
        if (name && !is_job_name(*name)) root.mistake("name", std::format("must be {}", rule));
        return name.value_or("");
    }
    std::string stem = file.stem().string();
    if (!is_job_name(stem)) root.mistake("name", std::format("the file's name does not serve as the job's; set `name`: {}", rule));
    return stem;
}

TargetSpec read_target(SpecReader& reader) {
    TargetSpec target;
    target.connection = read_connection(reader);
    target.create_database = reader.boolean("create_database", target.create_database);
    return target;
}

void read_servers(SpecReader& root, JobSpec& spec) {
    for (const std::string_view key : {"source", "target"}) {
        if (!root.has(key)) root.mistake(key, "is missing");
    }
    if (root.has("source")) {
        SpecReader source = root.mapping_with_secrets("source");
        spec.source = read_connection(source);
        source.reject_unknown_keys();
    }
    if (root.has("target")) {
        SpecReader target = root.mapping_with_secrets("target");
        spec.target = read_target(target);
        target.reject_unknown_keys();
    }
}

Mode read_mode(SpecReader& root) {
    const Mode mode = root.word("mode", JobSpec{}.mode);
    if (mode != Mode::offline) root.mistake("mode", std::format("`{}` is not available in this version; use `offline`", to_word(mode)));
    return mode;
}

std::vector<std::string> read_patterns(SpecReader& reader, std::string_view key, std::vector<std::string> fallback) {
    const auto listed = reader.texts(key);
    if (!listed) return fallback;
    std::vector<std::string> patterns;
    for (const ListedText& item : *listed) {
        const auto pattern = parse_table_pattern(item.text);
        if (!pattern) reader.mistake(item, pattern.error());
        patterns.push_back(item.text);
    }
    return patterns;
}

TableFilter read_tables(SpecReader reader) {
    TableFilter filter;
    filter.include = read_patterns(reader, "include", filter.include);
    filter.exclude = read_patterns(reader, "exclude", filter.exclude);
    if (filter.include.empty()) reader.mistake("include", "is empty, so that no table would move; leave it out to have every table");
    if (TableFilter{.include = filter.exclude, .exclude = {}}.selects_everything()) reader.mistake("exclude", "leaves no table to move");
    reader.reject_unknown_keys();
    return filter;
}

SchemaSpec read_schema(SpecReader reader) {
    SchemaSpec schema;
    schema.existing = reader.word("existing", schema.existing);
    schema.owners = reader.boolean("owners", schema.owners);
    schema.privileges = reader.boolean("privileges", schema.privileges);
    schema.unsupported = reader.word("unsupported", schema.unsupported);
    schema.compatibility = reader.boolean("compatibility", schema.compatibility);
    reader.reject_unknown_keys();
    return schema;
}

VectorSpec read_vectors(SpecReader reader) {
    VectorSpec vectors;
    vectors.dimension_checks = reader.boolean("dimension_checks", vectors.dimension_checks);
    vectors.bits = reader.word("bits", vectors.bits);
    reader.reject_unknown_keys();
    return vectors;
}

// Lantern's bounds; outside of them CREATE INDEX fails, hours later.
HnswOptions read_hnsw(SpecReader reader) {
    HnswOptions hnsw;
    hnsw.m = reader.integer("m", {.fallback = hnsw.m, .min = 2, .max = 128});
    hnsw.ef_construction = reader.integer("ef_construction", {.fallback = hnsw.ef_construction, .min = 1, .max = 400});
    hnsw.ef = reader.integer("ef", {.fallback = hnsw.ef, .min = 1, .max = 400});
    reader.reject_unknown_keys();
    return hnsw;
}

IndexSpec read_indexes(SpecReader reader) {
    IndexSpec indexes;
    indexes.ivfflat = reader.word("ivfflat", indexes.ivfflat);
    indexes.inner_product = reader.word("inner_product", indexes.inner_product);
    indexes.unsupported = reader.word("unsupported", indexes.unsupported);
    indexes.defaults = read_hnsw(reader.mapping("defaults"));
    indexes.concurrent_builds = reader.integer("concurrent_builds", {.fallback = indexes.concurrent_builds, .min = 1, .max = 64});
    indexes.maintenance_work_mem_bytes =
        reader.bytes("maintenance_work_mem", {.fallback = indexes.maintenance_work_mem_bytes, .min = mib, .max = tib});
    // Postgres before 17 takes no maintenance_work_mem below 1MB.
    if (indexes.maintenance_work_mem_bytes / static_cast<std::uint64_t>(indexes.concurrent_builds) < mib) {
        reader.mistake("maintenance_work_mem",
                       std::format("is the total, and must leave at least 1MiB for each of the {} concurrent builds, and is {}",
                                   indexes.concurrent_builds, format_bytes(indexes.maintenance_work_mem_bytes)));
    }
    reader.reject_unknown_keys();
    return indexes;
}

ThrottleSpec read_throttle(SpecReader reader) {
    constexpr int max_backends = 262143;  // of any Postgres
    ThrottleSpec throttle;
    throttle.max_active_sessions =
        reader.integer("max_active_sessions", {.fallback = throttle.max_active_sessions, .min = 0, .max = max_backends});
    // A standby that keeps up is some pages behind at any moment: a bound below that would never be met.
    throttle.max_replication_lag_bytes =
        reader.bytes_or_off("max_replication_lag", {.fallback = throttle.max_replication_lag_bytes, .min = mib, .max = tib});
    reader.reject_unknown_keys();
    return throttle;
}

CopySpec read_copy(SpecReader reader) {
    CopySpec copy;
    copy.workers = reader.integer("workers", {.fallback = copy.workers, .min = 1, .max = 64});
    // One page: smaller than any chunk can be.
    copy.chunk_size_bytes = reader.bytes("chunk_size", {.fallback = copy.chunk_size_bytes, .min = 8 * kib, .max = tib});
    copy.max_rate_bytes_per_s = reader.rate("max_rate", copy.max_rate_bytes_per_s, 64 * kib);
    copy.throttle = read_throttle(reader.mapping("throttle"));
    if (copy.throttle.on() && copy.max_rate_bytes_per_s > 0 && copy.max_rate_bytes_per_s <= throttle_floor_bytes_per_s) {
        reader.mistake("throttle", std::format("has nothing to slow down: it leaves the copy {}/s, and `max_rate` allows {}/s",
                                               format_bytes(throttle_floor_bytes_per_s), format_bytes(copy.max_rate_bytes_per_s)));
    }
    reader.reject_unknown_keys();
    return copy;
}

JobSpec read_root(SpecReader& root, const std::filesystem::path& file) {
    JobSpec spec;
    spec.version = root.integer("version", {.fallback = 1, .min = 1, .max = 1});
    spec.name = read_name(root, file);
    read_servers(root, spec);
    if (root.has("source") && root.has("target") && same_database(spec.source, spec.target.connection)) {
        root.mistake("target", "is the same database as `source`");
    }
    spec.mode = read_mode(root);
    spec.source_writes = root.word("source_writes", spec.source_writes);
    spec.tables = read_tables(root.mapping("tables"));
    spec.schema = read_schema(root.mapping("schema"));
    spec.vectors = read_vectors(root.mapping("vectors"));
    spec.indexes = read_indexes(root.mapping("indexes"));
    spec.copy = read_copy(root.mapping("copy"));
    spec.verify = root.word("verify", spec.verify);
    spec.cutover = root.word("cutover", spec.cutover);
    root.reject_unknown_keys();
    return spec;
}

}  // namespace

JobSpec read_job(std::string_view text, const std::filesystem::path& file) {
    return read_spec(text, file, [&](SpecReader& root) { return read_root(root, file); });
}

JobSpec read_job_file(const std::filesystem::path& file) { return read_job(read_spec_text(file), file); }

}  // namespace lantern_migrate::config
