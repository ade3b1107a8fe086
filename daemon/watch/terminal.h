// The terminal while `watch` has it: the other screen, keys one by one and unseen. However the view ends - a key, a signal, an
// exception - it is as it was before.
//
// FTXUI composes the picture and puts it into characters; its own loop is not used, because the terminal has to be given back on SIGHUP
// as well, a broken terminal must not keep the program, and only lines that changed go out: the terminal may be a slow serial line.
#pragma once

#include "daemon/watch/lines.h"

#include <termios.h>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

namespace lantern_migrate::daemon::watch {

class Terminal {
public:
    // Of standard input and output, which are terminals. One at a time: signals are the process's.
    Terminal();
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    [[nodiscard]] Size size() const;
    // `picture`: lines ended by "\r\n", as render() gives them.
    void show(const std::string& picture);

    struct Input {
        std::string bytes;   // of keys
        bool ended = false;  // a signal, or nobody is there any more
    };
    // Until a key, a signal, something to read from `wake_fd`, or the time is over. Stops itself on Ctrl-Z, and is back thereafter.
    [[nodiscard]] Input wait(int wake_fd, std::chrono::milliseconds at_most);

private:
    void enter();
    void leave() noexcept;
    void stop_until_continued();
    bool write(const std::string&) const noexcept;

    termios before_{};
    bool entered_ = false;
    std::vector<std::string> shown_;
    struct Handled {
        int signal = 0;
        struct sigaction before{};
    };
    std::vector<Handled> handled_;
    int signal_pipe_[2] = {-1, -1};
};

// Standard input and output are terminals that can be drawn on.
[[nodiscard]] bool can_draw_on_terminal();

}  // namespace lantern_migrate::daemon::watch
