#include "tests/config/jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace lantern_migrate::config::testing {
namespace {

TEST(JobReader, NeedsOnlySourceAndTarget) {
    const JobSpec spec = job("");
    EXPECT_EQ(spec.version, 1);
    EXPECT_EQ(spec.name, "words");
    EXPECT_EQ(spec.source.display(), "url postgresql://reader@old.example/app");
    EXPECT_EQ(spec.target.connection.display(), "url postgresql://owner@db.lantern.example/app");
}

struct KeyCase {
    const char* text;
    std::function<bool(const JobSpec&)> reached;
};

TEST(JobReader, PutsEveryKeyWhereItBelongs) {
    const KeyCase cases[] = {
        {"version: 1", [](const JobSpec& s) { return s.version == 1; }},
        {"name: other", [](const JobSpec& s) { return s.name == "other"; }},
        {"mode: offline", [](const JobSpec& s) { return s.mode == Mode::offline; }},
        {"source_writes: read_only", [](const JobSpec& s) { return s.source_writes == SourceWrites::read_only; }},
        {"source_writes: allow", [](const JobSpec& s) { return s.source_writes == SourceWrites::allow; }},
        {"tables: {include: [app.*, 'a.b']}",
         [](const JobSpec& s) { return s.tables.include == std::vector<std::string>{"app.*", "a.b"}; }},
        {"tables: {exclude: [app.x]}", [](const JobSpec& s) { return s.tables.exclude == std::vector<std::string>{"app.x"}; }},
        {"schema: {existing: use}", [](const JobSpec& s) { return s.schema.existing == ExistingTables::use; }},
        {"schema: {existing: replace}", [](const JobSpec& s) { return s.schema.existing == ExistingTables::replace; }},
        {"schema: {owners: true}", [](const JobSpec& s) { return s.schema.owners && !s.schema.privileges; }},
        {"schema: {privileges: true}", [](const JobSpec& s) { return s.schema.privileges && !s.schema.owners; }},
        {"schema: {unsupported: skip}", [](const JobSpec& s) { return s.schema.unsupported == OnUnsupported::skip; }},
        {"vectors: {dimension_checks: false}", [](const JobSpec& s) { return !s.vectors.dimension_checks; }},
        {"vectors: {bits: integer_array}", [](const JobSpec& s) { return s.vectors.bits == BitVectors::integer_array; }},
        {"vectors: {bits: keep}", [](const JobSpec& s) { return s.vectors.bits == BitVectors::keep; }},
        {"indexes: {ivfflat: skip}", [](const JobSpec& s) { return s.indexes.ivfflat == IvfflatPolicy::skip; }},
        {"indexes: {ivfflat: fail}", [](const JobSpec& s) { return s.indexes.ivfflat == IvfflatPolicy::fail; }},
        {"indexes: {inner_product: cosine}", [](const JobSpec& s) { return s.indexes.inner_product == InnerProductPolicy::cosine; }},
        {"indexes: {inner_product: skip}", [](const JobSpec& s) { return s.indexes.inner_product == InnerProductPolicy::skip; }},
        {"indexes: {inner_product: fail}", [](const JobSpec& s) { return s.indexes.inner_product == InnerProductPolicy::fail; }},
        {"indexes: {unsupported: skip}", [](const JobSpec& s) { return s.indexes.unsupported == OnUnsupported::skip; }},
        {"indexes: {defaults: {m: 128}}", [](const JobSpec& s) { return s.indexes.defaults.m == 128; }},
        {"indexes: {defaults: {ef_construction: 400}}", [](const JobSpec& s) { return s.indexes.defaults.ef_construction == 400; }},
        {"indexes: {defaults: {ef: 1}}", [](const JobSpec& s) { return s.indexes.defaults.ef == 1; }},
        {"indexes: {concurrent_builds: 64}", [](const JobSpec& s) { return s.indexes.concurrent_builds == 64; }},
        {"indexes: {maintenance_work_mem: 2MB}", [](const JobSpec& s) { return s.indexes.maintenance_work_mem_bytes == 2097152; }},
        {"copy: {workers: 64}", [](const JobSpec& s) { return s.copy.workers == 64; }},
        {"copy: {chunk_size: 8kB}", [](const JobSpec& s) { return s.copy.chunk_size_bytes == 8192; }},
        {"copy: {chunk_size: 1TiB}", [](const JobSpec& s) { return s.copy.chunk_size_bytes == std::uint64_t{1} << 40; }},
        {"copy: {max_rate: 50MiB/s}", [](const JobSpec& s) { return s.copy.max_rate_bytes_per_s == 52428800; }},
        {"copy: {max_rate: 64KiB}", [](const JobSpec& s) { return s.copy.max_rate_bytes_per_s == 65536; }},
        {"copy: {throttle: {}}", [](const JobSpec& s) { return !s.copy.throttle.on(); }},
        {"copy: {throttle: {max_active_sessions: 0, max_replication_lag: 0}}", [](const JobSpec& s) { return !s.copy.throttle.on(); }},
        {"copy: {throttle: {max_active_sessions: 8}}",
         [](const JobSpec& s) { return s.copy.throttle.on() && s.copy.throttle.max_active_sessions == 8; }},
        {"copy: {throttle: {max_active_sessions: 262143}}", [](const JobSpec& s) { return s.copy.throttle.max_active_sessions == 262143; }},
        {"copy: {throttle: {max_replication_lag: 64MiB}}",
         [](const JobSpec& s) { return s.copy.throttle.on() && s.copy.throttle.max_replication_lag_bytes == 67108864; }},
        {"copy: {throttle: {max_replication_lag: 1MB}}",
         [](const JobSpec& s) { return s.copy.throttle.max_replication_lag_bytes == 1048576; }},
        {"copy: {max_rate: 1025kB/s, throttle: {max_active_sessions: 1}}", [](const JobSpec& s) { return s.copy.throttle.on(); }},
        {"copy: {max_rate: 64KiB, throttle: {max_active_sessions: 0}}", [](const JobSpec& s) { return !s.copy.throttle.on(); }},
        {"verify: full", [](const JobSpec& s) { return s.verify == Verification::full; }},
        {"verify: counts", [](const JobSpec& s) { return s.verify == Verification::counts; }},
        {"cutover: wait", [](const JobSpec& s) { return s.cutover == CutoverStart::wait; }},
    };
    for (const KeyCase& c : cases) {
        const JobSpec spec = job(c.text);
        EXPECT_TRUE(c.reached(spec)) << c.text;
    }
}

TEST(JobReader, TakesOffForAWordAndNotForABoolean) {
    EXPECT_EQ(job("verify: off").verify, Verification::off);
    EXPECT_EQ(job("verify: 'off'").verify, Verification::off);
}

TEST(JobReader, ReadsEveryWayToNameAServer) {
    const std::pair<const char*, const char*> ways[] = {
        {"url: postgres://h/x", "url postgresql://h/x"},
        {"url: host=h dbname=x password=hidden", "url postgresql://h/x"},
        {"service: old app", "service=old app"},
        {"url_file: /etc/lantern-migrate/old.url", "url_file /etc/lantern-migrate/old.url"},
        {"url_env: OLD_URL", "url_env OLD_URL"},
        {"credential: old.url", "credential old.url"},
    };
    for (const auto& [way, display] : ways) {
        const JobSpec spec =
            read_job(std::string("source: {") + way + "}\ntarget: {service: t, create_database: true}\n", "/spool/words.yaml");
        EXPECT_EQ(spec.source.display(), display);
        EXPECT_EQ(spec.target.connection.display(), "service=t");
        EXPECT_TRUE(spec.target.create_database);
    }
}

TEST(JobReader, KeepsThePasswordOfAUrlForTheServer) {
    const JobSpec spec = read_job("source: {url: 'postgresql://u:s%40cret@h/x'}\ntarget: {service: t}", "words.yaml");
    EXPECT_EQ(spec.source.resolve().password.reveal(), "s@cret");
    EXPECT_FALSE(spec.source.resolve().keywords.contains("password"));
}

TEST(JobReader, TakesTheNameFromTheFileUnlessTheJobGivesOne) {
    EXPECT_EQ(read_job(servers, "/var/spool/lantern-migrate/incoming/Words-2.1_b.yaml").name, "Words-2.1_b");
    EXPECT_EQ(read_job(std::string(servers) + "name: 7", "/x/my words.yaml").name, "7");
}

TEST(JobReader, ReadsTextsWithLineEndsOfWindowsAndAByteOrderMark) {
    EXPECT_EQ(job("verify: full\r\ncutover: wait\r\n").verify, Verification::full);
    EXPECT_EQ(read_job("\xef\xbb\xbf" + std::string(servers), "words.yaml").name, "words");
    EXPECT_EQ(text_mistakes("\xef\xbb\xbf"
                            "wat: 1\n" +
                            std::string(servers)),
              "words.yaml:1:1: wat: unknown key");
}

TEST(JobReader, HasTheWordsOfEveryValue) {
    EXPECT_EQ(to_word(Mode::in_place), "in_place");
    EXPECT_EQ(to_word(SourceWrites::read_only), "read_only");
    EXPECT_EQ(to_word(ExistingTables::replace), "replace");
    EXPECT_EQ(to_word(OnUnsupported::skip), "skip");
    EXPECT_EQ(to_word(BitVectors::integer_array), "integer_array");
    EXPECT_EQ(to_word(IvfflatPolicy::hnsw), "hnsw");
    EXPECT_EQ(to_word(InnerProductPolicy::if_normalized), "if_normalized");
    EXPECT_EQ(to_word(Verification::off), "off");
    EXPECT_EQ(to_word(CutoverStart::automatic), "automatic");
}

TEST(JobFile, IsReadFromDisk) {
    const ScratchDirectory directory;
    EXPECT_EQ(read_job_file(directory.file("words.yaml", servers)).name, "words");
}

TEST(JobFile, ThatCannotBeReadIsAMistakeInLineOne) {
    const ScratchDirectory directory;
    const auto message = [&](const std::filesystem::path& file) { return mistakes([&] { return read_job_file(file); }); };
    const auto missing = directory.path() / "missing.yaml";
    EXPECT_EQ(message(missing), missing.string() + ":1:1: cannot be read: No such file or directory");
    EXPECT_EQ(message(directory.path()), directory.path().string() + ":1:1: cannot be read: Is a directory");
    EXPECT_EQ(message("/dev/zero"), "/dev/zero:1:1: is not a regular file");
    const auto empty = directory.file("empty.yaml", "");
    EXPECT_EQ(message(empty), empty.string() + ":1:1: is empty");
    const auto large = directory.file("large.yaml", std::string(max_job_file_bytes + 1, '#'));
    EXPECT_EQ(message(large), large.string() + ":1:1: is larger than 1MiB");
    const auto largest = directory.file("largest.yaml", std::string(servers) + std::string(max_job_file_bytes - servers.size(), '#'));
    EXPECT_EQ(message(largest), "no mistake");
    const auto binary = directory.file("binary.yaml", std::string_view("\x7f"
                                                                       "ELF\0\0",
                                                                       6));
    EXPECT_EQ(message(binary), binary.string() + ":1:1: control character 0x7f; this is not a text file");
}

}  // namespace
}  // namespace lantern_migrate::config::testing
