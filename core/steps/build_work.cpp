#include "core/steps/build_work.h"

#include "core/pg/server.h"
#include "core/steps/vector_index_decision.h"

#include <set>

namespace lantern_migrate::steps {
namespace {

// An answer that takes longer is none; and a stop, which waits for the poll to end, has to be quick.
constexpr const char* look_limit_s = "5";
constexpr const char* look_limit_ms = "5000";

// A session of its own, made at the first look. For one thread.
class BuildSampler {
public:
    explicit BuildSampler(Run& run) : run_(run) {}

    std::vector<index::CreateIndexProgress> look() {
        if (!session_) connect();
        return index::read_build_progress(*session_);
    }

private:
    void connect() {
        config::ConnectionParameters parameters = run_.target_parameters();
        parameters.keywords["connect_timeout"] = look_limit_s;
        parameters.keywords["tcp_user_timeout"] = look_limit_ms;
        pg::Session session =
            pg::Session::connect(parameters, {.role = "target", .application_name = run_.application_name("progress"), .read_only = true});
        session.execute(std::string("SET statement_timeout = ") + look_limit_ms);
        if (index::free_sessions(session) < index::free_sessions_min) throw TransientError("the target has few sessions left", "");
        session_ = std::move(session);
        cancel_.emplace(run_.cancellation, *session_);
    }

    Run& run_;
    std::optional<pg::Session> session_;
    std::optional<pg::Cancellation::Registration> cancel_;
};

std::shared_ptr<index::BuildPoll> start_poll(Run& run) {
    auto sampler = std::make_shared<BuildSampler>(run);
    return std::make_shared<index::BuildPoll>([sampler] { return sampler->look(); }, run.progress, run.stop);
}

}  // namespace

using migrations_state::BuildState;

void take_up_builds(Run& run) {
    const std::string now = pg::crash_marker(run.target());
    const auto then = run.journal.fact(run.job.id, crash_marker_fact);
    if (then && *then != now) {
        for (const auto& build : run.journal.builds(run.job.id)) {
            if (build.state != BuildState::begun) continue;
            run.journal.count_server_loss(build.id);
            run.event(migrations_state::Severity::warning, "server lost", "the target's server went down while building " + build.item);
        }
    }
    run.journal.set_fact(run.job.id, crash_marker_fact, now);
    run.journal.reopen_builds(run.job.id);
}

index::BuilderContext builder_context(Run& run) {
    static_cast<void>(run.catalog());  // read here, by one thread; the builders only look at it
    return {.journal = run.journal,
            .job = run.job.id,
            .ledger = run.ledger,
            .progress = run.progress,
            .cancellation = run.cancellation,
            .connect_target = [&run](int builder) { return run.connect_target("build " + std::to_string(builder)); },
            .decide = [&run](pg::Session& session, const auto& build) { return decide_vector_index(run, session, build); },
            .event = [&run](auto severity, const auto& kind, const auto& text) { run.event(severity, kind, text); },
            .concurrent_builds = run.spec.indexes.concurrent_builds,
            .maintenance_work_mem_bytes = run.spec.indexes.maintenance_work_mem_bytes,
            .poll = start_poll(run)};
}

void show_builds(Run& run) {
    std::vector<ProgressView::Build> shown;
    for (const auto& build : run.journal.builds(run.job.id)) {
        const std::string table = build.table.empty() ? std::string{} : build.table_schema + "." + build.table;
        shown.push_back({.item = build.item, .table = table, .state = build.state});
    }
    run.progress.set_builds(std::move(shown));
}

void ready_parents(Run& run, index::Builder& builder) {
    std::set<std::pair<std::string, std::string>> with_rows;
    for (const auto& table : run.journal.tables(run.job.id)) with_rows.emplace(table.schema, table.name);
    for (const auto& build : run.journal.builds(run.job.id)) {
        if (!build.table.empty() && !with_rows.contains({build.table_schema, build.table}))
            builder.table_ready(build.table_schema, build.table, 0);
    }
}

}  // namespace lantern_migrate::steps
