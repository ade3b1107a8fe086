#include "daemon/report.h"

#include "daemon/job_status.h"
#include "daemon/text.h"

#include <boost/json.hpp>

namespace lantern_migrate::daemon {
namespace {

namespace json = boost::json;
using namespace migrations_state;

json::value time_or_null(const std::optional<Timestamp>& at) { return at ? json::value(format_time_iso(*at)) : json::value(nullptr); }

json::value server_json(const std::optional<ServerIdentity>& server) {
    if (!server) return nullptr;
    return {{"system_identifier", server->system_identifier},
            {"timeline", server->timeline},
            {"database", server->database},
            {"version_num", server->version_num}};
}

json::object index_json(const SavedIndex& saved) {
    return {{"name", saved.schema + "." + saved.name},
            {"table", saved.table_schema + "." + saved.table},
            {"method", saved.method},
            {"opclass", saved.opclass},
            {"options", saved.options},
            {"definition", saved.definition},
            {"translation", saved.translation},
            {"translation_state", to_word(saved.state)},
            {"reason", saved.reason}};
}

json::object build_json(const BuildRecord& build) {
    return {{"item", build.item},
            {"kind", build.kind},
            {"state", to_word(build.state)},
            {"attempts", build.attempts},
            {"server_losses", build.server_losses},
            {"reason", build.reason},
            {"sql", build.sql},
            {"began_at", time_or_null(build.began_at)},
            {"ended_at", time_or_null(build.ended_at)}};
}

json::array tables_json(const Report& report) {
    json::array array;
    for (const Report::Table& table : report.tables) {
        array.push_back({{"name", table.name},
                         {"rows", table.rows},
                         {"bytes", table.bytes},
                         {"bytes_read", table.bytes_read},
                         {"bytes_written", table.bytes_written},
                         {"chunks_done", table.chunks_done},
                         {"chunks", table.chunks},
                         {"chunks_repeated", table.chunks_repeated},
                         {"started_again", table.epoch - 1}});
    }
    return array;
}

json::array steps_json(const Report& report) {
    json::array array;
    for (const Report::StepTime& step : report.steps) {
        json::array notes;
        for (const std::string& note : step.notes) notes.emplace_back(note);
        array.push_back({{"step", to_word(step.step)},
                         {"attempts", step.attempts},
                         {"unended", step.unended},
                         {"duration_ms", step.duration.count()},
                         {"notes", std::move(notes)}});
    }
    return array;
}

json::array copies_json(const Report& report) {
    json::array array;
    for (const CopyRun& run : report.copies) {
        array.push_back({{"run", run.run},
                         {"began_at", format_time_iso(run.began_at)},
                         {"first_row_at", time_or_null(run.first_row_at)},
                         {"ended_at", format_time_iso(run.ended_at)},
                         {"duration_ms", (run.ended_at - run.began_at).count()},
                         {"workers", run.workers},
                         {"rows", run.rows},
                         {"bytes_read", run.bytes_read},
                         {"bytes_written", run.bytes_written},
                         {"chunks", run.chunks},
                         {"chunks_again", run.chunks_again},
                         {"journal_commits", run.journal_commits},
                         {"journal_ms", static_cast<double>(run.journal_us) / 1000},
                         {"ledger_ms", static_cast<double>(run.ledger_us) / 1000}});
    }
    return array;
}

json::array verifications_json(const Report& report) {
    json::array array;
    for (const auto& [table, record] : report.verifications) {
        array.push_back({{"table", table},
                         {"method", record.method},
                         {"rows_sent", record.rows_sent},
                         {"rows_found", record.rows_found},
                         {"digest_sent", record.digest_sent},
                         {"digest_found", record.digest_found},
                         {"equal", record.equal}});
    }
    return array;
}

json::array incidents_json(const Report& report) {
    json::array array;
    for (const EventRecord& event : report.incidents) {
        array.push_back(
            {{"at", format_time_iso(event.at)}, {"severity", to_word(event.severity)}, {"kind", event.kind}, {"text", event.text}});
    }
    return array;
}

}  // namespace

json::array indexes_json(const std::vector<steps::PlannedIndex>& indexes) {
    json::array array;
    for (const steps::PlannedIndex& index : indexes) {
        array.push_back({{"name", index.name},
                         {"table", index.table},
                         {"definition", index.definition},
                         {"translation", index.translation},
                         {"translation_state", index.state},
                         {"reason", index.reason}});
    }
    return array;
}

json::object to_json(const Report& report) {
    json::array findings, indexes, builds, changes;
    for (const FindingRecord& finding : report.findings) {
        findings.push_back(
            {{"severity", to_word(finding.severity)}, {"object", finding.object}, {"reason", finding.reason}, {"remedy", finding.remedy}});
    }
    for (const Report::Index& index : report.indexes) {
        json::object entry = index_json(index.saved);
        entry["state"] = index.state();
        entry["build"] = index.build ? json::value(build_json(*index.build)) : json::value(nullptr);
        indexes.push_back(std::move(entry));
    }
    for (const BuildRecord& build : report.other_builds) builds.push_back(build_json(build));
    for (const std::string& change : report.application_changes) changes.emplace_back(change);
    const Job& job = report.job;
    return {{"job", job.name},
            {"uid", job.uid},
            {"source", job.source},
            {"target", job.target},
            {"source_server", server_json(report.source)},
            {"target_server", server_json(report.target)},
            {"disposition", to_word(job.disposition)},
            {"step", to_word(job.step)},
            {"reason", job.reason},
            {"hint", job.hint},
            {"on_target", report.target_end},
            {"sqlstate", job.sqlstate},
            {"runs", job.runs},
            {"created_at", format_time_iso(job.created_at)},
            {"finished_at", time_or_null(job.finished_at)},
            {"rows", report.rows()},
            {"bytes_written", report.bytes_written()},
            {"different", report.different()},
            {"exit_status", exit_status({.job = job, .different = report.different()})},
            {"tables", tables_json(report)},
            {"steps", steps_json(report)},
            {"copies", copies_json(report)},
            {"findings", std::move(findings)},
            {"indexes", std::move(indexes)},
            {"builds", std::move(builds)},
            {"verifications", verifications_json(report)},
            {"incidents", incidents_json(report)},
            {"application_changes", std::move(changes)}};
}

}  // namespace lantern_migrate::daemon
