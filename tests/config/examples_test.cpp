#include "config/small_file.h"
#include "config/yaml_tree.h"
#include "tests/config/jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace lantern_migrate::config {
namespace {

const std::filesystem::path examples = LANTERN_CONFIG_EXAMPLES;
const std::filesystem::path documents = LANTERN_DOCUMENTS;

void expect_defaults(const JobSpec& spec) {
    const JobSpec defaults;
    EXPECT_EQ(spec.version, defaults.version);
    EXPECT_EQ(spec.source.resolve().display(), "postgresql://reader@old.example/app");
    EXPECT_EQ(spec.target.connection.resolve().display(), "postgresql://owner@db.lantern.example/app");
    EXPECT_EQ(spec.target.create_database, defaults.target.create_database);
    EXPECT_EQ(spec.mode, defaults.mode);
    EXPECT_EQ(spec.source_writes, defaults.source_writes);
    EXPECT_EQ(spec.tables, defaults.tables);
    EXPECT_EQ(spec.schema.existing, defaults.schema.existing);
    EXPECT_EQ(spec.schema.owners, defaults.schema.owners);
    EXPECT_EQ(spec.schema.privileges, defaults.schema.privileges);
    EXPECT_EQ(spec.schema.unsupported, defaults.schema.unsupported);
    EXPECT_EQ(spec.vectors.dimension_checks, defaults.vectors.dimension_checks);
    EXPECT_EQ(spec.vectors.bits, defaults.vectors.bits);
    EXPECT_EQ(spec.indexes.ivfflat, defaults.indexes.ivfflat);
    EXPECT_EQ(spec.indexes.inner_product, defaults.indexes.inner_product);
    EXPECT_EQ(spec.indexes.unsupported, defaults.indexes.unsupported);
    EXPECT_EQ(spec.indexes.defaults.m, defaults.indexes.defaults.m);
    EXPECT_EQ(spec.indexes.defaults.ef_construction, defaults.indexes.defaults.ef_construction);
    EXPECT_EQ(spec.indexes.defaults.ef, defaults.indexes.defaults.ef);
    EXPECT_EQ(spec.indexes.concurrent_builds, defaults.indexes.concurrent_builds);
    EXPECT_EQ(spec.indexes.maintenance_work_mem_bytes, defaults.indexes.maintenance_work_mem_bytes);
    EXPECT_EQ(spec.copy.workers, defaults.copy.workers);
    EXPECT_EQ(spec.copy.chunk_size_bytes, defaults.copy.chunk_size_bytes);
    EXPECT_EQ(spec.copy.max_rate_bytes_per_s, defaults.copy.max_rate_bytes_per_s);
    EXPECT_EQ(spec.copy.throttle.max_active_sessions, defaults.copy.throttle.max_active_sessions);
    EXPECT_EQ(spec.copy.throttle.max_replication_lag_bytes, defaults.copy.throttle.max_replication_lag_bytes);
    EXPECT_EQ(spec.verify, defaults.verify);
    EXPECT_EQ(spec.cutover, defaults.cutover);
}

TEST(Examples, WordsIsNamedAfterItsFileAndHasTheDefaults) {
    const JobSpec spec = read_job_file(examples / "words.yaml");
    EXPECT_EQ(spec.name, "words");
    expect_defaults(spec);
}

TEST(Examples, FullGivesEveryKeyItsDefault) {
    const JobSpec spec = read_job_file(examples / "full.yaml");
    EXPECT_EQ(spec.name, "full");
    expect_defaults(spec);
}

TEST(Examples, TheDaemonsFileGivesEveryKeyItsDefault) {
    const DaemonSpec spec = read_daemon_spec_file(examples / "lantern-migrated.yaml");
    const DaemonSpec defaults;
    EXPECT_EQ(spec.version, defaults.version);
    EXPECT_EQ(spec.spool_dir, defaults.spool_dir);
    EXPECT_EQ(spec.state_dir, defaults.state_dir);
    EXPECT_EQ(spec.control_socket, defaults.control_socket);
    EXPECT_EQ(spec.pg_dump, defaults.pg_dump);
    EXPECT_EQ(spec.max_jobs, defaults.max_jobs);
    EXPECT_EQ(spec.log_level, defaults.log_level);
    EXPECT_EQ(spec.retry, defaults.retry);
    EXPECT_EQ(spec.hooks, defaults.hooks);
    EXPECT_EQ(spec.web, defaults.web);
}

void add_leaves(const YamlNode& node, const std::string& path, std::set<std::string>& leaves) {
    for (const YamlEntry& entry : node.entries) {
        const std::string key = path.empty() ? entry.key : path + "." + entry.key;
        if (entry.value.kind == YamlNode::Kind::mapping) {
            add_leaves(entry.value, key, leaves);
        } else {
            leaves.insert(key);
        }
    }
}

std::set<std::string> leaves_of(const char* example) {
    std::vector<Mistake> mistakes;
    std::set<std::string> leaves;
    add_leaves(parse_yaml(read_small_file(examples / example, max_job_file_bytes).value(), mistakes), "", leaves);
    EXPECT_THAT(mistakes, ::testing::IsEmpty());
    return leaves;
}

void expect_documented(const std::set<std::string>& keys, const char* document) {
    const std::string text = read_small_file(documents / document, max_job_file_bytes).value();
    for (const std::string& key : keys) EXPECT_TRUE(text.contains("\n### `" + key + "`\n") || text.contains("\n| `" + key + "` |")) << key;
}

TEST(Documents, SayWhatEveryKeyOfTheFullJobIs) {
    auto keys = leaves_of("full.yaml");
    EXPECT_EQ(keys.size(), 31U);
    for (const char* server : {"source", "target"}) {
        for (const char* way : {"url", "service", "url_file", "url_env", "credential"}) keys.insert(std::string(server) + "." + way);
    }
    expect_documented(keys, "job-file.md");
}

TEST(Documents, SayWhatEveryKeyOfTheDaemonsFileIs) {
    const auto keys = leaves_of("lantern-migrated.yaml");
    EXPECT_EQ(keys.size(), 15U);
    expect_documented(keys, "daemon-file.md");
}

}  // namespace
}  // namespace lantern_migrate::config
