#include "daemon/control_routes.h"

#include "daemon/report.h"
#include "daemon/text.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <charconv>
#include <format>
#include <map>
#include <vector>

namespace lantern_migrate::daemon {
namespace {

namespace json = boost::json;

constexpr int events_at_once_max = 1000;

ControlResponse document(const json::value& value, unsigned status = 200) {
    return {.status = status, .body = json::serialize(value) + "\n"};
}

ControlResponse plain(std::string text, std::string type = "text/plain; charset=utf-8") {
    return {.content_type = std::move(type), .body = std::move(text)};
}

ControlResponse not_found(std::string_view target) {
    return error_response(404, std::format("there is nothing at {}", cut(printable(target), 100)), "GET /v1/jobs lists all jobs");
}

ControlResponse wrong_method(const char* allowed) {
    ControlResponse response = error_response(405, std::format("only {} is possible here", allowed));
    response.allow = allowed;
    return response;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

}  // namespace

ControlResponse error_response(unsigned status, std::string_view message, std::string_view hint) {
    return document({{"error", message}, {"hint", hint}}, status);
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        unsigned value = 0;
        if (i + 2 >= text.size()) return std::nullopt;
        const auto [end, error] = std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
        if (error != std::errc{} || end != text.data() + i + 3) return std::nullopt;
        out += static_cast<char>(value);
        i += 2;
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~') {
            out += c;
        } else {
            out += std::format("%{:02X}", byte);
        }
    }
    return out;
}

// A target taken apart: /v1/jobs/NAME/PART?key=value.
struct ControlRoutes::Parsed {
    std::vector<std::string> path;
    std::map<std::string, std::string, std::less<>> query;

    static std::optional<Parsed> from(std::string_view target) {
        Parsed parsed;
        const std::size_t mark = std::min(target.find('?'), target.size());
        if (!target.starts_with('/')) return std::nullopt;
        if (!split(target.substr(1, mark - 1), '/', [&](std::string part) { parsed.path.push_back(std::move(part)); })) return std::nullopt;
        if (mark == target.size()) return parsed;
        const bool fine = split(target.substr(mark + 1), '&', [&](const std::string& part) {
            const std::size_t equals = std::min(part.find('='), part.size());
            parsed.query[part.substr(0, equals)] = equals < part.size() ? part.substr(equals + 1) : "";
        });
        return fine ? std::optional(parsed) : std::nullopt;
    }

    template <typename Take>
    static bool split(std::string_view text, char separator, Take&& take) {
        for (;;) {
            const std::size_t end = std::min(text.find(separator), text.size());
            auto part = percent_decode(text.substr(0, end));
            if (!part) return false;
            take(*std::move(part));
            if (end == text.size()) return true;
            text.remove_prefix(end + 1);
        }
    }

    [[nodiscard]] std::string_view parameter(std::string_view key) const {
        const auto found = query.find(key);
        return found == query.end() ? std::string_view{} : std::string_view(found->second);
    }
};

ControlResponse ControlRoutes::answer(const ControlRequest& request) {
    try {
        return route(request);
    } catch (const migrations_state::JournalError& e) {
        return error_response(503, e.what(), e.hint());
    } catch (const std::exception& e) {
        return error_response(500, one_line(e.what()));
    }
}

ControlResponse ControlRoutes::route(const ControlRequest& request) {
    const std::optional<Parsed> parsed = Parsed::from(request.target);
    if (!parsed) return error_response(400, "the request's target is not well formed");
    const auto& path = parsed->path;
    if (path.size() < 2 || path.size() > 4 || path[0] != "v1" || path[1] != "jobs") return not_found(request.target);
    const std::optional<Action> action = path.size() == 4 ? action_from_word(path[3]) : std::nullopt;
    if (action) return request.method == "POST" ? act(path[2], *action) : wrong_method("POST");
    if (path.size() == 4 && path[3] == "rollback") {
        return error_response(409, "rollback belongs to `mode: in_place`; offline, the source is left as it is and needs none");
    }
    if (path.size() == 4 && path[3] != "events" && path[3] != "report" && path[3] != "indexes") return not_found(request.target);
    if (request.method != "GET") return wrong_method("GET");
    return path.size() == 2 ? jobs() : job_part(*parsed);
}

ControlResponse ControlRoutes::jobs() const {
    json::array array;
    for (const JobStatus& status : scheduler_.statuses()) array.push_back(to_json(status, false));
    return document({{"jobs", std::move(array)}});
}

ControlResponse ControlRoutes::job_part(const Parsed& parsed) const {
    const std::optional<migrations_state::Job> job = journal_.find_job(parsed.path[2]);
    if (!job) {
        return error_response(404, std::format("there is no job named {}", cut(printable(parsed.path[2]), 100)),
                              "`lantern-migrate list` shows all jobs");
    }
    if (parsed.path.size() == 3) return document(to_json(scheduler_.status(*job), true));
    if (parsed.path[3] == "events") return events(*job, parsed);
    if (parsed.path[3] == "report") {
        const Report report = build_report(journal_, job->id);
        return parsed.parameter("format") == "text" ? plain(report_text(report)) : document(to_json(report));
    }
    const auto saved = saved_as_planned(journal_.saved_indexes(job->id));
    if (parsed.parameter("format") == "sql") return plain(indexes_sql(saved), "application/sql");
    return document({{"job", job->name}, {"indexes", indexes_json(saved)}});
}

ControlResponse ControlRoutes::events(const migrations_state::Job& job, const Parsed& parsed) const {
    std::int64_t after = 0;
    int limit = events_at_once_max;
    if (parsed.query.contains("after")) {
        const auto value = parse_number<std::int64_t>(parsed.parameter("after"));
        if (!value || *value < 0) return error_response(400, "after: must be the id of an event");
        after = *value;
    }
    if (parsed.query.contains("limit")) {
        const auto value = parse_number<int>(parsed.parameter("limit"));
        if (!value || *value < 1 || *value > events_at_once_max) {
            return error_response(400, std::format("limit: must be between 1 and {}", events_at_once_max));
        }
        limit = *value;
    }
    json::array array;
    for (const auto& event : journal_.events(job.id, after, limit)) array.push_back(to_json(event));
    return document({{"job", job.name}, {"events", std::move(array)}});
}

ControlResponse ControlRoutes::act(const std::string& name, Action action) {
    const ActionResult result = scheduler_.act(name, action);
    switch (result.kind) {
        case ActionResult::Kind::accepted: return document({{"message", result.message}}, 202);
        case ActionResult::Kind::unknown_job: return error_response(404, result.message, result.hint);
        case ActionResult::Kind::conflict: return error_response(409, result.message, result.hint);
    }
    return error_response(500, "unknown result");
}

}  // namespace lantern_migrate::daemon
