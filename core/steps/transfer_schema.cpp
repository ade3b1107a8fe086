#include "core/index/builds.h"
#include "core/pg/server.h"
#include "core/steps/rehearsal.h"
#include "core/steps/statistics.h"
#include "core/steps/steps.h"
#include "migrations-state/failpoint.h"

#include <algorithm>

namespace lantern_migrate::steps {
namespace {

using migrations_state::BuildRecord;
using migrations_state::BuildState;
using migrations_state::Severity;
using migrations_state::Step;
using migrations_state::TranslationState;

std::string_view kind_of(const plan::Statement& statement, bool with_table) {
    switch (statement.kind) {
        case plan::StatementKind::key: return index::kind::key;
        case plan::StatementKind::index: return with_table ? index::kind::index : index::kind::other;
        case plan::StatementKind::foreign_key: return index::kind::constraint;
        case plan::StatementKind::trigger: return index::kind::trigger;
        case plan::StatementKind::materialized_view_refresh: return index::kind::materialized_view;
        case plan::StatementKind::schema_object:
        case plan::StatementKind::table:
        case plan::StatementKind::other: break;
    }
    return with_table ? index::kind::table_setting : index::kind::other;
}

BuildRecord build_of(const plan::Statement& statement, bool with_table) {
    BuildRecord build{.item = statement.object,
                      .kind = std::string(kind_of(statement, with_table)),
                      .table_schema = statement.table.schema,
                      .table = statement.table.name,
                      .sql = statement.sql};
    return build;
}

// A vector index with its comment in the same transaction: neither is there without the other.
void add_vector_indexes(Run& run, std::vector<BuildRecord>& builds) {
    std::map<plan::QualifiedName, std::string> comments;
    for (const plan::SourceIndex& index : run.catalog().vector_indexes) comments[index.name] = index.comment;
    for (const auto& saved : run.journal.saved_indexes(run.job.id)) {
        if (saved.state != TranslationState::translated && saved.state != TranslationState::awaits_norms) continue;
        const plan::QualifiedName name{saved.schema, saved.name};
        BuildRecord build{.item = "index " + name.text(),
                          .kind = std::string(index::kind::vector_index),
                          .table_schema = saved.table_schema,
                          .table = saved.table};
        if (saved.state == TranslationState::translated) {
            build.sql = saved.translation;
            if (const auto& comment = comments[name]; !comment.empty()) {
                build.sql += "; COMMENT ON INDEX " + name.sql() + " IS " + plan::quote_literal(comment);
            }
        }
        builds.push_back(std::move(build));
    }
    // A partition's index is attached to its parent's once both are built.
    for (const plan::SourceIndex& index : run.catalog().vector_indexes) {
        if (!index.parent) continue;
        builds.push_back({.item = "attachment of index " + index.name.text(),
                          .kind = std::string(index::kind::other),
                          .sql = "ALTER INDEX " + index.parent->sql() + " ATTACH PARTITION " + index.name.sql()});
    }
}

std::vector<BuildRecord> plan_builds(Run& run, const plan::SchemaPlan& schema) {
    std::vector<BuildRecord> builds;
    for (const plan::Statement& statement : schema.keys_and_indexes) builds.push_back(build_of(statement, true));
    add_vector_indexes(run, builds);
    for (const plan::Statement& statement : schema.after_rows) {
        BuildRecord build = build_of(statement, false);
        if (statement.kind == plan::StatementKind::materialized_view_refresh &&
            !std::ranges::contains(run.catalog().populated_materialized_views, statement.table)) {
            build.state = BuildState::skipped;
            build.reason = "it is not populated on the source either";
        }
        builds.push_back(std::move(build));
    }
    return builds;
}

void drop_existing(Run& run, const plan::SchemaPlan& schema) {
    std::string names, dropped;
    for (const auto& name : pg::existing_relations(run.target(), schema.tables)) {
        names += (names.empty() ? "" : ", ") + name.sql();
        dropped += (dropped.empty() ? "" : ", ") + name.text();
    }
    if (names.empty()) return;
    // In one statement: by itself, a partitioned table would take its partitions along, and they would be missing at their turn.
    run.target().execute("DROP TABLE " + names + " CASCADE");
    run.event(Severity::warning, "tables replaced", "dropped on the target, as the job says: " + dropped);
}

void refuse_existing(Run& run, const plan::SchemaPlan& schema) {
    const auto existing = pg::existing_relations(run.target(), schema.tables);
    if (existing.empty()) return;
    throw MigrationError("table " + existing.front().text() + " exists on the target already" +
                             (existing.size() == 1 ? "" : ", and " + std::to_string(existing.size() - 1) + " more"),
                         "drop it there, or set `schema.existing` to use or replace");
}

// Thousands of tables must not cost thousands of round trips.
constexpr std::size_t statements_per_round_trip = 100;

void execute_all(Run& run, const std::vector<plan::Statement>& statements, std::size_t at_a_time) {
    for (std::size_t first = 0; first < statements.size(); first += at_a_time) {
        const std::size_t end = std::min(first + at_a_time, statements.size());
        run.progress.set_activity("creating " + statements[first].object);
        std::string sql;
        for (std::size_t i = first; i < end; ++i) sql += statements[i].sql + ";\n";
        run.target().execute(sql);
    }
}

// Pre-data in one transaction with its ledger row: the schema is there whole or not at all.
void create_schema(Run& run, const plan::SchemaPlan& schema, std::size_t at_a_time) {
    pg::Transaction transaction(run.target());
    run.ledger.lock(run.target(), transfer::schema_item);
    if (run.ledger.holds(run.target(), transfer::schema_item)) return;
    run.target().execute(take_schema_turn);
    const transfer::CreationWatch watch(run.target());
    if (run.spec.schema.existing == config::ExistingTables::replace)
        drop_existing(run, schema);
    else
        refuse_existing(run, schema);
    execute_all(run, schema.before_rows, at_a_time);
    run.ledger.record_created(run.target(), watch.created(run.target()));
    run.ledger.record(run.target(), {{.part = {.item = transfer::schema_item}}, {.part = {.item = transfer::created_item}}});
    LANTERN_FAILPOINT("transfer_schema.before_commit");
    transaction.commit();
}

void create_schema(Run& run, const plan::SchemaPlan& schema) {
    try {
        create_schema(run, schema, statements_per_round_trip);
    } catch (const PgError& e) {
        if (e.facts().connection_lost || run.stop.stop_requested()) throw;
        create_schema(run, schema, 1);  // says which statement it is that the target refuses
    }
}

// `use`: the target's tables were made by somebody else. They must be empty and must not act on what they are given.
void check_existing(Run& run) {
    for (const auto& table : run.journal.tables(run.job.id)) {
        const plan::QualifiedName name{table.schema, table.name};
        if (run.target().execute("SELECT EXISTS (SELECT FROM ONLY " + name.sql() + ")").one_row()[0].as<bool>()) {
            throw MigrationError("table " + name.text() + " of the target has rows, and `schema.existing: use` wants it empty",
                                 "TRUNCATE it there, or set `schema.existing: replace`");
        }
        const auto acting = run.target()
                                .execute(
                                    "SELECT (SELECT pg_catalog.count(*) FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid"
                                    "  AND t.tgenabled <> 'D') FROM pg_catalog.pg_class c"
                                    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2",
                                    pqxx::params{name.schema, name.name})
                                .one_row()[0]
                                .as<int>();
        if (acting > 0) {
            throw MigrationError(
                "table " + name.text() + " of the target has triggers or foreign keys, which would act on every copied row",
                "drop or disable them until the job is done, or set `schema.existing: replace`");
        }
    }
}

}  // namespace

void transfer_schema(Run& run) {
    auto attempt = run.journal.begin(run.job.id, Step::transfer_schema);
    run.ensure_snapshot();
    run.ledger.ensure(run.target());
    std::vector<BuildRecord> builds;
    if (run.spec.schema.existing == config::ExistingTables::use) {
        if (!run.ledger.holds(run.target(), transfer::schema_item)) {
            check_existing(run);
            run.ledger.record(run.target(), transfer::schema_item);
        }
        add_vector_indexes(run, builds);
        attempt.note("the target's own tables are used; only vector indexes are added");
    } else {
        run.progress.set_activity("reading the source's schema");
        // Under the snapshot: what pg_dump says belongs to the rows that the chunks read.
        const Preflight preflight = examine(run.source(), run.source_parameters(), &run.target(),
                                            {.spec = run.spec,
                                             .pg_dump = run.options.pg_dump,
                                             .application_name = run.reader_name("pg_dump"),
                                             .snapshot = run.snapshot(),
                                             .check_target = false},
                                            run.stop);
        if (const auto blocking = preflight.blocking(); !blocking.empty()) {
            throw MigrationError(
                "the source's schema changed since the job began: " + blocking.front()->object + ": " + blocking.front()->reason,
                blocking.front()->remedy);
        }
        builds = plan_builds(run, preflight.schema);
        run.journal.save_builds(run.job.id, builds);
        create_schema(run, preflight.schema);
        attempt.note(std::to_string(preflight.schema.before_rows.size()) + " statements before the rows, " + std::to_string(builds.size()) +
                     " after them");
    }
    add_statistics(run, builds);
    run.journal.save_builds(run.job.id, builds);
    LANTERN_FAILPOINT("transfer_schema.before_end");
    attempt.commit(Step::transfer_data);
}

}  // namespace lantern_migrate::steps
