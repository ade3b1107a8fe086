// Shows how jobs go on: bars that are drawn over on a terminal, now and then a line elsewhere.
#pragma once

#include "daemon/job_status.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace lantern_migrate::daemon::cli {

class ProgressPrinter {
public:
    explicit ProgressPrinter(int fd);  // borrowed
    ~ProgressPrinter();                // leaves the last picture standing
    ProgressPrinter(const ProgressPrinter&) = delete;
    ProgressPrinter& operator=(const ProgressPrinter&) = delete;

    void show(const std::vector<JobStatus>&);
    // A line that stays: above the bars.
    void say(const std::string& line);
    [[nodiscard]] bool terminal() const { return terminal_; }
    // The errno of what could not be written; 0 as long as everything could.
    [[nodiscard]] int trouble() const { return trouble_; }

private:
    void draw(const std::vector<JobStatus>&);
    void tell(const JobStatus&);
    void erase();
    void write(const std::string&);

    int fd_;
    bool terminal_;
    int trouble_ = 0;
    std::vector<std::string> drawn_;
    struct Told {
        std::string state;
        std::chrono::steady_clock::time_point at;
        std::string line;
    };
    std::map<std::string, Told> told_;  // by job
};

}  // namespace lantern_migrate::daemon::cli
