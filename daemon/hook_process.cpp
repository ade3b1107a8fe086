#include "daemon/hook_process.h"

#include "daemon/text.h"

#include <boost/asio/post.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <format>
#include <system_error>

extern "C" {  // the C library's own header forgets to say so
#include <sys/pidfd.h>
}

namespace lantern_migrate::daemon {
namespace {

namespace asio = boost::asio;

// From SIGTERM to SIGKILL: enough to remove a temporary file.
constexpr auto time_to_obey = std::chrono::seconds(2);

[[noreturn]] void fail(int error, const char* what) { throw std::system_error(error, std::generic_category(), what); }

int checked(int result, const char* what) {
    if (result < 0) fail(errno, what);
    return result;
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

// A file in memory: no size of it blocks us, and it can be opened again as /dev/stdin.
int file_with(const std::string& text) {
    Descriptor file(checked(::memfd_create("lantern-migrate-job", MFD_CLOEXEC), "memfd_create"));
    std::size_t written = 0;
    while (written < text.size()) {
        const ssize_t now = ::write(file.get(), text.data() + written, text.size() - written);
        if (now < 0 && errno != EINTR) fail(errno, "write");
        if (now > 0) written += static_cast<std::size_t>(now);
    }
    checked(static_cast<int>(::lseek(file.get(), 0, SEEK_SET)), "lseek");
    return file.release();
}

// What happens in the child between fork and exec.
class SpawnPlan {
public:
    SpawnPlan(int input, int output) {
        check(::posix_spawn_file_actions_init(&actions_));
        check(::posix_spawnattr_init(&attributes_));
        check(::posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO));
        check(::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO));
        check(::posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO));
        check(::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1));
        check(::posix_spawn_file_actions_addchdir_np(&actions_, "/"));
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        check(::posix_spawnattr_setsigmask(&attributes_, &none));
        check(::posix_spawnattr_setsigdefault(&attributes_, &all));
        check(::posix_spawnattr_setpgroup(&attributes_, 0));
        check(::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    pid_t spawn(const HookCommand& command) const {
        std::string name = command.program.string();
        std::vector<char*> arguments{name.data()}, environment;
        for (const std::string& argument : command.arguments) arguments.push_back(const_cast<char*>(argument.c_str()));
        for (const std::string& variable : command.environment) environment.push_back(const_cast<char*>(variable.c_str()));
        arguments.push_back(nullptr);
        environment.push_back(nullptr);
        pid_t child = -1;
        check(::posix_spawn(&child, name.c_str(), &actions_, &attributes_, arguments.data(), environment.data()));
        return child;
    }

private:
    static void check(int error) {
        if (error != 0) fail(error, "cannot be started");
    }
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

std::string signal_name(int number) {
    const char* const name = ::sigabbrev_np(number);
    return name == nullptr ? std::format("signal {}", number) : std::format("SIG{}", name);
}

std::string trouble_of(int status) {
    if (WIFSIGNALED(status)) return "ended by " + signal_name(WTERMSIG(status));
    return WEXITSTATUS(status) == 0 ? "" : std::format("exit status {}", WEXITSTATUS(status));
}

}  // namespace

HookProcess::HookProcess(asio::io_context& io, OnEnd on_end) : on_end_(std::move(on_end)), process_(io), output_(io), timer_(io) {}

std::shared_ptr<HookProcess> HookProcess::start(asio::io_context& io, const HookCommand& command, OnEnd on_end) {
    const Descriptor input(file_with(command.document));
    int ends[2];
    checked(::pipe2(ends, O_CLOEXEC), "pipe2");
    Descriptor reads(ends[0]);
    const Descriptor writes(ends[1]);
    const std::shared_ptr<HookProcess> process(new HookProcess(io, std::move(on_end)));
    process->output_.assign(reads.get());
    reads.release();
    process->output_.non_blocking(true);
    process->spawn(command, input.get(), writes.get());
    process->watch(command.timeout);
    process->listen();
    return process;
}

HookProcess::~HookProcess() { reap(); }

void HookProcess::spawn(const HookCommand& command, int input, int output) {
    id_ = SpawnPlan(input, output).spawn(command);
    process_.assign(checked(::pidfd_open(id_, 0), "pidfd_open"));
}

void HookProcess::signal_group(int number) const {
    if (id_ > 0) ::kill(-id_, number);
}

// The group goes before its leader is reaped: until then its number cannot be another's. What it left behind in it goes as well.
void HookProcess::reap() {
    if (id_ <= 0) return;
    signal_group(SIGKILL);
    while (::waitpid(id_, &status_, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
}

void HookProcess::watch(std::chrono::milliseconds timeout) {
    process_.async_wait(asio::posix::descriptor_base::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) self->exited();
    });
    timer_.expires_after(timeout);
    timer_.async_wait([self = shared_from_this(), timeout](const boost::system::error_code& error) {
        if (!error) self->end("took longer than " + format_duration(timeout));
    });
}

void HookProcess::end(const std::string& trouble) {
    if (id_ <= 0 || !trouble_.empty()) return;
    trouble_ = trouble;
    signal_group(SIGTERM);
    timer_.expires_after(time_to_obey);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) self->signal_group(SIGKILL);
    });
}

void HookProcess::kill() { signal_group(SIGKILL); }

void HookProcess::listen() {
    output_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](const boost::system::error_code& error, std::size_t bytes) {
        if (error || !self->output_.is_open()) return;
        self->take(bytes);
        if (self->output_.is_open() && self->id_ > 0) self->listen();
    });
}

void HookProcess::take(std::size_t bytes) {
    const std::size_t room = hook_output_max - text_.size();
    text_.append(buffer_.data(), std::min(bytes, room));
    if (bytes <= room) return;
    flooded_ = true;
    output_.close();
}

void HookProcess::exited() {
    reap();
    timer_.cancel();
    process_.close();
    // A read may have its bytes in the buffer already, and its handler stand in the queue: that one comes first.
    asio::post(timer_.get_executor(), [self = shared_from_this()] { self->finish(); });
}

void HookProcess::finish() {
    boost::system::error_code error;
    while (output_.is_open()) {  // take() closes it behind the limit
        const std::size_t bytes = output_.read_some(asio::buffer(buffer_), error);
        if (error || bytes == 0) break;
        take(bytes);
    }
    if (output_.is_open()) output_.close(error);
    if (trouble_.empty()) trouble_ = trouble_of(status_);
    if (flooded_)
        trouble_ = std::format("wrote more than {}, {}", format_bytes(hook_output_max), trouble_.empty() ? "and was cut off" : trouble_);
    // What it calls may be the last that holds us.
    const auto on_end = std::exchange(on_end_, nullptr);
    on_end({.trouble = std::move(trouble_), .output = std::move(text_)});
}

}  // namespace lantern_migrate::daemon
