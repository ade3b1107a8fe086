#include "core/steps/steps.h"
#include "core/transfer/table_plan.h"
#include "migrations-state/failpoint.h"

namespace lantern_migrate::steps {
namespace {

using migrations_state::Step;
using migrations_state::TranslationState;

TranslationState state_of(plan::TranslationOutcome outcome) {
    switch (outcome) {
        case plan::TranslationOutcome::translated: return TranslationState::translated;
        case plan::TranslationOutcome::awaits_norms: return TranslationState::awaits_norms;
        case plan::TranslationOutcome::left_out: return TranslationState::left_out;
        case plan::TranslationOutcome::unsupported: return TranslationState::unsupported;
    }
    return TranslationState::unsupported;
}

std::vector<migrations_state::SavedIndex> translate_all(const plan::Catalog& catalog, const plan::IndexPolicy& policy) {
    std::vector<migrations_state::SavedIndex> saved;
    for (const plan::SourceIndex& index : catalog.vector_indexes) {
        const auto columns = catalog.relation_columns.find(index.table);
        const plan::IndexTranslation translation =
            plan::translate_index(index, columns == catalog.relation_columns.end() ? std::vector<plan::Column>{} : columns->second, policy);
        saved.push_back({.schema = index.name.schema,
                         .name = index.name.name,
                         .table_schema = index.table.schema,
                         .table = index.table.name,
                         .method = index.method,
                         .opclass = index.opclasses.empty() ? "" : index.opclasses.front(),
                         .options = index.options,
                         .definition = index.definition,
                         .state = state_of(translation.outcome),
                         .translation = translation.sql,
                         .reason = translation.reason});
    }
    return saved;
}

std::vector<migrations_state::NewTable> chunk_all(const plan::Catalog& catalog, const config::CopySpec& copy) {
    std::vector<migrations_state::NewTable> tables;
    for (const plan::Table& table : catalog.tables) {  // largest first, and so they are copied
        tables.push_back({.schema = table.name.schema,
                          .name = table.name.name,
                          .bytes = table.bytes,
                          .estimated_rows = table.estimated_rows,
                          .shape = table.shape(),
                          .chunks = transfer::plan_chunks(table, copy, catalog.server_version_num)});
    }
    return tables;
}

}  // namespace

void save_indexes(Run& run) {
    auto attempt = run.journal.begin(run.job.id, Step::save_indexes);
    run.progress.set_activity("saving the index definitions");
    const plan::Catalog& catalog = run.catalog();
    const auto saved = translate_all(catalog, index_policy(run.spec, lantern_schema(run.target())));
    run.journal.save_indexes(run.job.id, saved);
    // Bounds are made once and stored: an attempt that was killed behind this commit finds them there.
    if (run.journal.tables(run.job.id).empty()) {
        run.journal.save_tables(run.job.id, chunk_all(catalog, run.spec.copy));
    }
    attempt.note(std::to_string(saved.size()) + " vector indexes of " + std::to_string(catalog.tables.size()) + " tables saved");
    LANTERN_FAILPOINT("save_indexes.before_end");
    attempt.commit(Step::drop_indexes);
}

}  // namespace lantern_migrate::steps
