#include "tests/support/process.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <thread>

namespace lantern_migrate::test {
namespace {

[[noreturn]] void exec(const std::vector<std::string>& arguments, const ProcessOptions& options, const passwd* user, const std::string& out,
                       const std::string& err) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int in_file = open("/dev/null", O_RDONLY);
    const int out_file = open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    const int err_file = open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    dup2(in_file, 0);
    dup2(out_file, 1);
    dup2(err_file, 2);
    if (!options.working_directory.empty() && chdir(options.working_directory.c_str()) != 0) _exit(126);
    if (user != nullptr && (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a change of user had cleared it
    for (const auto& [name, value] : options.environment) setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    execvp(pointers[0], pointers.data());
    _exit(127);
}

}  // namespace

Process::Process(std::vector<std::string> arguments, ProcessOptions options) {
    const passwd* user = !options.user.empty() && geteuid() == 0 ? getpwnam(options.user.c_str()) : nullptr;
    const std::string out = scratch_ / "out", err = scratch_ / "err";
    id_ = fork();
    if (id_ < 0) throw std::runtime_error("cannot fork");
    if (id_ == 0) exec(arguments, options, user, out, err);
}

Process::~Process() {
    if (!ending_) {
        signal(SIGKILL);
        wait(std::chrono::seconds(10));
    }
}

std::optional<Ending> Process::wait(std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!ending_) {
        int status = 0;
        if (waitpid(id_, &status, WNOHANG) == id_) {
            ending_ = WIFEXITED(status) ? Ending{WEXITSTATUS(status), 0} : Ending{-1, WTERMSIG(status)};
        } else if (std::chrono::steady_clock::now() >= deadline) {
            return std::nullopt;
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
    return ending_;
}

void Process::signal(int number) const {
    if (!ending_) kill(id_, number);
}

bool Process::running() { return !wait(std::chrono::milliseconds(0)).has_value(); }
std::string Process::out() const { return std::filesystem::exists(scratch_ / "out") ? read_file(scratch_ / "out") : ""; }
std::string Process::err() const { return std::filesystem::exists(scratch_ / "err") ? read_file(scratch_ / "err") : ""; }

Finished run(std::vector<std::string> arguments, ProcessOptions options, std::chrono::seconds limit) {
    const std::string program = arguments.front();
    Process process(std::move(arguments), std::move(options));
    const auto ending = process.wait(limit);
    if (!ending) throw std::runtime_error(program + " did not end in time; it said: " + process.out() + process.err());
    return {*ending, process.out(), process.err()};
}

std::string run_checked(std::vector<std::string> arguments, ProcessOptions options, std::chrono::seconds limit) {
    std::string line;
    for (const auto& argument : arguments) line += argument + " ";
    const Finished finished = run(std::move(arguments), std::move(options), limit);
    if (finished.ending != Ending{0, 0}) throw std::runtime_error(line + "failed: " + finished.out + finished.err);
    return finished.out;
}

}  // namespace lantern_migrate::test
