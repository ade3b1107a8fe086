// lantern-migrated in a directory of its own, and lantern-migrate to talk to it.
#pragma once

#include "tests/support/process.h"

#include <boost/json.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace lantern_migrate::test {

struct DaemonOptions {
    std::string settings;                // more lines of its file
    std::vector<std::string> run_under;  // a program and its arguments that run the daemon: unshare, prlimit
    std::map<std::string, std::string> environment;
};

class DaemonProcess {
public:
    // Keeps spool, journal and socket in `directory`, which exists. Starts it and waits until it is ready.
    explicit DaemonProcess(std::filesystem::path directory, DaemonOptions options = {});

    void start();
    [[nodiscard]] Ending stop();  // SIGTERM
    void kill();                  // SIGKILL
    [[nodiscard]] bool running() { return process_->running(); }
    [[nodiscard]] pid_t id() const { return process_->id(); }
    [[nodiscard]] std::string log() const;  // of every start

    // lantern-migrate COMMAND ... --socket S, and --spool-dir for `submit`.
    [[nodiscard]] Finished ask(std::vector<std::string> arguments) const;
    [[nodiscard]] std::vector<std::string> ask_arguments(std::vector<std::string> arguments) const;
    [[nodiscard]] boost::json::object status(const std::string& job) const;
    // Bounded; the last status, whether it came to that or not.
    boost::json::object wait_until(const std::string& job, const std::function<bool(const boost::json::object&)>& condition) const;
    // Waits for this disposition; gives what it is.
    std::string wait_for(const std::string& job, const std::string& disposition) const;

    // Puts a file into the spool by renaming it there.
    void drop(const std::string& name, const std::string& text) const;
    [[nodiscard]] std::filesystem::path spool(const std::string& directory) const { return directory_ / "spool" / directory; }
    [[nodiscard]] std::set<std::string> files(const std::string& directory) const;
    [[nodiscard]] boost::json::object report(const std::string& directory, const std::string& file) const;

private:
    std::filesystem::path directory_;
    DaemonOptions options_;
    std::unique_ptr<Process> process_;
    std::string former_log_;
};

// Asks again and again, for a minute at most, until it is so.
bool eventually(const std::function<bool()>& condition);

// A member of a JSON document as text: a string itself, anything else as JSON. "a.b" goes down.
[[nodiscard]] std::string text_at(const boost::json::object&, const std::string& path);

}  // namespace lantern_migrate::test
