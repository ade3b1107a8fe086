#include "migrations-state/journal.h"

#include "migrations-state/journal_store.h"

#include <sys/random.h>

#include <array>

namespace lantern_migrate::migrations_state {
namespace {

constexpr const char* job_columns =
    "SELECT id, uid, name, file, source, target, fingerprint, step, disposition, reason, hint, sqlstate, transient, retry_at, runs,"
    " created_at, finished_at FROM job";

std::string random_uid() {
    std::array<unsigned char, 16> bytes{};
    for (std::size_t filled = 0; filled < bytes.size();) {
        const ssize_t count = getrandom(bytes.data() + filled, bytes.size() - filled, 0);
        if (count > 0) filled += static_cast<std::size_t>(count);
    }
    std::string text;
    for (const unsigned char byte : bytes) {
        constexpr std::string_view digits = "0123456789abcdef";
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

Job job_from(SQLite::Statement& row) {
    Job job;
    job.id = row.getColumn(0).getInt64();
    job.uid = row.getColumn(1).getString();
    job.name = row.getColumn(2).getString();
    job.file = row.getColumn(3).getString();
    job.source = row.getColumn(4).getString();
    job.target = row.getColumn(5).getString();
    job.fingerprint = row.getColumn(6).getString();
    job.step = known(step_from_word(row.getColumn(7).getString()), row.getColumn(7).getString());
    job.disposition = known(disposition_from_word(row.getColumn(8).getString()), row.getColumn(8).getString());
    job.reason = row.getColumn(9).getString();
    job.hint = row.getColumn(10).getString();
    job.sqlstate = row.getColumn(11).getString();
    job.transient = row.getColumn(12).getInt() != 0;
    job.retry_at = optional_time(row.getColumn(13));
    job.runs = row.getColumn(14).getInt();
    job.created_at = from_ms(row.getColumn(15).getInt64());
    job.finished_at = optional_time(row.getColumn(16));
    return job;
}

std::optional<Job> one_job(SQLite::Database& database, const std::string& where, auto... values) {
    SQLite::Statement statement(database, std::string(job_columns) + where);
    SQLite::bind(statement, values...);
    if (!statement.executeStep()) return std::nullopt;
    return job_from(statement);
}

Entry job_entry(JobId id) { return {"job", id}; }

// Two unfinished jobs of one name would be one to the operator, who knows jobs by name.
void refuse_namesake(SQLite::Database& database, const std::string& name, JobId except = 0) {
    if (!one_job(database, " WHERE name = ? AND id <> ? AND disposition NOT IN ('done', 'cancelled')", name, except)) return;
    throw JournalError(JournalErrorKind::conflict, "a job named `" + name + "` is unfinished", "cancel it, or choose another name");
}

// The one place where a disposition changes: what belonged to the former one goes with it. The step stays.
void set_disposition(SQLite::Database& database, JobId id, Disposition disposition, const Journal::Failure& why = {}) {
    const auto job = one_job(database, " WHERE id = ?", id);
    if (!job) throw missing(job_entry(id));
    const bool finishes = disposition == Disposition::done || disposition == Disposition::cancelled;
    if (!finishes && !job->unfinished()) refuse_namesake(database, job->name, id);
    SQLite::Statement update(database,
                             "UPDATE job SET disposition = ?, reason = ?, hint = ?, sqlstate = ?, transient = ?, retry_at = ?,"
                             " finished_at = ? WHERE id = ?");
    SQLite::bind(update, std::string(to_word(disposition)), why.reason, why.hint, why.sqlstate, why.transient ? 1 : 0);
    if (why.retry_at) update.bind(6, to_ms(*why.retry_at));  // else NULL
    if (finishes) update.bind(7, to_ms(now()));
    update.bind(8, id);
    update.exec();
}

}  // namespace

JournalError::JournalError(JournalErrorKind kind, const std::string& message, std::string hint)
    : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}

void StepAttempt::commit(Step next) { journal_->end_step(job_, id_, note_, next); }
void StepAttempt::commit_done() { journal_->end_step(job_, id_, note_, std::nullopt); }

Journal Journal::open(const std::filesystem::path& file) { return Journal(std::make_unique<Impl>(file)); }

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::~Journal() = default;
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;

const std::filesystem::path& Journal::file() const { return impl_->file; }

void Journal::together(const std::function<void()>& work) {
    std::lock_guard lock(impl_->mutex);
    impl_->write([&](SQLite::Database&) {
        impl_->in_together = true;
        struct Leave {
            bool& flag;
            ~Leave() { flag = false; }
        } const leave{impl_->in_together};
        work();
    });
}

std::uint64_t Journal::commits() const { return impl_->commits; }

Job Journal::create_job(const NewJob& job) {
    return impl_->write([&](SQLite::Database& database) {
        refuse_namesake(database, job.name);
        change(database,
               "INSERT INTO job (uid, name, file, source, target, fingerprint, step, disposition, created_at)"
               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
               random_uid(), job.name, job.file, job.source, job.target, job.fingerprint, std::string(to_word(first_step)),
               std::string(to_word(Disposition::queued)), to_ms(now()));
        return one_job(database, " WHERE id = ?", database.getLastInsertRowid()).value();
    });
}

std::vector<Job> Journal::jobs() const {
    return impl_->read(
        [](SQLite::Database& database) { return collect(database, (std::string(job_columns) + " ORDER BY id").c_str(), job_from); });
}

Job Journal::job(JobId id) const {
    return impl_->read([&](SQLite::Database& database) {
        auto job = one_job(database, " WHERE id = ?", id);
        if (!job) throw missing(job_entry(id));
        return *job;
    });
}

std::optional<Job> Journal::find_job(std::string_view name) const {
    return impl_->read(
        [&](SQLite::Database& database) { return one_job(database, " WHERE name = ? ORDER BY id DESC LIMIT 1", std::string(name)); });
}

void Journal::set_job_file(JobId id, const std::string& file) {
    impl_->write(
        [&](SQLite::Database& database) { change_one(database, job_entry(id), "UPDATE job SET file = ? WHERE id = ?", file, id); });
}

void Journal::begin_run(JobId id) {
    impl_->write([&](SQLite::Database& database) {
        set_disposition(database, id, Disposition::running);
        change(database, "UPDATE job SET runs = runs + 1 WHERE id = ?", id);
    });
}

void Journal::set_paused(JobId id) {
    impl_->write([&](SQLite::Database& database) { set_disposition(database, id, Disposition::paused); });
}

void Journal::set_queued(JobId id) {
    impl_->write([&](SQLite::Database& database) { set_disposition(database, id, Disposition::queued); });
}

void Journal::set_waiting(JobId id, const std::string& reason, const std::string& hint) {
    impl_->write(
        [&](SQLite::Database& database) { set_disposition(database, id, Disposition::waiting, {.reason = reason, .hint = hint}); });
}

void Journal::set_failed(JobId id, const Failure& failure) {
    impl_->write([&](SQLite::Database& database) { set_disposition(database, id, Disposition::failed, failure); });
}

void Journal::set_cancelled(JobId id) {
    impl_->write([&](SQLite::Database& database) { set_disposition(database, id, Disposition::cancelled); });
}

StepAttempt Journal::begin(JobId job, Step step) {
    const std::int64_t id = impl_->write([&](SQLite::Database& database) {
        if (!one_job(database, " WHERE id = ?", job)) throw missing(job_entry(job));
        const std::string word(to_word(step));
        change(database,
               "INSERT INTO step (job, step, attempt, began_at)"
               " VALUES (?1, ?2, (SELECT count(*) + 1 FROM step WHERE job = ?1 AND step = ?2), ?3)",
               job, word, to_ms(now()));
        return database.getLastInsertRowid();
    });
    return {*this, job, id};
}

void Journal::end_step(JobId job, std::int64_t attempt, const std::string& note, std::optional<Step> next) {
    impl_->write([&](SQLite::Database& database) {
        change_one(database, {"open step attempt", attempt},
                   "UPDATE step SET ended_at = ?, note = ? WHERE id = ? AND job = ? AND ended_at IS NULL", to_ms(now()), note, attempt,
                   job);
        if (next) {
            change_one(database, job_entry(job), "UPDATE job SET step = ? WHERE id = ?", std::string(to_word(*next)), job);
        } else {
            set_disposition(database, job, Disposition::done);
        }
    });
}

std::vector<StepRecord> Journal::steps(JobId job) const {
    return impl_->read([&](SQLite::Database& database) {
        return collect(
            database, "SELECT id, step, attempt, began_at, ended_at, note FROM step WHERE job = ? ORDER BY id",
            [](SQLite::Statement& row) {
                return StepRecord{.id = row.getColumn(0).getInt64(),
                                  .step = known(step_from_word(row.getColumn(1).getString()), row.getColumn(1).getString()),
                                  .attempt = row.getColumn(2).getInt(),
                                  .began_at = from_ms(row.getColumn(3).getInt64()),
                                  .ended_at = optional_time(row.getColumn(4)),
                                  .note = row.getColumn(5).getString()};
            },
            job);
    });
}

void Journal::record_server(JobId job, Side side, const ServerIdentity& identity) {
    impl_->write([&](SQLite::Database& database) {
        change(database,
               "INSERT INTO server (job, side, system_identifier, timeline, database, version_num) VALUES (?, ?, ?, ?, ?, ?)"
               " ON CONFLICT (job, side) DO UPDATE SET system_identifier = excluded.system_identifier, timeline = excluded.timeline,"
               " database = excluded.database, version_num = excluded.version_num",
               job, std::string(to_word(side)), identity.system_identifier, identity.timeline, identity.database, identity.version_num);
    });
}

std::optional<ServerIdentity> Journal::server(JobId job, Side side) const {
    return impl_->read([&](SQLite::Database& database) -> std::optional<ServerIdentity> {
        SQLite::Statement row(database, "SELECT system_identifier, timeline, database, version_num FROM server WHERE job = ? AND side = ?");
        SQLite::bind(row, job, std::string(to_word(side)));
        if (!row.executeStep()) return std::nullopt;
        return ServerIdentity{.system_identifier = row.getColumn(0).getString(),
                              .timeline = row.getColumn(1).getInt64(),
                              .database = row.getColumn(2).getString(),
                              .version_num = row.getColumn(3).getInt()};
    });
}

void Journal::set_fact(JobId job, const std::string& key, const std::string& value) {
    impl_->write([&](SQLite::Database& database) {
        change(database, "INSERT INTO fact (job, key, value) VALUES (?, ?, ?) ON CONFLICT (job, key) DO UPDATE SET value = excluded.value",
               job, key, value);
    });
}

std::optional<std::string> Journal::fact(JobId job, const std::string& key) const {
    return impl_->read([&](SQLite::Database& database) -> std::optional<std::string> {
        SQLite::Statement row(database, "SELECT value FROM fact WHERE job = ? AND key = ?");
        SQLite::bind(row, job, key);
        if (!row.executeStep()) return std::nullopt;
        return row.getColumn(0).getString();
    });
}

}  // namespace lantern_migrate::migrations_state
