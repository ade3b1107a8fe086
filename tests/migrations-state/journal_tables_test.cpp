#include "journal_fixture.h"

#include <gmock/gmock.h>

#include <limits>

namespace lantern_migrate::migrations_state {
namespace {

class Tables : public JournalTest {};

TEST_F(Tables, AreSavedWithTheirChunksInOrder) {
    const Job job = words();
    const auto tables = two_tables(job.id);
    ASSERT_EQ(tables.size(), 2U);
    EXPECT_EQ(tables[0].schema, "public");
    EXPECT_EQ(tables[0].name, "items");
    EXPECT_EQ(tables[0].bytes, 1U << 20);
    EXPECT_EQ(tables[0].estimated_rows, 1000);
    EXPECT_EQ(tables[0].shape, "id int8");
    EXPECT_EQ(tables[0].tripwire, "");
    EXPECT_EQ(tables[0].epoch, 1);
    EXPECT_EQ(tables[1].estimated_rows, -1);

    const auto chunks = journal_.chunks(job.id);
    ASSERT_EQ(chunks.size(), 3U);
    EXPECT_EQ(chunks[0].lower + "|" + chunks[0].upper, "|(8,0)");
    EXPECT_EQ(chunks[1].lower + "|" + chunks[1].upper, "(8,0)|");
    EXPECT_EQ(chunks[1].table, tables[0].id);
    EXPECT_EQ(chunks[1].number, 1);
    EXPECT_EQ(chunks[2].table, tables[1].id);
    EXPECT_EQ(chunks[2].number, 0);
    for (const ChunkRecord& chunk : chunks) EXPECT_EQ(chunk.state, ChunkState::pending);
}

TEST_F(Tables, AreSavedOnlyOnce) {
    const Job job = words();
    two_tables(job.id);
    const NewTable late[] = {{.schema = "public", .name = "late"}};
    const JournalError error = error_of([&] {
        journal_.save_tables(job.id, late);
        return 0;
    });
    EXPECT_EQ(error.kind(), JournalErrorKind::conflict);
    EXPECT_STREQ(error.what(), "the job's tables are in the journal already: their chunks are made once");
    EXPECT_EQ(journal_.tables(job.id).size(), 2U);
}

TEST_F(Tables, AreSavedAllOrNone) {
    const Job job = words();
    const NewTable twice[] = {{.schema = "public", .name = "items", .chunks = {{"", ""}}}, {.schema = "public", .name = "items"}};
    const JournalError error = error_of([&] {
        journal_.save_tables(job.id, twice);
        return 0;
    });
    EXPECT_EQ(error.kind(), JournalErrorKind::conflict);
    EXPECT_TRUE(journal_.tables(job.id).empty());
    EXPECT_TRUE(journal_.chunks(job.id).empty());
    EXPECT_EQ(two_tables(job.id).size(), 2U);
}

TEST_F(Tables, KeepTheirTripwires) {
    const Job job = words();
    const auto tables = two_tables(job.id);
    const std::pair<TableId, std::string> tripwires[] = {{tables[0].id, "relfilenode=1"}, {tables[1].id, "relfilenode=2"}};
    journal_.set_tripwires(tripwires);
    EXPECT_EQ(journal_.tables(job.id)[0].tripwire, "relfilenode=1");
    EXPECT_EQ(journal_.tables(job.id)[1].tripwire, "relfilenode=2");

    // All or none: the unknown table takes the known one's with it.
    const std::pair<TableId, std::string> wrong[] = {{tables[0].id, "relfilenode=9"}, {99, "x"}};
    EXPECT_STREQ(error_of([&] {
                     journal_.set_tripwires(wrong);
                     return 0;
                 }).what(),
                 "the journal has no table 99");
    EXPECT_EQ(journal_.tables(job.id)[0].tripwire, "relfilenode=1");
}

TEST_F(Tables, AreChangedTogetherOrNotAtAll) {
    const Job job = words();
    const TableId items = two_tables(job.id)[0].id;
    const std::uint64_t before = journal_.commits();
    journal_.together([&] {
        EXPECT_EQ(journal_.begin_chunk(items, 0), 1);
        journal_.end_chunk(items, 0, some_totals);
        EXPECT_EQ(journal_.begin_chunk(items, 1), 1);
        EXPECT_EQ(journal_.chunks(job.id)[0].state, ChunkState::done) << "what it wrote is there for itself";
    });
    EXPECT_EQ(journal_.commits(), before + 1);

    EXPECT_STREQ(error_of([&] {
                     journal_.together([&] {
                         journal_.end_chunk(items, 1, some_totals);
                         journal_.begin_chunk(99, 0);
                     });
                     return 0;
                 }).what(),
                 "the journal has no chunk 0 of table 99");
    EXPECT_EQ(journal_.commits(), before + 1);
    journal_.set_fact(job.id, "usable", "as ever");
    EXPECT_EQ(journal_.commits(), before + 2);
    reopen();
    EXPECT_EQ(journal_.chunks(job.id)[0].state, ChunkState::done);
    EXPECT_EQ(journal_.chunks(job.id)[1].state, ChunkState::begun);
}

TEST_F(Tables, RememberWhatEachRunCopied) {
    const Job job = words();
    EXPECT_TRUE(journal_.copy_runs(job.id).empty());
    const Timestamp at{std::chrono::milliseconds(1'700'000'000'123)};
    const CopyRun first{.run = 1, .began_at = at, .ended_at = at + std::chrono::seconds(2), .workers = 4};
    CopyRun second{.run = 3,
                   .began_at = at,
                   .first_row_at = at + std::chrono::milliseconds(5),
                   .ended_at = at + std::chrono::seconds(9),
                   .workers = 2,
                   .rows = 1,
                   .bytes_read = 2,
                   .bytes_written = 3,
                   .chunks = 4,
                   .chunks_again = 5,
                   .journal_commits = 6,
                   .journal_us = 7,
                   .ledger_us = 8};
    journal_.add_copy_run(job.id, first);
    journal_.add_copy_run(job.id, second);
    reopen();
    EXPECT_EQ(journal_.copy_runs(job.id), (std::vector{first, second}));
}

TEST_F(Tables, StartAgainFromNothingWithANewEpoch) {
    const Job job = words();
    const auto tables = two_tables(job.id);
    const TableId items = tables[0].id;
    const TableId notes = tables[1].id;
    journal_.begin_chunk(items, 0);
    journal_.end_chunk(items, 0, some_totals);
    journal_.begin_chunk(notes, 0);
    journal_.end_chunk(notes, 0, some_totals);
    for (const TableId table : {items, notes}) {
        const ColumnMeasure measures[] = {{.table = table, .column = "embedding", .values = 10}};
        journal_.set_measures(table, measures);
        journal_.set_verification(job.id, {.table = table, .method = "digest", .equal = true});
    }

    journal_.restart_table(items, "relfilenode=77");
    reopen();

    EXPECT_EQ(journal_.tables(job.id)[0].epoch, 2);
    EXPECT_EQ(journal_.tables(job.id)[0].tripwire, "relfilenode=77");
    const auto chunks = journal_.chunks(job.id);
    EXPECT_EQ(chunks[0].state, ChunkState::pending);
    EXPECT_EQ(chunks[0].attempt, 1);
    EXPECT_EQ(chunks[0].totals, ChunkTotals{});
    EXPECT_EQ(chunks[0].upper, "(8,0)");
    ASSERT_EQ(journal_.measures(job.id).size(), 1U);
    EXPECT_EQ(journal_.measures(job.id)[0].table, notes);
    ASSERT_EQ(journal_.verifications(job.id).size(), 1U);
    EXPECT_EQ(journal_.verifications(job.id)[0].table, notes);
    // The other table is left alone.
    EXPECT_EQ(journal_.tables(job.id)[1].epoch, 1);
    EXPECT_EQ(chunks[2].state, ChunkState::done);
    EXPECT_EQ(chunks[2].totals, some_totals);
}

class Chunks : public JournalTest {};

TEST_F(Chunks, CountTheirAttemptsAndKeepTheirTotals) {
    const Job job = words();
    const TableId items = two_tables(job.id)[0].id;
    EXPECT_EQ(journal_.begin_chunk(items, 1), 1);
    EXPECT_EQ(journal_.begin_chunk(items, 1), 2);
    EXPECT_EQ(journal_.chunks(job.id)[1].state, ChunkState::begun);
    journal_.end_chunk(items, 1, some_totals);
    reopen();
    const ChunkRecord chunk = journal_.chunks(job.id)[1];
    EXPECT_EQ(chunk.state, ChunkState::done);
    EXPECT_EQ(chunk.attempt, 2);
    EXPECT_EQ(chunk.totals, some_totals);
}

TEST_F(Chunks, ThatTheLedgerDoesNotHoldArePendingAgainWithTheirAttemptCount) {
    const Job job = words();
    const TableId items = two_tables(job.id)[0].id;
    journal_.begin_chunk(items, 0);
    journal_.end_chunk(items, 0, some_totals);
    journal_.set_verification(job.id, {.table = items, .method = "digest", .equal = true});
    journal_.reopen_chunk(items, 0);
    EXPECT_TRUE(journal_.verifications(job.id).empty()) << "what was verified was without these rows";
    const ChunkRecord chunk = journal_.chunks(job.id)[0];
    EXPECT_EQ(chunk.state, ChunkState::pending);
    EXPECT_EQ(chunk.attempt, 1);
    EXPECT_EQ(chunk.totals, ChunkTotals{});
    EXPECT_EQ(journal_.begin_chunk(items, 0), 2);
}

TEST_F(Chunks, EndTogetherOrNotAtAll) {
    const Job job = words();
    const TableId items = two_tables(job.id)[0].id;
    const Journal::ChunkEnd with_unknown[] = {{items, 0, some_totals}, {items, 17, some_totals}};
    const JournalError error = error_of([&] {
        journal_.end_chunks(with_unknown);
        return 0;
    });
    EXPECT_EQ(error.kind(), JournalErrorKind::conflict);
    EXPECT_EQ(error.what(), "the journal has no chunk 17 of table " + std::to_string(items));
    EXPECT_EQ(journal_.chunks(job.id)[0].state, ChunkState::pending);

    const Journal::ChunkEnd both[] = {{items, 0, some_totals}, {items, 1, some_totals}};
    journal_.end_chunks(both);
    journal_.end_chunks({});
    EXPECT_EQ(journal_.chunks(job.id)[0].state, ChunkState::done);
    EXPECT_EQ(journal_.chunks(job.id)[1].state, ChunkState::done);
    EXPECT_EQ(journal_.chunks(job.id)[2].state, ChunkState::pending);
}

TEST_F(Chunks, HoldTheLargestNumbers) {
    const Job job = words();
    const TableId items = two_tables(job.id)[0].id;
    const ChunkTotals huge{
        .rows = std::numeric_limits<std::uint64_t>::max(), .bytes_read = std::uint64_t{1} << 63, .bytes_written = 0, .digest = ""};
    journal_.end_chunk(items, 0, huge);
    EXPECT_EQ(journal_.chunks(job.id)[0].totals, huge);
}

class Measures : public JournalTest {};

TEST_F(Measures, OfATableAreReplacedWhole) {
    const Job job = words();
    const TableId items = two_tables(job.id)[0].id;
    const ColumnMeasure first[] = {{.table = items, .column = "a", .values = 1}, {.table = items, .column = "b", .values = 2}};
    journal_.set_measures(items, first);
    const ColumnMeasure second[] = {{.table = items,
                                     .column = "a",
                                     .values = 5,
                                     .nulls = 2,
                                     .min_dimensions = 3,
                                     .max_dimensions = 4,
                                     .min_norm = 0.1,
                                     .max_norm = 1.0000001}};
    journal_.set_measures(items, second);
    const auto measures = journal_.measures(job.id);
    ASSERT_EQ(measures.size(), 1U);
    EXPECT_EQ(measures[0].column, "a");
    EXPECT_EQ(measures[0].values, 5U);
    EXPECT_EQ(measures[0].nulls, 2U);
    EXPECT_EQ(measures[0].min_dimensions, 3);
    EXPECT_EQ(measures[0].max_dimensions, 4);
    EXPECT_EQ(measures[0].min_norm, 0.1);  // to the last bit: if_normalized depends on it
    EXPECT_EQ(measures[0].max_norm, 1.0000001);
}

class Verifications : public JournalTest {};

TEST_F(Verifications, OfATableAreReplaced) {
    const Job job = words();
    const TableId items = two_tables(job.id)[0].id;
    journal_.set_verification(
        job.id, {.table = items, .method = "digest", .rows_sent = 10, .rows_found = 9, .digest_sent = "aa", .digest_found = "bb"});
    EXPECT_FALSE(journal_.verifications(job.id)[0].equal);
    journal_.set_verification(
        job.id,
        {.table = items, .method = "full", .rows_sent = 10, .rows_found = 10, .digest_sent = "aa", .digest_found = "aa", .equal = true});
    const auto verifications = journal_.verifications(job.id);
    ASSERT_EQ(verifications.size(), 1U);
    EXPECT_EQ(verifications[0].table, items);
    EXPECT_EQ(verifications[0].method, "full");
    EXPECT_EQ(verifications[0].rows_sent, 10U);
    EXPECT_EQ(verifications[0].rows_found, 10U);
    EXPECT_EQ(verifications[0].digest_sent, "aa");
    EXPECT_EQ(verifications[0].digest_found, "aa");
    EXPECT_TRUE(verifications[0].equal);
}

}  // namespace
}  // namespace lantern_migrate::migrations_state
