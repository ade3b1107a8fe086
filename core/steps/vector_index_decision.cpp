#include "core/steps/vector_index_decision.h"

#include <algorithm>

namespace lantern_migrate::steps {
namespace {

using migrations_state::BuildRecord;
using migrations_state::SavedIndex;
using migrations_state::Severity;
using migrations_state::TranslationState;

const plan::SourceIndex& source_index(const plan::Catalog& catalog, const SavedIndex& saved) {
    const auto found = std::ranges::find_if(catalog.vector_indexes, [&](const plan::SourceIndex& index) {
        return index.name.schema == saved.schema && index.name.name == saved.name;
    });
    if (found == catalog.vector_indexes.end()) {
        throw MigrationError("index " + saved.schema + "." + saved.name + " was dropped on the source since the job began",
                             "create it there again and retry the job, or cancel the job and submit it anew");
    }
    return *found;
}

// What travelled in text was not measured on its way; and a partitioned table's rows are in its partitions. Then the target is asked.
plan::MeasuredColumn measure_on_target(pg::Session& target, const plan::QualifiedName& table, const std::string& column) {
    const std::string name = plan::quote_identifier(column);
    const auto row = target
                         .execute(
                             "SELECT pg_catalog.count(*), coalesce(pg_catalog.min(d), 0), coalesce(pg_catalog.max(d), 0),"
                             " coalesce(pg_catalog.min(n), 0), coalesce(pg_catalog.max(n), 0)"
                             " FROM (SELECT coalesce(pg_catalog.array_length(" +
                             name +
                             ", 1), 0) AS d,"
                             "  coalesce((SELECT pg_catalog.sqrt(pg_catalog.sum(x::float8 * x::float8)) FROM pg_catalog.unnest(" +
                             name + ") AS x), 0) AS n FROM " + table.sql() + " WHERE " + name + " IS NOT NULL) AS v")
                         .one_row();
    return {.values = row[0].as<std::uint64_t>(),
            .min_dimensions = row[1].as<int>(),
            .max_dimensions = row[2].as<int>(),
            .min_norm = row[3].as<double>(),
            .max_norm = row[4].as<double>()};
}

plan::MeasuredColumn measured(Run& run, pg::Session& target, const SavedIndex& saved, const std::string& column) {
    for (const auto& table : run.journal.tables(run.job.id)) {
        if (table.schema != saved.table_schema || table.name != saved.table) continue;
        for (const auto& measure : run.journal.measures(run.job.id)) {
            if (measure.table != table.id || measure.column != column) continue;
            return {.values = measure.values,
                    .min_dimensions = measure.min_dimensions,
                    .max_dimensions = measure.max_dimensions,
                    .min_norm = measure.min_norm,
                    .max_norm = measure.max_norm};
        }
    }
    return measure_on_target(target, {saved.table_schema, saved.table}, column);
}

std::string give_up(Run& run, const BuildRecord& build, const SavedIndex& saved, const plan::IndexTranslation& translation) {
    const bool left_out = translation.outcome == plan::TranslationOutcome::left_out;
    run.journal.set_translation(saved.id, left_out ? TranslationState::left_out : TranslationState::unsupported, "", translation.reason);
    if (left_out) {
        run.journal.skip_build(build.id, translation.reason);
        run.event(Severity::warning, "index left out", build.item + ": " + translation.reason);
    } else {
        run.journal.fail_build(build.id, translation.reason);
        run.event(Severity::warning, "build failed", build.item + ": " + translation.reason);
    }
    return {};
}

}  // namespace

std::string decide_vector_index(Run& run, pg::Session& target, const BuildRecord& build) {
    const auto all = run.journal.saved_indexes(run.job.id);
    const auto saved =
        std::ranges::find_if(all, [&](const SavedIndex& index) { return "index " + index.schema + "." + index.name == build.item; });
    if (saved == all.end()) throw MigrationError("the journal has no saved index for " + build.item, "cancel the job and submit it anew");
    const plan::IndexPolicy policy = index_policy(run.spec, lantern_schema(target));
    const plan::SourceIndex& index = source_index(run.catalog(), *saved);
    const auto& columns = run.catalog().relation_columns.at(index.table);
    const std::string column = plan::translate_index(index, columns, policy).column;
    const plan::IndexTranslation translation = plan::translate_index(index, columns, policy, measured(run, target, *saved, column));
    for (const plan::Finding& finding : translation.findings) run.add_finding(finding);
    if (translation.outcome != plan::TranslationOutcome::translated) return give_up(run, build, *saved, translation);
    std::string sql = translation.sql;
    if (!index.comment.empty()) sql += "; COMMENT ON INDEX " + index.name.sql() + " IS " + plan::quote_literal(index.comment);
    run.journal.set_translation(saved->id, TranslationState::translated, translation.sql, translation.reason);
    run.journal.set_build_sql(build.id, sql);
    return sql;
}

}  // namespace lantern_migrate::steps
