#include "daemon/plan_text.h"

#include "daemon/report.h"
#include "daemon/text.h"

#include <algorithm>
#include <boost/json.hpp>
#include <format>

namespace lantern_migrate::daemon {
namespace {

namespace json = boost::json;
using Align = TextTable::Align;

constexpr std::size_t width = 100;

std::string_view to_word(plan::Severity severity) {
    switch (severity) {
        case plan::Severity::info: return "info";
        case plan::Severity::warning: return "warning";
        case plan::Severity::blocking: return "blocking";
    }
    return "";
}

std::string paragraph(std::string_view text, std::size_t indent) {
    std::string out;
    for (const std::string& line : wrap(one_line(text), width, indent)) out += line + '\n';
    return out;
}

std::string tables_text(const steps::PlanReport& report) {
    TextTable table({{"table"}, {"rows, about", Align::right}, {"on disk", Align::right}, {"chunks", Align::right}, {"by"}});
    for (const steps::PlannedTable& entry : report.tables) {
        table.add({printable(entry.name), entry.estimated_rows < 0 ? "?" : format_count(static_cast<std::uint64_t>(entry.estimated_rows)),
                   format_bytes(entry.bytes), std::to_string(entry.chunks), entry.binary ? "binary" : "text"});
    }
    std::string out = "\nTables\n" + table.text(width, 2);
    for (const steps::PlannedTable& entry : report.tables) {
        if (!entry.conversion.empty()) out += paragraph(std::format("{}: {}", entry.name, entry.conversion), 2);
    }
    return out;
}

std::string indexes_text(const steps::PlanReport& report) {
    if (report.indexes.empty()) return "";
    std::string out = "\nVector indexes\n";
    for (const steps::PlannedIndex& index : report.indexes) {
        out += paragraph(std::format("{} on {}: {}", index.name, index.table, index.state), 2);
        out += paragraph("before: " + index.definition, 4);
        if (!index.translation.empty()) out += paragraph("after:  " + index.translation, 4);
        if (!index.reason.empty()) out += paragraph("why:    " + index.reason, 4);
    }
    return out;
}

// What stops the job comes last, next to the prompt.
std::string findings_text(const steps::PlanReport& report) {
    if (report.findings.empty()) return "";
    std::vector<plan::Finding> findings = report.findings;
    std::ranges::stable_sort(findings, {}, &plan::Finding::severity);
    std::string out = "\nFindings\n";
    for (const plan::Finding& finding : findings) {
        out += paragraph(std::format("{}: {}: {}", to_word(finding.severity), finding.object, finding.reason), 2);
        if (!finding.remedy.empty()) out += paragraph("remedy: " + finding.remedy, 4);
    }
    return out;
}

std::string queries_text(const steps::SeenQueries& seen) {
    std::string out = "\nStatements on vectors that the source has seen\n";
    if (!seen.missing.empty()) return out + paragraph("none to be had: " + seen.missing, 2);
    if (seen.queries.empty()) out += paragraph("none", 2);
    for (const steps::SeenQuery& query : seen.queries) {
        out += paragraph(std::format("{} calls: {}", query.calls, query.query), 2);
        for (const std::string& problem : query.problems) out += paragraph("no counterpart: " + problem, 4);
        if (!query.translation.empty()) out += paragraph("becomes: " + query.translation, 4);
        for (const std::string& note : query.notes) out += paragraph("note: " + note, 4);
    }
    if (seen.hidden > 0) out += paragraph(std::format("{} of other roles could not be read: GRANT pg_read_all_stats", seen.hidden), 2);
    if (seen.unreadable > 0)
        out += paragraph(std::format("{} could not be parsed; they may be cut off (track_activity_query_size)", seen.unreadable), 2);
    return out;
}

json::value to_json(const std::optional<steps::SeenQueries>& seen) {
    if (!seen) return nullptr;
    const auto texts = [](const std::vector<std::string>& lines) { return json::array(lines.begin(), lines.end()); };
    json::array queries;
    for (const steps::SeenQuery& query : seen->queries) {
        queries.push_back({{"calls", query.calls},
                           {"query", query.query},
                           {"translation", query.translation.empty() ? json::value(nullptr) : json::value(query.translation)},
                           {"notes", texts(query.notes)},
                           {"problems", texts(query.problems)}});
    }
    return json::object{{"missing", seen->missing.empty() ? json::value(nullptr) : json::value(seen->missing)},
                        {"queries", std::move(queries)},
                        {"hidden", seen->hidden},
                        {"unreadable", seen->unreadable}};
}

}  // namespace

std::string plan_text(const steps::PlanReport& report) {
    std::string out = paragraph(std::format("source: {}, {}", report.source, report.source_version), 0);
    out += paragraph(std::format("target: {}, {}", report.target, report.target_version), 0);
    out += tables_text(report) + indexes_text(report) + "\nSteps\n";
    for (const std::string& step : report.steps) out += paragraph(step, 2);
    if (report.seen_queries) out += queries_text(*report.seen_queries);
    out += findings_text(report);
    const auto blocking = std::ranges::count(report.findings, plan::Severity::blocking, &plan::Finding::severity);
    out += report.blocked() ? std::format("\nblocked by {} {}; nothing was changed\n", blocking, blocking == 1 ? "finding" : "findings")
                            : "\nready to run; nothing was changed\n";
    return out;
}

json::object to_json(const steps::PlanReport& report) {
    json::array tables, findings, steps;
    for (const steps::PlannedTable& table : report.tables) {
        tables.push_back({{"name", table.name},
                          {"bytes", table.bytes},
                          {"estimated_rows", table.estimated_rows < 0 ? json::value(nullptr) : json::value(table.estimated_rows)},
                          {"chunks", table.chunks},
                          {"binary", table.binary},
                          {"conversion", table.conversion}});
    }
    for (const plan::Finding& finding : report.findings) {
        findings.push_back(
            {{"severity", to_word(finding.severity)}, {"object", finding.object}, {"reason", finding.reason}, {"remedy", finding.remedy}});
    }
    for (const std::string& step : report.steps) steps.emplace_back(step);
    return {{"source", report.source},
            {"target", report.target},
            {"source_version", report.source_version},
            {"target_version", report.target_version},
            {"tables", std::move(tables)},
            {"indexes", indexes_json(report.indexes)},
            {"findings", std::move(findings)},
            {"steps", std::move(steps)},
            {"seen_queries", to_json(report.seen_queries)},
            {"blocked", report.blocked()}};
}

}  // namespace lantern_migrate::daemon
