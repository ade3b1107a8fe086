#include "daemon/report_html.h"

#include "daemon/html.h"
#include "daemon/report_lines.h"
#include "daemon/text.h"
#include "daemon/web_assets.h"

#include <format>

namespace lantern_migrate::daemon {
namespace {

using namespace migrations_state;
using html::element;
using html::escape;
using Kind = html::Table::Kind;

std::string section(std::string_view heading, const std::string& content) {
    return content.empty() ? "" : "<section>\n" + element("h2", heading) + content + "</section>\n";
}

std::string items(const std::vector<std::string>& lines) {
    if (lines.empty()) return "";
    std::string out = "<ul>\n";
    for (const std::string& line : lines) out += element("li", one_line(line));
    return out + "</ul>\n";
}

std::string pair(std::string_view name, const std::string& value) { return element("dt", name) + element("dd", value); }

std::string head(const Report& report) {
    const Job& job = report.job;
    const std::string_view mood = report.different() ? "bad" : html::state_class(to_word(job.disposition));
    std::string out = "<header>\n<p class=\"kind\">Migration report</p>\n" + element("h1", job.name);
    out += std::format("<p class=\"state {}\">{}</p>\n", mood, escape(report_state(report)));
    if (!job.reason.empty() || !job.hint.empty()) {
        out += "<div class=\"trouble\">\n";
        if (!job.reason.empty()) out += element("p", one_line(job.reason), "class=\"reason\"");
        if (!job.hint.empty()) out += element("p", "hint: " + one_line(job.hint));
        out += "</div>\n";
    }
    out += "<dl class=\"facts\">\n" + pair("Source", report_server(job.source, report.source));
    out += pair("Target", report_server(job.target, report.target)) + pair("Time", report_times(job));
    if (!report.target_end.empty()) out += pair("On the target", report.target_end);
    return out + "</dl>\n</header>\n";
}

std::string moved(const Report& report) {
    if (report.tables.empty()) return element("p", "nothing: no table was planned");
    html::Table table("Tables that moved, largest first", {{"table"},
                                                           {"rows", Kind::number},
                                                           {"on disk", Kind::number},
                                                           {"sent", Kind::number},
                                                           {"written", Kind::number},
                                                           {"chunks", Kind::number}});
    for (const Report::Table& entry : report.tables) {
        table.add({entry.name, format_count(entry.rows), format_bytes(entry.bytes), format_bytes(entry.bytes_read),
                   format_bytes(entry.bytes_written), report_chunks(entry)});
    }
    return table.html() + items(report_sums(report));
}

std::string incidents(const Report& report) {
    if (report.incidents.empty()) return "";
    std::string out = "<ol class=\"events\">\n";
    for (const EventRecord& event : report.incidents) {
        out += std::format("<li><time datetime=\"{}\">{}</time> {} <span>{}: {}</span></li>\n", format_time_iso(event.at),
                           format_time(event.at), html::state(to_word(event.severity)), escape(event.kind), escape(one_line(event.text)));
    }
    return out + "</ol>\n";
}

std::string step_times(const Report& report) {
    if (report.steps.empty()) return "";
    html::Table table("Steps", {{"step"}, {"time", Kind::number}, {"attempts", Kind::number}, {"cut off", Kind::number}});
    std::vector<std::string> lines;
    for (const Report::StepTime& step : report.steps) {
        const std::string name(to_word(step.step));
        table.add({name, report_step_time(step), std::to_string(step.attempts), std::to_string(step.unended)});
        for (const std::string& note : step.notes) lines.push_back(name + ": " + note);
    }
    for (const CopyRun& run : report.copies) lines.push_back(report_copy(run));
    return table.html() + items(lines);
}

std::string verification(const Report& report) {
    if (report.verifications.empty()) return element("p", "none");
    html::Table table("What was sent against what was found",
                      {{"table"}, {"by"}, {"rows sent", Kind::number}, {"rows found", Kind::number}, {"result", Kind::state}});
    for (const auto& [name, record] : report.verifications) {
        table.add(
            {name, record.method, format_count(record.rows_sent), format_count(record.rows_found), record.equal ? "equal" : "DIFFERENT"});
    }
    return table.html();
}

std::string sql(std::string_view name, const std::string& text) {
    return element("dt", name) + "<dd><code>" + escape(one_line(text)) + "</code></dd>\n";
}

std::string index_text(const Report::Index& index) {
    const SavedIndex& saved = index.saved;
    std::string out =
        std::format("<article>\n<h3>{}.{} <span class=\"on\">on {}.{}</span> {}</h3>\n<dl class=\"facts\">\n", escape(saved.schema),
                    escape(saved.name), escape(saved.table_schema), escape(saved.table), html::state(index.state()));
    out += sql("before", saved.definition);
    out += saved.translation.empty() ? pair("after", "none") : sql("after", saved.translation);
    if (!saved.reason.empty()) out += pair("why", one_line(saved.reason));
    if (index.build && !index.build->reason.empty()) out += pair("error", one_line(index.build->reason));
    if (index.build && index.build->began_at && index.build->ended_at) out += pair("took", report_build_time(*index.build));
    return out + "</dl>\n</article>\n";
}

std::string indexes(const Report& report) {
    std::string out;
    for (const Report::Index& index : report.indexes) out += index_text(index);
    return out;
}

std::string other_builds(const Report& report) {
    if (report.other_builds.empty()) return "";
    html::Table table("Objects made after the rows", {{"object"}, {"state", Kind::state}, {"time", Kind::number}});
    const ReportBuilds builds = report_builds(report);
    for (const BuildRecord* build : builds.rows) {
        table.add({build->item, std::string(to_word(build->state)), report_build_time(*build)});
    }
    std::vector<std::string> lines;
    if (!builds.statistics.empty()) lines.push_back(builds.statistics);
    for (const BuildRecord& build : report.other_builds) {
        if (!build.reason.empty()) lines.push_back(build.item + ": " + build.reason);
    }
    return (table.empty() ? "" : table.html()) + items(lines);
}

std::string findings(const Report& report) {
    if (report.findings.empty()) return "";
    std::string out = "<ul class=\"findings\">\n";
    for (const FindingRecord& finding : report.findings) {
        out += std::format("<li>{} <strong>{}</strong>: {}", html::state(to_word(finding.severity)), escape(one_line(finding.object)),
                           escape(one_line(finding.reason)));
        if (!finding.remedy.empty()) out += std::format("<br>remedy: {}", escape(one_line(finding.remedy)));
        out += "</li>\n";
    }
    return out + "</ul>\n";
}

std::string sections(const Report& report) {
    return section("What moved", moved(report)) + section("What happened on the way", incidents(report)) +
           section("How long it took", step_times(report)) + section("Verification", verification(report)) +
           section("Vector indexes, before and after", indexes(report)) +
           section("Keys, constraints and other objects made after the rows", other_builds(report)) +
           section("Findings", findings(report)) + section("What the application must change", items(report.application_changes));
}

}  // namespace

std::string report_html(const Report& report) {
    const std::string title = escape("Migration report: " + one_line(report.job.name));
    const std::string body = head(report) + "<main>\n" + sections(report) + "</main>\n";
    const std::string style = std::string(web::theme_css) + std::string(web::report_css);
    return html::fill(web::report_page, {{"title", title}, {"style", style}, {"body", body}, {"version", LANTERN_MIGRATE_VERSION}});
}

}  // namespace lantern_migrate::daemon
