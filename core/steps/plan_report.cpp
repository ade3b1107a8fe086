#include "core/pg/server.h"
#include "core/steps/migration.h"
#include "core/steps/preflight.h"
#include "core/steps/seen_queries.h"
#include "core/transfer/table_plan.h"

#include <algorithm>
#include <optional>

namespace lantern_migrate::steps {
namespace {

// A second or two; the job itself tries schemas of any size.
constexpr std::size_t rehearsed_statements_max = 2000;

std::string state_word(plan::TranslationOutcome outcome) {
    switch (outcome) {
        case plan::TranslationOutcome::translated: return "translated";
        case plan::TranslationOutcome::awaits_norms: return "awaits_norms";
        case plan::TranslationOutcome::left_out: return "left_out";
        case plan::TranslationOutcome::unsupported: return "unsupported";
    }
    return "unsupported";
}

std::vector<std::string> step_lines(const config::JobSpec& spec, const Preflight& preflight, bool create_lantern) {
    const std::string tables = std::to_string(preflight.catalog.tables.size()) + " tables";
    const std::string indexes = std::to_string(preflight.catalog.vector_indexes.size()) + " vector indexes";
    std::vector<std::string> lines;
    lines.push_back(std::string("connect: ") +
                    (create_lantern ? "create extension lantern on the target" : "the target has lantern already"));
    lines.push_back("save_indexes: save " + indexes + " with their translations");
    lines.emplace_back("drop_indexes, convert_columns, drop_extension: planned away, the source stays as it is");
    switch (spec.source_writes) {
        case config::SourceWrites::lock: lines.push_back("stop_source: hold SHARE locks on " + tables + " while copying"); break;
        case config::SourceWrites::read_only:
            lines.emplace_back("stop_source: make the source database read-only, end its sessions");
            break;
        case config::SourceWrites::allow: lines.emplace_back("stop_source: nothing; later writes are not moved"); break;
    }
    lines.push_back("transfer_schema: " + std::to_string(preflight.schema.before_rows.size()) + " statements on the target");
    lines.push_back("transfer_data: copy " + tables + " with " + std::to_string(spec.copy.workers) + " workers");
    lines.push_back("create_indexes: " + std::to_string(preflight.schema.keys_and_indexes.size()) + " keys and indexes, " + indexes + ", " +
                    std::to_string(preflight.schema.after_rows.size()) + " statements after them");
    lines.push_back("verify: " + std::string(config::to_word(spec.verify)));
    lines.push_back("cutover: sequences, ANALYZE, report (" + std::string(config::to_word(spec.cutover)) + ")");
    return lines;
}

}  // namespace

bool PlanReport::blocked() const {
    return std::ranges::any_of(findings, [](const plan::Finding& finding) { return finding.severity == plan::Severity::blocking; });
}

PlanReport make_plan(const config::JobSpec& spec, const MigrationOptions& options, bool with_seen_queries) {
    const auto source_parameters = spec.source.resolve();
    const auto target_parameters = spec.target.connection.resolve();
    pg::Session source =
        pg::Session::connect(source_parameters, {.role = "source", .application_name = "lantern-migrate plan", .read_only = true});
    std::optional<pg::Session> target;
    PlanReport report{.source = source_parameters.display(), .target = target_parameters.display()};
    try {
        target = pg::Session::connect(target_parameters, {.role = "target", .application_name = "lantern-migrate plan", .read_only = true});
        report.target_version = pg::version_text(*target, "lantern");
    } catch (const PgError& e) {
        if (!spec.target.create_database || e.facts().message.find("does not exist") == std::string::npos) throw;
        report.target_version = "database to be created";
    }
    // One snapshot, so that the catalog's queries agree with each other.
    source.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    report.source_version = pg::version_text(source, "vector");
    const Preflight preflight = examine(source, source_parameters, target ? &*target : nullptr,
                                        {.spec = spec,
                                         .pg_dump = options.pg_dump,
                                         .application_name = "lantern-migrate plan",
                                         .snapshot = {},
                                         .keep_dump = with_seen_queries,
                                         .rehearsed_statements_max = rehearsed_statements_max},
                                        {});
    if (with_seen_queries) report.seen_queries = read_seen_queries(source, preflight.catalog, preflight.dump);
    for (const plan::Table& table : preflight.catalog.tables) {
        report.tables.push_back({.name = table.name.text(),
                                 .bytes = table.bytes,
                                 .estimated_rows = table.estimated_rows,
                                 .chunks = static_cast<int>(transfer::plan_chunks(table, spec.copy, source.server_version_num()).size()),
                                 .binary = transfer::travels_in_binary(table),
                                 .conversion = transfer::describe_conversions(table)});
    }
    for (std::size_t i = 0; i < preflight.translations.size(); ++i) {
        const plan::SourceIndex& index = preflight.catalog.vector_indexes[i];
        const plan::IndexTranslation& translation = preflight.translations[i];
        report.indexes.push_back({.name = index.name.text(),
                                  .table = index.table.text(),
                                  .definition = index.definition,
                                  .translation = translation.sql,
                                  .state = state_word(translation.outcome),
                                  .reason = translation.reason});
    }
    report.findings = preflight.findings;
    const bool create_lantern = !target || !pg::extension_state(*target, "lantern").installed_version;
    report.steps = step_lines(spec, preflight, create_lantern);
    return report;
}

}  // namespace lantern_migrate::steps
