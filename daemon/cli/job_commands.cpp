// Commands that ask the daemon, show the answer and are done.
#include "daemon/cli/control_point.h"
#include "daemon/cli/options.h"
#include "daemon/cli/output.h"
#include "daemon/progress_bars.h"
#include "daemon/text.h"

#include <boost/json.hpp>
#include <format>

namespace lantern_migrate::daemon::cli {
namespace {

namespace json = boost::json;
using Align = TextTable::Align;

std::string share(const JobStatus& status) {
    if (status.job.disposition == migrations_state::Disposition::done) return "100%";
    const auto value = percent(status.progress.bytes, status.progress.bytes_total);
    return value ? std::to_string(*value) + "%" : "-";
}

std::string state(const JobStatus& status) {
    if (status.wish == Wish::pause) return "pausing";
    if (status.wish == Wish::cancel) return "cancelling";
    const bool retried = status.job.disposition == migrations_state::Disposition::failed && status.job.transient;
    return retried ? "retrying" : std::string(migrations_state::to_word(status.job.disposition));
}

std::string status_text(const JobStatus& status) {
    const migrations_state::Job& job = status.job;
    std::string out;
    for (const std::string& line : progress_bars(status, {.width = 100, .height = 1000})) out += line + '\n';
    out += std::format("  source: {}\n  target: {}\n  file: {}\n", printable(job.source), printable(job.target), printable(job.file));
    out += std::format("  began {}, {} {}", format_time(job.created_at), job.runs, job.runs == 1 ? "run" : "runs");
    if (job.finished_at) out += std::format(", ended {}", format_time(*job.finished_at));
    return out + '\n';
}

std::string event_line(const json::object& event) {
    return std::format("{}  {:<8} {}: {}\n", std::string_view(event.at("at").as_string()),
                       std::string_view(event.at("severity").as_string()), printable(event.at("kind").as_string()),
                       one_line(event.at("text").as_string()));
}

}  // namespace

int list_command(const Options& options) {
    const auto point = control_point(options);
    if (options.json) {
        print(point->get("/v1/jobs"));
        return exit_done;
    }
    TextTable table({{"job"}, {"state"}, {"step"}, {"copied", Align::right}, {"rows", Align::right}, {"left", Align::right}});
    for (const JobStatus& status : point->statuses()) {
        table.add({printable(status.job.name), state(status), std::string(migrations_state::to_word(status.job.step)), share(status),
                   format_count(status.progress.rows), status.progress.left ? format_duration(*status.progress.left) : "-"});
    }
    print(table.empty() ? "no jobs\n" : table.text(terminal_size(1).width));
    return exit_done;
}

int status_command(const Options& options) {
    const auto point = control_point(options);
    const std::string text = point->get(job_target(options.job));
    const JobStatus status = job_status_from_json(json::parse(text));
    print(options.json ? text : status_text(status));
    return exit_status(status);
}

int report_command(const Options& options) {
    const auto point = control_point(options);
    const char* rest = options.html ? "/report?format=html" : options.json ? "/report" : "/report?format=text";
    print(point->get(job_target(options.job, rest)));
    return exit_status(point->status(options.job));
}

int events_command(const Options& options) {
    const auto point = control_point(options);
    // By pages, because a long job has many; as JSON, all of them in one document.
    json::array all;
    for (std::int64_t after = options.after;;) {
        const json::value page = point->get_json(job_target(options.job, std::format("/events?after={}", after)));
        const json::array& events = page.at("events").as_array();
        if (events.empty()) break;
        for (const json::value& event : events) {
            after = event.at("id").as_int64();
            if (options.json) {
                all.push_back(event);
            } else if (!print(event_line(event.as_object()))) {
                return exit_done;
            }
        }
    }
    if (options.json) print_json({{"job", options.job}, {"events", std::move(all)}});
    return exit_done;
}

int action_command(const Options& options, const std::string& action) {
    if (action == "rollback") {
        throw CommandError("rollback belongs to `mode: in_place`; offline, the source is left as it is and needs none",
                           std::format("to give up a job: lantern-migrate cancel {}", options.job.empty() ? "JOB" : options.job),
                           exit_usage);
    }
    const auto point = control_point(options);
    const std::string text =
        point->post(job_target(options.job, "/" + action + (options.drop_target_objects ? "?drop_target_objects=true" : "")));
    if (options.json) {
        print(text);
    } else {
        print(std::string(json::parse(text).at("message").as_string()) + "\n");
    }
    return exit_done;
}

}  // namespace lantern_migrate::daemon::cli
