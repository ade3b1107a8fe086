#include "daemon/metrics.h"

#include "daemon/text.h"

#include <prometheus/text_serializer.h>

#include <array>
#include <ranges>
#include <sstream>
#include <utility>

namespace lantern_migrate::daemon {
namespace {

using migrations_state::BuildState;
using migrations_state::Disposition;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr std::array<std::string_view, 8> states{"queued", "running", "paused", "waiting", "retrying", "failed", "cancelled", "done"};
constexpr std::array build_states{BuildState::pending, BuildState::begun, BuildState::done, BuildState::failed, BuildState::skipped};

double seconds(migrations_state::Timestamp at) { return std::chrono::duration<double>(at.time_since_epoch()).count(); }

std::optional<double> seconds(const std::optional<migrations_state::Timestamp>& at) {
    return at ? std::optional(seconds(*at)) : std::nullopt;
}

// A metric with one value a job, or none.
struct JobMetric {
    const char* name;
    const char* help;
    MetricType type;
    std::optional<double> (*value)(const JobFigures&);
};

template <typename Number>
double real(Number number) {
    return static_cast<double>(number);
}

constexpr JobMetric job_metrics[] = {
    {"lantern_migrate_job_copied_rows", "Rows that are on the target; fewer again when a table has to start anew.", MetricType::Gauge,
     [](const JobFigures& job) -> std::optional<double> { return real(job.status.progress.rows); }},
    {"lantern_migrate_job_copied_bytes", "Bytes of the source's tables, TOAST included, whose rows are on the target.", MetricType::Gauge,
     [](const JobFigures& job) -> std::optional<double> { return real(job.status.progress.bytes); }},
    {"lantern_migrate_job_source_bytes", "Bytes of the source's tables, TOAST included, when the copy was planned.", MetricType::Gauge,
     [](const JobFigures& job) -> std::optional<double> { return real(job.status.progress.bytes_total); }},
    {"lantern_migrate_job_written_bytes_total", "Bytes written to the target; from nothing again with each run.", MetricType::Counter,
     [](const JobFigures& job) -> std::optional<double> { return real(job.status.progress.wire_bytes); }},
    {"lantern_migrate_job_chunks", "Chunks that the tables are copied in.", MetricType::Gauge,
     [](const JobFigures& job) -> std::optional<double> { return real(job.status.progress.chunks); }},
    {"lantern_migrate_job_chunks_done", "Chunks that are on the target.", MetricType::Gauge,
     [](const JobFigures& job) -> std::optional<double> { return real(job.status.progress.chunks_done); }},
    {"lantern_migrate_job_copy_remaining_seconds", "Time until the last row is copied; absent while it is unknown.", MetricType::Gauge,
     [](const JobFigures& job) -> std::optional<double> {
         const auto& left = job.status.progress.left;
         return left ? std::optional(real(left->count())) : std::nullopt;
     }},
    {"lantern_migrate_job_throttled", "1 while the copy is slowed down for the source's sake.", MetricType::Gauge,
     [](const JobFigures& job) -> std::optional<double> { return job.status.progress.throttle.empty() ? 0 : 1; }},
    {"lantern_migrate_job_tables_verified", "Tables whose rows were compared.", MetricType::Gauge,
     [](const JobFigures& job) -> std::optional<double> { return real(job.tables_verified); }},
    {"lantern_migrate_job_tables_different", "Of these, tables in which the target holds something else than was sent.", MetricType::Gauge,
     [](const JobFigures& job) -> std::optional<double> { return real(job.tables_different); }},
    {"lantern_migrate_job_runs_total", "How often the job was taken up.", MetricType::Counter,
     [](const JobFigures& job) -> std::optional<double> { return real(job.status.job.runs); }},
    {"lantern_migrate_job_retry_timestamp_seconds", "When a job that is retrying is tried again.", MetricType::Gauge,
     [](const JobFigures& job) { return job_state(job.status.job) == "retrying" ? seconds(job.status.job.retry_at) : std::nullopt; }},
    {"lantern_migrate_job_created_timestamp_seconds", "When the job came.", MetricType::Gauge,
     [](const JobFigures& job) -> std::optional<double> { return seconds(job.status.job.created_at); }},
    {"lantern_migrate_job_finished_timestamp_seconds", "When the job was done or cancelled.", MetricType::Gauge,
     [](const JobFigures& job) { return seconds(job.status.job.finished_at); }},
    {"lantern_migrate_job_changed_timestamp_seconds", "When the job was last seen to get any further, or to change its state.",
     MetricType::Gauge, [](const JobFigures& job) -> std::optional<double> { return seconds(job.changed_at); }},
};

class Families {
public:
    void begin(const char* name, const char* help, MetricType type = MetricType::Gauge) {
        all_.push_back({.name = name, .help = help, .type = type, .metric = {}});
    }
    // To the family begun last.
    void add(double value, Labels labels = {}) {
        ClientMetric metric;
        metric.label = std::move(labels);
        (all_.back().type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
        all_.back().metric.push_back(std::move(metric));
    }
    void one(const char* name, const char* help, MetricType type, double value, Labels labels = {}) {
        begin(name, help, type);
        add(value, std::move(labels));
    }
    [[nodiscard]] std::string text() const {
        std::ostringstream out;
        prometheus::TextSerializer().Serialize(out, all_);
        return std::move(out).str();
    }

private:
    std::vector<MetricFamily> all_;
};

// Prometheus takes UTF-8 alone; a line break would not hurt, but nor would it help.
std::string label(std::string_view text) { return one_line(text); }

Labels of(const JobFigures& job, std::string name = {}, std::string_view value = {}) {
    Labels labels{{"migration", label(job.status.job.name)}};
    if (!name.empty()) labels.push_back({std::move(name), label(value)});
    return labels;
}

void add_jobs(Families& families, const std::vector<JobFigures>& jobs) {
    families.begin("lantern_migrate_job_info", "A job and its databases.");
    for (const JobFigures& job : jobs) {
        Labels labels = of(job, "source", job.status.job.source);
        labels.push_back({"target", label(job.status.job.target)});
        families.add(1, std::move(labels));
    }
    families.begin("lantern_migrate_job_state", "1 for the state that the job is in, 0 for the others.");
    for (const JobFigures& job : jobs) {
        for (const std::string_view state : states) families.add(job_state(job.status.job) == state ? 1 : 0, of(job, "state", state));
    }
    families.begin("lantern_migrate_job_step_info", "The step that the job is at.");
    for (const JobFigures& job : jobs) families.add(1, of(job, "step", migrations_state::to_word(job.status.progress.step)));
    for (const JobMetric& metric : job_metrics) {
        families.begin(metric.name, metric.help, metric.type);
        for (const JobFigures& job : jobs) {
            if (const auto value = metric.value(job)) families.add(*value, of(job));
        }
    }
    families.begin("lantern_migrate_job_builds", "Keys, indexes and constraints to build on the target, by their state.");
    for (const JobFigures& job : jobs) {
        for (const BuildState state : build_states) {
            const auto count = std::ranges::count(job.status.progress.builds_list, state, &ProgressView::Build::state);
            families.add(real(count), of(job, "state", migrations_state::to_word(state)));
        }
    }
}

void add_server(Families& families, const ServerFigures& server) {
    families.one("lantern_migrate_http_connections", "Connections to the control socket and the status page.", MetricType::Gauge,
                 real(server.connections));
    families.one("lantern_migrate_http_event_streams", "Of these, those that follow events.", MetricType::Gauge, real(server.streams));
    families.begin("lantern_migrate_http_requests_total", "Requests answered, by the class of the answer.", MetricType::Counter);
    for (const auto& [answer, count] : server.requests) families.add(real(count), {{"code", answer}});
    families.one("lantern_migrate_http_rejected_total", "Connections refused because there were too many.", MetricType::Counter,
                 real(server.rejected));
}

void add_daemon(Families& families, const MetricsInput& input) {
    families.begin("lantern_migrate_hooks_total", "Executables of hooks.d that were called, by how they ended.", MetricType::Counter);
    families.add(real(input.hooks.succeeded), {{"result", "success"}});
    families.add(real(input.hooks.failed), {{"result", "failure"}});
    families.one("lantern_migrate_hooks_queued", "Words about jobs that hooks are still to be told.", MetricType::Gauge,
                 real(input.hooks.queued));
    families.one("lantern_migrate_journal_commits_total", "Commits of the journal, each of which waits for the disk.", MetricType::Counter,
                 real(input.journal_commits));
    families.one("lantern_migrate_collect_duration_seconds", "How long it took to collect these figures.", MetricType::Gauge,
                 input.collected_in_s);
    const ProcessFigures& process = input.process;
    families.one("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", MetricType::Counter, process.cpu_s);
    families.one("process_resident_memory_bytes", "Resident memory size in bytes.", MetricType::Gauge, real(process.resident_bytes));
    families.one("process_open_fds", "Number of open file descriptors.", MetricType::Gauge, real(process.open_descriptors));
    families.one("process_max_fds", "Maximum number of open file descriptors.", MetricType::Gauge, real(process.descriptors_max));
    families.one("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", MetricType::Gauge,
                 seconds(process.started_at));
}

}  // namespace

std::string_view job_state(const migrations_state::Job& job) {
    if (job.disposition == Disposition::failed && job.transient) return "retrying";
    return migrations_state::to_word(job.disposition);
}

std::string metrics_text(const MetricsInput& input) {
    Families families;
    families.one("lantern_migrate_build_info", "The daemon's version.", MetricType::Gauge, 1, {{"version", input.version}});
    families.begin("lantern_migrate_jobs", "Jobs that the journal knows, by their state.");
    for (const std::string_view state : states) {
        const auto found = input.jobs_by_state.find(state);
        families.add(found == input.jobs_by_state.end() ? 0 : found->second, {{"state", std::string(state)}});
    }
    add_jobs(families, input.jobs);
    if (input.server) add_server(families, *input.server);
    add_daemon(families, input);
    return families.text();
}

}  // namespace lantern_migrate::daemon
