// How far index builds are, by what the target says of them: a thread that asks now and then while one runs. A kindness to who watches:
// whatever goes wrong with it ends the asking, and nothing else.
#pragma once

#include "core/pg/session.h"
#include "core/progress.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace lantern_migrate::index {

// A row of pg_stat_progress_create_index.
struct CreateIndexProgress {
    int backend = 0;
    std::string phase;  // as the server says it: "building index: scanning table"
    std::int64_t blocks_done = 0;
    std::int64_t blocks_total = 0;
    std::int64_t tuples_done = 0;
    std::int64_t tuples_total = 0;
};

// "scanning table".
[[nodiscard]] std::string phase_text(const CreateIndexProgress&);
// How much of the phase is done, 0 to 1; empty where the server does not say. Nothing tells how much of the whole a phase is.
[[nodiscard]] std::optional<double> phase_share(const CreateIndexProgress&);

// Of all builds in the session's database that its role may see.
[[nodiscard]] std::vector<CreateIndexProgress> read_build_progress(pg::Session&);
// How many more sessions this role may open in this database, this one being open.
[[nodiscard]] int free_sessions(pg::Session&);
// With fewer than this the poll does without a session, because a builder could come to lack it.
inline constexpr int free_sessions_min = 16;

class BuildPoll {
public:
    using Look = std::function<std::vector<CreateIndexProgress>()>;  // from the poll's thread; may throw

    // The first look is one interval behind the begin of a build, so that quick ones cost nothing.
    BuildPoll(Look look, Progress& progress, std::stop_token stop, std::chrono::milliseconds interval = std::chrono::seconds(2));
    ~BuildPoll();
    BuildPoll(const BuildPoll&) = delete;
    BuildPoll& operator=(const BuildPoll&) = delete;

    // While it lives, what the server says of this backend is said of this build. Any thread; a null poll is none.
    class [[nodiscard]] Running {
    public:
        Running(BuildPoll* poll, int backend, const std::string& item);
        ~Running();
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;

    private:
        BuildPoll* poll_;
        int backend_;
    };

private:
    void work() noexcept;
    void look();

    Look look_;
    Progress& progress_;
    std::chrono::milliseconds interval_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<int, std::string> running_;  // item by backend
    std::stop_source stop_;
    std::stop_callback<std::function<void()>> on_outer_stop_;
    std::jthread thread_;  // the last, so that it finds all the others made
};

}  // namespace lantern_migrate::index
