// What the command line said, and the commands it can ask for. Each command gives the program's exit status (daemon/verdict.h).
#pragma once

#include "config/daemon_spec.h"

#include <filesystem>
#include <optional>
#include <string>

namespace lantern_migrate::daemon::cli {

struct Options {
    std::string job;  // a name, or the path of a job file; of `translate`, a file with SQL
    bool json = false;
    bool html = false;  // report
    std::optional<std::string> config, spool_dir, socket, state_dir, pg_dump;
    bool again = false;                 // run
    bool cutover = false;               // run
    bool drop_target_objects = false;   // cancel
    std::int64_t after = 0;             // events
    bool queries = false;               // plan
    bool functions = false;             // translate
    std::optional<std::string> schema;  // translate
};

int plan_command(const Options&);
int translate_command(const Options&);
int run_command(const Options&);
int submit_command(const Options&);
int list_command(const Options&);
int status_command(const Options&);
int watch_command(const Options&);
int report_command(const Options&);
int events_command(const Options&);
int indexes_command(const Options&);
int action_command(const Options&, const std::string& action);

// The daemon's file, for its spool and socket: the one named, or the default one if it can be read. Throws config::SpecError.
[[nodiscard]] config::DaemonSpec daemon_spec(const Options&);
// --state-dir, or $XDG_STATE_HOME/lantern-migrate, or ~/.local/state/lantern-migrate.
[[nodiscard]] std::filesystem::path state_dir(const Options&);
[[nodiscard]] bool is_job_file(const std::string& job);

}  // namespace lantern_migrate::daemon::cli
