// From a file in the spool to a job in the journal, and back to the spool at the job's end.
#pragma once

#include "daemon/log.h"
#include "daemon/scheduler.h"
#include "daemon/spool.h"
#include "migrations-state/journal.h"

#include <filesystem>
#include <set>
#include <string>

namespace lantern_migrate::daemon {

class Intake {
public:
    Intake(const Spool&, migrations_state::Journal&, Log);
    // The scheduler calls back here, so it is told later.
    void attach(Scheduler& scheduler) { scheduler_ = &scheduler; }

    // Puts right what a crash left between the spool and the journal: files without a job, ended jobs whose file is still active.
    void reconcile();
    // A name in incoming/: claimed and queued, or refused with a report. Never throws for what is the file's mistake.
    void take(const std::string& name);
    // Files in active/ that the journal had no room for.
    void take_waiting();
    [[nodiscard]] bool has_waiting() const { return !waiting_.empty(); }

    // The job's file and report to where they belong by its disposition.
    void file_away(const migrations_state::Job&);
    // Into active/ again. Throws SpoolError or JournalError.
    void bring_back(const migrations_state::Job&);

private:
    void admit(const std::filesystem::path& claimed, const std::string& name);
    void admit_spec(config::JobSpec, const std::filesystem::path& claimed);
    void refuse(const std::filesystem::path& file, const std::string& reason, const std::string& hint,
                const std::vector<config::Mistake>& mistakes = {});
    void log_once(const std::string& name, const std::string& reason, const std::string& hint);

    const Spool& spool_;
    migrations_state::Journal& journal_;
    Log log_;
    Scheduler* scheduler_ = nullptr;
    std::set<std::filesystem::path> waiting_;  // claimed, and not in the journal yet
    std::set<std::string> troubles_;           // already logged; a file that cannot even be moved is found again and again
};

}  // namespace lantern_migrate::daemon
