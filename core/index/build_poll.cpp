#include "core/index/build_poll.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace lantern_migrate::index {
namespace {

double share_of(std::int64_t done, std::int64_t total) {
    return std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0);
}

}  // namespace

std::string phase_text(const CreateIndexProgress& progress) {
    constexpr std::string_view prefix = "building index: ";
    return progress.phase.starts_with(prefix) ? progress.phase.substr(prefix.size()) : progress.phase;
}

std::optional<double> phase_share(const CreateIndexProgress& progress) {
    if (progress.tuples_total > 0) return share_of(progress.tuples_done, progress.tuples_total);
    // The counters of the scan stay full in the phases behind it (sorting, writing a graph), of which they say nothing.
    if (progress.blocks_total > 0 && progress.blocks_done < progress.blocks_total)
        return share_of(progress.blocks_done, progress.blocks_total);
    return std::nullopt;
}

std::vector<CreateIndexProgress> read_build_progress(pg::Session& session) {
    std::vector<CreateIndexProgress> all;
    for (const auto& row : session.execute("SELECT pid, phase, blocks_done, blocks_total, tuples_done, tuples_total"
                                           " FROM pg_catalog.pg_stat_progress_create_index"
                                           " WHERE datname = pg_catalog.current_database() AND phase IS NOT NULL")) {
        all.push_back({.backend = row[0].as<int>(),
                       .phase = row[1].as<std::string>(),
                       .blocks_done = row[2].as<std::int64_t>(0),
                       .blocks_total = row[3].as<std::int64_t>(0),
                       .tuples_done = row[4].as<std::int64_t>(0),
                       .tuples_total = row[5].as<std::int64_t>(0)});
    }
    return all;
}

int free_sessions(pg::Session& session) {
    return session
        .execute(
            "SELECT least("
            " pg_catalog.current_setting('max_connections')::int - pg_catalog.current_setting('superuser_reserved_connections')::int"
            "  - coalesce(pg_catalog.current_setting('reserved_connections', true)::int, 0)"
            "  - (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity WHERE datid IS NOT NULL),"
            " (SELECT d.datconnlimit - (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)"
            "   FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database() AND d.datconnlimit >= 0),"
            " (SELECT r.rolconnlimit - (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity a WHERE a.usesysid = r.oid)"
            "   FROM pg_catalog.pg_roles r WHERE r.rolname = session_user AND r.rolconnlimit >= 0))")
        .one_row()[0]
        .as<int>();
}

BuildPoll::Running::Running(BuildPoll* poll, int backend, const std::string& item) : poll_(poll), backend_(backend) {
    if (poll_ == nullptr) return;
    const std::scoped_lock lock(poll_->mutex_);
    poll_->running_[backend_] = item;
    poll_->changed_.notify_all();
}

BuildPoll::Running::~Running() {
    if (poll_ == nullptr) return;
    const std::scoped_lock lock(poll_->mutex_);
    poll_->running_.erase(backend_);
}

BuildPoll::BuildPoll(Look look, Progress& progress, std::stop_token stop, std::chrono::milliseconds interval)
    : look_(std::move(look)),
      progress_(progress),
      interval_(interval),
      on_outer_stop_(std::move(stop), [this] { stop_.request_stop(); }),
      thread_([this] { work(); }) {}

BuildPoll::~BuildPoll() {
    stop_.request_stop();
    thread_.join();
}

void BuildPoll::work() noexcept {
    try {
        const std::stop_token stop = stop_.get_token();
        for (;;) {
            {
                std::unique_lock lock(mutex_);
                if (!changed_.wait(lock, stop, [this] { return !running_.empty(); })) return;
                changed_.wait_for(lock, stop, interval_, [] { return false; });
            }
            if (stop.stop_requested()) return;
            look();
        }
    } catch (...) {  // without a session, without rights, cancelled by a stop: the builds go on unseen
    }
}

void BuildPoll::look() {
    std::map<int, std::string> before;
    {
        const std::scoped_lock lock(mutex_);
        before = running_;
    }
    if (before.empty()) return;
    const std::vector<CreateIndexProgress> seen = look_();
    const std::scoped_lock lock(mutex_);
    for (const CreateIndexProgress& build : seen) {
        // What was asked while one build ended and the backend's next began is of either.
        const auto then = before.find(build.backend);
        const auto now = running_.find(build.backend);
        if (then == before.end() || now == running_.end() || then->second != now->second) continue;
        progress_.build_phase(now->second, phase_text(build), phase_share(build));
    }
}

}  // namespace lantern_migrate::index
