#include "core/steps/preflight.h"

#include "core/pg/catalog_reader.h"
#include "core/pg/pg_dump.h"
#include "core/pg/server.h"
#include "core/plan/advice.h"
#include "core/steps/throttle_work.h"
#include "core/transfer/table_plan.h"

#include <algorithm>

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
    const bool binary = transfer::travels_in_binary(table);
    for (const plan::Column* column : table.copied_columns()) {
        const bool array = column->vector == plan::VectorType::vector_array || column->vector == plan::VectorType::halfvec_array;
        if (column->nested_vector || (array && !binary)) {
            block(findings, object + ", column " + column->name,
                  "type " + column->type + " holds vectors inside another type, which cannot be converted yet",
                  "split the column on the source, or exclude the table");
        }
    }
}

void find_source_obstacles(pg::Session& source, const plan::Catalog& catalog, const config::JobSpec& spec, std::vector<Finding>& findings) {
    for (const plan::Table& table : catalog.tables) find_table_obstacles(table, spec, findings);
    for (const plan::Sequence& sequence : catalog.sequences) {
        if (sequence.may_select) continue;
        block(findings, "sequence " + sequence.name.text(), "the source's role may not read its last value",
              "GRANT SELECT ON SEQUENCE " + sequence.name.sql() + " to the role");
    }
    if (catalog.large_objects > 0) {
        findings.push_back({Severity::warning, "database " + catalog.database,
                            std::to_string(catalog.large_objects) + " large objects are not moved",
                            "move them with pg_dump --large-objects"});
    }
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
    const auto row = target
                         .execute(
                             "SELECT pg_catalog.current_database(),"
                             " pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE'),"
                             " pg_catalog.getdatabaseencoding(), current_user, pg_catalog.pg_is_in_recovery()")
                         .one_row();
    const std::string database = "database " + row[0].as<std::string>() + " of the target";
    if (row[4].as<bool>()) block(findings, database, "the target is a standby and cannot be written to", "use the primary");
    const pg::ExtensionState lantern = pg::extension_state(target, "lantern");
    if (!lantern.installed_version && !lantern.available) {
        block(findings, database, "the extension `lantern` is not available on the target's server",
              "install Lantern on that server, or check the target's URL");
    }
    if (!row[1].as<bool>()) {
        block(findings, database, "role " + row[3].as<std::string>() + " may not create schemas there",
              "GRANT CREATE ON DATABASE " + plan::quote_identifier(row[0].as<std::string>()) + " TO " +
                  plan::quote_identifier(row[3].as<std::string>()));
    }
    if (row[2].as<std::string>() != preflight.catalog.encoding) {
        findings.push_back({Severity::warning, database,
                            "its encoding is " + row[2].as<std::string>() + ", the source's is " + preflight.catalog.encoding,
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

void translate_indexes(Preflight& preflight, const plan::IndexPolicy& policy) {
    for (const plan::SourceIndex& index : preflight.catalog.vector_indexes) {
        const auto columns = preflight.catalog.relation_columns.find(index.table);
        plan::IndexTranslation translation = plan::translate_index(
            index, columns == preflight.catalog.relation_columns.end() ? std::vector<plan::Column>{} : columns->second, policy);
        preflight.findings.insert(preflight.findings.end(), translation.findings.begin(), translation.findings.end());
        preflight.translations.push_back(std::move(translation));
    }
}

}  // namespace

std::vector<const Finding*> Preflight::blocking() const {
    std::vector<const Finding*> found;
    for (const Finding& finding : findings) {
        if (finding.severity == Severity::blocking) found.push_back(&finding);
    }
    return found;
}

void keep_tables_that_move(plan::Catalog& catalog, const config::TableFilter& filter) {
    const auto stays = [&](const plan::QualifiedName& name) { return !filter.matches(name.schema, name.name); };
    std::erase_if(catalog.tables, [&](const plan::Table& table) { return stays(table.name); });
    std::erase_if(catalog.vector_indexes, [&](const plan::SourceIndex& index) { return stays(index.table); });
    std::erase_if(catalog.sequences, [&](const plan::Sequence& sequence) { return sequence.owner_table && stays(*sequence.owner_table); });
}

std::string lantern_schema(pg::Session& target) {
    const pg::ExtensionState state = pg::extension_state(target, "lantern");
    return state.schema.empty() ? std::string(default_lantern_schema) : state.schema;
}

plan::SchemaOptions schema_options(const config::JobSpec& spec, const plan::Catalog& catalog) {
    return {.vector_schema = catalog.vector_schema,
            .vector_functions = catalog.vector_functions,
            .vector_operators = catalog.vector_operators,
            .dimension_checks = spec.vectors.dimension_checks,
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
    preflight.catalog = pg::read_catalog(source);
    std::vector<plan::QualifiedName> unreadable;
    for (const plan::Table& table : preflight.catalog.tables) {
        if (!table.may_select) unreadable.push_back(table.name);
    }
    keep_tables_that_move(preflight.catalog, spec.tables);
    check_source(source, preflight.catalog, spec);
    find_source_obstacles(source, preflight.catalog, spec, preflight.findings);
    const std::string dump = pg::dump_schema({.program = request.pg_dump,
                                              .connection = source_parameters,
                                              .application_name = request.application_name,
                                              .snapshot = request.snapshot,
                                              .owners = spec.schema.owners,
                                              .privileges = spec.schema.privileges,
                                              .exclude_tables = unreadable},
                                             stop);
    preflight.schema = plan::plan_schema(dump, schema_options(spec, preflight.catalog));
    preflight.findings.insert(preflight.findings.end(), preflight.schema.findings.begin(), preflight.schema.findings.end());
    translate_indexes(preflight, index_policy(spec, target == nullptr ? std::string(default_lantern_schema) : lantern_schema(*target)));
    for (Finding& finding : plan::advise(preflight.catalog)) preflight.findings.push_back(std::move(finding));
    if (target != nullptr && request.check_target) find_target_obstacles(*target, preflight, spec, preflight.findings);
    return preflight;
}

}  // namespace lantern_migrate::steps
