// The journal's tables and chunks.
#include "migrations-state/journal_store.h"

namespace lantern_migrate::migrations_state {
namespace {

std::int64_t stored(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::uint64_t loaded(const SQLite::Column& column) { return static_cast<std::uint64_t>(column.getInt64()); }

Entry table_entry(TableId id) { return {"table", id}; }

template <typename... Values>
void change_chunk(SQLite::Database& database, TableId table, int number, const char* sql, const Values&... values) {
    if (change(database, sql, values..., table, number) != 0) return;
    throw JournalError(JournalErrorKind::conflict,
                       "the journal has no chunk " + std::to_string(number) + " of table " + std::to_string(table), "report this as a bug");
}

void end_one(SQLite::Database& database, TableId table, int number, const ChunkTotals& totals) {
    change_chunk(
        database, table, number,
        "UPDATE chunk SET state = 'done', rows = ?, bytes_read = ?, bytes_written = ?, digest = ? WHERE table_id = ? AND number = ?",
        stored(totals.rows), stored(totals.bytes_read), stored(totals.bytes_written), totals.digest);
}

}  // namespace

void Journal::save_tables(JobId job, std::span<const NewTable> tables) {
    impl_->write([&](SQLite::Database& database) {
        if (database.execAndGet("SELECT count(*) FROM migrated_table WHERE job = " + std::to_string(job)).getInt64() != 0) {
            throw JournalError(JournalErrorKind::conflict, "the job's tables are in the journal already: their chunks are made once",
                               "report this as a bug");
        }
        for (const NewTable& table : tables) {
            change(database, "INSERT INTO migrated_table (job, schema_name, name, bytes, estimated_rows, shape) VALUES (?, ?, ?, ?, ?, ?)",
                   job, table.schema, table.name, stored(table.bytes), table.estimated_rows, table.shape);
            const TableId id = database.getLastInsertRowid();
            SQLite::Statement insert(database, "INSERT INTO chunk (table_id, number, lower, upper) VALUES (?, ?, ?, ?)");
            int number = 0;
            for (const NewTable::Bounds& bounds : table.chunks) {
                SQLite::bind(insert, id, number++, bounds.lower, bounds.upper);
                insert.exec();
                insert.reset();
            }
        }
    });
}

std::vector<TableRecord> Journal::tables(JobId job) const {
    return impl_->read([&](SQLite::Database& database) {
        return collect(
            database,
            "SELECT id, schema_name, name, bytes, estimated_rows, shape, tripwire, epoch FROM migrated_table WHERE job = ? ORDER BY id",
            [](SQLite::Statement& row) {
                return TableRecord{.id = row.getColumn(0).getInt64(),
                                   .schema = row.getColumn(1).getString(),
                                   .name = row.getColumn(2).getString(),
                                   .bytes = loaded(row.getColumn(3)),
                                   .estimated_rows = row.getColumn(4).getInt64(),
                                   .shape = row.getColumn(5).getString(),
                                   .tripwire = row.getColumn(6).getString(),
                                   .epoch = row.getColumn(7).getInt()};
            },
            job);
    });
}

std::vector<ChunkRecord> Journal::chunks(JobId job) const {
    return impl_->read([&](SQLite::Database& database) {
        return collect(
            database,
            "SELECT c.table_id, c.number, c.lower, c.upper, c.state, c.attempt, c.rows, c.bytes_read, c.bytes_written, c.digest"
            " FROM chunk c JOIN migrated_table t ON t.id = c.table_id WHERE t.job = ? ORDER BY c.table_id, c.number",
            [](SQLite::Statement& row) {
                return ChunkRecord{.table = row.getColumn(0).getInt64(),
                                   .number = row.getColumn(1).getInt(),
                                   .lower = row.getColumn(2).getString(),
                                   .upper = row.getColumn(3).getString(),
                                   .state = known(chunk_state_from_word(row.getColumn(4).getString()), row.getColumn(4).getString()),
                                   .attempt = row.getColumn(5).getInt(),
                                   .totals = {.rows = loaded(row.getColumn(6)),
                                              .bytes_read = loaded(row.getColumn(7)),
                                              .bytes_written = loaded(row.getColumn(8)),
                                              .digest = row.getColumn(9).getString()}};
            },
            job);
    });
}

void Journal::set_tripwires(std::span<const std::pair<TableId, std::string>> tripwires) {
    if (tripwires.empty()) return;
    impl_->write([&](SQLite::Database& database) {
        for (const auto& [table, tripwire] : tripwires)
            change_one(database, table_entry(table), "UPDATE migrated_table SET tripwire = ? WHERE id = ?", tripwire, table);
    });
}

int Journal::begin_chunk(TableId table, int number) {
    return impl_->write([&](SQLite::Database& database) {
        change_chunk(database, table, number, "UPDATE chunk SET state = 'begun', attempt = attempt + 1 WHERE table_id = ? AND number = ?");
        SQLite::Statement row(database, "SELECT attempt FROM chunk WHERE table_id = ? AND number = ?");
        SQLite::bind(row, table, number);
        row.executeStep();
        return row.getColumn(0).getInt();
    });
}

void Journal::end_chunk(TableId table, int number, const ChunkTotals& totals) {
    impl_->write([&](SQLite::Database& database) { end_one(database, table, number, totals); });
}

void Journal::end_chunks(std::span<const ChunkEnd> ends) {
    if (ends.empty()) return;
    impl_->write([&](SQLite::Database& database) {
        for (const ChunkEnd& end : ends) end_one(database, end.table, end.number, end.totals);
    });
}

void Journal::reopen_chunk(TableId table, int number) {
    impl_->write([&](SQLite::Database& database) {
        change_chunk(database, table, number,
                     "UPDATE chunk SET state = 'pending', rows = 0, bytes_read = 0, bytes_written = 0, digest = ''"
                     " WHERE table_id = ? AND number = ?");
        change(database, "DELETE FROM verification WHERE table_id = ?", table);
    });
}

void Journal::restart_table(TableId table, const std::string& tripwire) {
    impl_->write([&](SQLite::Database& database) {
        change_one(database, table_entry(table), "UPDATE migrated_table SET tripwire = ?, epoch = epoch + 1 WHERE id = ?", tripwire, table);
        change(database, "UPDATE chunk SET state = 'pending', rows = 0, bytes_read = 0, bytes_written = 0, digest = '' WHERE table_id = ?",
               table);
        change(database, "DELETE FROM measure WHERE table_id = ?", table);
        change(database, "DELETE FROM verification WHERE table_id = ?", table);
    });
}

void Journal::set_measures(TableId table, std::span<const ColumnMeasure> measures) {
    impl_->write([&](SQLite::Database& database) {
        change(database, "DELETE FROM measure WHERE table_id = ?", table);
        for (const ColumnMeasure& measure : measures) {
            change(database, "INSERT INTO measure VALUES (?, ?, ?, ?, ?, ?, ?, ?)", table, measure.column, stored(measure.values),
                   stored(measure.nulls), measure.min_dimensions, measure.max_dimensions, measure.min_norm, measure.max_norm);
        }
    });
}

std::vector<ColumnMeasure> Journal::measures(JobId job) const {
    return impl_->read([&](SQLite::Database& database) {
        return collect(
            database,
            "SELECT m.table_id, m.column_name, m.value_count, m.null_count, m.min_dimensions, m.max_dimensions, m.min_norm, m.max_norm"
            " FROM measure m JOIN migrated_table t ON t.id = m.table_id WHERE t.job = ? ORDER BY m.table_id, m.column_name",
            [](SQLite::Statement& row) {
                return ColumnMeasure{.table = row.getColumn(0).getInt64(),
                                     .column = row.getColumn(1).getString(),
                                     .values = loaded(row.getColumn(2)),
                                     .nulls = loaded(row.getColumn(3)),
                                     .min_dimensions = row.getColumn(4).getInt(),
                                     .max_dimensions = row.getColumn(5).getInt(),
                                     .min_norm = row.getColumn(6).getDouble(),
                                     .max_norm = row.getColumn(7).getDouble()};
            },
            job);
    });
}

void Journal::add_copy_run(JobId job, const CopyRun& run) {
    impl_->write([&](SQLite::Database& database) {
        change(database,
               "INSERT INTO copy_run (job, run, began_at, ended_at, workers, rows, bytes_read, bytes_written, chunks, chunks_again,"
               " journal_commits, journal_us, ledger_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
               job, run.run, to_ms(run.began_at), to_ms(run.ended_at), run.workers, stored(run.rows), stored(run.bytes_read),
               stored(run.bytes_written), stored(run.chunks), stored(run.chunks_again), stored(run.journal_commits), stored(run.journal_us),
               stored(run.ledger_us));
        if (run.first_row_at) {
            change(database, "UPDATE copy_run SET first_row_at = ? WHERE id = ?", to_ms(*run.first_row_at), database.getLastInsertRowid());
        }
    });
}

std::vector<CopyRun> Journal::copy_runs(JobId job) const {
    return impl_->read([&](SQLite::Database& database) {
        return collect(
            database,
            "SELECT run, began_at, first_row_at, ended_at, workers, rows, bytes_read, bytes_written, chunks, chunks_again, journal_commits,"
            " journal_us, ledger_us FROM copy_run WHERE job = ? ORDER BY id",
            [](SQLite::Statement& row) {
                return CopyRun{.run = row.getColumn(0).getInt(),
                               .began_at = from_ms(row.getColumn(1).getInt64()),
                               .first_row_at = optional_time(row.getColumn(2)),
                               .ended_at = from_ms(row.getColumn(3).getInt64()),
                               .workers = row.getColumn(4).getInt(),
                               .rows = loaded(row.getColumn(5)),
                               .bytes_read = loaded(row.getColumn(6)),
                               .bytes_written = loaded(row.getColumn(7)),
                               .chunks = loaded(row.getColumn(8)),
                               .chunks_again = loaded(row.getColumn(9)),
                               .journal_commits = loaded(row.getColumn(10)),
                               .journal_us = loaded(row.getColumn(11)),
                               .ledger_us = loaded(row.getColumn(12))};
            },
            job);
    });
}

void Journal::set_verification(JobId, const VerifyRecord& record) {
    impl_->write([&](SQLite::Database& database) {
        change(database, "INSERT OR REPLACE INTO verification VALUES (?, ?, ?, ?, ?, ?, ?, ?)", record.table, record.method,
               stored(record.rows_sent), stored(record.rows_found), record.digest_sent, record.digest_found, record.equal ? 1 : 0,
               record.target_state);
    });
}

std::vector<VerifyRecord> Journal::verifications(JobId job) const {
    return impl_->read([&](SQLite::Database& database) {
        return collect(
            database,
            "SELECT v.table_id, v.method, v.rows_sent, v.rows_found, v.digest_sent, v.digest_found, v.equal, v.target_state"
            " FROM verification v"
            " JOIN migrated_table t ON t.id = v.table_id WHERE t.job = ? ORDER BY v.table_id",
            [](SQLite::Statement& row) {
                return VerifyRecord{.table = row.getColumn(0).getInt64(),
                                    .method = row.getColumn(1).getString(),
                                    .rows_sent = loaded(row.getColumn(2)),
                                    .rows_found = loaded(row.getColumn(3)),
                                    .digest_sent = row.getColumn(4).getString(),
                                    .digest_found = row.getColumn(5).getString(),
                                    .target_state = row.getColumn(7).getString(),
                                    .equal = row.getColumn(6).getInt() != 0};
            },
            job);
    });
}

}  // namespace lantern_migrate::migrations_state
