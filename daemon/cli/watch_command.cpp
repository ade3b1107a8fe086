// `watch`: follows one job, or all of them, until they end. Looking only: nothing here can disturb a job.
// On a terminal with keys it is watch_screen.cpp's; here are bars without keys, plain lines, and JSON.
#include "daemon/cli/control_point.h"
#include "daemon/cli/options.h"
#include "daemon/cli/output.h"
#include "daemon/cli/progress_printer.h"
#include "daemon/cli/watch_screen.h"
#include "daemon/control_client.h"
#include "daemon/watch/model.h"

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>

namespace lantern_migrate::daemon::cli {
namespace {

using watch::rests;

constexpr int look_every_ms = 500;

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);
extern "C" void on_interrupt(int) { interrupted = true; }

// Keys arrive one by one and unseen while this lives.
class KeyInput {
public:
    KeyInput() {
        struct sigaction action{};
        action.sa_handler = on_interrupt;
        ::sigaction(SIGINT, &action, nullptr);
        ::sigaction(SIGTERM, &action, nullptr);
        if (::isatty(STDIN_FILENO) != 1 || ::tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios now = before_;
        now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        changed_ = ::tcsetattr(STDIN_FILENO, TCSANOW, &now) == 0;
    }
    KeyInput(const KeyInput&) = delete;
    KeyInput& operator=(const KeyInput&) = delete;
    ~KeyInput() {
        if (changed_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
    }

    // Waits a moment; true if somebody wants to leave, or has: a pipe or terminal that nobody reads any longer reports an error.
    [[nodiscard]] bool wants_to_leave() const {
        if (interrupted) return true;
        pollfd ends[]{{.fd = STDOUT_FILENO, .events = 0, .revents = 0}, {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}};
        const int ready = ::poll(ends, changed_ ? 2U : 1U, look_every_ms);
        if (interrupted || (ready > 0 && ends[0].revents != 0)) return true;
        char key = 0;
        return ready > 0 && (ends[1].revents & POLLIN) != 0 && ::read(STDIN_FILENO, &key, 1) == 1 && (key == 'q' || key == 'Q');
    }

private:
    termios before_{};
    bool changed_ = false;
};

class Watch {
public:
    explicit Watch(const Options& options) : options_(options), point_(control_point(options)), printer_(STDOUT_FILENO) {}

    int run() {
        const KeyInput keys;
        for (;;) {
            if (const std::optional<int> status = look()) return *status;
            if (keys.wants_to_leave()) return exit_done;
        }
    }

private:
    // The exit status once there is nothing left to wait for.
    std::optional<int> look() {
        std::vector<JobStatus> jobs;
        try {
            jobs = options_.job.empty() ? point_->statuses() : std::vector{point_->status(options_.job)};
        } catch (const Unreachable&) {
            const auto now = std::chrono::steady_clock::now();
            if (!reached_ || now - last_answer_ > watch_patience) throw;
            if (!missed_) printer_.say("the daemon does not answer; waiting for it");
            missed_ = true;
            return std::nullopt;
        }
        if (missed_) printer_.say("the daemon answers again");
        missed_ = false;
        reached_ = true;
        last_answer_ = std::chrono::steady_clock::now();
        const bool over = std::ranges::all_of(jobs, rests);
        if (options_.job.empty() && !over) std::erase_if(jobs, [](const JobStatus& status) { return !status.job.unfinished(); });
        if (options_.json) {
            print_line(jobs);
        } else {
            printer_.show(jobs);
        }
        if (printer_.trouble() != 0 && printer_.trouble() != EPIPE) throw OutputError(printer_.trouble());
        if (!over) return std::nullopt;
        if (jobs.empty()) printer_.say("no jobs");
        return options_.job.empty() ? exit_done : exit_status(jobs.front());
    }

    // One document a line and a change.
    void print_line(const std::vector<JobStatus>& jobs) {
        for (const JobStatus& status : jobs) {
            std::string line = boost::json::serialize(to_json(status, !options_.job.empty()));
            if (line == last_line_[status.job.name]) continue;
            print(line + "\n");
            last_line_[status.job.name] = std::move(line);
        }
    }

    const Options& options_;
    std::unique_ptr<ControlPoint> point_;
    ProgressPrinter printer_;
    bool reached_ = false;
    bool missed_ = false;
    std::chrono::steady_clock::time_point last_answer_;
    std::map<std::string, std::string> last_line_;
};

}  // namespace

int watch_command(const Options& options) {
    return !options.json && can_watch_on_screen() ? watch_on_screen(options) : Watch(options).run();
}

}  // namespace lantern_migrate::daemon::cli
