// lantern-migrated: the daemon.
#include "config/daemon_spec.h"
#include "config/mistakes.h"
#include "daemon/engine.h"
#include "daemon/log.h"
#include "daemon/option_checks.h"
#include "daemon/service.h"
#include "daemon/standard_streams.h"
#include "daemon/text.h"
#include "daemon/verdict.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

namespace {

using namespace lantern_migrate;
using namespace lantern_migrate::daemon;

constexpr const char* default_config = "/etc/lantern-migrate/lantern-migrated.yaml";

struct Options {
    std::string config;
    std::optional<std::string> spool_dir, state_dir, control_socket, pg_dump, log_level;
    std::optional<int> max_jobs;
    bool check_config = false;
};

void declare(CLI::App& app, Options& options) {
    app.set_version_flag("--version", "lantern-migrated " LANTERN_MIGRATE_VERSION);
    app.add_option("--config", options.config, std::string("the daemon's file; default ") + default_config + " if it exists")
        ->type_name("FILE")
        ->check(not_empty());
    app.add_option("--spool-dir", options.spool_dir, "where job files are dropped: DIR/incoming")->type_name("DIR")->check(not_empty());
    app.add_option("--state-dir", options.state_dir, "where the journal is: DIR/journal.db")->type_name("DIR")->check(not_empty());
    app.add_option("--control-socket", options.control_socket, "the unix socket that lantern-migrate talks to")
        ->type_name("PATH")
        ->check(not_empty());
    app.add_option("--pg-dump", options.pg_dump, "the pg_dump to read schemas with; not older than any source")
        ->type_name("PATH")
        ->check(not_empty());
    app.add_option("--max-jobs", options.max_jobs, "how many jobs run at a time; the rest queue")->type_name("N")->check(CLI::Range(1, 64));
    app.add_option("--log-level", options.log_level, "trace, debug, info, warn or error")
        ->type_name("LEVEL")
        ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error"}));
    app.add_flag("--check-config", options.check_config, "read the daemon's file, say what is wrong with it, and exit");
}

config::DaemonSpec effective_spec(const Options& options) {
    config::DaemonSpec spec;
    if (!options.config.empty()) {
        spec = config::read_daemon_spec_file(options.config);
    } else if (std::filesystem::exists(default_config)) {
        spec = config::read_daemon_spec_file(default_config);
    }
    if (options.spool_dir) spec.spool_dir = *options.spool_dir;
    if (options.state_dir) spec.state_dir = *options.state_dir;
    if (options.control_socket) spec.control_socket = *options.control_socket;
    if (options.pg_dump) spec.pg_dump = *options.pg_dump;
    if (options.log_level) spec.log_level = *options.log_level;
    if (options.max_jobs) spec.max_jobs = *options.max_jobs;
    return spec;
}

int complain(const std::string& message, const std::string& hint, int status) {
    std::cerr << "lantern-migrated: " << message << '\n';
    if (!hint.empty()) std::cerr << "hint: " << hint << '\n';
    return status;
}

int serve(const Options& options) {
    const config::DaemonSpec spec = effective_spec(options);
    if (options.check_config) {
        std::cout << "the configuration is fine\n";
        return exit_done;
    }
    Service service(spec, migration_engines({.pg_dump = spec.pg_dump}), make_log(spec.log_level),
                    [&options] { return effective_spec(options); });
    return service.run();
}

}  // namespace

int main(int argc, char** argv) {
    keep_standard_streams();
    CLI::App app("lantern-migrated drives migration jobs from pgvector databases to Lantern databases", "lantern-migrated");
    Options options;
    declare(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? exit_done : exit_usage;
    }
    try {
        return serve(options);
    } catch (const config::SpecError& e) {
        std::cerr << e.what() << '\n';
        return exit_usage;
    } catch (const migrations_state::JournalError& e) {
        return complain(e.what(), e.hint(), exit_failed);
    } catch (const SpoolError& e) {
        return complain(e.what(), e.hint(), exit_failed);
    } catch (const ControlError& e) {
        return complain(e.what(), e.hint(), exit_failed);
    } catch (const std::exception& e) {
        return complain(one_line(e.what()), "", exit_failed);
    }
}
