// Tells the executables in hooks.d what became of a job: `started`, `waiting`, `failed`, `done`.
//
// Which word a job's hooks were told last is a fact in the journal, written when the last executable has ended. What a job is now and
// what was told last decide together whether there is something to tell; so nothing is told twice in a row, and a daemon that
// starts tells what one that died did not come to: every word at least once. Words that a job has passed by meanwhile are not
// made up for.
//
//   told last   the job             told then
//   nothing     runs                started
//   failed      runs again          started      the operator's retry
//   other       runs                -            after a pause, a transient failure, the cutover's word, a restart
//   any         waits               waiting      unless it is this run's
//   any         failed for good     failed       unless it is this run's
//   any         done                done
//
// Executables run one after the other for a job, and for a few jobs beside each other. Whatever one does is a line of the log at most.
#pragma once

#include "config/daemon_spec.h"
#include "daemon/hook_process.h"
#include "daemon/job_status.h"
#include "daemon/log.h"
#include "migrations-state/journal.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace lantern_migrate::daemon {

// What the hooks of a job were told last: "started"; "failed 3", the third run's failure. Empty: nothing yet.
inline constexpr const char* hooks_told_fact = "hooks.told";

struct HookFigures {
    std::uint64_t succeeded = 0;  // executables, since the start
    std::uint64_t failed = 0;
    std::size_t queued = 0;  // words that wait for their turn, or are being told
};

// Lives on the io_context's thread. No member throws.
class Hooks {
public:
    using JobId = migrations_state::JobId;
    using StatusOf = std::function<JobStatus(JobId)>;

    Hooks(boost::asio::io_context&, migrations_state::Journal&, StatusOf, config::HooksSpec, Log);

    void set(config::HooksSpec);  // from the next word on
    void take_up();               // at the start: what the last process did not come to tell
    void look_at(JobId);          // something became of the job
    // Starts no other executable, gives those at work so much time and then ends them, and calls `stopped`.
    void stop(std::chrono::milliseconds patience, std::function<void()> stopped);
    void kill();  // the daemon is about to exit without further ado
    [[nodiscard]] HookFigures figures() const;

private:
    struct Told {
        std::string word;
        int run = 0;  // not of `started`: the run's thread may not have come to count itself
        bool operator==(const Told&) const = default;
    };
    struct Event {
        JobId job = 0;
        std::string name;
        Told told;
        std::string document;
    };
    struct Call {  // an event whose executables are at work
        Event event;
        std::deque<std::filesystem::path> files;
        std::shared_ptr<HookProcess> process;
        bool ended_by_us = false;  // the daemon stops
    };

    [[nodiscard]] std::optional<Told> last_told(JobId);
    [[nodiscard]] bool to_tell(const JobStatus&, const Told& now, const Told& last) const;
    void queue(Event);
    void fill();
    void advance(JobId);
    bool start(Call&, const std::filesystem::path& file);
    void ended(JobId, const std::filesystem::path& file, const HookEnding&);
    void finish(JobId);
    void warn(const Event&, const std::filesystem::path& file, const std::string& reason);
    void log_output(const Event&, const std::filesystem::path& file, const std::string& output);

    boost::asio::io_context& io_;
    migrations_state::Journal& journal_;
    StatusOf status_of_;
    config::HooksSpec spec_;
    Log log_;
    std::deque<Event> queue_;
    std::size_t queued_bytes_ = 0;
    std::map<JobId, Call> calls_;
    std::map<JobId, Told> last_;  // queued or told by this process
    HookFigures figures_;
    boost::asio::steady_timer patience_;
    std::function<void()> stopped_;
    bool stopping_ = false;
};

}  // namespace lantern_migrate::daemon
