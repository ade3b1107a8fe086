#include "daemon/control_routes.h"

#include "daemon/metrics.h"
#include "daemon/report.h"
#include "daemon/report_html.h"
#include "daemon/text.h"
#include "daemon/web_page.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <format>
#include <ranges>
#include <utility>

namespace lantern_migrate::daemon {
namespace {

namespace json = boost::json;

constexpr int events_at_once_max = 1000;
constexpr std::size_t documents_max = 256;
// A file of its own, with its style in it and no script.
constexpr const char* report_policy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// Ends a request with this answer.
struct Refusal : std::exception {
    explicit Refusal(ControlResponse answer) : response(std::move(answer)) {}
    ControlResponse response;
};

ControlResponse document_response(const json::value& value, unsigned status = 200) {
    return {.status = status, .body = json::serialize(value) + "\n"};
}

ControlResponse plain(std::string text, std::string type = "text/plain; charset=utf-8") {
    return {.content_type = std::move(type), .body = std::move(text)};
}

ControlResponse not_found(std::string_view target) {
    return error_response(404, std::format("there is nothing at {}", cut(printable(target), 100)), "GET /v1/jobs lists all jobs");
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> event_id(std::string_view text, std::string_view what) {
    if (text.empty()) return std::nullopt;
    const auto value = parse_number<std::int64_t>(text);
    if (!value || *value < 0) throw Refusal(error_response(400, std::format("{}: must be the id of an event", what)));
    return value;
}

// The one given, the first if none is.
std::string_view format_of(const ControlTarget& target, std::initializer_list<std::string_view> formats) {
    if (!target.query.contains("format")) return *formats.begin();
    const std::string_view format = target.parameter("format");
    if (std::ranges::contains(formats, format)) return format;
    std::string words;
    for (const std::string_view word : formats) words += (words.empty() ? "" : " or ") + std::string(word);
    throw Refusal(error_response(400, std::format("format: must be {}", words)));
}

bool flag(const ControlTarget& target, std::string_view key) {
    const std::string_view value = target.parameter(key);
    if (value == "true") return true;
    if (value != "false" && target.query.contains(key)) throw Refusal(error_response(400, std::format("{}: must be true or false", key)));
    return false;
}

// Whether a path is of this form, and the job's name in it.
bool matches(std::string_view form, const std::vector<std::string>& path, std::string& job) {
    if (form == "/") return path.size() == 1 && path.front().empty();
    std::size_t at = 0;
    for (const auto part : form.substr(1) | std::views::split('/')) {
        const std::string_view word(part);
        if (at == path.size()) return false;
        if (word == "{job}") {
            job = path[at];
        } else if (word != path[at]) {
            return false;
        }
        ++at;
    }
    return at == path.size();
}

void refuse_unknown_parameters(const ControlTarget& target, const ControlRoutes::Route& route) {
    for (const auto& name : target.query | std::views::keys) {
        auto known = route.parameters | std::views::split(' ');
        if (std::ranges::any_of(known, [&](const auto& word) { return std::string_view(word) == name; })) continue;
        throw Refusal(error_response(400, std::format("{}: there is no such parameter here", cut(printable(name), 100)),
                                     route.parameters.empty() ? "there are none" : std::format("there are: {}", route.parameters)));
    }
}

}  // namespace

std::span<const ControlRoutes::Route> ControlRoutes::table() {
    static constexpr Route routes[] = {
        {"GET", "/", "", &ControlRoutes::page},
        {"GET", "/metrics", "", &ControlRoutes::metrics},
        {"GET", "/v1/jobs", "", &ControlRoutes::jobs},
        {"GET", "/v1/stream", "", &ControlRoutes::stream},
        {"GET", "/v1/jobs/{job}", "", &ControlRoutes::job},
        {"GET", "/v1/jobs/{job}/stream", "after", &ControlRoutes::stream},
        {"GET", "/v1/jobs/{job}/events", "after limit", &ControlRoutes::events},
        {"GET", "/v1/jobs/{job}/report", "format", &ControlRoutes::report},
        {"GET", "/v1/jobs/{job}/indexes", "format", &ControlRoutes::indexes},
        {"POST", "/v1/jobs/{job}/pause", "", &ControlRoutes::act},
        {"POST", "/v1/jobs/{job}/resume", "", &ControlRoutes::act},
        {"POST", "/v1/jobs/{job}/cancel", "drop_target_objects", &ControlRoutes::act},
        {"POST", "/v1/jobs/{job}/retry", "", &ControlRoutes::act},
        {"POST", "/v1/jobs/{job}/cutover", "", &ControlRoutes::act},
        {"POST", "/v1/jobs/{job}/rollback", "", &ControlRoutes::rollback},
    };
    return routes;
}

ControlResponse error_response(unsigned status, std::string_view message, std::string_view hint) {
    return document_response({{"error", message}, {"hint", hint}}, status);
}

ControlResponse ControlRoutes::answer(const ControlRequest& request) {
    try {
        if (auto refusal = guard_.refuse(request)) return *std::move(refusal);
        return route(request);
    } catch (Refusal& refusal) {
        return std::move(refusal.response);
    } catch (const migrations_state::JournalError& e) {
        return error_response(503, e.what(), e.hint());
    } catch (const std::exception& e) {
        return error_response(500, one_line(e.what()));
    }
}

ControlResponse ControlRoutes::route(const ControlRequest& request) {
    std::optional<ControlTarget> target = ControlTarget::from(request.target);
    if (!target) return error_response(400, "the request's target is not well formed");
    const std::string_view method = request.method == "HEAD" ? "GET" : request.method;
    std::string allowed;
    for (const Route& route : table()) {
        Call call{.request = request, .target = {}, .job = {}, .last = route.path.substr(route.path.rfind('/') + 1)};
        if (!matches(route.path, target->path, call.job)) continue;
        if (route.method == method) {
            refuse_unknown_parameters(*target, route);
            call.target = *std::move(target);
            return (this->*route.answer)(call);
        }
        allowed = route.method;
    }
    if (allowed.empty()) return not_found(request.target);
    ControlResponse response = error_response(405, std::format("only {} is possible here", allowed));
    response.allow = allowed == "GET" ? "GET, HEAD" : allowed;
    return response;
}

ControlResponse ControlRoutes::page(const Call&) {
    const std::string nonce = random_token();
    return {.content_type = "text/html; charset=utf-8",
            .body = web_page({.actions = guard_.web.actions, .token = guard_.web.actions ? guard_.token : "", .nonce = nonce}),
            .policy = web_page_policy(nonce)};
}

// --- documents

template <typename Make>
const std::string& ControlRoutes::document(const std::string& key, Make&& make) {
    const auto now = std::chrono::steady_clock::now();
    const auto found = documents_.find(key);
    if (found != documents_.end() && now - found->second.made_at < fresh_for_) return found->second.text;
    std::string text = json::serialize(std::forward<Make>(make)());
    if (documents_.size() >= documents_max) documents_.clear();
    return documents_.insert_or_assign(key, Document{.text = std::move(text), .made_at = now}).first->second.text;
}

std::string ControlRoutes::jobs_document() {
    return document("", [this] {
        json::array array;
        for (const JobStatus& status : scheduler_.statuses()) array.push_back(to_json(status, false));
        return json::value{{"jobs", std::move(array)}};
    });
}

std::string ControlRoutes::job_document(const std::string& name) {
    return document("job " + name, [&] { return to_json(scheduler_.status(find(name)), true); });
}

migrations_state::Job ControlRoutes::find(const std::string& name) const {
    if (auto job = journal_.find_job(name)) return *std::move(job);
    throw Refusal(
        error_response(404, std::format("there is no job named {}", cut(printable(name), 100)), "`lantern-migrate list` shows all jobs"));
}

ControlResponse ControlRoutes::metrics(const Call& call) {
    return metrics_ ? plain(metrics_(), metrics_content_type) : not_found(call.request.target);
}

ControlResponse ControlRoutes::jobs(const Call&) { return {.body = jobs_document() + "\n"}; }

ControlResponse ControlRoutes::job(const Call& call) { return {.body = job_document(call.job) + "\n"}; }

ControlResponse ControlRoutes::events(const Call& call) {
    const migrations_state::Job job = find(call.job);
    const std::int64_t after = event_id(call.target.parameter("after"), "after").value_or(0);
    int limit = events_at_once_max;
    if (call.target.query.contains("limit")) {
        const auto value = parse_number<int>(call.target.parameter("limit"));
        if (!value || *value < 1 || *value > events_at_once_max) {
            return error_response(400, std::format("limit: must be between 1 and {}", events_at_once_max));
        }
        limit = *value;
    }
    json::array array;
    for (const auto& event : journal_.events(job.id, after, limit)) array.push_back(to_json(event));
    return document_response({{"job", job.name}, {"events", std::move(array)}});
}

ControlResponse ControlRoutes::report(const Call& call) {
    const migrations_state::Job job = find(call.job);
    const std::string_view format = format_of(call.target, {"json", "text", "html"});
    const Report report = build_report(journal_, job.id);
    if (format == "html") return {.content_type = "text/html; charset=utf-8", .body = report_html(report), .policy = report_policy};
    return format == "text" ? plain(report_text(report)) : document_response(to_json(report));
}

ControlResponse ControlRoutes::indexes(const Call& call) {
    const migrations_state::Job job = find(call.job);
    const std::string_view format = format_of(call.target, {"json", "sql"});
    const auto saved = saved_as_planned(journal_.saved_indexes(job.id));
    if (format == "sql") return plain(indexes_sql(saved), "application/sql");
    return document_response({{"job", job.name}, {"indexes", indexes_json(saved)}});
}

// --- streams

ControlResponse ControlRoutes::stream(const Call& call) {
    StreamRequest stream;
    if (!call.job.empty()) {
        stream.job = find(call.job).name;
        stream.after = event_id(call.target.parameter("after"), "after");
        if (!stream.after) stream.after = event_id(call.request.last_event_id, "Last-Event-ID");
    }
    return {.content_type = "text/event-stream", .stream = std::move(stream)};
}

EventStreams::Source ControlRoutes::stream_source() {
    return {.jobs = [this] { return jobs_document(); },
            .job = [this](const std::string& name) { return job_document(name); },
            .events = [this](const std::string& name, std::int64_t after) { return journal_.events(find(name).id, after); },
            .newest_events = [this](const std::string& name, int limit) { return journal_.newest_events(find(name).id, limit); }};
}

// --- actions

ControlResponse ControlRoutes::act(const Call& call) {
    const std::optional<Action> action = action_from_word(call.last);
    const ActionResult result = scheduler_.act(
        call.job, action.value(), {.by = call.request.peer.text(), .drop_target_objects = flag(call.target, "drop_target_objects")});
    changed();
    switch (result.kind) {
        case ActionResult::Kind::accepted: return document_response({{"message", result.message}}, 202);
        case ActionResult::Kind::unknown_job: return error_response(404, result.message, result.hint);
        case ActionResult::Kind::conflict: return error_response(409, result.message, result.hint);
    }
    std::unreachable();
}

ControlResponse ControlRoutes::rollback(const Call& call) {
    static_cast<void>(find(call.job));
    return error_response(409, "rollback belongs to `mode: in_place`; offline, the source is left as it is and needs none");
}

}  // namespace lantern_migrate::daemon
