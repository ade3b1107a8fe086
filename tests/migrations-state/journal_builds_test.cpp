#include "journal_fixture.h"

#include <SQLiteCpp/Database.h>

#include <gmock/gmock.h>

namespace lantern_migrate::migrations_state {
namespace {

using testing::ElementsAre;

class Builds : public JournalTest {
protected:
    JobId job_ = words().id;

    BuildRecord key_ = {
        .item = "key public.items_pkey", .kind = "key", .table_schema = "public", .table = "items", .sql = "ALTER TABLE ..."};
    BuildRecord index_ = {.item = "index public.items_embedding_idx", .kind = "vector_index", .table_schema = "public", .table = "items"};

    std::vector<BuildRecord> saved() {
        const BuildRecord both[] = {key_, index_};
        journal_.save_builds(job_, both);
        return journal_.builds(job_);
    }
};

TEST_F(Builds, AreSavedInOrderAndNewOnesAdded) {
    const auto first = saved();
    journal_.end_build(first[0].id);
    BuildRecord changed = key_;
    changed.sql = "something else";
    const BuildRecord again[] = {
        changed, {.item = "trigger public.items_touch", .kind = "other", .state = BuildState::skipped, .reason = "left out"}};
    journal_.save_builds(job_, again);

    const auto builds = journal_.builds(job_);
    ASSERT_EQ(builds.size(), 3U);
    EXPECT_EQ(builds[0].item, "key public.items_pkey");
    EXPECT_EQ(builds[0].state, BuildState::done);
    EXPECT_EQ(builds[0].sql, "ALTER TABLE ...");
    EXPECT_EQ(builds[1].kind, "vector_index");
    EXPECT_EQ(builds[1].table_schema + "." + builds[1].table, "public.items");
    EXPECT_EQ(builds[1].sql, "");
    EXPECT_EQ(builds[2].state, BuildState::skipped);
    EXPECT_EQ(builds[2].reason, "left out");
}

TEST_F(Builds, GoFromPendingThroughBegunToDone) {
    const std::int64_t id = saved()[1].id;
    journal_.set_build_sql(id, "CREATE INDEX ...");
    journal_.begin_build(id);
    BuildRecord build = journal_.builds(job_)[1];
    EXPECT_EQ(build.state, BuildState::begun);
    EXPECT_EQ(build.sql, "CREATE INDEX ...");
    EXPECT_EQ(build.attempts, 1);
    EXPECT_NE(build.began_at, std::nullopt);
    EXPECT_EQ(build.ended_at, std::nullopt);
    journal_.end_build(id);
    build = journal_.builds(job_)[1];
    EXPECT_EQ(build.state, BuildState::done);
    EXPECT_GE(build.ended_at, build.began_at);
}

TEST_F(Builds, ThatFailOrAreSkippedSayWhy) {
    const auto builds = saved();
    journal_.begin_build(builds[0].id);
    journal_.fail_build(builds[0].id, "could not create unique index");
    journal_.skip_build(builds[1].id, "no counterpart");
    EXPECT_EQ(journal_.builds(job_)[0].state, BuildState::failed);
    EXPECT_EQ(journal_.builds(job_)[0].reason, "could not create unique index");
    EXPECT_EQ(journal_.builds(job_)[1].state, BuildState::skipped);
    EXPECT_EQ(journal_.builds(job_)[1].reason, "no counterpart");

    journal_.reopen_build(builds[0].id);
    EXPECT_EQ(journal_.builds(job_)[0].state, BuildState::pending);
    EXPECT_EQ(journal_.builds(job_)[0].reason, "");
    EXPECT_EQ(journal_.builds(job_)[0].attempts, 1);
}

TEST_F(Builds, CountTheServersTheyTookDown) {
    const std::int64_t id = saved()[1].id;
    journal_.begin_build(id);
    journal_.count_server_loss(id);
    journal_.begin_build(id);
    journal_.count_server_loss(id);
    reopen();
    const BuildRecord build = journal_.builds(job_)[1];
    EXPECT_EQ(build.server_losses, 2);
    EXPECT_EQ(build.attempts, 2);
    EXPECT_EQ(build.state, BuildState::pending);
}

TEST_F(Builds, ThatWereBegunArePendingAgainAtAResumeAndFailedOnesOnlyWhenAsked) {
    const auto builds = saved();
    journal_.begin_build(builds[0].id);
    journal_.fail_build(builds[1].id, "x");
    journal_.reopen_builds(job_);
    EXPECT_EQ(journal_.builds(job_)[0].state, BuildState::pending);
    EXPECT_EQ(journal_.builds(job_)[1].state, BuildState::failed);
    journal_.reopen_builds(job_, true);
    EXPECT_EQ(journal_.builds(job_)[1].state, BuildState::pending);
    EXPECT_EQ(journal_.builds(job_)[1].reason, "");
}

TEST_F(Builds, ThatAreUnknownAreAConflict) {
    for (const auto& error : {error_of([&] {
                                  journal_.begin_build(9);
                                  return 0;
                              }),
                              error_of([&] {
                                  journal_.end_build(9);
                                  return 0;
                              }),
                              error_of([&] {
                                  journal_.count_server_loss(9);
                                  return 0;
                              }),
                              error_of([&] {
                                  journal_.reopen_build(9);
                                  return 0;
                              })}) {
        EXPECT_EQ(error.kind(), JournalErrorKind::conflict);
        EXPECT_STREQ(error.what(), "the journal has no build 9");
    }
}

class SavedIndexes : public JournalTest {};

TEST_F(SavedIndexes, AreReplacedWholeAndTranslatedLater) {
    const Job job = words();
    SavedIndex index{.schema = "public",
                     .name = "items_embedding_idx",
                     .table_schema = "public",
                     .table = "items",
                     .method = "hnsw",
                     .opclass = "vector_ip_ops",
                     .options = "m=24,ef_construction=500",
                     .definition = "CREATE INDEX items_embedding_idx ON public.items USING hnsw (embedding vector_ip_ops)",
                     .state = TranslationState::awaits_norms};
    const SavedIndex before[] = {index, {.schema = "public", .name = "gone"}};
    journal_.save_indexes(job.id, before);
    const SavedIndex after[] = {index};
    journal_.save_indexes(job.id, after);
    ASSERT_EQ(journal_.saved_indexes(job.id).size(), 1U);
    journal_.set_translation(journal_.saved_indexes(job.id)[0].id, TranslationState::translated, "CREATE INDEX ... lantern_hnsw",
                             "distances become squared");
    reopen();
    const SavedIndex saved = journal_.saved_indexes(job.id)[0];
    EXPECT_EQ(saved.schema + "." + saved.name, "public.items_embedding_idx");
    EXPECT_EQ(saved.table_schema + "." + saved.table, "public.items");
    EXPECT_EQ(saved.method, "hnsw");
    EXPECT_EQ(saved.opclass, "vector_ip_ops");
    EXPECT_EQ(saved.options, "m=24,ef_construction=500");
    EXPECT_EQ(saved.definition, index.definition);
    EXPECT_EQ(saved.state, TranslationState::translated);
    EXPECT_EQ(saved.translation, "CREATE INDEX ... lantern_hnsw");
    EXPECT_EQ(saved.reason, "distances become squared");
    EXPECT_STREQ(error_of([&] {
                     journal_.set_translation(99, TranslationState::left_out, "", "");
                     return 0;
                 }).what(),
                 "the journal has no saved index 99");
}

class Findings : public JournalTest {};

TEST_F(Findings, AreReplacedAndAnEqualOneIsNotAddedTwice) {
    const Job job = words();
    const FindingRecord l1{.severity = Severity::blocking,
                           .object = "index public.items_l1_idx",
                           .reason = "Lantern has no L1 distance",
                           .remedy = "leave it out"};
    FindingRecord warning = l1;
    warning.severity = Severity::warning;
    journal_.add_finding(job.id, l1);
    journal_.add_finding(job.id, l1);
    journal_.add_finding(job.id, warning);
    EXPECT_THAT(journal_.findings(job.id), ElementsAre(l1, warning));
    const FindingRecord only[] = {warning};
    journal_.set_findings(job.id, only);
    EXPECT_THAT(journal_.findings(job.id), ElementsAre(warning));
}

class Events : public JournalTest {};

TEST_F(Events, AreReadOnFromTheLastOneSeen) {
    const Job job = words();
    const std::int64_t first = journal_.add_event(job.id, Severity::info, "step began", "connect");
    const std::int64_t second = journal_.add_event(job.id, Severity::warning, "chunk lost", "public.items 3");
    const auto all = journal_.events(job.id);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].id, first);
    EXPECT_EQ(all[1].id, second);
    EXPECT_EQ(all[1].job, job.id);
    EXPECT_EQ(all[1].severity, Severity::warning);
    EXPECT_EQ(all[1].kind, "chunk lost");
    EXPECT_EQ(all[1].text, "public.items 3");
    EXPECT_GE(all[1].at, job.created_at);
    ASSERT_EQ(journal_.events(job.id, first).size(), 1U);
    EXPECT_EQ(journal_.events(job.id, first)[0].id, second);
    EXPECT_TRUE(journal_.events(job.id, second).empty());
    EXPECT_EQ(journal_.events(job.id, 0, 1)[0].id, first);
    ASSERT_EQ(journal_.newest_events(job.id, 1).size(), 1U);
    EXPECT_EQ(journal_.newest_events(job.id, 1)[0].id, second);
    ASSERT_EQ(journal_.newest_events(job.id, 5).size(), 2U);
    EXPECT_EQ(journal_.newest_events(job.id, 5)[0].id, first);
}

// Ten thousand events of one job and one of another, put there at once: one commit each would take the test a minute.
TEST_F(Events, BeyondTheNewestTenThousandOfAJobAreForgotten) {
    const Job job = words();
    const Job other = journal_.create_job({.name = "other"});
    journal_.add_event(other.id, Severity::info, "kept", "");
    {
        const Journal closed = std::move(journal_);
    }
    {
        SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE);
        database.exec(
            "INSERT INTO event (job, at, severity, kind, text) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            "10000)"
            " SELECT " +
            std::to_string(job.id) + ", 0, 'info', 'old', i FROM n");
    }
    journal_ = Journal::open(file_);
    ASSERT_EQ(journal_.events(job.id, 0, 20'000).size(), 10'000U);
    journal_.add_event(job.id, Severity::info, "new", "");
    const auto events = journal_.events(job.id, 0, 20'000);
    EXPECT_EQ(events.size(), 10'000U);
    EXPECT_EQ(events.front().text, "2");
    EXPECT_EQ(events.back().kind, "new");
    EXPECT_EQ(journal_.events(other.id).size(), 1U);
}

}  // namespace
}  // namespace lantern_migrate::migrations_state
