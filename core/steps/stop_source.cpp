#include "core/steps/steps.h"
#include "migrations-state/failpoint.h"

namespace lantern_migrate::steps {
namespace {

using migrations_state::Severity;
using migrations_state::Step;

// The setting of the database before us, as SQL that restores it; kept until the source is released.
constexpr const char* restore_fact = "source.read_only.restore";

std::string restore_sql(pg::Session& source, const std::string& database) {
    const auto rows = source.execute(
        "SELECT pg_catalog.split_part(s.setting, '=', 2) FROM pg_catalog.pg_db_role_setting d"
        " JOIN pg_catalog.pg_database b ON b.oid = d.setdatabase AND b.datname = $1, pg_catalog.unnest(d.setconfig) AS s(setting)"
        " WHERE d.setrole = 0 AND pg_catalog.starts_with(s.setting, 'default_transaction_read_only=')",
        pqxx::params{database});
    const std::string alter = "ALTER DATABASE " + plan::quote_identifier(database);
    if (rows.empty()) return alter + " RESET default_transaction_read_only";
    return alter + " SET default_transaction_read_only = " + plan::quote_literal(rows[0][0].as<std::string>());
}

// The one session that may write to the source, and writes this alone.
void execute_on_source(const config::ConnectionParameters& parameters, const std::string& application_name, const std::string& sql) {
    pg::Session session = pg::Session::connect(parameters, {.role = "source", .application_name = application_name, .read_only = false});
    session.execute(sql);
}

void make_read_only(Run& run) {
    const std::string database = run.catalog().database;
    if (!source_restore_sql(run.journal, run.job.id)) {
        // Journaled before it is done: a kill in between restores what was never changed, which changes nothing.
        run.journal.set_fact(run.job.id, restore_fact, restore_sql(run.source(), database));
    }
    execute_on_source(run.source_parameters(), run.application_name("stop source"),
                      "ALTER DATABASE " + plan::quote_identifier(database) + " SET default_transaction_read_only = on");
    const auto ended = run.source()
                           .execute(
                               "SELECT pg_catalog.count(pg_catalog.pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity"
                               " WHERE datname = pg_catalog.current_database() AND backend_type = 'client backend'"
                               " AND NOT pg_catalog.starts_with(application_name, $1)",
                               pqxx::params{run.application_prefix()})
                           .one_row()[0]
                           .as<int>();
    run.event(Severity::warning, "source read-only",
              "database " + database + " of the source is read-only by default now; " + std::to_string(ended) + " sessions were ended");
}

}  // namespace

void stop_source(Run& run) {
    auto attempt = run.journal.begin(run.job.id, Step::stop_source);
    switch (run.spec.source_writes) {
        case config::SourceWrites::lock:
            attempt.note("SHARE locks are held while rows are copied and verified: the source can be read, not written");
            break;
        case config::SourceWrites::read_only:
            make_read_only(run);
            attempt.note("the source database is read-only by default; `cancel` gives it back");
            break;
        case config::SourceWrites::allow:
            attempt.note("the source is not stopped: what is written to it after the snapshot is not moved");
            break;
    }
    run.ensure_snapshot();
    LANTERN_FAILPOINT("stop_source.before_end");
    attempt.commit(Step::transfer_schema);
}

std::optional<std::string> source_restore_sql(const migrations_state::Journal& journal, migrations_state::JobId job) {
    auto restore = journal.fact(job, restore_fact);
    return restore && restore->empty() ? std::nullopt : restore;
}

void stop_source_again(Run& run) {
    if (run.spec.source_writes == config::SourceWrites::read_only && !source_restore_sql(run.journal, run.job.id)) make_read_only(run);
}

void release_source(const config::JobSpec& spec, migrations_state::Journal& journal, migrations_state::JobId job) {
    const auto restore = source_restore_sql(journal, job);
    if (!restore) return;
    execute_on_source(spec.source.resolve(), "lantern-migrate release", "SET default_transaction_read_only = off; " + *restore);
    journal.set_fact(job, restore_fact, "");
}

}  // namespace lantern_migrate::steps
