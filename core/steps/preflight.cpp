#include "core/steps/preflight.h"

#include "core/pg/catalog_reader.h"
#include "core/pg/pg_dump.h"
#include "core/pg/server.h"
#include "core/plan/advice.h"
#include "core/plan/bit_columns.h"
#include "core/plan/uneven_arrays.h"
#include "core/steps/caller_paths.h"
#include "core/steps/existing_tables.h"
#include "core/steps/mixed_dimensions.h"
#include "core/steps/rehearsal.h"
#include "core/steps/stays_behind.h"
#include "core/steps/target_rights.h"
#include "core/steps/throttle_work.h"
#include "core/transfer/table_plan.h"

#include <algorithm>
#include <functional>
#include <future>
#include <iterator>

namespace lantern_migrate::steps {
namespace {

using plan::Finding;
using plan::Severity;

constexpr int oldest_server_version_num = 130000;
constexpr std::string_view default_lantern_schema = "public";

void block(std::vector<Finding>& findings, std::string object, std::string reason, std::string remedy) {
    findings.push_back({Severity::blocking, std::move(object), std::move(reason), std::move(remedy)});
}

void check_source(pg::Session& source, const plan::Catalog& catalog, const config::JobSpec& spec) {
    if (catalog.server_version_num < oldest_server_version_num) {
        throw MigrationError(source.display() + " is PostgreSQL " + std::to_string(catalog.server_version_num / 10000) +
                                 ": servers before 13 cannot be migrated",
                             "upgrade the source to PostgreSQL 13 or later first");
    }
    if (catalog.vector_schema.empty()) {
        throw MigrationError("the source database " + catalog.database + " has no extension `vector`: there is nothing to migrate",
                             "check the database's name in `source`; an extension belongs to one database, not to the server");
    }
    if (catalog.tables.empty()) {
        throw MigrationError("no table of the source database " + catalog.database + " is selected",
                             spec.tables.selects_everything() ? "check the database's name in `source`"
                                                              : "check the patterns of `tables`; they are written schema.table");
    }
}

void find_table_obstacles(const plan::Table& table, const config::JobSpec& spec, std::vector<Finding>& findings) {
    const std::string object = "table " + table.name.text();
    if (!table.may_select) {
        block(findings, object, "the source's role may not read it",
              "GRANT SELECT ON " + table.name.sql() + " and USAGE on its schema to the role, or exclude the table");
    }
    if (spec.source_writes == config::SourceWrites::lock && !table.may_lock_share) {
        block(findings, object, "the source's role may not lock it in SHARE mode, which `source_writes: lock` needs",
              "GRANT MAINTAIN (PostgreSQL 17) or UPDATE on it to the role, or set `source_writes` to read_only or allow");
    }
    if (table.row_security) {
        block(findings, object, "row security would hide rows from the copy",
              "use a role with BYPASSRLS or the table's owner, or exclude the table");
    }
    const auto columns = table.copied_columns();
    const auto by_text = std::ranges::find(columns, false, &plan::Column::binary);
    if (by_text == columns.end()) return;
    for (const plan::Column* column : columns) {
        if (!column->nested_vector()) continue;
        block(findings, object + ", column " + column->name,
              "its type " + column->type + " has vectors in it that no cast reaches, and the table can only be copied as text: type " +
                  (*by_text)->type + " of column " + (*by_text)->name + " has no binary form that means the same on another server",
              "split column " + column->name + " on the source into columns of its parts, or exclude the table");
    }
}

// A real[][] holds vectors of one length and no NULL.
void find_uneven_arrays(pg::Session& source, const plan::Catalog& catalog, std::vector<Finding>& findings) {
    for (const plan::Table& table : catalog.tables) {
        if (!table.may_select || table.row_security) continue;  // that is said, and blocks
        for (const plan::Column* column : table.copied_columns()) {
            const std::string uneven = plan::uneven_arrays_condition(*column, catalog.vector_schema);
            if (uneven.empty()) continue;
            const auto rows = source.execute("SELECT pg_catalog.count(*) FROM ONLY " + table.name.sql() + " WHERE " + uneven)
                                  .one_row()[0]
                                  .as<std::uint64_t>();
            if (rows == 0) continue;
            block(findings, "table " + table.name.text() + ", column " + column->name,
                  std::to_string(rows) +
                      " rows hold arrays of vectors that a real[][] cannot: with a NULL in them, with vectors of different dimensions, or"
                      " of more than one dimension themselves",
                  "give each array vectors of one length and no NULL on the source, for instance in a table of one row a vector, or"
                  " exclude the table");
        }
    }
}

// Schemas that the job makes on the target for itself.
void find_names_of_ours(pg::Session& source, const config::JobSpec& spec, std::vector<Finding>& findings) {
    for (const auto& row : source.execute("SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = 'lantern_migrate'"
                                          " OR nspname = 'pgvector_compat' AND " +
                                          std::string(spec.schema.compatibility ? "true" : "false") + " ORDER BY 1")) {
        block(findings, "schema " + row[0].as<std::string>(), "the job makes a schema of that name on the target for itself",
              "rename it on the source with ALTER SCHEMA, or drop it if it was left behind by another job");
    }
}

void find_source_obstacles(pg::Session& source, const plan::Catalog& catalog, const config::JobSpec& spec, std::vector<Finding>& findings) {
    for (const plan::Table& table : catalog.tables) find_table_obstacles(table, spec, findings);
    for (const plan::Sequence& sequence : catalog.sequences) {
        if (sequence.may_select) continue;
        block(findings, "sequence " + sequence.name.text(), "the source's role may not read its last value",
              "GRANT SELECT ON SEQUENCE " + sequence.name.sql() + " to the role");
    }
    find_names_of_ours(source, spec, findings);
    find_what_stays_behind(source, catalog, findings);
    find_mixed_dimensions(source, catalog, findings);
    if (auto finding = throttle_finding(source, spec.copy.throttle)) findings.push_back(std::move(*finding));
    const bool standby = source.execute("SELECT pg_catalog.pg_is_in_recovery()").one_row()[0].as<bool>();
    if (standby && spec.source_writes != config::SourceWrites::allow) {
        block(findings, "database " + catalog.database, "the source is a standby: tables cannot be locked there, nor its writes be stopped",
              "use the primary, or set `source_writes: allow`");
    }
    if (spec.source_writes == config::SourceWrites::allow) {
        findings.push_back({Severity::warning, "database " + catalog.database,
                            "with `source_writes: allow`, rows written to the source after the copy's snapshot are not moved",
                            "stop the application's writes before the job, or use `source_writes: lock`"});
    }
}

void find_target_obstacles(pg::Session& target, const Preflight& preflight, const config::JobSpec& spec, std::vector<Finding>& findings) {
    const auto row =
        target.execute("SELECT pg_catalog.current_database(), pg_catalog.getdatabaseencoding(), pg_catalog.pg_is_in_recovery()").one_row();
    const std::string database = "database " + row[0].as<std::string>() + " of the target";
    if (row[2].as<bool>()) block(findings, database, "the target is a standby and cannot be written to", "use the primary");
    const pg::ExtensionState lantern = pg::extension_state(target, "lantern");
    if (!lantern.installed_version && !lantern.available) {
        block(findings, database, "the extension `lantern` is not available on the target's server",
              "install Lantern on that server, or check the target's URL");
    }
    find_missing_target_rights(target, preflight.catalog, findings);
    if (row[1].as<std::string>() != preflight.catalog.encoding) {
        findings.push_back({Severity::warning, database,
                            "its encoding is " + row[1].as<std::string>() + ", the source's is " + preflight.catalog.encoding,
                            "characters that the target's encoding lacks will stop the copy"});
    }
    std::vector<plan::QualifiedName> names;
    for (const plan::Table& table : preflight.catalog.tables) names.push_back(table.name);
    const auto existing = pg::existing_relations(target, names);
    if (spec.schema.existing == config::ExistingTables::fail) {
        for (const auto& name : existing) {
            block(findings, "table " + name.text(), "it exists on the target already",
                  "drop it there, or set `schema.existing` to use or replace");
        }
    }
    if (spec.schema.existing == config::ExistingTables::use && existing.size() != names.size()) {
        for (const auto& name : names) {
            if (std::ranges::contains(existing, name)) continue;
            block(findings, "table " + name.text(), "`schema.existing: use` expects it on the target, and it is not there",
                  "create it there, or set `schema.existing: fail`");
        }
    }
}

// What blocks already would be refused there once more; and tables that the job is to drop stay in use until it does.
bool can_rehearse(pg::Session& target, const Preflight& preflight, const config::JobSpec& spec) {
    return preflight.blocking().empty() && spec.schema.existing != config::ExistingTables::use &&
           pg::existing_relations(target, preflight.schema.tables).empty();
}

std::vector<Finding> rehearse_unless_too_large(pg::Session& target, const plan::SchemaPlan& schema, std::size_t statements_max) {
    const std::size_t statements = schema.before_rows.size() + schema.keys_and_indexes.size() + schema.after_rows.size();
    if (statements <= statements_max) return rehearse(target, schema);
    const auto database = target.execute("SELECT pg_catalog.current_database()").one_row()[0].as<std::string>();
    return {{Severity::info, "database " + database + " of the target",
             "whether it takes the schema was not tried, which is of " + std::to_string(statements) +
                 " statements and would take long: the job tries it before it changes anything",
             ""}};
}

std::vector<Finding> translate_indexes(Preflight& preflight, const plan::IndexPolicy& policy) {
    std::vector<Finding> findings;
    for (const plan::SourceIndex& index : preflight.catalog.vector_indexes) {
        const auto columns = preflight.catalog.relation_columns.find(index.table);
        plan::IndexTranslation translation = plan::translate_index(
            index, columns == preflight.catalog.relation_columns.end() ? std::vector<plan::Column>{} : columns->second, policy);
        findings.insert(findings.end(), translation.findings.begin(), translation.findings.end());
        preflight.translations.push_back(std::move(translation));
    }
    return findings;
}

// pg_dump reads the catalog as long as we do: both at once. Whoever is not interested any more ends it.
class SchemaDump {
public:
    SchemaDump(pg::PgDumpRequest request, std::stop_token stop)
        : passed_on_(std::move(stop), [this] { stop_.request_stop(); }),
          dump_(std::async(std::launch::async,
                           [request = std::move(request), given_up = stop_.get_token()] { return pg::dump_schema(request, given_up); })) {}
    SchemaDump(const SchemaDump&) = delete;
    SchemaDump& operator=(const SchemaDump&) = delete;
    ~SchemaDump() { stop_.request_stop(); }
    // Throws what dump_schema() throws.
    std::string get() { return dump_.get(); }

private:
    std::stop_source stop_;
    std::stop_callback<std::function<void()>> passed_on_;
    std::future<std::string> dump_;  // its destructor waits
};

}  // namespace

std::vector<const Finding*> Preflight::blocking() const {
    std::vector<const Finding*> found;
    for (const Finding& finding : findings) {
        if (finding.severity == Severity::blocking) found.push_back(&finding);
    }
    return found;
}

void fit_to_job(plan::Catalog& catalog, const config::JobSpec& spec) {
    const auto stays = [&](const plan::QualifiedName& name) { return !spec.tables.matches(name.schema, name.name); };
    std::erase_if(catalog.tables, [&](const plan::Table& table) { return stays(table.name); });
    std::erase_if(catalog.vector_indexes, [&](const plan::SourceIndex& index) { return stays(index.table); });
    std::erase_if(catalog.sequences, [&](const plan::Sequence& sequence) { return sequence.owner_table && stays(*sequence.owner_table); });
    if (spec.vectors.bits == config::BitVectors::integer_array) plan::mark_bit_columns(catalog);
}

std::string lantern_schema(pg::Session& target) {
    const pg::ExtensionState state = pg::extension_state(target, "lantern");
    return state.schema.empty() ? std::string(default_lantern_schema) : state.schema;
}

plan::SchemaOptions schema_options(const config::JobSpec& spec, const plan::Catalog& catalog, const std::string& lantern_schema) {
    return {.vector_schema = catalog.vector_schema,
            .vector_functions = catalog.vector_functions,
            .vector_operators = catalog.vector_operators,
            .integer_columns = plan::bit_columns(catalog),
            .dimension_checks = spec.vectors.dimension_checks,
            .lantern_schema = lantern_schema,
            .compatibility = spec.schema.compatibility,
            .skip_unsupported = spec.schema.unsupported == config::OnUnsupported::skip,
            .table_moves = [filter = spec.tables](const plan::QualifiedName& name) { return filter.matches(name.schema, name.name); }};
}

plan::IndexPolicy index_policy(const config::JobSpec& spec, const std::string& lantern_schema) {
    return {.indexes = spec.indexes, .bits = spec.vectors.bits, .lantern_schema = lantern_schema};
}

Preflight examine(pg::Session& source, const config::ConnectionParameters& source_parameters, pg::Session* target,
                  const PreflightRequest& request, std::stop_token stop) {
    const config::JobSpec& spec = request.spec;
    Preflight preflight;
    pg::check_pg_dump_version(request.pg_dump, source.server_version_num());
    SchemaDump dump({.program = request.pg_dump,
                     .connection = source_parameters,
                     .application_name = request.application_name,
                     .snapshot = request.snapshot,
                     .owners = spec.schema.owners,
                     .privileges = spec.schema.privileges,
                     .exclude_tables = pg::read_unreadable_tables(source)},
                    std::move(stop));
    preflight.catalog = pg::read_catalog(source);
    fit_to_job(preflight.catalog, spec);
    check_source(source, preflight.catalog, spec);
    find_source_obstacles(source, preflight.catalog, spec, preflight.findings);
    find_uneven_arrays(source, preflight.catalog, preflight.findings);
    std::ranges::move(find_lost_names(source, preflight.catalog), std::back_inserter(preflight.findings));
    const auto lantern = target == nullptr ? std::string(default_lantern_schema) : lantern_schema(*target);
    std::vector<Finding> of_indexes = translate_indexes(preflight, index_policy(spec, lantern));
    std::string schema = dump.get();
    preflight.schema = plan::plan_schema(schema, schema_options(spec, preflight.catalog, lantern));
    if (request.keep_dump) preflight.dump = std::move(schema);
    preflight.findings.insert(preflight.findings.end(), preflight.schema.findings.begin(), preflight.schema.findings.end());
    std::ranges::move(of_indexes, std::back_inserter(preflight.findings));
    std::ranges::move(plan::rows_with_bit_columns(preflight.catalog), std::back_inserter(preflight.findings));
    std::ranges::move(plan::advise(preflight.catalog), std::back_inserter(preflight.findings));
    if (target != nullptr && request.check_target) {
        find_target_obstacles(*target, preflight, spec, preflight.findings);
        if (spec.schema.existing == config::ExistingTables::use)
            std::ranges::move(find_unfit_columns(source, *target, preflight.catalog), std::back_inserter(preflight.findings));
        if (can_rehearse(*target, preflight, spec))
            std::ranges::move(rehearse_unless_too_large(*target, preflight.schema, request.rehearsed_statements_max),
                              std::back_inserter(preflight.findings));
    }
    return preflight;
}

}  // namespace lantern_migrate::steps
