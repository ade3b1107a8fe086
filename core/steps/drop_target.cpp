#include "core/steps/drop_target.h"

#include "core/pg/cancellation.h"
#include "core/pg/server.h"
#include "core/steps/drop_objects.h"
#include "core/steps/drop_order.h"
#include "core/steps/run.h"
#include "core/steps/steps.h"
#include "core/transfer/restart.h"
#include "migrations-state/failpoint.h"

#include <algorithm>
#include <optional>
#include <set>

namespace lantern_migrate::steps {
namespace {

using migrations_state::Severity;
using migrations_state::Side;
using migrations_state::Step;
using transfer::CreatedObject;
using transfer::TableOf;

// Whoever comes later waits behind us; as when the source is locked.
constexpr const char* lock_timeout = "SET LOCAL lock_timeout = '30s'";
constexpr const char* lantern = "lantern";

std::string join(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

class Cleaning {
public:
    Cleaning(const config::JobSpec& spec, migrations_state::Journal& journal, const migrations_state::Job& job, const std::stop_token& stop)
        : spec_(spec),
          journal_(journal),
          job_(job),
          ledger_(job.uid),
          parameters_(spec.target.connection.resolve()),
          database_oid_(journal.fact(job.id, created_database_fact).value_or("")),
          cancellation_(stop) {}

    std::string run() {
        if (!journal_.server(job_.id, Side::target) && database_oid_.empty()) return "the job made nothing on the target";
        if (!connect()) return "nothing of the job is left on the target";
        {
            pg::Transaction transaction(session());
            clean();
            LANTERN_FAILPOINT("drop_target.before_commit");
            transaction.commit();
        }
        LANTERN_FAILPOINT("drop_target.after_commit");
        if (database_is_ours_) drop_database();
        return sentence();
    }

private:
    pg::Session& session() { return session_.value(); }
    [[nodiscard]] std::string database_name() { return PQdb(session().raw()); }

    // False: the job created the database, and it is gone.
    bool connect() {
        try {
            session_ = pg::Session::connect(parameters_, {.role = "target", .application_name = application_prefix(job_) + " cancel"});
        } catch (const PgError& e) {
            const bool missing = e.facts().message.contains("database \"") && e.facts().message.contains("does not exist");
            if (missing && !database_oid_.empty()) return false;
            throw;
        }
        registration_.emplace(cancellation_, session());
        const auto then = journal_.server(job_.id, Side::target);
        const auto now = pg::read_identity(session());
        if (then && (then->system_identifier != now.system_identifier || then->database != now.database)) {
            throw MigrationError("the target is another one than the job began with: database " + now.database + " of system " +
                                     now.system_identifier + " where it was " + then->database + " of system " + then->system_identifier,
                                 "point `target` to the server that the job began with");
        }
        pg::end_stale_backends(session(), application_prefix(job_));
        return true;
    }

    void clean();
    void clean_created();
    void look_for_tables();
    void clean_used();
    [[nodiscard]] std::vector<CreatedObject> read_created();
    void refuse_renamed(const std::vector<CreatedObject>& recorded, const std::vector<CreatedObject>& now) const;
    void refuse_rows_of_others(const std::vector<CreatedObject>&);
    void refuse_rows_of_others(const plan::QualifiedName& table);
    void drop_extension();
    void look_at_database();
    void drop_database();
    [[nodiscard]] std::string sentence() const;

    const config::JobSpec& spec_;
    migrations_state::Journal& journal_;
    const migrations_state::Job& job_;
    transfer::Ledger ledger_;
    config::ConnectionParameters parameters_;
    const std::string database_oid_;  // "begun": not certain
    pg::Cancellation cancellation_;
    std::optional<pg::Session> session_;
    std::optional<pg::Cancellation::Registration> registration_;
    bool database_is_ours_ = false;
    std::vector<CreatedObject> dropped_;
    std::vector<std::string> emptied_;  // tables of the operator's
    std::vector<std::string> left_;
};

void Cleaning::clean() {
    session().execute(lock_timeout);
    // A backend that an earlier run left in the middle of the schema has committed or is gone once this is ours.
    ledger_.lock(session(), transfer::schema_item);
    look_at_database();
    if (ledger_.exists(session())) {
        if (spec_.schema.existing == config::ExistingTables::use) clean_used();
        clean_created();
        ledger_.drop_in_transaction(session());
    } else {
        look_for_tables();
    }
    if (!database_is_ours_) return;
    const auto others = transfer::objects_of_users(session());
    if (others.empty()) return;
    throw MigrationError("database " + database_name() + ", which the job created, holds what it did not make: " + name_objects(others),
                         std::string("move it to another database first; ") + without_it);
}

// Somebody may have dropped the ledger, and not what it told of.
void Cleaning::look_for_tables() {
    if (spec_.schema.existing == config::ExistingTables::use) return;
    std::vector<plan::QualifiedName> names;
    for (const auto& table : journal_.tables(job_.id)) names.push_back({table.schema, table.name});
    for (const auto& name : pg::existing_relations(session(), names)) {
        left_.push_back("table " + name.text() + " stays: without the job's ledger, which is gone, it cannot be told who made it");
    }
}

// Of objects that are there still, with the identity that they have now; the others were dropped by somebody.
std::vector<CreatedObject> Cleaning::read_created() {
    if (session().execute("SELECT pg_catalog.to_regclass('lantern_migrate.created') IS NULL").one_row()[0].as<bool>()) return {};
    std::vector<CreatedObject> recorded, now;
    std::set<std::pair<std::string, std::uint32_t>> here;
    const auto everything = transfer::objects_of_users(session());
    for (const auto& row :
         session().execute("SELECT catalog, object, type, identity FROM lantern_migrate.created WHERE job = $1", pqxx::params{job_.uid})) {
        recorded.push_back({.catalog = row[0].as<std::string>(),
                            .oid = row[1].as<std::uint32_t>(),
                            .type = row[2].as<std::string>(),
                            .identity = row[3].as<std::string>()});
        here.emplace(recorded.back().catalog, recorded.back().oid);
    }
    for (const CreatedObject& object : everything) {
        if (here.contains({object.catalog, object.oid})) now.push_back(object);
    }
    refuse_renamed(recorded, now);
    return now;
}

void Cleaning::refuse_renamed(const std::vector<CreatedObject>& recorded, const std::vector<CreatedObject>& now) const {
    for (const CreatedObject& object : now) {
        const auto then = std::ranges::find_if(
            recorded, [&](const CreatedObject& one) { return one.catalog == object.catalog && one.oid == object.oid; });
        if (*then == object) continue;
        throw MigrationError(object.type + " " + object.identity + " of the target was " + then->type + " " + then->identity +
                                 " when the job created it: somebody uses it",
                             std::string("give it its old name, or drop it; ") + without_it);
    }
}

void Cleaning::clean_created() {
    std::vector<CreatedObject> created = read_created();
    if (ledger_.holds(session(), transfer::schema_item) && !ledger_.holds(session(), transfer::created_item) &&
        spec_.schema.existing != config::ExistingTables::use) {
        throw MigrationError("the job began under a version of lantern-migrate that did not record what it created on the target",
                             std::string("drop there by hand what is not wanted; ") + without_it);
    }
    lock_tables(session(), created);
    refuse_what_would_go_along(session(), created);
    refuse_rows_of_others(created);
    const bool extension =
        std::erase_if(created, [](const CreatedObject& object) { return object.type == "extension" && object.identity == lantern; }) > 0;
    const std::vector<CreatedObject> heads = heads_of(session(), created);
    drop_with_restrict(session(), heads);
    dropped_.insert(dropped_.end(), heads.begin(), heads.end());
    if (extension) drop_extension();
}

// A row that a chunk brought has the transaction of the chunk's ledger row; one that was added or changed since has another.
void Cleaning::refuse_rows_of_others(const plan::QualifiedName& table) {
    const bool any = session()
                         .execute("SELECT EXISTS (SELECT FROM ONLY " + table.sql() +
                                      " AS t WHERE t.xmin NOT IN (SELECT l.xmin FROM lantern_migrate.ledger l"
                                      " WHERE l.job = $1 AND l.item = $2))",
                                  pqxx::params{job_.uid, transfer::table_item(table.schema, table.name)})
                         .one_row()[0]
                         .as<bool>();
    if (!any) return;
    throw MigrationError("table " + table.text() + " of the target has rows that the job did not bring, or that were changed since",
                         std::string("move them elsewhere first; ") + without_it);
}

void Cleaning::refuse_rows_of_others(const std::vector<CreatedObject>& objects) {
    for (const auto& row :
         session().execute("SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                           " WHERE c.relkind = 'r' AND c.oid = ANY ($1::pg_catalog.oid[]) ORDER BY 1, 2",
                           pqxx::params{oids_in(objects, "pg_class")})) {
        refuse_rows_of_others(plan::QualifiedName{row[0].as<std::string>(), row[1].as<std::string>()});
    }
}

void Cleaning::drop_extension() {
    if (try_to_drop(session(), "DROP EXTENSION lantern")) {
        dropped_.push_back({.catalog = "pg_extension", .type = "extension", .identity = lantern});
    } else {
        left_.emplace_back("extension lantern stays, because others use it");
    }
}

// `schema.existing: use`: the tables are the operator's. They were empty when the job began.
void Cleaning::clean_used() {
    const auto held = ledger_.read_all(session());
    const auto begun = [&](const std::string& item) {
        return std::ranges::any_of(held, [&](const auto& entry) { return entry.first.first == item; });
    };
    for (const auto& table : journal_.tables(job_.id)) {
        const plan::QualifiedName name{table.schema, table.name};
        if (!begun(transfer::table_item(table.schema, table.name))) continue;
        if (pg::existing_relations(session(), {name}).empty()) continue;
        session().execute("LOCK TABLE ONLY " + name.sql() + " IN ACCESS EXCLUSIVE MODE");
        refuse_rows_of_others(name);
        transfer::empty_table(session(), name, TableOf::the_operator);
        emptied_.push_back("table " + name.text());
    }
    for (const auto& index : journal_.saved_indexes(job_.id)) {
        const plan::QualifiedName name{index.schema, index.name};
        if (!begun("index " + name.text())) continue;
        // Another one of that name is not ours; one that is attached to its parent's goes with that.
        const auto ours = session().execute(
            "SELECT i.oid FROM pg_catalog.pg_class i JOIN pg_catalog.pg_namespace n ON n.oid = i.relnamespace"
            " JOIN pg_catalog.pg_index x ON x.indexrelid = i.oid JOIN pg_catalog.pg_am a ON a.oid = i.relam"
            " WHERE n.nspname = $1 AND i.relname = $2 AND a.amname = 'lantern_hnsw' AND x.indrelid = pg_catalog.to_regclass($3)"
            " AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = i.oid)",
            pqxx::params{index.schema, index.name, plan::QualifiedName{index.table_schema, index.table}.sql()});
        if (ours.empty()) continue;
        session().execute("DROP INDEX " + name.sql());
        dropped_.push_back({.catalog = "pg_class", .type = "index", .identity = name.text()});
    }
}

void Cleaning::look_at_database() {
    if (database_oid_.empty()) return;
    if (database_oid_ == "begun") {
        left_.emplace_back("database " + database_name() + " stays, because it is not certain that the job created it");
        return;
    }
    const auto now = session().execute("SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()");
    database_is_ours_ = now.one_row()[0].as<std::string>() == database_oid_;
    if (!database_is_ours_) return;
    const auto others = session()
                            .execute(
                                "SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity WHERE datname = pg_catalog.current_database()"
                                " AND backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid()"
                                " AND NOT pg_catalog.starts_with(application_name, $1)",
                                pqxx::params{application_prefix(job_)})
                            .one_row()[0]
                            .as<int>();
    if (others == 0) return;
    throw MigrationError("database " + database_name() + ", which the job created, is in use by " + std::to_string(others) +
                             (others == 1 ? " other session" : " other sessions"),
                         std::string("end what is connected to it, then say it again; ") + without_it);
}

void Cleaning::drop_database() {
    const std::string name = database_name();
    registration_.reset();
    session_.reset();
    pg::Session postgres = pg::Session::connect(parameters_.with_database("postgres"),
                                                {.role = "target", .application_name = application_prefix(job_) + " cancel"});
    const pg::Cancellation::Registration registration(cancellation_, postgres);
    const auto oid = postgres.execute("SELECT oid FROM pg_catalog.pg_database WHERE datname = $1", pqxx::params{name});
    if (oid.empty() || oid[0][0].as<std::string>() != database_oid_) return;
    postgres.execute("DROP DATABASE " + plan::quote_identifier(name));
    dropped_.push_back({.catalog = "pg_database", .type = "database", .identity = name});
}

std::string Cleaning::sentence() const {
    std::string text;
    if (!dropped_.empty()) text = "dropped on the target: " + name_objects(dropped_);
    if (!emptied_.empty()) text += (text.empty() ? "" : "; ") + ("emptied there: " + join(emptied_));
    if (!left_.empty()) text += (text.empty() ? "" : "; ") + join(left_);
    return text.empty() ? "nothing of the job is left on the target" : text;
}

}  // namespace

std::string drop_target(const config::JobSpec& spec, migrations_state::Journal& journal, const migrations_state::Job& job,
                        const Observer& observer, const std::stop_token& stop) {
    if (handed_over(journal, job.id)) {
        throw MigrationError("the job has handed its rows over: what it made on the target is in use",
                             "`lantern-migrate retry " + job.name + "` brings it to its end");
    }
    std::string done = Cleaning(spec, journal, job, stop).run();
    journal.add_event(job.id, Severity::info, "target cleaned", done);
    if (observer.event) observer.event(Severity::info, "target cleaned", done);
    return done;
}

std::string left_on_target(const migrations_state::Journal& journal, const migrations_state::Job& job) {
    const bool began =
        std::ranges::any_of(journal.steps(job.id), [](const auto& step) { return step.ended_at || step.step != Step::connect; });
    if (!began && !journal.fact(job.id, created_database_fact)) return "";
    return "what the job made on the target stays there; `lantern-migrate cancel " + job.name + " --drop-target-objects` drops it";
}

}  // namespace lantern_migrate::steps
