#include "daemon/report_lines.h"

#include "core/index/builds.h"
#include "daemon/text.h"

#include <algorithm>
#include <format>

namespace lantern_migrate::daemon {

using namespace migrations_state;

std::string report_state(const Report& report) {
    const Job& job = report.job;
    std::string text = std::format("{} at step {}", to_word(job.disposition), to_word(job.step));
    if (job.disposition == Disposition::done) text = "done";
    if (report.different()) text += ", and verification found a difference";
    return text;
}

std::string report_server(const std::string& connection, const std::optional<ServerIdentity>& server) {
    std::string text = printable(connection);
    if (!server) return text;
    return std::format("{}, PostgreSQL {}.{}, system {}", text, server->version_num / 10000, server->version_num % 10000,
                       printable(server->system_identifier));
}

std::string report_times(const Job& job) {
    std::string out = std::format("began {}", format_time(job.created_at));
    if (job.finished_at) {
        out += std::format(", ended {}, after {}", format_time(*job.finished_at), format_duration(*job.finished_at - job.created_at));
    }
    return out + std::format(", {} {}", job.runs, job.runs == 1 ? "run" : "runs");
}

std::vector<std::string> report_sums(const Report& report) {
    std::vector<std::string> lines{std::format("{} rows in {} {}, {} written", format_count(report.rows()), report.tables.size(),
                                               report.tables.size() == 1 ? "table" : "tables", format_bytes(report.bytes_written()))};
    int repeated = 0;
    for (const Report::Table& table : report.tables) {
        repeated += table.chunks_repeated;
        if (table.epoch <= 1) continue;
        lines.push_back(std::format("{} started again from nothing {} {}: it changed on the source, or the target lost it",
                                    one_line(table.name), table.epoch - 1, table.epoch == 2 ? "time" : "times"));
    }
    if (repeated > 0) lines.push_back(std::format("{} {} begun more than once", repeated, repeated == 1 ? "chunk was" : "chunks were"));
    return lines;
}

std::string report_copy(const CopyRun& run) {
    const auto took = run.ended_at - run.began_at;
    const double seconds = std::max(std::chrono::duration<double>(took).count(), 0.001);
    const double worker_us = seconds * 1e6 * std::max(run.workers, 1);
    const double kept_books = 100 * static_cast<double>(run.journal_us + run.ledger_us) / worker_us;
    return std::format("run {} copied {} rows with {} {} in {}: {} read, {} written, {}/s; journal and ledger took {:.1f} % of it", run.run,
                       format_count(run.rows), run.workers, run.workers == 1 ? "worker" : "workers", format_duration(took),
                       format_bytes(run.bytes_read), format_bytes(run.bytes_written),
                       format_bytes(static_cast<std::uint64_t>(static_cast<double>(run.bytes_written) / seconds)), kept_books);
}

std::string report_step_time(const Report::StepTime& step) { return step.attempts == step.unended ? "-" : format_duration(step.duration); }

std::string report_chunks(const Report::Table& table) {
    return table.chunks_done == table.chunks ? std::to_string(table.chunks) : std::format("{}/{}", table.chunks_done, table.chunks);
}

std::string report_build_time(const BuildRecord& build) {
    return build.began_at && build.ended_at ? format_duration(*build.ended_at - *build.began_at) : "-";
}

ReportBuilds report_builds(const Report& report) {
    ReportBuilds builds;
    std::chrono::milliseconds time{0};
    int analyzed = 0;
    for (const BuildRecord& build : report.other_builds) {
        if (build.kind == index::kind::analyze && build.state == BuildState::done) {
            ++analyzed;
            if (build.began_at && build.ended_at) time += *build.ended_at - *build.began_at;
        } else {
            builds.rows.push_back(&build);
        }
    }
    if (analyzed > 0) {
        builds.statistics =
            std::format("statistics of {} {} gathered in {}", analyzed, analyzed == 1 ? "table" : "tables", format_duration(time));
    }
    return builds;
}

}  // namespace lantern_migrate::daemon
