#include "core/index/builds.h"

#include "migrations-state/failpoint.h"

#include <algorithm>

namespace lantern_migrate::index {
namespace {

using migrations_state::BuildRecord;
using migrations_state::BuildState;
using migrations_state::Severity;

// Postgres takes it in kB, and no less than 1 MB.
std::string maintenance_work_mem(const BuilderContext& context) {
    const auto share = context.maintenance_work_mem_bytes / static_cast<std::uint64_t>(std::max(context.concurrent_builds, 1));
    const std::uint64_t limit_kb = 2'147'483'647;
    return std::to_string(std::clamp<std::uint64_t>(share / 1024, 1024, limit_kb)) + "kB";
}

std::string reason_of(const PgError& e) {
    const PgError::Facts& facts = e.facts();
    return facts.message + (facts.sqlstate.empty() ? "" : " (SQLSTATE " + facts.sqlstate + ")") +
           (facts.detail.empty() ? "" : "; " + facts.detail) + (facts.hint.empty() ? "" : "; hint: " + facts.hint);
}

// Of the server's resources, its connection or an operator: not of the statement.
bool is_statements_own(const PgError& e) {
    const std::string& state = e.facts().sqlstate;
    return !e.facts().connection_lost && !state.empty() && !state.starts_with("08") && !state.starts_with("57P") && state != "57014" &&
           state != "40001" && state != "40P01" && state != "55P03";
}

// False if the ledger holds the build already.
bool build_in_transaction(pg::Session& session, const BuildRecord& build, const std::string& sql, const BuilderContext& context) {
    pg::Transaction transaction(session, "BEGIN ISOLATION LEVEL READ COMMITTED");
    context.ledger.lock(session, build.item);
    if (context.ledger.holds(session, build.item)) return false;
    session.execute("SET LOCAL maintenance_work_mem = '" + maintenance_work_mem(context) + "'");
    session.execute(sql);
    context.ledger.record(session, build.item);
    LANTERN_FAILPOINT("build.before_commit");
    transaction.commit();
    LANTERN_FAILPOINT("build.after_commit");
    return true;
}

}  // namespace

void run_build(pg::Session& session, const BuildRecord& build, const BuilderContext& context, const std::stop_token& stop) {
    context.journal.begin_build(build.id);
    context.progress.build_began(build.item);
    LANTERN_FAILPOINT("build.after_begin");
    try {
        const std::string sql = build.sql.empty() ? context.decide(session, build) : build.sql;
        if (sql.empty()) {
            context.progress.build_ended(build.item, BuildState::skipped);
            return;
        }
        build_in_transaction(session, build, sql, context);
    } catch (const PgError& e) {
        if (stop.stop_requested() || !is_statements_own(e)) throw;
        context.journal.fail_build(build.id, reason_of(e));
        context.progress.build_ended(build.item, BuildState::failed);
        context.event(Severity::warning, "build failed", build.item + " could not be built: " + reason_of(e));
        return;
    }
    context.journal.end_build(build.id);
    context.progress.build_ended(build.item, BuildState::done);
}

Builder::Builder(BuilderContext context, std::vector<BuildRecord> builds, std::stop_token stop)
    : context_(std::move(context)), on_outer_stop_(std::move(stop), [this] {
          stop_.request_stop();
          std::lock_guard lock(mutex_);
          changed_.notify_all();
      }) {
    for (BuildRecord& build : builds) {
        if (build.state != BuildState::pending || build.table.empty()) continue;
        Lane& lane = lanes_[{build.table_schema, build.table}];
        if (build.kind == kind::key)
            lane.keys.push_back(std::move(build));
        else if (build.kind == kind::table_setting)
            lane.settings.push_back(std::move(build));
        else if (build.kind != kind::index && build.kind != kind::vector_index)
            continue;
        else if (build.server_losses > 0)
            suspects_.push_back(std::move(build));
        else
            lane.indexes.push_back(std::move(build));
    }
    for (int builder = 1; builder <= context_.concurrent_builds; ++builder) {
        threads_.emplace_back([this, builder] { work(builder); });
    }
}

Builder::~Builder() {
    stop_.request_stop();
    {
        std::lock_guard lock(mutex_);
        changed_.notify_all();
    }
    threads_.clear();
}

void Builder::table_ready(const std::string& schema, const std::string& table) {
    std::lock_guard lock(mutex_);
    const auto lane = lanes_.find({schema, table});
    if (lane == lanes_.end()) return;
    lane->second.ready = true;
    changed_.notify_all();
}

std::optional<Builder::Task> Builder::take_from(const Name& name, Lane& lane) {
    if (!lane.ready || lane.busy) return std::nullopt;
    const auto pop = [](std::deque<BuildRecord>& queue) {
        BuildRecord build = std::move(queue.front());
        queue.pop_front();
        return build;
    };
    if (!lane.keys.empty()) {
        lane.busy = true;
        return Task{name, pop(lane.keys), true};
    }
    if (!lane.indexes.empty()) {
        ++lane.indexes_open;
        return Task{name, pop(lane.indexes), false};
    }
    if (lane.indexes_open == 0 && !lane.settings.empty()) {
        lane.busy = true;
        return Task{name, pop(lane.settings), true};
    }
    return std::nullopt;
}

std::optional<Builder::Task> Builder::take(std::unique_lock<std::mutex>& lock) {
    for (;;) {
        if (stop_.stop_requested()) return std::nullopt;
        for (auto& [name, lane] : lanes_) {
            if (auto task = take_from(name, lane)) return task;
        }
        if (finishing_ && all_done()) return std::nullopt;
        changed_.wait(lock);
    }
}

bool Builder::all_done() const {
    return std::ranges::all_of(lanes_, [](const auto& entry) {
        const Lane& lane = entry.second;
        return !lane.ready || (lane.keys.empty() && lane.indexes.empty() && lane.settings.empty() && lane.indexes_open == 0 && !lane.busy);
    });
}

void Builder::ended(const Task& task) {
    std::lock_guard lock(mutex_);
    Lane& lane = lanes_.at(task.table);
    if (task.exclusive)
        lane.busy = false;
    else
        --lane.indexes_open;
    changed_.notify_all();
}

void Builder::work(int builder) noexcept {
    try {
        std::optional<pg::Session> session;
        std::optional<pg::Cancellation::Registration> cancel;
        for (;;) {
            std::optional<Task> task;
            {
                std::unique_lock lock(mutex_);
                task = take(lock);
            }
            if (!task) return;
            if (!session) {
                session = context_.connect_target(builder);
                cancel.emplace(context_.cancellation, *session);
            }
            run_build(*session, task->build, context_, stop_.get_token());
            ended(*task);
        }
    } catch (...) {
        std::lock_guard lock(mutex_);
        if (!error_) error_ = std::current_exception();
        stop_.request_stop();
        changed_.notify_all();
    }
}

void Builder::finish() {
    {
        std::lock_guard lock(mutex_);
        finishing_ = true;
        changed_.notify_all();
    }
    threads_.clear();  // joins
    if (error_) std::rethrow_exception(error_);
    if (suspects_.empty() || stop_.stop_requested()) return;
    // Alone, so that whatever happens to the server has one cause. The least suspicious first.
    std::ranges::stable_sort(suspects_, {}, &BuildRecord::server_losses);
    pg::Session session = context_.connect_target(0);
    const pg::Cancellation::Registration cancel(context_.cancellation, session);
    for (const BuildRecord& build : suspects_) {
        if (stop_.stop_requested()) return;
        if (build.server_losses >= server_losses_max) {
            const std::string reason = "the target's server went down " + std::to_string(build.server_losses) + " times while it was built";
            context_.journal.fail_build(build.id, reason);
            context_.progress.build_ended(build.item, BuildState::failed);
            context_.event(Severity::warning, "build failed", build.item + " is not tried again: " + reason);
            continue;
        }
        run_build(session, build, context_, stop_.get_token());
    }
}

}  // namespace lantern_migrate::index
