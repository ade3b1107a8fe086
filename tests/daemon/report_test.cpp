#include "daemon/report.h"

#include "daemon/text.h"
#include "scratch.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <sstream>

namespace lantern_migrate::daemon {
namespace {

using namespace migrations_state;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

// A job at its end, with something of everything.
class ReportTest : public testing::Test {
protected:
    ReportTest() : journal_(Journal::open(scratch_ / "journal.db")) {
        job_ = journal_
                   .create_job({.name = "words",
                                .file = "/spool/active/words.yaml",
                                .source = "url postgresql://reader@old.example/app",
                                .target = "url postgresql://owner@new.example/app",
                                .fingerprint = "f"})
                   .id;
        journal_.begin_run(job_);
        journal_.record_server(job_, Side::source, {.system_identifier = "7001", .timeline = 1, .database = "app", .version_num = 170005});
        add_tables();
        add_indexes();
        journal_.add_finding(job_, {.severity = Severity::warning,
                                    .object = "view public.nearest",
                                    .reason = "uses <#>, which Lantern does not have",
                                    .remedy = "write it anew with <=>"});
    }

    void add_tables() {
        const std::vector<NewTable> tables{
            {.schema = "public", .name = "small", .bytes = 8192, .chunks = {{"", ""}}},
            {.schema = "public", .name = "words", .bytes = 3 << 20, .chunks = {{"", "(100,0)"}, {"(100,0)", ""}}}};
        journal_.save_tables(job_, tables);
        for (const TableRecord& table : journal_.tables(job_)) {
            const int chunks = table.name == "words" ? 2 : 1;
            if (table.name == "words") journal_.restart_table(table.id, "t");
            for (int i = 0; i < chunks; ++i) {
                journal_.begin_chunk(table.id, i);
                if (table.name == "words" && i == 1) journal_.begin_chunk(table.id, i);
                journal_.end_chunk(table.id, i,
                                   {.rows = 5000, .bytes_read = 1 << 20, .bytes_written = 2 << 20, .digest = std::string(32, 'a')});
            }
            journal_.set_verification(job_, {.table = table.id,
                                             .method = "digest",
                                             .rows_sent = table.name == "words" ? 10000U : 5000U,
                                             .rows_found = table.name == "words" ? 10000U : 5000U,
                                             .digest_sent = "a",
                                             .digest_found = "a",
                                             .equal = true});
            if (table.name == "words") words_ = table.id;
        }
    }

    void add_indexes() {
        const std::vector<SavedIndex> indexes{
            {.schema = "public",
             .name = "words_embedding_idx",
             .table_schema = "public",
             .table = "words",
             .method = "hnsw",
             .opclass = "vector_l2_ops",
             .definition = "CREATE INDEX words_embedding_idx ON public.words USING hnsw (embedding vector_l2_ops)",
             .state = TranslationState::translated,
             .translation =
                 "CREATE INDEX words_embedding_idx ON public.words USING lantern_hnsw (embedding public.dist_l2sq_ops) WITH (dim=100)",
             .reason = "distances become squared; the order of neighbours is unchanged"},
            {.schema = "public",
             .name = "words_l1_idx",
             .table_schema = "public",
             .table = "words",
             .method = "hnsw",
             .opclass = "vector_l1_ops",
             .definition = "CREATE INDEX words_l1_idx ON public.words USING hnsw (embedding vector_l1_ops)",
             .state = TranslationState::left_out,
             .reason = "Lantern has no L1 distance"}};
        journal_.save_indexes(job_, indexes);
        const std::vector<BuildRecord> builds{
            {.item = "index public.words_embedding_idx",
             .kind = "vector_index",
             .table_schema = "public",
             .table = "words",
             .sql = "CREATE ..."},
            {.item = "key public.words_pkey", .kind = "key", .table_schema = "public", .table = "words", .sql = "ALTER ..."}};
        journal_.save_builds(job_, builds);
        for (const BuildRecord& build : journal_.builds(job_)) {
            journal_.begin_build(build.id);
            journal_.end_build(build.id);
        }
    }

    void end() {
        for (;;) {
            const Step step = journal_.job(job_).step;
            StepAttempt attempt = journal_.begin(job_, step);
            if (step == Step::drop_indexes) attempt.note("planned away: the source keeps its indexes");
            if (step == Step::cutover) return attempt.commit_done();
            attempt.commit(static_cast<Step>(static_cast<int>(step) + 1));
        }
    }

    std::string text() { return report_text(build_report(journal_, job_)); }

    test::Scratch scratch_;
    Journal journal_;
    JobId job_ = 0;
    TableId words_ = 0;
};

TEST_F(ReportTest, SaysWhatMovedLargestTableFirst) {
    end();
    EXPECT_THAT(text(), HasSubstr("\nWhat moved\n"
                                  "  table           rows  on disk     sent  written  chunks\n"
                                  "  public.words  10,000  3.0 MiB  2.0 MiB  4.0 MiB       2\n"
                                  "  public.small   5,000  8.0 KiB  1.0 MiB  2.0 MiB       1\n"
                                  "  15,000 rows in 2 tables, 6.0 MiB written\n"
                                  "  public.words started again from nothing 1 time: it changed on the source, or the target lost it\n"
                                  "  1 chunk was begun more than once\n"));
}

TEST_F(ReportTest, HasAHeadThatSaysHowTheJobEnded) {
    end();
    EXPECT_THAT(text(), testing::StartsWith("job words: done\n"
                                            "  source: url postgresql://reader@old.example/app, PostgreSQL 17.5, system 7001\n"
                                            "  target: url postgresql://owner@new.example/app\n"
                                            "  began 20"));
    EXPECT_THAT(text(), ContainsRegex("  began [-0-9]+ [:0-9]+Z, ended [-0-9]+ [:0-9]+Z, after [0-9.]+s, 1 run\n"));
}

TEST_F(ReportTest, CountsAttemptsThatWereCutOff) {
    static_cast<void>(journal_.begin(job_, Step::connect));  // killed here
    end();
    const Report report = build_report(journal_, job_);
    ASSERT_EQ(report.steps.size(), 11U);
    EXPECT_EQ(report.steps[0].attempts, 2);
    EXPECT_EQ(report.steps[0].unended, 1);
    EXPECT_THAT(text(), ContainsRegex(
                            "\n  step             +time  attempts  cut off\n  connect +[0-9.]+s +2 +1\n  save_indexes +[0-9.]+s +1 +0\n"));
    EXPECT_THAT(text(), HasSubstr("  - drop_indexes: planned away: the source keeps its indexes\n"));
}

TEST_F(ReportTest, ShowsEveryIndexBeforeAndAfter) {
    end();
    EXPECT_THAT(text(), HasSubstr("\nVector indexes, before and after\n"
                                  "  public.words_embedding_idx on public.words: done\n"
                                  "    before: CREATE INDEX words_embedding_idx ON public.words USING hnsw (embedding vector_l2_ops)\n"
                                  "    after: CREATE INDEX words_embedding_idx ON public.words USING lantern_hnsw (embedding\n"
                                  "    public.dist_l2sq_ops) WITH (dim=100)\n"
                                  "    why: distances become squared; the order of neighbours is unchanged\n"
                                  "    took: 0.0s\n"
                                  "  public.words_l1_idx on public.words: left_out\n"
                                  "    before: CREATE INDEX words_l1_idx ON public.words USING hnsw (embedding vector_l1_ops)\n"
                                  "    after: none\n"
                                  "    why: Lantern has no L1 distance\n"));
    EXPECT_THAT(text(), HasSubstr("\nKeys, constraints and other objects made after the rows\n"
                                  "  object                 state  time\n"
                                  "  key public.words_pkey  done   0.0s\n"));
}

TEST_F(ReportTest, TellsTheApplicationWhatToChange) {
    end();
    const Report report = build_report(journal_, job_);
    EXPECT_THAT(
        report.application_changes,
        testing::ElementsAre(HasSubstr("'{1,2,3}'"), HasSubstr("casts to vector"), HasSubstr("operators:"), HasSubstr("lantern_hnsw"),
                             HasSubstr("squared L2 distance"), HasSubstr("left out"), "view public.nearest: write it anew with <=>"));
    EXPECT_THAT(text(), HasSubstr("\nFindings\n"
                                  "  - warning: view public.nearest: uses <#>, which Lantern does not have\n"
                                  "    remedy: write it anew with <=>\n"));
}

TEST_F(ReportTest, SaysLoudlyThatVerificationFoundADifference) {
    journal_.set_verification(job_, {.table = words_, .method = "digest", .rows_sent = 10000, .rows_found = 9999, .equal = false});
    journal_.set_failed(job_, {.reason = "table public.words differs", .hint = "do not use the target"});
    const Report report = build_report(journal_, job_);
    EXPECT_TRUE(report.different());
    EXPECT_THAT(text(), testing::StartsWith("job words: failed at step connect, and verification found a difference\n"
                                            "  reason: table public.words differs\n"
                                            "  hint: do not use the target\n"));
    EXPECT_THAT(text(), HasSubstr("  table         by      rows sent  rows found  result\n"));
    EXPECT_THAT(text(), HasSubstr("  public.words  digest     10,000       9,999  DIFFERENT\n"));
    EXPECT_EQ(to_json(report).at("exit_status"), 4);
}

TEST_F(ReportTest, IsNowhereWiderThanAHundredColumns) {
    journal_.add_finding(job_,
                         {.severity = Severity::info, .object = std::string(150, 'x'), .reason = std::string(300, 'y'), .remedy = "z"});
    end();
    std::istringstream lines(text());
    for (std::string line; std::getline(lines, line);) EXPECT_LE(columns(line), 100U) << line;
}

TEST_F(ReportTest, IsAsJsonWhatItIsAsText) {
    end();
    const boost::json::object report = to_json(build_report(journal_, job_));
    EXPECT_EQ(report.at("job"), "words");
    EXPECT_EQ(report.at("rows"), 15000);
    EXPECT_EQ(report.at("exit_status"), 0);
    EXPECT_EQ(report.at("tables").at(0).at("name"), "public.words");
    EXPECT_EQ(report.at("tables").at(0).at("started_again"), 1);
    EXPECT_EQ(report.at("indexes").at(0).at("state"), "done");
    EXPECT_EQ(report.at("indexes").at(0).at("build").at("attempts"), 1);
    EXPECT_EQ(report.at("verifications").as_array().size(), 2U);
    EXPECT_EQ(report.at("steps").as_array().size(), 11U);
}

TEST_F(ReportTest, SaysLittleOfAJobThatHasNotBegun) {
    const JobId empty = journal_.create_job({.name = "empty", .file = "f", .source = "s", .target = "t"}).id;
    const std::string text = report_text(build_report(journal_, empty));
    EXPECT_THAT(text, testing::StartsWith("job empty: queued at step connect\n"));
    EXPECT_THAT(text, HasSubstr("  nothing: no table was planned\n"));
    EXPECT_THAT(text, Not(HasSubstr("Vector indexes")));
}

TEST(IndexesSql, IsOnlyWhatMayRunAndTheRestIsComment) {
    const std::vector<steps::PlannedIndex> indexes{{.name = "public.a",
                                                    .table = "public.t",
                                                    .definition = "CREATE INDEX a ON t USING hnsw (c vector_l2_ops)",
                                                    .translation = "CREATE INDEX a",
                                                    .state = "translated",
                                                    .reason = "distances become squared"},
                                                   {.name = "public.b\nDROP TABLE t",
                                                    .table = "public.t",
                                                    .definition = "CREATE INDEX b",
                                                    .translation = "",
                                                    .state = "unsupported",
                                                    .reason = "no\ncounterpart"},
                                                   {.name = "public.c",
                                                    .table = "public.t",
                                                    .definition = "CREATE INDEX c",
                                                    .translation = "CREATE INDEX c2",
                                                    .state = "awaits_norms",
                                                    .reason = ""}};
    EXPECT_EQ(indexes_sql(indexes),
              "-- public.a on public.t\n"
              "-- on the source:\n"
              "-- CREATE INDEX a ON t USING hnsw (c vector_l2_ops)\n"
              "-- note: distances become squared\n"
              "CREATE INDEX a;\n"
              "\n"
              "-- public.b DROP TABLE t on public.t\n"
              "-- on the source:\n"
              "-- CREATE INDEX b\n"
              "-- note: no counterpart\n"
              "-- unsupported: there is no translation\n"
              "\n"
              "-- public.c on public.t\n"
              "-- on the source:\n"
              "-- CREATE INDEX c\n"
              "-- only if every vector has norm 1, which the copy measures:\n"
              "-- CREATE INDEX c2;\n");
    EXPECT_EQ(indexes_sql({}), "-- no index of pgvector\n");
}

}  // namespace
}  // namespace lantern_migrate::daemon
