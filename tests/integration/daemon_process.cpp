#include "tests/integration/daemon_process.h"

#include "tests/support/scratch_dir.h"

#include <signal.h>

#include <stdexcept>
#include <thread>

namespace lantern_migrate::test {

namespace fs = std::filesystem;
namespace json = boost::json;

bool eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    for (;;) {
        if (condition()) return true;
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(30));
    }
}

std::string text_at(const json::object& object, const std::string& path) {
    const auto dot = path.find('.');
    const json::value* value = object.if_contains(path.substr(0, dot));
    if (value == nullptr) return "(no " + path + ")";
    if (dot != std::string::npos) return value->is_object() ? text_at(value->get_object(), path.substr(dot + 1)) : "(no " + path + ")";
    return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

DaemonProcess::DaemonProcess(fs::path directory, DaemonOptions options) : directory_(std::move(directory)), options_(std::move(options)) {
    write_file(directory_ / "daemon.yaml",
               "spool_dir: " + (directory_ / "spool").string() + "\nstate_dir: " + (directory_ / "state").string() + "\ncontrol_socket: " +
                   (directory_ / "control.sock").string() + "\nretry: {initial_delay: 100ms, max_delay: 1s}\n" + options_.settings);
    start();
}

void DaemonProcess::start() {
    if (process_) former_log_ = log();
    std::vector<std::string> arguments = options_.run_under;
    arguments.insert(arguments.end(), {LANTERN_MIGRATED_BIN, "--config", (directory_ / "daemon.yaml").string()});
    process_ = std::make_unique<Process>(arguments, ProcessOptions{.environment = options_.environment});
    const bool ready = eventually([&] { return process_->err().contains("info: ready\n") || !process_->running(); });
    if (!ready || !process_->running()) throw std::runtime_error("the daemon did not start: " + process_->err());
}

Ending DaemonProcess::stop() {
    process_->signal(SIGTERM);
    const auto ending = process_->wait(std::chrono::seconds(60));
    if (!ending) throw std::runtime_error("the daemon does not stop: " + log());
    return *ending;
}

void DaemonProcess::kill() {
    process_->signal(SIGKILL);
    process_->wait(std::chrono::seconds(10));
}

std::string DaemonProcess::log() const { return former_log_ + process_->out() + process_->err(); }

std::vector<std::string> DaemonProcess::ask_arguments(std::vector<std::string> arguments) const {
    const bool submit = arguments.front() == "submit";
    arguments.insert(arguments.begin(), LANTERN_MIGRATE_BIN);
    arguments.insert(arguments.end(), {"--socket", (directory_ / "control.sock").string()});
    if (submit) arguments.insert(arguments.end(), {"--spool-dir", (directory_ / "spool").string()});
    return arguments;
}

Finished DaemonProcess::ask(std::vector<std::string> arguments) const { return run(ask_arguments(std::move(arguments))); }

json::object DaemonProcess::status(const std::string& job) const {
    const Finished finished = ask({"status", job, "--json"});
    // Not there yet, as a rule: then there is no document.
    boost::system::error_code error;
    const json::value document = json::parse(finished.out, error);
    return !error && document.is_object() ? document.get_object() : json::object{{"disposition", finished.err}};
}

json::object DaemonProcess::wait_until(const std::string& job, const std::function<bool(const json::object&)>& condition) const {
    json::object now;
    eventually([&] {
        now = status(job);
        return condition(now);
    });
    return now;
}

std::string DaemonProcess::wait_for(const std::string& job, const std::string& disposition) const {
    const auto now = wait_until(job, [&](const json::object& status) {
        return text_at(status, "disposition") == disposition && text_at(status, "transient") == "false" && text_at(status, "wish").empty();
    });
    const std::string reached = text_at(now, "disposition");
    return reached == disposition ? reached : reached + ": " + text_at(now, "reason");
}

void DaemonProcess::drop(const std::string& name, const std::string& text) const {
    const fs::path temporary = directory_ / (name + ".new");
    write_file(temporary, text);
    fs::rename(temporary, spool("incoming") / name);
}

std::set<std::string> DaemonProcess::files(const std::string& directory) const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(spool(directory))) names.insert(entry.path().filename());
    return names;
}

json::object DaemonProcess::report(const std::string& directory, const std::string& file) const {
    return json::parse(read_file(spool(directory) / (file + ".report.json"))).as_object();
}

}  // namespace lantern_migrate::test
