#include "tests/config/jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lantern_migrate::config::testing {
namespace {

TEST(JobMistakes, AreReportedAllAtOnceInTheOrderOfTheFile) {
    const char* text =
        "version: 2\n"
        "name: my job\n"
        "source:\n"
        "  url: postgresql://reader:hunter2@old.example:port/app\n"
        "  service: old\n"
        "target:\n"
        "  create_databse: true\n"
        "  url_file: relative/path\n"
        "mode: online\n"
        "source_writes: locked\n"
        "tables:\n"
        "  include: [items, '*.*', [x]]\n"
        "  exclude: '*.tmp'\n"
        "schema: fail\n"
        "vectors:\n"
        "  dimension_checks: yes\n"
        "  bits:\n"
        "indexes:\n"
        "  defaults: {m: 1, ef_construction: 401, ef: many}\n"
        "  concurrent_builds: 4\n"
        "  maintenance_work_mem: 1GB\n"
        "  concurrent_builds: 8\n"
        "copy:\n"
        "  workers: 900\n"
        "  chunk_size: 1kB\n"
        "  max_rate: 50\n"
        "  worker: 3\n"
        "verify: false\n"
        "cutover: {wait: true}\n"
        "colour: blue\n";
    EXPECT_EQ(text_mistakes(text),
              "words.yaml:1:1: version: must be 1, and is `2`\n"
              "words.yaml:2:1: name: must be up to 63 letters, digits, `_`, `.` and `-`, the first a letter or a digit\n"
              "words.yaml:4:3: source.url: the port must be a number; a `/`, `:` or `@` in a password is written %2F, %3A or %40\n"
              "words.yaml:5:3: source.service: cannot be given together with `url`; a server is named in one way\n"
              "words.yaml:7:3: target.create_databse: unknown key; did you mean `create_database`?\n"
              "words.yaml:8:3: target.url_file: must be an absolute path of a file that holds the URL\n"
              "words.yaml:9:1: mode: `online` is not available in this version; use `offline`\n"
              "words.yaml:10:1: source_writes: must be `lock`, `read_only` or `allow`, and is `locked`; did you mean `lock`?\n"
              "words.yaml:12:13: tables.include[0]: must be `schema.table`, such as `public.items` or `*.items`\n"
              "words.yaml:12:27: tables.include[2]: must be a text, and is a list\n"
              "words.yaml:13:3: tables.exclude: must be a list of texts, and is a single value\n"
              "words.yaml:14:1: schema: must be a mapping of keys to values, and is a single value\n"
              "words.yaml:16:3: vectors.dimension_checks: must be `true` or `false`, and is `yes`\n"
              "words.yaml:17:3: vectors.bits: must be `keep` or `integer_array`, and is empty\n"
              "words.yaml:19:14: indexes.defaults.m: must be between 2 and 128, and is `1`\n"
              "words.yaml:19:20: indexes.defaults.ef_construction: must be between 1 and 400, and is `401`\n"
              "words.yaml:19:42: indexes.defaults.ef: must be a whole number, and is `many`\n"
              "words.yaml:22:3: indexes.concurrent_builds: is given twice; the first is at line 20, column 3\n"
              "words.yaml:24:3: copy.workers: must be between 1 and 64, and is `900`\n"
              "words.yaml:25:3: copy.chunk_size: must be between 8KiB and 1TiB, and is `1kB`\n"
              "words.yaml:26:3: copy.max_rate: must be 0 or a rate such as 50MiB/s, a whole number with B, kB, MB, GB, TB, KiB, MiB, GiB "
              "or TiB, and is `50`\n"
              "words.yaml:27:3: copy.worker: unknown key; did you mean `workers`?\n"
              "words.yaml:28:1: verify: must be `digest`, `full`, `counts` or `off`, and is `false`\n"
              "words.yaml:29:1: cutover: must be `automatic` or `wait`, and is a mapping\n"
              "words.yaml:30:1: colour: unknown key");
}

TEST(JobMistakes, AreHeldByTheErrorWithTheirPlaces) {
    try {
        static_cast<void>(job("verify: never\ncopy: {worker: 3}\n"));
        FAIL() << "no mistake";
    } catch (const SpecError& error) {
        EXPECT_EQ(error.file(), "words.yaml");
        EXPECT_THAT(
            error.mistakes(),
            ::testing::ElementsAre(
                Mistake{.line = 3, .column = 1, .key = "verify", .message = "must be `digest`, `full`, `counts` or `off`, and is `never`"},
                Mistake{.line = 4, .column = 8, .key = "copy.worker", .message = "unknown key; did you mean `workers`?"}));
    }
}

TEST(JobMistakes, OfAModeThatIsNotThereYetSayWhichOneIs) {
    EXPECT_EQ(job_mistakes("mode: in_place"), "words.yaml:3:1: mode: `in_place` is not available in this version; use `offline`");
    EXPECT_EQ(job_mistakes("mode: online"), "words.yaml:3:1: mode: `online` is not available in this version; use `offline`");
    EXPECT_EQ(job_mistakes("mode: inplace"),
              "words.yaml:3:1: mode: must be `offline`, `in_place` or `online`, and is `inplace`; did you mean `in_place`?");
}

TEST(JobMistakes, CountOneBelowAndOneAboveEveryRange) {
    const std::pair<const char*, const char*> bad[] = {
        {"version: 0", "version: must be 1, and is `0`"},
        {"indexes: {defaults: {m: 129}}", "indexes.defaults.m: must be between 2 and 128, and is `129`"},
        {"indexes: {defaults: {ef_construction: 0}}", "indexes.defaults.ef_construction: must be between 1 and 400, and is `0`"},
        {"indexes: {defaults: {ef: 401}}", "indexes.defaults.ef: must be between 1 and 400, and is `401`"},
        {"indexes: {concurrent_builds: 0}", "indexes.concurrent_builds: must be between 1 and 64, and is `0`"},
        {"indexes: {concurrent_builds: 65}", "indexes.concurrent_builds: must be between 1 and 64, and is `65`"},
        {"indexes: {maintenance_work_mem: 1023kB}", "indexes.maintenance_work_mem: must be between 1MiB and 1TiB, and is `1023kB`"},
        {"indexes: {maintenance_work_mem: 2TB}", "indexes.maintenance_work_mem: must be between 1MiB and 1TiB, and is `2TB`"},
        {"indexes: {maintenance_work_mem: 1MB}",
         "indexes.maintenance_work_mem: is the total, and must leave at least 1MiB for each of the 2 concurrent builds, and is 1MiB"},
        {"copy: {workers: 0}", "copy.workers: must be between 1 and 64, and is `0`"},
        {"copy: {workers: 65}", "copy.workers: must be between 1 and 64, and is `65`"},
        {"copy: {workers: 99999999999999999999}", "copy.workers: must be between 1 and 64, and is `99999999999999999999`"},
        {"copy: {workers: -1}", "copy.workers: must be between 1 and 64, and is `-1`"},
        {"copy: {workers: 4.0}", "copy.workers: must be a whole number, and is `4.0`"},
        {"copy: {workers: '4'}", "copy.workers: must be a whole number, and is the text `4`"},
        {"copy: {chunk_size: 2TB}", "copy.chunk_size: must be between 8KiB and 1TiB, and is `2TB`"},
        {"copy: {chunk_size: 128}",
         "copy.chunk_size: must be a size such as 128MiB, a whole number with B, kB, MB, GB, TB, KiB, MiB, GiB or TiB, and is `128`"},
        {"copy: {max_rate: 63KiB/s}", "copy.max_rate: must be 0, for no limit, or at least 64KiB/s, and is `63KiB/s`"},
        {"copy: {throttle: 8}", "copy.throttle: must be a mapping of keys to values, and is a single value"},
        {"copy: {throttle: {max_sessions: 8}}", "copy.throttle.max_sessions: unknown key"},
        {"copy: {throttle: {max_active_session: 8}}", "copy.throttle.max_active_session: unknown key; did you mean `max_active_sessions`?"},
        {"copy: {throttle: {max_active_sessions: -1}}", "copy.throttle.max_active_sessions: must be between 0 and 262143, and is `-1`"},
        {"copy: {throttle: {max_active_sessions: 262144}}",
         "copy.throttle.max_active_sessions: must be between 0 and 262143, and is `262144`"},
        {"copy: {throttle: {max_active_sessions: many}}", "copy.throttle.max_active_sessions: must be a whole number, and is `many`"},
        {"copy: {throttle: {max_replication_lag: 1023kB}}",
         "copy.throttle.max_replication_lag: must be 0, for off, or between 1MiB and 1TiB, and is `1023kB`"},
        {"copy: {throttle: {max_replication_lag: 2TB}}",
         "copy.throttle.max_replication_lag: must be 0, for off, or between 1MiB and 1TiB, and is `2TB`"},
        {"copy: {throttle: {max_replication_lag: 10s}}",
         "copy.throttle.max_replication_lag: must be 0 or a size such as 128MiB, a whole number with B, kB, MB, GB, TB, KiB, MiB, GiB or "
         "TiB, "
         "and is `10s`"},
        {"copy: {throttle: {max_replication_lag: [1MiB]}}",
         "copy.throttle.max_replication_lag: must be 0 or a size such as 128MiB, and is a list"},
        {"copy: {max_rate: 1MiB/s, throttle: {max_active_sessions: 8}}",
         "copy.throttle: has nothing to slow down: it leaves the copy 1MiB/s, and `max_rate` allows 1MiB/s"},
    };
    for (const auto& [text, message] : bad) {
        const std::string whole = job_mistakes(text);
        EXPECT_TRUE(whole.starts_with("words.yaml:3:") && whole.ends_with(std::string(": ") + message) && !whole.contains('\n'))
            << text << ": " << whole;
    }
}

TEST(JobMistakes, OfThePatternsNameTheItem) {
    EXPECT_EQ(job_mistakes("tables: {include: []}"),
              "words.yaml:3:10: tables.include: is empty, so that no table would move; leave it out to have every table");
    EXPECT_EQ(job_mistakes("tables: {exclude: ['*.*']}"), "words.yaml:3:10: tables.exclude: leaves no table to move");
    EXPECT_EQ(job_mistakes("tables:\n  exclude:\n    - app.x\n    - '.y'\n"),
              "words.yaml:6:7: tables.exclude[1]: has no schema before the dot; `*.` stands for every schema");
}

TEST(JobMistakes, NameWhatIsMissing) {
    EXPECT_EQ(text_mistakes("name: x\n"), "words.yaml:1:1: source: is missing\nwords.yaml:1:1: target: is missing");
    EXPECT_EQ(text_mistakes("source: {}\ntarget: {create_database: true}\n"),
              "words.yaml:1:1: source: must have one of `url`, `service`, `url_file`, `url_env` and `credential`\n"
              "words.yaml:2:1: target: must have one of `url`, `service`, `url_file`, `url_env` and `credential`");
}

TEST(JobMistakes, OfTheNameAreAboutFilesToo) {
    constexpr const char* rule = "up to 63 letters, digits, `_`, `.` and `-`, the first a letter or a digit";
    for (const char* name : {"''", "'..'", "a/b", "-a", "'a b'", "ä", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
        const std::string expected = std::string(name) == "''" ? "must not be empty" : std::string("must be ") + rule;
        EXPECT_EQ(job_mistakes(std::string("name: ") + name), "words.yaml:3:1: name: " + expected) << name;
    }
    EXPECT_EQ(mistakes([] { return read_job(servers, "my words.yaml"); }),
              std::string("my words.yaml:1:1: name: the file's name does not serve as the job's; set `name`: ") + rule);
}

}  // namespace
}  // namespace lantern_migrate::config::testing
