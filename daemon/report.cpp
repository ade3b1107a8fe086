#include "daemon/report.h"

#include "daemon/job_runner.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace lantern_migrate::daemon {
namespace {

using namespace migrations_state;

// What every application that moves from pgvector to Lantern has to know, where its own indexes do not say it already.
constexpr std::string_view for_every_application[] = {
    "vectors are real[] now: write '{1,2,3}' or ARRAY[1,2,3]::real[] where the application writes '[1,2,3]'",
    "casts to vector, halfvec or sparsevec and pgvector's functions do not exist on the target",
    "operators: <-> and <=> stay; <#> (inner product) and <%> (Jaccard) have no counterpart; <+> is the hamming distance there, not L1",
    "the access method is lantern_hnsw, not hnsw or ivfflat, and its operator classes begin with dist_",
};
constexpr std::string_view for_l2_distances =
    "<-> on real[] is the squared L2 distance: the order of neighbours is the same, but distances shown and thresholds compared "
    "with must be squared, or written sqrt(a <-> b)";
constexpr std::string_view for_inner_product = "queries that order by <#> must order by <=> instead: the index uses the cosine distance";
constexpr std::string_view for_left_out_indexes = "some vector indexes were left out: queries that relied on them scan their tables";

constexpr int events_kept = 10'000;  // by the journal
constexpr std::size_t incidents_max = 100;

std::vector<Report::Table> report_tables(const Journal& journal, JobId job) {
    std::map<TableId, Report::Table> by_id;
    for (const TableRecord& table : journal.tables(job)) {
        by_id[table.id] = {.name = table.schema + "." + table.name, .bytes = table.bytes, .epoch = table.epoch};
    }
    for (const ChunkRecord& chunk : journal.chunks(job)) {
        Report::Table& table = by_id[chunk.table];
        ++table.chunks;
        if (chunk.attempt > 1) ++table.chunks_repeated;
        if (chunk.state != ChunkState::done) continue;
        ++table.chunks_done;
        table.rows += chunk.totals.rows;
        table.bytes_read += chunk.totals.bytes_read;
        table.bytes_written += chunk.totals.bytes_written;
    }
    std::vector<Report::Table> tables;
    for (auto& [id, table] : by_id) tables.push_back(std::move(table));
    std::ranges::stable_sort(tables, std::greater(), &Report::Table::bytes);
    return tables;
}

std::vector<Report::StepTime> report_steps(const Journal& journal, JobId job) {
    std::vector<Report::StepTime> steps;
    for (const StepRecord& record : journal.steps(job)) {
        auto found = std::ranges::find(steps, record.step, &Report::StepTime::step);
        if (found == steps.end()) found = steps.insert(steps.end(), {.step = record.step});
        ++found->attempts;
        if (record.ended_at) {
            found->duration += *record.ended_at - record.began_at;
        } else {
            ++found->unended;
        }
        if (!record.note.empty() && !std::ranges::contains(found->notes, record.note)) found->notes.push_back(record.note);
    }
    std::ranges::stable_sort(steps, {}, &Report::StepTime::step);
    return steps;
}

void sort_builds(Report& report, const Journal& journal, JobId job) {
    for (const SavedIndex& saved : journal.saved_indexes(job)) report.indexes.push_back({.saved = saved});
    for (BuildRecord& build : journal.builds(job)) {
        const auto found = std::ranges::find_if(report.indexes, [&](const Report::Index& index) {
            return build.kind == "vector_index" && build.item == "index " + index.saved.schema + "." + index.saved.name;
        });
        if (found != report.indexes.end()) {
            found->build = std::move(build);
        } else {
            report.other_builds.push_back(std::move(build));
        }
    }
}

// Retries, tables that started again, a source that stays read-only: what an operator would want to have been told.
std::vector<EventRecord> report_incidents(const Journal& journal, JobId job) {
    std::vector<EventRecord> incidents = journal.events(job, 0, events_kept);
    std::erase_if(incidents, [](const EventRecord& event) { return event.severity == Severity::info; });
    if (incidents.size() > incidents_max) incidents.erase(incidents.begin(), incidents.end() - static_cast<std::ptrdiff_t>(incidents_max));
    return incidents;
}

std::vector<std::string> application_changes(const Report& report) {
    std::vector<std::string> changes(std::begin(for_every_application), std::end(for_every_application));
    const auto any = [&](auto&& test) { return std::ranges::any_of(report.indexes, test); };
    if (any([](const auto& index) { return index.saved.translation.contains("dist_l2sq_ops"); })) changes.emplace_back(for_l2_distances);
    if (any([](const auto& index) { return index.saved.opclass.contains("_ip_ops") && !index.saved.translation.empty(); })) {
        changes.emplace_back(for_inner_product);
    }
    if (any([](const auto& index) { return index.saved.translation.empty(); })) changes.emplace_back(for_left_out_indexes);
    for (const FindingRecord& finding : report.findings) {
        if (finding.severity == Severity::info || finding.remedy.empty()) continue;
        const std::string change = finding.object + ": " + finding.remedy;
        if (!std::ranges::contains(changes, change)) changes.push_back(change);
    }
    return changes;
}

}  // namespace

std::string Report::Index::state() const { return std::string(build ? to_word(build->state) : to_word(saved.state)); }

std::uint64_t Report::rows() const {
    return std::accumulate(tables.begin(), tables.end(), std::uint64_t{0}, [](auto sum, const Table& table) { return sum + table.rows; });
}

std::uint64_t Report::bytes_written() const {
    return std::accumulate(tables.begin(), tables.end(), std::uint64_t{0},
                           [](auto sum, const Table& table) { return sum + table.bytes_written; });
}

bool Report::different() const {
    return std::ranges::any_of(verifications, [](const Verified& verified) { return !verified.record.equal; });
}

std::vector<steps::PlannedIndex> saved_as_planned(const std::vector<SavedIndex>& saved) {
    std::vector<steps::PlannedIndex> planned;
    for (const SavedIndex& index : saved) {
        planned.push_back({.name = index.schema + "." + index.name,
                           .table = index.table_schema + "." + index.table,
                           .definition = index.definition,
                           .translation = index.translation,
                           .state = std::string(to_word(index.state)),
                           .reason = index.reason});
    }
    return planned;
}

Report build_report(const Journal& journal, JobId job) {
    Report report{.job = journal.job(job),
                  .source = journal.server(job, Side::source),
                  .target = journal.server(job, Side::target),
                  .tables = report_tables(journal, job),
                  .steps = report_steps(journal, job),
                  .copies = journal.copy_runs(job),
                  .findings = journal.findings(job),
                  .incidents = report_incidents(journal, job),
                  .target_end = journal.fact(job, target_end_fact).value_or("")};
    sort_builds(report, journal, job);
    std::map<TableId, std::string> names;
    for (const TableRecord& table : journal.tables(job)) names[table.id] = table.schema + "." + table.name;
    for (const VerifyRecord& record : journal.verifications(job)) report.verifications.push_back({names[record.table], record});
    report.application_changes = application_changes(report);
    return report;
}

}  // namespace lantern_migrate::daemon
