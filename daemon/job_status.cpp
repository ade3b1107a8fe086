#include "daemon/job_status.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "daemon/text.h"

namespace lantern_migrate::daemon {
namespace {

namespace json = boost::json;
using migrations_state::BuildState;
using migrations_state::ChunkState;
using migrations_state::Disposition;
using migrations_state::Journal;
using migrations_state::Timestamp;

json::value time_or_null(const std::optional<Timestamp>& at) { return at ? json::value(format_time_iso(*at)) : json::value(nullptr); }

void add_tables(ProgressView& view, const Journal& journal, migrations_state::JobId job) {
    std::map<migrations_state::TableId, ProgressView::Table> tables;
    for (const auto& table : journal.tables(job)) {
        tables[table.id] = {.name = table.schema + "." + table.name, .bytes_total = table.bytes};
    }
    for (const auto& chunk : journal.chunks(job)) {
        ProgressView::Table& table = tables[chunk.table];
        ++table.chunks;
        if (chunk.state != ChunkState::done) continue;
        ++table.chunks_done;
        table.rows += chunk.totals.rows;
    }
    for (auto& [id, table] : tables) {
        // Every chunk as large as the others: what is at rest needs no better estimate.
        if (table.chunks > 0) {
            table.bytes = table.bytes_total / static_cast<std::uint64_t>(table.chunks) * static_cast<std::uint64_t>(table.chunks_done);
            if (table.chunks == table.chunks_done) table.bytes = table.bytes_total;
        }
        view.rows += table.rows;
        view.bytes += table.bytes;
        view.bytes_total += table.bytes_total;
        view.chunks += table.chunks;
        view.chunks_done += table.chunks_done;
        view.tables.push_back(std::move(table));
    }
}

void add_builds(ProgressView& view, const Journal& journal, migrations_state::JobId job) {
    for (const auto& build : journal.builds(job)) {
        ProgressView::Build entry;
        entry.item = build.item;
        if (!build.table.empty()) entry.table = build.table_schema + "." + build.table;
        entry.state = build.state;
        if (build.began_at && build.ended_at) entry.elapsed = *build.ended_at - *build.began_at;
        ++view.builds;
        if (build.state == BuildState::done || build.state == BuildState::skipped) ++view.builds_done;
        view.builds_list.push_back(std::move(entry));
    }
}

std::optional<Timestamp> parse_time(const json::value& value) {
    if (!value.is_string()) return std::nullopt;
    std::istringstream in{std::string(value.get_string())};
    Timestamp at{};
    in >> std::chrono::parse("%Y-%m-%dT%H:%M:%SZ", at);
    return in.fail() ? std::nullopt : std::optional(at);
}

template <typename Number>
Number number(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value == nullptr || value->is_null() ? Number{} : value->to_number<Number>();
}

std::optional<double> number_or_none(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value == nullptr || value->is_null() ? std::nullopt : std::optional(value->to_number<double>());
}

std::string text(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value == nullptr || !value->is_string() ? std::string{} : std::string(value->get_string());
}

BuildState build_state_from_word(std::string_view word) {
    for (const BuildState state : {BuildState::pending, BuildState::begun, BuildState::done, BuildState::failed, BuildState::skipped}) {
        if (migrations_state::to_word(state) == word) return state;
    }
    return BuildState::pending;
}

void read_parts(ProgressView& view, const json::object& object) {
    if (const json::value* tables = object.if_contains("tables")) {
        for (const json::value& entry : tables->as_array()) {
            const json::object& table = entry.as_object();
            view.tables.push_back({.name = text(table, "name"),
                                   .rows = number<std::uint64_t>(table, "rows"),
                                   .bytes = number<std::uint64_t>(table, "bytes"),
                                   .bytes_total = number<std::uint64_t>(table, "bytes_total"),
                                   .chunks_done = number<int>(table, "chunks_done"),
                                   .chunks = number<int>(table, "chunks")});
        }
    }
    if (const json::value* builds = object.if_contains("builds_list")) {
        for (const json::value& entry : builds->as_array()) {
            const json::object& build = entry.as_object();
            view.builds_list.push_back({.item = text(build, "item"),
                                        .table = text(build, "table"),
                                        .state = build_state_from_word(text(build, "state")),
                                        .elapsed = std::chrono::milliseconds(number<std::int64_t>(build, "elapsed_ms")),
                                        .phase = text(build, "phase"),
                                        .share = number_or_none(build, "share")});
        }
    }
}

ProgressView progress_from_json(const json::object& object) {
    ProgressView view;
    view.activity = text(object, "activity");
    view.throttle = text(object, "throttle");
    view.rows = number<std::uint64_t>(object, "rows");
    view.bytes = number<std::uint64_t>(object, "bytes");
    view.bytes_total = number<std::uint64_t>(object, "bytes_total");
    view.wire_bytes = number<std::uint64_t>(object, "wire_bytes");
    view.bytes_per_s = number<double>(object, "bytes_per_s");
    view.bytes_per_s_average = number<double>(object, "bytes_per_s_average");
    view.chunks_done = number<int>(object, "chunks_done");
    view.chunks = number<int>(object, "chunks");
    view.builds_done = number<int>(object, "builds_done");
    view.builds = number<int>(object, "builds");
    view.step = migrations_state::step_from_word(text(object, "step")).value_or(migrations_state::first_step);
    if (const json::value* left = object.if_contains("left_s"); left != nullptr && !left->is_null()) {
        view.left = std::chrono::seconds(left->to_number<std::int64_t>());
    }
    read_parts(view, object);
    return view;
}

}  // namespace

ProgressView progress_at_rest(const Journal& journal, const migrations_state::Job& job) {
    ProgressView view;
    view.step = job.step;
    add_tables(view, journal, job.id);
    add_builds(view, journal, job.id);
    return view;
}

bool verification_differs(const Journal& journal, migrations_state::JobId job) {
    return std::ranges::any_of(journal.verifications(job), [](const auto& record) { return !record.equal; });
}

int exit_status(const JobStatus& status) {
    switch (status.job.disposition) {
        case Disposition::queued:
        case Disposition::running: return exit_done;
        case Disposition::paused:
        case Disposition::waiting: return exit_waiting;
        case Disposition::failed:
            if (status.job.transient) return exit_done;
            return status.different ? exit_different : exit_failed;
        case Disposition::cancelled: return exit_failed;
        case Disposition::done: return status.different ? exit_different : exit_done;
    }
    return exit_failed;
}

json::object to_json(const ProgressView& view, bool whole) {
    json::object object{{"step", migrations_state::to_word(view.step)},
                        {"activity", view.activity},
                        {"throttle", view.throttle},
                        {"rows", view.rows},
                        {"bytes", view.bytes},
                        {"bytes_total", view.bytes_total},
                        {"wire_bytes", view.wire_bytes},
                        {"bytes_per_s", view.bytes_per_s},
                        {"bytes_per_s_average", view.bytes_per_s_average},
                        {"left_s", view.left ? json::value(view.left->count()) : json::value(nullptr)},
                        {"chunks_done", view.chunks_done},
                        {"chunks", view.chunks},
                        {"builds_done", view.builds_done},
                        {"builds", view.builds}};
    if (!whole) return object;
    json::array tables, builds;
    for (const auto& table : view.tables) {
        tables.push_back({{"name", table.name},
                          {"rows", table.rows},
                          {"bytes", table.bytes},
                          {"bytes_total", table.bytes_total},
                          {"chunks_done", table.chunks_done},
                          {"chunks", table.chunks}});
    }
    for (const auto& build : view.builds_list) {
        builds.push_back({{"item", build.item},
                          {"table", build.table},
                          {"state", migrations_state::to_word(build.state)},
                          {"elapsed_ms", build.elapsed.count()},
                          {"phase", build.phase},
                          {"share", build.share ? json::value(*build.share) : json::value(nullptr)}});
    }
    object["tables"] = std::move(tables);
    object["builds_list"] = std::move(builds);
    return object;
}

json::object to_json(const JobStatus& status, bool whole) {
    const migrations_state::Job& job = status.job;
    return {{"name", job.name},
            {"id", job.id},
            {"uid", job.uid},
            {"file", job.file},
            {"source", job.source},
            {"target", job.target},
            {"step", migrations_state::to_word(job.step)},
            {"disposition", migrations_state::to_word(job.disposition)},
            {"wish", to_word(status.wish)},
            {"reason", job.reason},
            {"hint", job.hint},
            {"sqlstate", job.sqlstate},
            {"transient", job.transient},
            {"retry_at", time_or_null(job.retry_at)},
            {"runs", job.runs},
            {"created_at", format_time_iso(job.created_at)},
            {"finished_at", time_or_null(job.finished_at)},
            {"different", status.different},
            {"exit_status", exit_status(status)},
            {"progress", to_json(status.progress, whole)}};
}

json::object to_json(const migrations_state::EventRecord& event) {
    return {{"id", event.id},
            {"at", format_time_iso(event.at)},
            {"severity", migrations_state::to_word(event.severity)},
            {"kind", event.kind},
            {"text", event.text}};
}

migrations_state::EventRecord event_from_json(const json::value& value) {
    using migrations_state::Severity;
    const json::object& object = value.as_object();
    migrations_state::EventRecord event;
    event.id = number<std::int64_t>(object, "id");
    event.at = parse_time(object.at("at")).value_or(Timestamp{});
    for (const Severity severity : {Severity::info, Severity::warning, Severity::blocking}) {
        if (migrations_state::to_word(severity) == text(object, "severity")) event.severity = severity;
    }
    event.kind = text(object, "kind");
    event.text = text(object, "text");
    return event;
}

JobStatus job_status_from_json(const json::value& value) {
    const json::object& object = value.as_object();
    JobStatus status;
    migrations_state::Job& job = status.job;
    job.name = text(object, "name");
    job.id = number<std::int64_t>(object, "id");
    job.uid = text(object, "uid");
    job.file = text(object, "file");
    job.source = text(object, "source");
    job.target = text(object, "target");
    job.step = migrations_state::step_from_word(text(object, "step")).value_or(migrations_state::first_step);
    job.disposition = migrations_state::disposition_from_word(text(object, "disposition")).value_or(Disposition::queued);
    job.reason = text(object, "reason");
    job.hint = text(object, "hint");
    job.sqlstate = text(object, "sqlstate");
    job.transient = object.at("transient").as_bool();
    job.retry_at = parse_time(object.at("retry_at"));
    job.runs = number<int>(object, "runs");
    job.created_at = parse_time(object.at("created_at")).value_or(Timestamp{});
    job.finished_at = parse_time(object.at("finished_at"));
    status.wish = wish_from_word(text(object, "wish"));
    status.different = object.at("different").as_bool();
    status.progress = progress_from_json(object.at("progress").as_object());
    return status;
}

}  // namespace lantern_migrate::daemon
