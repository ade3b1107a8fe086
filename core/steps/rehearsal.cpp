#include "core/steps/rehearsal.h"

#include "core/pg/server.h"

#include <algorithm>
#include <span>
#include <string_view>

namespace lantern_migrate::steps {
namespace {

using plan::Finding;
using plan::Severity;
using plan::Statement;

struct RefusalRule {
    std::string_view sqlstate;  // a whole one or the beginning of one; the first rule that matches counts
    std::string_view words;     // of the message
    std::string_view remedy;
};
constexpr std::string_view taken = "drop it on the target, or move into an empty database: `schema.existing` is about tables only";
constexpr RefusalRule refusal_rules[] = {
    {"42704", "role \"", "create the role on the target's server, or drop on the source what names it: roles are not moved"},
    {"42704", "tablespace \"", "create the tablespace on the target's server, or move what is in it with SET TABLESPACE on the source"},
    {"0A000", "is not available", "install the extension on the target's server, or drop it on the source"},
    {"42501", "to create extension", "let a superuser create the extension in that database, or use another role"},
    {"42501", "", "grant the target's role what it lacks, or use another one; or drop it on the source"},
    {"42710", "", taken},
    {"42723", "", taken},
    {"42P06", "", taken},
    {"42P07", "", taken},
    {"", "", "mend the cause on the target, or change or drop it on the source"},
};

constexpr std::string_view out_of_memory = "53200";  // of locks, for a start

// Of what a statement before would have made. Roles and tablespaces no statement makes.
bool is_consequence(const PgError::Facts& error) {
    constexpr std::string_view missing[] = {"42P01", "42703", "42704", "42883", "3F000"};
    return std::ranges::contains(missing, error.sqlstate) && !error.message.starts_with("role \"") &&
           !error.message.starts_with("tablespace \"");
}

bool is_about_the_server(const PgError::Facts& error) {
    // A unique violation is of a catalog: somebody else makes the same at this moment.
    constexpr std::string_view classes[] = {"08", "23505", "40", "53", "55P03", "57", "58030", "XX"};
    return error.connection_lost || error.sqlstate.empty() ||
           std::ranges::any_of(classes, [&](std::string_view begin) { return error.sqlstate.starts_with(begin); });
}

Finding refusal(const Statement& statement, const PgError::Facts& error) {
    const auto* rule = std::ranges::find_if(refusal_rules, [&](const RefusalRule& r) {
        return error.sqlstate.starts_with(r.sqlstate) && error.message.find(r.words) != std::string::npos;
    });
    return {Severity::blocking, statement.object,
            "the target refuses it: " + error.message + " (SQLSTATE " + error.sqlstate + ")" +
                (error.detail.empty() ? "" : "; " + error.detail),
            std::string(rule->remedy)};
}

// A round trip for many; if one is refused, all of them one by one.
class Rehearsal {
public:
    explicit Rehearsal(pg::Session& target) : target_(target) {}

    void run(std::span<const Statement> statements) {
        constexpr std::size_t at_a_time = 100;
        while (!statements.empty()) {
            const auto batch = statements.first(std::min(at_a_time, statements.size()));
            statements = statements.subspan(batch.size());
            std::string sql;
            for (const Statement& statement : batch) {
                // A view's rows are its query's, which is the source's; here its tables are empty.
                if (statement.kind != plan::StatementKind::materialized_view_refresh) sql += statement.sql + ";\n";
            }
            if (sql.empty() || succeeds(sql)) continue;
            if (batch.size() > 1) {
                for (const Statement& statement : batch) run({&statement, 1});
            } else if (findings_.empty() || !is_consequence(error_)) {
                findings_.push_back(refusal(batch.front(), error_));
            }
        }
    }

    std::vector<Finding> findings() { return std::move(findings_); }

private:
    bool succeeds(const std::string& sql) {
        target_.execute("SAVEPOINT lantern_migrate_rehearsal");
        try {
            target_.execute(sql);
        } catch (const PgError& e) {
            if (is_about_the_server(e.facts())) throw;
            error_ = e.facts();
            target_.execute("ROLLBACK TO lantern_migrate_rehearsal");
            return false;
        }
        target_.execute("RELEASE lantern_migrate_rehearsal");
        return true;
    }

    pg::Session& target_;
    PgError::Facts error_;
    std::vector<Finding> findings_;
};

// A schema is made in one transaction, by the job too; its keys and indexes are not.
Finding not_tried(pg::Session& target, const PgError::Facts& error, bool as_the_job_does) {
    const std::string database =
        "database " + target.execute("SELECT pg_catalog.current_database()").one_row()[0].as<std::string>() + " of the target";
    const std::string said = error.message + " (SQLSTATE " + error.sqlstate + ")";
    if (as_the_job_does && error.sqlstate == out_of_memory) {
        return {Severity::blocking, database, "it cannot make the whole schema in one transaction: " + said,
                "raise max_locks_per_transaction on the target's server, and restart it"};
    }
    return {Severity::warning, database, "whether it takes the whole schema could not be tried: " + said,
            "plan again when nobody else changes the target; without that, the job tries it as it goes"};
}

}  // namespace

std::vector<Finding> rehearse(pg::Session& target, const plan::SchemaPlan& schema) {
    bool as_the_job_does = true;
    try {
        const pg::Transaction never_committed(target, "BEGIN READ WRITE");
        // Who is at work there must not queue behind a plan.
        target.execute("SET LOCAL lock_timeout = '2s'");
        target.execute(take_schema_turn);
        Rehearsal rehearsal(target);
        const Statement lantern{
            .object = "extension lantern", .table = {}, .sql = "CREATE EXTENSION IF NOT EXISTS lantern WITH SCHEMA public"};
        rehearsal.run({&lantern, 1});
        rehearsal.run(schema.before_rows);
        as_the_job_does = false;
        rehearsal.run(schema.keys_and_indexes);
        rehearsal.run(schema.after_rows);
        return rehearsal.findings();
    } catch (const PgError& e) {
        if (e.facts().connection_lost || e.facts().sqlstate.starts_with("57")) throw;
        return {not_tried(target, e.facts(), as_the_job_does)};
    }
}

}  // namespace lantern_migrate::steps
