#include "core/progress.h"

#include <algorithm>
#include <utility>

namespace lantern_migrate {
namespace {

using migrations_state::BuildState;
using SteadyClock = std::chrono::steady_clock;

// Long enough to smooth over one chunk's commit, short enough that a stalled copy shows as one.
constexpr auto rate_window = std::chrono::seconds(10);
constexpr auto sample_distance = std::chrono::milliseconds(200);
// Before this, a rate says more about the first buffers than about the servers, and no time left is derived from it.
constexpr auto rate_is_known_after = std::chrono::seconds(1);

std::uint64_t less(std::uint64_t value, std::uint64_t by) { return value - std::min(value, by); }

bool ended(BuildState state) { return state == BuildState::done || state == BuildState::skipped; }

}  // namespace

void Progress::set_step(migrations_state::Step step) {
    const std::scoped_lock lock(mutex_);
    now_.step = step;
    now_.activity.clear();
    now_.throttle.clear();
}

void Progress::set_activity(std::string activity) {
    const std::scoped_lock lock(mutex_);
    now_.activity = std::move(activity);
}

void Progress::set_throttle(std::string throttle) {
    const std::scoped_lock lock(mutex_);
    now_.throttle = std::move(throttle);
}

void Progress::set_tables(std::vector<ProgressView::Table> tables) {
    const std::scoped_lock lock(mutex_);
    now_.tables = std::move(tables);
    samples_.clear();  // what earlier runs copied is not this run's rate
    sample();
    copy_began_ = copy_at_ = samples_.back();
}

void Progress::add_rows(std::size_t table, std::uint64_t rows, std::uint64_t wire_bytes) {
    const std::scoped_lock lock(mutex_);
    now_.tables.at(table).rows += rows;
    now_.wire_bytes += wire_bytes;
}

void Progress::set_in_flight(std::size_t table, std::int64_t bytes_change) {
    const std::scoped_lock lock(mutex_);
    std::uint64_t& bytes = now_.tables.at(table).bytes;
    bytes = bytes_change >= 0 ? bytes + static_cast<std::uint64_t>(bytes_change) : less(bytes, static_cast<std::uint64_t>(-bytes_change));
    sample();
}

void Progress::chunk_done(std::size_t table, std::uint64_t disk_bytes) {
    const std::scoped_lock lock(mutex_);
    ProgressView::Table& entry = now_.tables.at(table);
    entry.bytes += disk_bytes;
    entry.chunks_done = std::min(entry.chunks_done + 1, entry.chunks);
    sample();
}

void Progress::chunk_abandoned(std::size_t table, std::uint64_t rows, std::uint64_t disk_bytes_in_flight) {
    const std::scoped_lock lock(mutex_);
    ProgressView::Table& entry = now_.tables.at(table);
    entry.rows = less(entry.rows, rows);
    entry.bytes = less(entry.bytes, disk_bytes_in_flight);
    sample();
}

void Progress::set_builds(std::vector<ProgressView::Build> builds) {
    const std::scoped_lock lock(mutex_);
    builds_.clear();
    for (ProgressView::Build& build : builds) builds_.push_back({.build = std::move(build), .began = std::nullopt});
}

void Progress::build_began(const std::string& item) {
    const std::scoped_lock lock(mutex_);
    for (BuildClock& clock : builds_) {
        if (clock.build.item != item) continue;
        clock.build.state = BuildState::begun;
        clock.began = SteadyClock::now();
    }
}

void Progress::build_phase(const std::string& item, const std::string& phase, std::optional<double> share) {
    const std::scoped_lock lock(mutex_);
    for (BuildClock& clock : builds_) {
        if (clock.build.item != item || clock.build.state != BuildState::begun) continue;
        clock.build.phase = phase;
        clock.build.share = share;
    }
}

void Progress::build_ended(const std::string& item, BuildState state) {
    const std::scoped_lock lock(mutex_);
    for (BuildClock& clock : builds_) {
        if (clock.build.item != item) continue;
        clock.build.state = state;
        if (clock.began) clock.build.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - *clock.began);
        clock.began.reset();
        clock.build.phase.clear();
        clock.build.share.reset();
    }
}

ProgressView Progress::view() const {
    const std::scoped_lock lock(mutex_);
    ProgressView view = now_;
    for (ProgressView::Table& table : view.tables) {
        // A chunk's bytes on disk are an estimate while it is in flight: the sum of estimates must not pass what there is.
        table.bytes = std::min(table.bytes, table.bytes_total);
        if (table.chunks > 0 && table.chunks_done == table.chunks) table.bytes = table.bytes_total;
        view.rows += table.rows;
        view.bytes += table.bytes;
        view.bytes_total += table.bytes_total;
        view.chunks += table.chunks;
        view.chunks_done += table.chunks_done;
    }
    const auto now = SteadyClock::now();
    for (const BuildClock& clock : builds_) {
        view.builds_list.push_back(clock.build);
        if (clock.began) view.builds_list.back().elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - *clock.began);
        if (ended(clock.build.state)) ++view.builds_done;
    }
    view.builds = static_cast<int>(builds_.size());
    sample();
    measure_rate(view, now);
    measure_average(view);
    return view;
}

void Progress::measure_average(ProgressView& view) const {
    const auto passed = std::chrono::duration<double>(copy_at_.at - copy_began_.at);
    if (passed < rate_is_known_after || copy_at_.bytes <= copy_began_.bytes) return;
    view.bytes_per_s_average = static_cast<double>(copy_at_.bytes - copy_began_.bytes) / passed.count();
}

void Progress::measure_rate(ProgressView& view, SteadyClock::time_point now) const {
    if (view.chunks > 0 && view.chunks_done == view.chunks) {
        view.left = std::chrono::seconds(0);
        return;
    }
    if (samples_.empty()) return;
    const Sample& first = samples_.front();
    const auto passed = std::chrono::duration<double>(now - first.at);
    if (passed < rate_is_known_after || samples_.back().bytes <= first.bytes) return;
    view.bytes_per_s = static_cast<double>(samples_.back().bytes - first.bytes) / passed.count();
    const double rest = static_cast<double>(less(view.bytes_total, view.bytes));
    view.left = std::chrono::seconds(static_cast<std::int64_t>(rest / view.bytes_per_s + 0.5));
}

// Keeps one sample older than the window, so that the rate always has a window's worth of time under it.
void Progress::sample() const {
    const auto now = SteadyClock::now();
    std::uint64_t bytes = 0;
    for (const ProgressView::Table& table : now_.tables) bytes += std::min(table.bytes, table.bytes_total);
    // The last sample moves along until it is far enough from the one before it.
    if (samples_.size() >= 2 && now - samples_[samples_.size() - 2].at < sample_distance) samples_.pop_back();
    samples_.push_back({.at = now, .bytes = bytes});
    // A stall counts, the time behind the last chunk does not.
    const bool more_to_copy = std::ranges::any_of(now_.tables, [](const auto& table) { return table.chunks_done < table.chunks; });
    if (more_to_copy || bytes > copy_at_.bytes) copy_at_ = samples_.back();
    while (samples_.size() > 2 && now - samples_[1].at > rate_window) samples_.erase(samples_.begin());
}

}  // namespace lantern_migrate
