// The journal's saved indexes, builds, findings and events.
#include "migrations-state/journal_store.h"

#include <algorithm>

namespace lantern_migrate::migrations_state {
namespace {

// A job that fails and retries for weeks must not fill the disk with its story; the newest events are kept.
constexpr std::int64_t events_kept_per_job = 10'000;

Entry build_entry(std::int64_t id) { return {"build", id}; }

void insert_finding(SQLite::Database& database, JobId job, const FindingRecord& finding) {
    change(database, "INSERT OR IGNORE INTO finding (job, severity, object, reason, remedy) VALUES (?, ?, ?, ?, ?)", job,
           std::string(to_word(finding.severity)), finding.object, finding.reason, finding.remedy);
}

void set_build_state(SQLite::Database& database, std::int64_t build, BuildState state, const std::string& reason) {
    change_one(database, build_entry(build), "UPDATE build SET state = ?, reason = ?, ended_at = ? WHERE id = ?",
               std::string(to_word(state)), reason, to_ms(now()), build);
}

}  // namespace

void Journal::save_indexes(JobId job, std::span<const SavedIndex> indexes) {
    impl_->write([&](SQLite::Database& database) {
        change(database, "DELETE FROM saved_index WHERE job = ?", job);
        for (const SavedIndex& index : indexes) {
            change(database,
                   "INSERT INTO saved_index (job, schema_name, name, table_schema, table_name, method, opclass, options, definition, state,"
                   " translation, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                   job, index.schema, index.name, index.table_schema, index.table, index.method, index.opclass, index.options,
                   index.definition, std::string(to_word(index.state)), index.translation, index.reason);
        }
    });
}

std::vector<SavedIndex> Journal::saved_indexes(JobId job) const {
    return impl_->read([&](SQLite::Database& database) {
        return collect(
            database,
            "SELECT id, schema_name, name, table_schema, table_name, method, opclass, options, definition, state, translation, reason"
            " FROM saved_index WHERE job = ? ORDER BY id",
            [](SQLite::Statement& row) {
                return SavedIndex{.id = row.getColumn(0).getInt64(),
                                  .schema = row.getColumn(1).getString(),
                                  .name = row.getColumn(2).getString(),
                                  .table_schema = row.getColumn(3).getString(),
                                  .table = row.getColumn(4).getString(),
                                  .method = row.getColumn(5).getString(),
                                  .opclass = row.getColumn(6).getString(),
                                  .options = row.getColumn(7).getString(),
                                  .definition = row.getColumn(8).getString(),
                                  .state = known(translation_state_from_word(row.getColumn(9).getString()), row.getColumn(9).getString()),
                                  .translation = row.getColumn(10).getString(),
                                  .reason = row.getColumn(11).getString()};
            },
            job);
    });
}

void Journal::set_translation(std::int64_t saved_index, TranslationState state, const std::string& sql, const std::string& reason) {
    impl_->write([&](SQLite::Database& database) {
        change_one(database, {"saved index", saved_index}, "UPDATE saved_index SET state = ?, translation = ?, reason = ? WHERE id = ?",
                   std::string(to_word(state)), sql, reason, saved_index);
    });
}

void Journal::save_builds(JobId job, std::span<const BuildRecord> builds) {
    impl_->write([&](SQLite::Database& database) {
        for (const BuildRecord& build : builds) {
            change(database,
                   "INSERT INTO build (job, item, kind, table_schema, table_name, sql, state, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                   " ON CONFLICT (job, item) DO NOTHING",
                   job, build.item, build.kind, build.table_schema, build.table, build.sql, std::string(to_word(build.state)),
                   build.reason);
        }
    });
}

std::vector<BuildRecord> Journal::builds(JobId job) const {
    return impl_->read([&](SQLite::Database& database) {
        return collect(
            database,
            "SELECT id, item, kind, table_schema, table_name, sql, state, attempts, server_losses, reason, began_at, ended_at FROM build"
            " WHERE job = ? ORDER BY id",
            [](SQLite::Statement& row) {
                return BuildRecord{.id = row.getColumn(0).getInt64(),
                                   .item = row.getColumn(1).getString(),
                                   .kind = row.getColumn(2).getString(),
                                   .table_schema = row.getColumn(3).getString(),
                                   .table = row.getColumn(4).getString(),
                                   .sql = row.getColumn(5).getString(),
                                   .state = known(build_state_from_word(row.getColumn(6).getString()), row.getColumn(6).getString()),
                                   .attempts = row.getColumn(7).getInt(),
                                   .server_losses = row.getColumn(8).getInt(),
                                   .reason = row.getColumn(9).getString(),
                                   .began_at = optional_time(row.getColumn(10)),
                                   .ended_at = optional_time(row.getColumn(11))};
            },
            job);
    });
}

void Journal::set_build_sql(std::int64_t build, const std::string& sql) {
    impl_->write(
        [&](SQLite::Database& database) { change_one(database, build_entry(build), "UPDATE build SET sql = ? WHERE id = ?", sql, build); });
}

void Journal::begin_build(std::int64_t build) {
    impl_->write([&](SQLite::Database& database) {
        change_one(database, build_entry(build),
                   "UPDATE build SET state = 'begun', attempts = attempts + 1, reason = '', began_at = ?, ended_at = NULL WHERE id = ?",
                   to_ms(now()), build);
    });
}

void Journal::end_build(std::int64_t build) {
    impl_->write([&](SQLite::Database& database) { set_build_state(database, build, BuildState::done, ""); });
}

void Journal::fail_build(std::int64_t build, const std::string& reason) {
    impl_->write([&](SQLite::Database& database) { set_build_state(database, build, BuildState::failed, reason); });
}

void Journal::skip_build(std::int64_t build, const std::string& reason) {
    impl_->write([&](SQLite::Database& database) { set_build_state(database, build, BuildState::skipped, reason); });
}

void Journal::count_server_loss(std::int64_t build) {
    impl_->write([&](SQLite::Database& database) {
        change_one(database, build_entry(build), "UPDATE build SET state = 'pending', server_losses = server_losses + 1 WHERE id = ?",
                   build);
    });
}

void Journal::reopen_build(std::int64_t build) {
    impl_->write([&](SQLite::Database& database) {
        change_one(database, build_entry(build), "UPDATE build SET state = 'pending', reason = '', ended_at = NULL WHERE id = ?", build);
    });
}

void Journal::reopen_builds(JobId job, bool failed_too) {
    impl_->write([&](SQLite::Database& database) {
        change(database, "UPDATE build SET state = 'pending' WHERE job = ? AND state = 'begun'", job);
        // Asked for by the operator: the server's losses are forgiven, too.
        if (failed_too) {
            change(database, "UPDATE build SET state = 'pending', reason = '', server_losses = 0 WHERE job = ? AND state = 'failed'", job);
        }
    });
}

void Journal::set_findings(JobId job, std::span<const FindingRecord> findings) {
    impl_->write([&](SQLite::Database& database) {
        change(database, "DELETE FROM finding WHERE job = ?", job);
        for (const FindingRecord& finding : findings) insert_finding(database, job, finding);
    });
}

void Journal::add_finding(JobId job, const FindingRecord& finding) {
    impl_->write([&](SQLite::Database& database) { insert_finding(database, job, finding); });
}

std::vector<FindingRecord> Journal::findings(JobId job) const {
    return impl_->read([&](SQLite::Database& database) {
        return collect(
            database, "SELECT severity, object, reason, remedy FROM finding WHERE job = ? ORDER BY id",
            [](SQLite::Statement& row) {
                return FindingRecord{.severity = known(severity_from_word(row.getColumn(0).getString()), row.getColumn(0).getString()),
                                     .object = row.getColumn(1).getString(),
                                     .reason = row.getColumn(2).getString(),
                                     .remedy = row.getColumn(3).getString()};
            },
            job);
    });
}

std::int64_t Journal::add_event(JobId job, Severity severity, const std::string& kind, const std::string& text) {
    return impl_->write([&](SQLite::Database& database) {
        change(database, "INSERT INTO event (job, at, severity, kind, text) VALUES (?, ?, ?, ?, ?)", job, to_ms(now()),
               std::string(to_word(severity)), kind, text);
        const std::int64_t id = database.getLastInsertRowid();
        change(database,
               "DELETE FROM event WHERE job = ?1 AND id <= (SELECT id FROM event WHERE job = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)", job,
               events_kept_per_job);
        return id;
    });
}

namespace {

EventRecord event_of(SQLite::Statement& row) {
    return {.id = row.getColumn(0).getInt64(),
            .job = row.getColumn(1).getInt64(),
            .at = from_ms(row.getColumn(2).getInt64()),
            .severity = known(severity_from_word(row.getColumn(3).getString()), row.getColumn(3).getString()),
            .kind = row.getColumn(4).getString(),
            .text = row.getColumn(5).getString()};
}

}  // namespace

std::vector<EventRecord> Journal::events(JobId job, std::int64_t after_id, int limit) const {
    return impl_->read([&](SQLite::Database& database) {
        return collect(database, "SELECT id, job, at, severity, kind, text FROM event WHERE job = ? AND id > ? ORDER BY id LIMIT ?",
                       event_of, job, after_id, limit);
    });
}

std::vector<EventRecord> Journal::newest_events(JobId job, int limit) const {
    auto newest = impl_->read([&](SQLite::Database& database) {
        return collect(database, "SELECT id, job, at, severity, kind, text FROM event WHERE job = ? ORDER BY id DESC LIMIT ?", event_of,
                       job, limit);
    });
    std::ranges::reverse(newest);
    return newest;
}

}  // namespace lantern_migrate::migrations_state
