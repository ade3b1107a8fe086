// A program that a test runs, watches and kills. It dies with the test.
#pragma once

#include "tests/support/scratch_dir.h"

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lantern_migrate::test {

struct ProcessOptions {
    std::map<std::string, std::string> environment;  // beside our own
    std::string user;                                // run as this user if we are root
    std::filesystem::path working_directory;
};

struct Ending {
    int exit_code = -1;  // -1: it did not exit by itself
    int signal = 0;

    bool operator==(const Ending&) const = default;
};

class Process {
public:
    Process(std::vector<std::string> arguments, ProcessOptions options = {});
    ~Process();  // SIGKILL, if it still runs
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    // Empty if it still runs at the end of the time.
    std::optional<Ending> wait(std::chrono::milliseconds limit);
    void signal(int number) const;
    [[nodiscard]] bool running();
    [[nodiscard]] pid_t id() const { return id_; }
    // What it wrote to standard output and standard error so far.
    [[nodiscard]] std::string out() const;
    [[nodiscard]] std::string err() const;

private:
    ScratchDir scratch_{"process"};
    pid_t id_ = -1;
    std::optional<Ending> ending_;
};

struct Finished {
    Ending ending;
    std::string out;
    std::string err;
};
// Runs to the end; kills it behind the limit and throws.
Finished run(std::vector<std::string> arguments, ProcessOptions options = {}, std::chrono::seconds limit = std::chrono::seconds(120));
// The same, and throws unless it exits with 0. Gives standard output.
std::string run_checked(std::vector<std::string> arguments, ProcessOptions options = {},
                        std::chrono::seconds limit = std::chrono::seconds(120));

}  // namespace lantern_migrate::test
