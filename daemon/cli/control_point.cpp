#include "daemon/cli/control_point.h"

#include "daemon/cli/output.h"
#include "daemon/control_client.h"
#include "daemon/control_routes.h"
#include "daemon/engine.h"
#include "daemon/scheduler.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <format>

namespace lantern_migrate::daemon::cli {
namespace {

namespace json = boost::json;

// The body of an answer that is none of these errors.
std::string accept(unsigned status, std::string body) {
    if (status < 300) return body;
    std::string message = std::format("the daemon answered with HTTP status {}", status), hint;
    boost::system::error_code error;
    const json::value value = json::parse(body, error);
    if (!error && value.is_object()) {
        if (const json::value* text = value.as_object().if_contains("error"); text != nullptr && text->is_string())
            message = text->as_string();
        if (const json::value* text = value.as_object().if_contains("hint"); text != nullptr && text->is_string()) hint = text->as_string();
    }
    throw CommandError(message, hint, exit_failed);
}

class SocketPoint final : public ControlPoint {
public:
    explicit SocketPoint(std::filesystem::path socket) : socket_(std::move(socket)) {}
    std::string get(const std::string& target) override { return ask("GET", target); }
    std::string post(const std::string& target) override { return ask("POST", target); }
    void abandon_on(std::stop_token stop) override { stop_ = std::move(stop); }

private:
    std::string ask(const std::string& method, const std::string& target) {
        ControlReply reply = ask_daemon(socket_, method, target, std::chrono::seconds(30), stop_);
        return accept(reply.status, std::move(reply.body));
    }

    std::filesystem::path socket_;
    std::stop_token stop_;
};

// The journal of `run` while no run has it open; an open one is locked, and the journal says so.
class JournalPoint final : public ControlPoint {
public:
    JournalPoint(const std::filesystem::path& dir, const std::filesystem::path& pg_dump)
        : journal_(migrations_state::Journal::open(existing(dir))),
          scheduler_(io_, journal_, migration_engines({.pg_dump = pg_dump}), {.max_jobs = 1, .runner = runner_options({})},
                     {.before_retry = {}, .ended = [this](const JobStatus& status) { ended(status); }, .changed = {}}, quiet_log()),
          routes_(scheduler_, journal_) {}

    std::string get(const std::string& target) override { return ask("GET", target); }

    // Of the actions only `cancel` is carried out here: for all others, there is `run`.
    std::string post(const std::string& target) override {
        if (!target.substr(0, target.find('?')).ends_with("/cancel")) {
            throw CommandError("a job of `run` is taken up again by running it again", "lantern-migrate run JOB.yaml", exit_usage);
        }
        std::string answer = ask("POST", target);
        const auto work = boost::asio::make_work_guard(io_);
        io_.run();
        if (!last_.job.reason.empty()) throw CommandError(last_.job.reason, last_.job.hint, exit_failed);
        return answer;
    }

private:
    static std::filesystem::path existing(const std::filesystem::path& dir) {
        std::filesystem::path file = dir / "journal.db";
        if (!std::filesystem::exists(file)) {
            throw CommandError(std::format("there is no journal in {}", dir.string()), "name the --state-dir that `run` was given",
                               exit_failed);
        }
        return file;
    }

    std::string ask(const std::string& method, const std::string& target) {
        ControlResponse response = routes_.answer({.method = method, .target = target});
        return accept(response.status, std::move(response.body));
    }

    void ended(const JobStatus& status) {
        last_ = status;
        io_.stop();
    }

    boost::asio::io_context io_;
    migrations_state::Journal journal_;
    Scheduler scheduler_;
    ControlRoutes routes_;
    JobStatus last_;
};

}  // namespace

json::value ControlPoint::get_json(const std::string& target) { return json::parse(get(target)); }

JobStatus ControlPoint::status(const std::string& job) { return job_status_from_json(get_json(job_target(job))); }

std::vector<JobStatus> ControlPoint::statuses() {
    std::vector<JobStatus> all;
    const json::value document = get_json("/v1/jobs");
    for (const json::value& value : document.at("jobs").as_array()) all.push_back(job_status_from_json(value));
    return all;
}

std::unique_ptr<ControlPoint> control_point(const Options& options) {
    if (options.state_dir) return std::make_unique<JournalPoint>(*options.state_dir, options.pg_dump.value_or("pg_dump"));
    if (options.socket) return std::make_unique<SocketPoint>(*options.socket);
    return std::make_unique<SocketPoint>(daemon_spec(options).control_socket);
}

std::string job_target(const std::string& job, const std::string& rest) { return "/v1/jobs/" + percent_encode(job) + rest; }

}  // namespace lantern_migrate::daemon::cli
