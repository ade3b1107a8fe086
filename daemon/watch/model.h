// What `watch` knows: the daemon's last answer, and the events of the job that is looked at. Nothing of terminals here.
#pragma once

#include "daemon/job_status.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace lantern_migrate::daemon::watch {

// What the daemon said at one moment.
struct Answer {
    std::vector<JobStatus> jobs;                        // every job that is watched
    std::optional<JobStatus> chosen;                    // the one that is looked at, with its tables and builds
    std::vector<migrations_state::EventRecord> events;  // of that one, behind those of the last answer
    migrations_state::Timestamp at{};
};

inline constexpr std::size_t events_max = 500;

struct Model {
    std::vector<JobStatus> jobs;  // who needs the operator first, then who runs, then who waits for its turn, then who ended
    int hidden = 0;               // jobs that had ended before anybody looked
    std::optional<JobStatus> chosen;
    std::vector<migrations_state::EventRecord> events;  // of the chosen job, the newest first
    std::string lost;                                   // why the daemon does not answer; empty: it does
    std::optional<migrations_state::Timestamp> answered_at;
    std::set<std::string> seen_unfinished;

    void take(Answer);
    void miss(std::string why) { lost = std::move(why); }
    // As much as is known of it; null: nothing.
    [[nodiscard]] const JobStatus* find(const std::string& job) const;
};

// Nothing more happens to it by itself.
[[nodiscard]] bool rests(const JobStatus&);
// It waits for somebody: failed, paused, held.
[[nodiscard]] bool needs_operator(const JobStatus&);

}  // namespace lantern_migrate::daemon::watch
