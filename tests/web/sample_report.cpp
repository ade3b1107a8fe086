#include "tests/web/sample_report.h"

#include <chrono>

namespace lantern_migrate::test {
namespace {

using daemon::Report;
using namespace migrations_state;
using namespace std::chrono_literals;

constexpr Timestamp began{std::chrono::milliseconds(1769860801250)};  // 2026-01-31 12:00:01Z

Job sample_job() {
    Job job;
    job.name = "words";
    job.file = "/var/spool/lantern-migrate/done/words.yaml";
    job.source = "url postgresql://reader@old.example/app";
    job.target = "url postgresql://owner@db.lantern.example/app";
    job.step = Step::cutover;
    job.disposition = Disposition::done;
    job.runs = 2;
    job.created_at = began;
    job.finished_at = began + 754s;
    return job;
}

BuildRecord built(const std::string& item, const std::string& kind, std::chrono::milliseconds took) {
    BuildRecord build;
    build.item = item;
    build.kind = kind;
    build.state = BuildState::done;
    build.attempts = 1;
    build.began_at = began + 90s;
    build.ended_at = began + 90s + took;
    return build;
}

std::vector<Report::Index> sample_indexes() {
    SavedIndex l2;
    l2.schema = l2.table_schema = "public";
    l2.name = "words_embedding_idx";
    l2.table = "words";
    l2.definition =
        "CREATE INDEX words_embedding_idx ON public.words USING hnsw (embedding vector_l2_ops) WITH (m='24', ef_construction='200')";
    l2.state = TranslationState::translated;
    l2.translation =
        "CREATE INDEX words_embedding_idx ON public.words USING lantern_hnsw (embedding public.dist_l2sq_ops) WITH (dim=100, m=24, "
        "ef_construction=200, ef=64)";
    l2.reason = "distances become squared; the order of neighbours is unchanged";
    SavedIndex l1 = l2;
    l1.name = "words_l1_idx";
    l1.definition = "CREATE INDEX words_l1_idx ON public.words USING hnsw (embedding vector_l1_ops)";
    l1.state = TranslationState::left_out;
    l1.translation = "";
    l1.reason = "Lantern has no L1 distance";
    return {{.saved = l2, .build = built("index public.words_embedding_idx", "vector_index", 221s)}, {.saved = l1}};
}

std::vector<Report::StepTime> sample_steps() {
    std::vector<Report::StepTime> steps;
    for (int i = 0; i <= static_cast<int>(Step::cutover); ++i)
        steps.push_back({.step = static_cast<Step>(i), .attempts = 1, .duration = 140ms * (i + 1)});
    steps[2].notes = {"planned away: the source keeps its indexes"};
    steps[7] = {.step = Step::transfer_data, .attempts = 2, .unended = 1, .duration = 381s};
    return steps;
}

CopyRun sample_copy() {
    CopyRun run;
    run.run = 2;
    run.began_at = began + 30s;
    run.ended_at = began + 411s;
    run.workers = 4;
    run.rows = 3'100'000;
    run.bytes_read = 12'400'000'000;
    run.bytes_written = 12'450'000'000;
    run.journal_us = 2'400'000;
    run.ledger_us = 9'100'000;
    return run;
}

Report::Verified verified(const std::string& table, std::uint64_t rows) {
    VerifyRecord record;
    record.method = "digest";
    record.rows_sent = record.rows_found = rows;
    record.equal = true;
    return {table, record};
}

}  // namespace

Report sample_report() {
    Report report{.job = sample_job()};
    report.source = ServerIdentity{.system_identifier = "7341290034412", .timeline = 1, .database = "app", .version_num = 170005};
    report.target = ServerIdentity{.system_identifier = "7341290077001", .timeline = 1, .database = "app", .version_num = 160009};
    report.tables = {{"public.words", 3'000'000, 12'700'000'000, 12'100'000'000, 12'150'000'000, 97, 97, 2, 1},
                     {"public.documents_of_the_archive", 250'000, 310'000'000, 290'000'000, 291'000'000, 3, 3, 0, 2},
                     {"public.tags", 1'240, 98'304, 51'200, 51'300, 1, 1, 0, 1}};
    report.steps = sample_steps();
    report.copies = {sample_copy()};
    report.findings = {{Severity::warning, "view public.nearest", "uses <#>, which Lantern does not have", "write it anew with <=>"},
                       {Severity::info, "index public.words_embedding_idx", "m=120 is above Lantern's bound", "it is built with m=64"}};
    report.indexes = sample_indexes();
    report.other_builds = {built("key public.words_pkey", "key", 12'400ms), built("constraint public.tags_word_fkey", "constraint", 800ms),
                           built("statistics public.words", "analyze", 2s)};
    for (const Report::Table& table : report.tables) report.verifications.push_back(verified(table.name, table.rows));
    report.incidents = {{.id = 7,
                         .at = began + 140s,
                         .severity = Severity::warning,
                         .kind = "run resumed",
                         .text = "the daemon was killed while rows were copied; 2 chunks are copied again"}};
    report.application_changes = {"vectors are real[] now: write '{1,2,3}' or ARRAY[1,2,3]::real[] where the application writes '[1,2,3]'",
                                  "the access method is lantern_hnsw, not hnsw or ivfflat, and its operator classes begin with dist_",
                                  "view public.nearest: write it anew with <=>"};
    return report;
}

Report different_report() {
    Report report = sample_report();
    report.job.disposition = Disposition::failed;
    report.job.step = Step::verify;
    report.job.finished_at.reset();
    report.job.reason = "table public.words differs: 3,000,000 rows were sent and 2,999,999 were found";
    report.job.hint = "do not use the target; find who writes to it, then retry the job";
    report.verifications[0].record.rows_found -= 1;
    report.verifications[0].record.equal = false;
    report.target_end = "what this job made stays";
    report.indexes[0].build->state = BuildState::failed;
    report.indexes[0].build->reason = "out of memory";
    return report;
}

Report report_full_of(const std::string& text) {
    Report report = different_report();
    const auto spoil = [&](auto&... texts) { ((texts += text), ...); };
    spoil(report.job.name, report.job.source, report.job.target, report.job.reason, report.job.hint, report.source->system_identifier,
          report.target_end);
    for (auto& table : report.tables) spoil(table.name);
    for (auto& step : report.steps) step.notes.push_back(text);
    for (auto& finding : report.findings) spoil(finding.object, finding.reason, finding.remedy);
    for (auto& index : report.indexes) {
        SavedIndex& saved = index.saved;
        spoil(saved.schema, saved.name, saved.table_schema, saved.table, saved.definition, saved.translation, saved.reason);
        if (index.build) spoil(index.build->reason);
    }
    for (auto& build : report.other_builds) spoil(build.item, build.reason);
    for (auto& verification : report.verifications) spoil(verification.table, verification.record.method);
    for (auto& incident : report.incidents) spoil(incident.kind, incident.text);
    for (auto& change : report.application_changes) spoil(change);
    return report;
}

}  // namespace lantern_migrate::test
