#include "daemon/watch/model.h"

#include <algorithm>
#include <iterator>

namespace lantern_migrate::daemon::watch {
namespace {

using migrations_state::Disposition;
using migrations_state::EventRecord;

int rank(const JobStatus& status) {
    if (needs_operator(status)) return 0;
    switch (status.job.disposition) {
        case Disposition::queued: return 2;
        case Disposition::cancelled:
        case Disposition::done: return 3;
        case Disposition::running:
        case Disposition::paused:
        case Disposition::waiting:
        case Disposition::failed: return 1;
    }
    return 3;
}

}  // namespace

bool rests(const JobStatus& status) {
    switch (status.job.disposition) {
        case Disposition::queued:
        case Disposition::running: return false;
        case Disposition::failed: return !status.job.transient && status.wish == Wish::none;
        case Disposition::paused:
        case Disposition::waiting: return status.wish == Wish::none;
        case Disposition::cancelled:
        case Disposition::done: return true;
    }
    return true;
}

bool needs_operator(const JobStatus& status) { return status.job.unfinished() && rests(status); }

void Model::take(Answer answer) {
    lost.clear();
    answered_at = answer.at;
    const bool alone = answer.jobs.size() == 1;
    for (const JobStatus& status : answer.jobs) {
        if (status.job.unfinished()) seen_unfinished.insert(status.job.name);
    }
    hidden = static_cast<int>(
        std::erase_if(answer.jobs, [&](const JobStatus& status) { return !alone && !seen_unfinished.contains(status.job.name); }));
    std::ranges::stable_sort(answer.jobs, {}, rank);
    jobs = std::move(answer.jobs);
    if (!answer.chosen) return;
    const bool another = !chosen || chosen->job.id != answer.chosen->job.id;
    chosen = std::move(answer.chosen);
    if (another) events.clear();
    std::vector<EventRecord> all(std::make_move_iterator(answer.events.rbegin()), std::make_move_iterator(answer.events.rend()));
    // An answer may overlap the one before it.
    std::erase_if(all, [&](const EventRecord& event) { return !events.empty() && event.id <= events.front().id; });
    all.insert(all.end(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
    if (all.size() > events_max) all.resize(events_max);
    events = std::move(all);
}

const JobStatus* Model::find(const std::string& job) const {
    if (chosen && chosen->job.name == job) return &*chosen;
    const auto found = std::ranges::find_if(jobs, [&](const JobStatus& status) { return status.job.name == job; });
    return found == jobs.end() ? nullptr : &*found;
}

}  // namespace lantern_migrate::daemon::watch
