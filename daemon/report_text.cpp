#include "daemon/report.h"
#include "daemon/report_lines.h"
#include "daemon/text.h"

#include <format>

namespace lantern_migrate::daemon {
namespace {

using namespace migrations_state;
using Align = TextTable::Align;

constexpr std::size_t width = 100;

std::string heading(std::string_view text) { return std::format("\n{}\n", text); }

std::string paragraph(std::string_view text, std::size_t indent) {
    std::string out;
    for (const std::string& line : wrap(one_line(text), width, indent)) out += line + '\n';
    return out;
}

// "- text", the following lines beneath the text.
std::string item(std::string_view text) {
    std::string out = paragraph(text, 4);
    if (out.size() > 2) out[2] = '-';
    return out;
}

std::string head(const Report& report) {
    const Job& job = report.job;
    std::string out = std::format("job {}: {}\n", printable(job.name), report_state(report));
    if (!job.reason.empty()) out += paragraph("reason: " + job.reason, 2);
    if (!job.hint.empty()) out += paragraph("hint: " + job.hint, 2);
    if (!report.target_end.empty()) out += paragraph("on the target: " + report.target_end, 2);
    out += paragraph("source: " + report_server(job.source, report.source), 2);
    out += paragraph("target: " + report_server(job.target, report.target), 2);
    return out + "  " + report_times(job) + '\n';
}

std::string moved(const Report& report) {
    if (report.tables.empty()) return heading("What moved") + "  nothing: no table was planned\n";
    TextTable table({{"table"},
                     {"rows", Align::right},
                     {"on disk", Align::right},
                     {"sent", Align::right},
                     {"written", Align::right},
                     {"chunks", Align::right}});
    for (const Report::Table& entry : report.tables) {
        table.add({printable(entry.name), format_count(entry.rows), format_bytes(entry.bytes), format_bytes(entry.bytes_read),
                   format_bytes(entry.bytes_written), report_chunks(entry)});
    }
    std::string out = heading("What moved") + table.text(width, 2);
    for (const std::string& line : report_sums(report)) out += paragraph(line, 2);
    return out;
}

std::string step_times(const Report& report) {
    if (report.steps.empty()) return "";
    TextTable table({{"step"}, {"time", Align::right}, {"attempts", Align::right}, {"cut off", Align::right}});
    for (const Report::StepTime& step : report.steps) {
        table.add({std::string(to_word(step.step)), report_step_time(step), std::to_string(step.attempts), std::to_string(step.unended)});
    }
    std::string out = heading("How long it took") + table.text(width, 2);
    for (const Report::StepTime& step : report.steps) {
        for (const std::string& note : step.notes) out += item(std::format("{}: {}", to_word(step.step), note));
    }
    for (const CopyRun& run : report.copies) out += item(report_copy(run));
    return out;
}

std::string findings(const Report& report) {
    if (report.findings.empty()) return "";
    std::string out = heading("Findings");
    for (const FindingRecord& finding : report.findings) {
        out += item(std::format("{}: {}: {}", to_word(finding.severity), finding.object, finding.reason));
        if (!finding.remedy.empty()) out += paragraph("remedy: " + finding.remedy, 4);
    }
    return out;
}

std::string index_text(const Report::Index& index) {
    std::string out = paragraph(
        std::format("{}.{} on {}.{}: {}", index.saved.schema, index.saved.name, index.saved.table_schema, index.saved.table, index.state()),
        2);
    out += paragraph("before: " + index.saved.definition, 4);
    out += paragraph("after:  " + (index.saved.translation.empty() ? std::string("none") : index.saved.translation), 4);
    if (!index.saved.reason.empty()) out += paragraph("why:    " + index.saved.reason, 4);
    if (!index.build) return out;
    if (!index.build->reason.empty()) out += paragraph("error:  " + index.build->reason, 4);
    if (index.build->began_at && index.build->ended_at) out += std::format("    took: {}\n", report_build_time(*index.build));
    return out;
}

std::string indexes(const Report& report) {
    if (report.indexes.empty()) return "";
    std::string out = heading("Vector indexes, before and after");
    for (const Report::Index& index : report.indexes) out += index_text(index);
    return out;
}

std::string other_builds(const Report& report) {
    if (report.other_builds.empty()) return "";
    std::string out = heading("Keys, constraints and other objects made after the rows");
    TextTable table({{"object"}, {"state"}, {"time", Align::right}});
    const ReportBuilds builds = report_builds(report);
    for (const BuildRecord* build : builds.rows) {
        table.add({printable(build->item), std::string(to_word(build->state)), report_build_time(*build)});
    }
    if (!table.empty()) out += table.text(width, 2);
    if (!builds.statistics.empty()) out += "  " + builds.statistics + '\n';
    for (const BuildRecord& build : report.other_builds) {
        if (!build.reason.empty()) out += item(build.item + ": " + build.reason);
    }
    return out;
}

std::string verification(const Report& report) {
    if (report.verifications.empty()) return heading("Verification") + "  none\n";
    TextTable table({{"table"}, {"by"}, {"rows sent", Align::right}, {"rows found", Align::right}, {"result"}});
    for (const auto& [name, record] : report.verifications) {
        table.add({printable(name), record.method, format_count(record.rows_sent), format_count(record.rows_found),
                   record.equal ? "equal" : "DIFFERENT"});
    }
    return heading("Verification") + table.text(width, 2);
}

std::string incidents(const Report& report) {
    if (report.incidents.empty()) return "";
    std::string out = heading("What happened on the way");
    for (const EventRecord& event : report.incidents) out += item(std::format("{} {}: {}", format_time(event.at), event.kind, event.text));
    return out;
}

std::string changes(const Report& report) {
    std::string out = heading("What the application must change");
    for (const std::string& change : report.application_changes) out += item(change);
    return out;
}

// In a comment a line break would end it, and what follows would run.
std::string comment(std::string_view text) {
    std::string out;
    for (const std::string& line : wrap(one_line(text), width - 3)) out += "-- " + line + '\n';
    return out;
}

}  // namespace

std::string report_text(const Report& report) {
    return head(report) + moved(report) + incidents(report) + step_times(report) + verification(report) + indexes(report) +
           other_builds(report) + findings(report) + changes(report);
}

std::string indexes_sql(const std::vector<steps::PlannedIndex>& indexes) {
    if (indexes.empty()) return "-- no index of pgvector\n";
    std::string out;
    for (const steps::PlannedIndex& index : indexes) {
        if (!out.empty()) out += '\n';
        out += comment(std::format("{} on {}", index.name, index.table));
        out += "-- on the source:\n" + comment(index.definition);
        if (!index.reason.empty()) out += comment("note: " + index.reason);
        if (index.translation.empty()) {
            out += comment(std::format("{}: there is no translation", index.state));
        } else if (index.state == to_word(TranslationState::awaits_norms)) {
            out += "-- only if every vector has norm 1, which the copy measures:\n" + comment(index.translation + ";");
        } else {
            out += index.translation + ";\n";
        }
    }
    return out;
}

}  // namespace lantern_migrate::daemon
