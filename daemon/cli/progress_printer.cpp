#include "daemon/cli/progress_printer.h"

#include "daemon/cli/output.h"
#include "daemon/progress_bars.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <format>
#include <iterator>
#include <string_view>

namespace lantern_migrate::daemon::cli {
namespace {

constexpr auto line_every = std::chrono::seconds(5);

bool can_draw(int fd) {
    const char* term = std::getenv("TERM");
    return ::isatty(fd) == 1 && term != nullptr && std::string_view(term) != "dumb";
}

}  // namespace

ProgressPrinter::ProgressPrinter(int fd) : fd_(fd), terminal_(can_draw(fd)) {}

ProgressPrinter::~ProgressPrinter() = default;

void ProgressPrinter::show(const std::vector<JobStatus>& jobs) {
    if (terminal_) return draw(jobs);
    for (const JobStatus& status : jobs) tell(status);
}

void ProgressPrinter::say(const std::string& line) {
    const std::vector<std::string> bars = drawn_;
    erase();
    std::string text = line + '\n';
    for (const std::string& bar : bars) text += bar + '\n';
    write(text);
    drawn_ = bars;
}

// Everything in one write, so that a slow terminal never shows half a picture.
void ProgressPrinter::draw(const std::vector<JobStatus>& jobs) {
    const TerminalSize size = terminal_size(fd_);
    const std::size_t lines_max = size.height > 2 ? size.height - 1 : 1;  // the cursor stands beneath them
    std::vector<std::string> lines;
    for (const JobStatus& status : jobs) {
        if (lines.size() >= lines_max) break;
        std::ranges::move(progress_bars(status, {.width = size.width, .height = lines_max - lines.size()}), std::back_inserter(lines));
    }
    std::string text;
    if (!drawn_.empty()) text += std::format("\x1b[{}A", drawn_.size());
    for (const std::string& line : lines) text += "\r\x1b[K" + line + '\n';
    text += "\x1b[J";
    write(text);
    drawn_ = std::move(lines);
}

void ProgressPrinter::erase() {
    if (drawn_.empty()) return;
    write(std::format("\x1b[{}A\r\x1b[J", drawn_.size()));
    drawn_.clear();
}

void ProgressPrinter::tell(const JobStatus& status) {
    const migrations_state::Job& job = status.job;
    Told& told = told_[job.name];
    const std::string state = std::format("{} {} {} {}", migrations_state::to_word(job.disposition), migrations_state::to_word(job.step),
                                          to_word(status.wish), job.reason);
    const auto now = std::chrono::steady_clock::now();
    if (told.state == state && now - told.at < line_every) return;
    std::string line = progress_line(status);
    // A job that waits says so once.
    if (told.state == state && told.line == line) return;
    told = {.state = state, .at = now, .line = std::move(line)};
    write(told.line + '\n');
}

void ProgressPrinter::write(const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t written = ::write(fd_, text.data() + at, text.size() - at);
        if (written < 0 && errno != EINTR) {  // nobody reads any more; the job goes on
            trouble_ = errno;
            return;
        }
        if (written > 0) at += static_cast<std::size_t>(written);
    }
}

}  // namespace lantern_migrate::daemon::cli
