#include "daemon/watch/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <format>
#include <string_view>
#include <system_error>

namespace lantern_migrate::daemon::watch {
namespace {

// The other screen, no cursor, no wrapping: a line that the terminal takes for wider than it is must not push the others down.
constexpr const char* enter_sequence = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J";
constexpr const char* leave_sequence = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

std::atomic<bool> end_asked{false};
std::atomic<bool> stop_asked{false};
std::atomic<int> signal_fd{-1};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

extern "C" void on_signal(int signal) {
    const int before = errno;
    if (signal == SIGTSTP) stop_asked = true;
    if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT) end_asked = true;
    const char byte = 0;
    if (signal_fd >= 0) static_cast<void>(::write(signal_fd, &byte, 1));  // a full pipe wakes as well
    errno = before;
}

struct sigaction handler() {
    struct sigaction action{};
    action.sa_handler = on_signal;
    ::sigemptyset(&action.sa_mask);
    return action;  // without SA_RESTART: a write to a terminal that takes nothing more has to end
}

}  // namespace

bool can_draw_on_terminal() {
    const char* term = std::getenv("TERM");
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1 && term != nullptr && std::string_view(term) != "dumb";
}

Terminal::Terminal() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) throw std::system_error(errno, std::generic_category(), "the terminal");
    if (::pipe2(signal_pipe_, O_CLOEXEC | O_NONBLOCK) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
    end_asked = stop_asked = false;
    signal_fd = signal_pipe_[1];
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH, SIGCONT}) {
        Handled handled{.signal = signal};
        ::sigaction(signal, nullptr, &handled.before);
        // What was ignored when the program started stays so: nohup.
        if (handled.before.sa_handler == SIG_IGN && signal != SIGWINCH && signal != SIGCONT) continue;
        const struct sigaction action = handler();
        ::sigaction(signal, &action, nullptr);
        handled_.push_back(handled);
    }
    enter();
}

Terminal::~Terminal() {
    leave();
    for (const Handled& handled : handled_) ::sigaction(handled.signal, &handled.before, nullptr);
    signal_fd = -1;
    ::close(signal_pipe_[0]);
    ::close(signal_pipe_[1]);
}

void Terminal::enter() {
    termios now = before_;
    now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);  // ISIG stays: Ctrl-C and Ctrl-Z are signals
    now.c_iflag &= ~static_cast<tcflag_t>(ICRNL);
    now.c_cc[VMIN] = 1;
    now.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &now);
    entered_ = true;
    shown_.clear();
    write(enter_sequence);
}

void Terminal::leave() noexcept {
    if (!entered_) return;
    entered_ = false;
    write(leave_sequence);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

Size Terminal::size() const {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
    return {.width = size.ws_col, .height = size.ws_row};
}

void Terminal::show(const std::string& picture) {
    std::vector<std::string> lines;
    constexpr std::string_view end = "\r\n";
    for (std::size_t at = 0; at <= picture.size();) {
        const std::size_t next = std::min(picture.find(end, at), picture.size());
        lines.push_back(picture.substr(at, next - at));
        at = next + end.size();
    }
    const bool anew = lines.size() != shown_.size();
    std::string text = anew ? "\x1b[2J" : "";
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (anew || lines[i] != shown_[i]) text += std::format("\x1b[{}H{}\x1b[0m", i + 1, lines[i]);
    }
    // Half a picture is made good by the next one, which then is sent whole.
    if (write(text))
        shown_ = std::move(lines);
    else
        shown_.clear();
}

Terminal::Input Terminal::wait(int wake_fd, std::chrono::milliseconds at_most) {
    pollfd looked[] = {{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                       {.fd = signal_pipe_[0], .events = POLLIN, .revents = 0},
                       {.fd = wake_fd, .events = POLLIN, .revents = 0}};
    const int ready = end_asked || stop_asked ? 0 : ::poll(looked, std::size(looked), static_cast<int>(at_most.count()));
    Input input;
    if (ready > 0 && (looked[1].revents & POLLIN) != 0) {
        char bytes[64];
        while (::read(signal_pipe_[0], bytes, sizeof bytes) > 0) {
        }
        shown_.clear();  // another size, or another program drew meanwhile
    }
    if (ready > 0 && looked[0].revents != 0) {
        char bytes[256];
        const ssize_t count = ::read(STDIN_FILENO, bytes, sizeof bytes);
        if (count > 0) input.bytes.assign(bytes, static_cast<std::size_t>(count));
        // Nobody sits there any more.
        if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) input.ended = true;
    }
    if (stop_asked && !end_asked) stop_until_continued();
    if (end_asked) input.ended = true;
    return input;
}

// As if nobody had caught the signal, but with the terminal given back meanwhile.
void Terminal::stop_until_continued() {
    leave();
    struct sigaction by_default{};
    by_default.sa_handler = SIG_DFL;
    ::sigaction(SIGTSTP, &by_default, nullptr);
    stop_asked = false;
    ::raise(SIGTSTP);  // goes on from here after SIGCONT
    const struct sigaction action = handler();
    ::sigaction(SIGTSTP, &action, nullptr);
    // The shell may have changed it.
    ::tcgetattr(STDIN_FILENO, &before_);
    enter();
}

bool Terminal::write(const std::string& text) const noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t written = ::write(STDOUT_FILENO, text.data() + at, text.size() - at);
        if (written > 0) at += static_cast<std::size_t>(written);
        // A terminal that takes nothing (Ctrl-S) must not keep who wants to leave; one that is gone takes nothing ever.
        if (written <= 0 && (errno != EINTR || end_asked)) return false;
    }
    return true;
}

}  // namespace lantern_migrate::daemon::watch
