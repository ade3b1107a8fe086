#include "core/index/builds.h"

#include <algorithm>

namespace lantern_migrate::index {
namespace {

using migrations_state::BuildRecord;
using migrations_state::BuildState;
using migrations_state::Severity;

}  // namespace

bool needs_one_table(const BuildRecord& build) {
    return build.kind == kind::key || build.kind == kind::index || build.kind == kind::vector_index || build.kind == kind::table_setting ||
           build.kind == kind::analyze;
}

Builder::Builder(BuilderContext context, std::vector<BuildRecord> builds, std::stop_token stop)
    : context_(std::move(context)), on_outer_stop_(std::move(stop), [this] {
          stop_.request_stop();
          std::lock_guard lock(mutex_);
          changed_.notify_all();
      }) {
    for (BuildRecord& build : builds) {
        if (build.state != BuildState::pending || !needs_one_table(build)) continue;
        Lane& lane = lanes_[{build.table_schema, build.table}];
        if (build.kind == kind::key)
            lane.keys.push_back(std::move(build));
        else if (build.kind == kind::table_setting || build.kind == kind::analyze)
            lane.settings.push_back(std::move(build));
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

void Builder::table_ready(const std::string& schema, const std::string& table, std::uint64_t bytes) {
    std::lock_guard lock(mutex_);
    const auto lane = lanes_.find({schema, table});
    if (lane == lanes_.end()) return;
    lane->second.ready = true;
    lane->second.small = bytes <= small_table_bytes;
    changed_.notify_all();
}

// What the lane can do now; null: nothing, or not yet.
std::deque<BuildRecord>* Builder::next_phase(Lane& lane) {
    if (!lane.ready || lane.busy) return nullptr;
    if (!lane.keys.empty()) return &lane.keys;
    if (!lane.indexes.empty()) return &lane.indexes;
    return lane.indexes_open == 0 && !lane.settings.empty() ? &lane.settings : nullptr;
}

void Builder::take_from(const Name& name, Lane& lane, Task& task) {
    std::deque<BuildRecord>* phase = next_phase(lane);
    if (phase == nullptr) return;
    // A vector index is never in company: if it takes the server down, it must be known which it was.
    const bool shares = lane.small && phase->front().kind != kind::vector_index;
    if (!task.builds.empty() && !shares) return;
    const bool exclusive = phase != &lane.indexes;
    task.builds.push_back(std::move(phase->front()));
    phase->pop_front();
    task.places.push_back({.table = name, .exclusive = exclusive});
    if (exclusive)
        lane.busy = true;
    else
        ++lane.indexes_open;
}

std::optional<Builder::Task> Builder::take(std::unique_lock<std::mutex>& lock) {
    for (;;) {
        if (stop_.stop_requested()) return std::nullopt;
        Task task;
        for (auto& [name, lane] : lanes_) {
            take_from(name, lane, task);
            if (task.builds.empty()) continue;
            const bool alone = !lanes_.at(task.places.front().table).small || task.builds.front().kind == kind::vector_index;
            if (alone || task.builds.size() == builds_per_transaction) break;
        }
        if (!task.builds.empty()) return task;
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

bool Builder::working() {
    std::lock_guard lock(mutex_);
    return !all_done() && !error_;
}

void Builder::ended(const Task& task) {
    std::lock_guard lock(mutex_);
    for (const Place& place : task.places) {
        Lane& lane = lanes_.at(place.table);
        if (place.exclusive)
            lane.busy = false;
        else
            --lane.indexes_open;
    }
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
            run_builds(*session, task->builds, context_, stop_.get_token());
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
