// The spool on disk: incoming/ -> active/ -> done/ or failed/. A file moves by rename, never over another file.
//
// Only the daemon writes to active/, done/ and failed/; anybody of the spool's group may drop a file into incoming/, so what lies
// there may be anything: a link, a pipe, a file still being written.
#pragma once

#include "config/mistakes.h"

#include <boost/json/fwd.hpp>
#include <chrono>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace lantern_migrate::daemon {

// The spool itself cannot be used: not a file's mistake.
class SpoolError : public std::runtime_error {
public:
    SpoolError(const std::string& message, std::string hint) : std::runtime_error(message), hint_(std::move(hint)) {}
    [[nodiscard]] const std::string& hint() const { return hint_; }

private:
    std::string hint_;
};

class Spool {
public:
    enum class End { done, failed };

    // Creates the directories that are missing: incoming/ writable by its group (2770), the others readable (2750).
    explicit Spool(std::filesystem::path dir);
    // Made again if somebody removed it; for the watch.
    void create_directories() const;

    [[nodiscard]] const std::filesystem::path& dir() const { return dir_; }
    [[nodiscard]] std::filesystem::path incoming() const { return dir_ / "incoming"; }
    [[nodiscard]] std::filesystem::path active() const { return dir_ / "active"; }

    struct Scan {
        std::vector<std::string> names;  // that count now, in the order they were written
        bool unsettled = false;          // there are others that may still be being written: look again soon
    };
    // A scan cannot see the event of a file being closed; it takes a file that nobody has open for writing, and where the kernel
    // does not tell, one that did not change for `settle`.
    [[nodiscard]] Scan scan_incoming(std::chrono::milliseconds settle = std::chrono::seconds(2)) const;
    [[nodiscard]] std::vector<std::filesystem::path> active_files() const;

    // Dot-files and *.tmp: somebody is still writing them.
    [[nodiscard]] static bool ignored(const std::string& name);
    // Why a name in a directory cannot be a job file at all; empty if it can. Opens nothing.
    [[nodiscard]] static std::string objection(const std::filesystem::path& file);

    // Into active/; gives the path it has there. Throws SpoolError.
    std::filesystem::path claim(const std::string& name) const;
    // Out of incoming/ or active/ with a report of the mistakes. Gives the path in failed/. Throws SpoolError.
    std::filesystem::path refuse(const std::filesystem::path& file, const std::string& reason, const std::string& hint,
                                 const std::vector<config::Mistake>& mistakes) const;
    // At the end of a job: into done/ or failed/. Gives its path there; its report goes beside it.
    std::filesystem::path finish(const std::filesystem::path& file, End end) const;
    // FILE.report.json and FILE.report.html. By rename, so that nobody ever reads half a report. Throws SpoolError.
    static void write_report(const std::filesystem::path& file, const boost::json::value& report);
    static void write_report_page(const std::filesystem::path& file, const std::string& html);
    // Back into active/, for a retry; a file that is there already stays.
    std::filesystem::path reactivate(const std::filesystem::path& file) const;
    // Where a file is that was moved just before a crash; `file` itself if it is where it should be, or nowhere.
    [[nodiscard]] std::filesystem::path find_again(const std::filesystem::path& file) const;

private:
    [[nodiscard]] std::filesystem::path move_into(const std::filesystem::path& file, const std::string& directory) const;

    std::filesystem::path dir_;
};

}  // namespace lantern_migrate::daemon
