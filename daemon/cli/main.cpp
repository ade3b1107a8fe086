// lantern-migrate: the command line.
#include "config/mistakes.h"
#include "daemon/cli/options.h"
#include "daemon/cli/output.h"
#include "daemon/control_client.h"
#include "daemon/option_checks.h"
#include "daemon/standard_streams.h"
#include "daemon/text.h"
#include "migrations-state/journal.h"

#include <CLI/CLI.hpp>

#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <format>
#include <functional>
#include <iostream>
#include <map>

namespace lantern_migrate::daemon::cli {
namespace {

constexpr const char* default_config = "/etc/lantern-migrate/lantern-migrated.yaml";

using Command = std::function<int(const Options&)>;

class CommandLine {
public:
    CommandLine() : app_("lantern-migrate moves PostgreSQL databases from pgvector to Lantern", "lantern-migrate") {
        app_.set_version_flag("--version", "lantern-migrate " LANTERN_MIGRATE_VERSION);
        app_.require_subcommand(1);
        app_.footer(
            "Exit status: 0 done, 1 the migration failed, 2 wrong usage or job file, 3 waiting for the operator,\n"
            "4 verification found a difference, 5 the daemon is not reachable.");
        declare_file_commands();
        declare_job_commands();
        declare_actions();
    }

    int run(int argc, char** argv) {
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& e) {
            return explain(e);
        }
        return commands_.at(app_.get_subcommands().front())(options_);
    }

private:
    // Also --help and --version, which are no mistakes.
    int explain(const CLI::ParseError& error) {
        const std::vector<std::string> unknown = app_.remaining();
        // Of a command that is misspelled, it would only be said that there has to be one.
        if (app_.get_subcommands().empty() && !unknown.empty() && error.get_exit_code() != 0) {
            return complain(std::format("there is no command `{}`", printable(unknown.front())),
                            "lantern-migrate --help shows all commands", exit_usage);
        }
        const int status = app_.exit(error) == 0 ? exit_done : exit_usage;
        print("");  // says if standard output did not take it
        return status;
    }

    CLI::App* command(const std::string& name, const std::string& what, Command run) {
        CLI::App* sub = app_.add_subcommand(name, what);
        sub->add_flag("--json", options_.json, "show JSON");
        commands_[sub] = std::move(run);
        return sub;
    }

    void declare_file_commands() {
        CLI::App* plan = command("plan", "check a job and show what it would do; connects, changes nothing", plan_command);
        plan->add_option("JOB.yaml", options_.job, "the job file")->required()->check(not_empty());
        plan->add_flag("--queries", options_.queries,
                       "also the statements on vectors that the source's pg_stat_statements has seen, each with its translation");
        pg_dump(plan);
        CLI::App* translate =
            command("translate", "an application's SQL on pgvector as SQL on Lantern; connects to nothing", translate_command);
        translate->add_option("FILE.sql", options_.job, "the SQL; default, or -: standard input")->check(not_empty());
        translate->add_option("--schema", options_.schema, "SQL that declares its tables, such as pg_dump --schema-only writes")
            ->type_name("FILE")
            ->check(not_empty());
        translate->add_flag("--functions", options_.functions, "also the SQL that makes the functions of pgvector_compat that it calls");
        CLI::App* run = command("run", "run one job in the foreground; running it again resumes it", run_command);
        run->add_option("JOB.yaml", options_.job, "the job file")->required()->check(not_empty());
        run->add_option("--state-dir", options_.state_dir, "where its journal is kept; default ~/.local/state/lantern-migrate")
            ->type_name("DIR")
            ->check(not_empty());
        run->add_flag("--again", options_.again, "a job that is done already: migrate once more");
        run->add_flag("--cutover", options_.cutover, "give the word that `cutover: wait` waits for");
        pg_dump(run);
        CLI::App* submit = command("submit", "check a job file, then drop it into the daemon's spool", submit_command);
        submit->add_option("JOB.yaml", options_.job, "the job file")->required()->check(not_empty());
        submit->add_option("--spool-dir", options_.spool_dir, "the daemon's spool")->type_name("DIR")->check(not_empty());
        daemon_options(submit);
    }

    void declare_job_commands() {
        daemon_options(command("list", "all jobs", list_command), true);
        job(command("status", "how a job is", status_command), true);
        CLI::App* watch = command("watch", "follow a job, or all, until they end; q leaves", watch_command);
        watch->add_option("JOB", options_.job, "the job's name")->check(not_empty());
        daemon_options(watch);
        CLI::App* report = command("report", "what a job moved, how long it took, what it found", report_command);
        report->add_flag("--html", options_.html, "show HTML: one file to keep, to print or to send")->excludes("--json");
        job(report, true);
        CLI::App* events = command("events", "what happened to a job", events_command);
        events->add_option("--after", options_.after, "only events with a greater id")->type_name("ID")->check(CLI::NonNegativeNumber);
        job(events, true);
        CLI::App* indexes = command("indexes", "a job's saved indexes beside their translations, as SQL", indexes_command);
        pg_dump(indexes);
        job(indexes, true, "the job's name, or a job file");
    }

    void declare_actions() {
        action("pause", "stop a job for now");
        action("resume", "take up a paused job");
        action("cancel", "give up a job; the source stays as it is", true)
            ->add_flag("--drop-target-objects", options_.drop_target_objects,
                       "drop what the job made on the target, too, and nothing else; also of a job that is cancelled already");
        action("retry", "take up a failed job");
        action("cutover", "give the word that `cutover: wait` waits for");
        action("rollback", "in_place only: bring the source back");
    }

    CLI::App* action(const std::string& name, const std::string& what, bool with_journal = false) {
        CLI::App* sub = command(name, what, [name](const Options& options) { return action_command(options, name); });
        job(sub, with_journal);
        return sub;
    }

    void job(CLI::App* sub, bool with_journal, const std::string& what = "the job's name") {
        sub->add_option("JOB", options_.job, what)->required()->check(not_empty());
        daemon_options(sub, with_journal);
    }

    void daemon_options(CLI::App* sub, bool with_journal = false) {
        sub->add_option("--socket", options_.socket, "the daemon's control socket")->type_name("PATH")->check(not_empty());
        sub->add_option("--config", options_.config, std::string("the daemon's file; default ") + default_config)
            ->type_name("FILE")
            ->check(not_empty());
        if (!with_journal) return;
        sub->add_option("--state-dir", options_.state_dir, "ask the journal that `run` left there instead of the daemon")
            ->type_name("DIR")
            ->check(not_empty());
    }

    void pg_dump(CLI::App* sub) {
        sub->add_option("--pg-dump", options_.pg_dump, "the pg_dump to read schemas with; not older than the source")
            ->type_name("PATH")
            ->check(not_empty());
    }

    CLI::App app_;
    Options options_;
    std::map<const CLI::App*, Command> commands_;
};

}  // namespace

bool is_job_file(const std::string& job) { return job.contains('/') || job.ends_with(".yaml") || job.ends_with(".yml"); }

config::DaemonSpec daemon_spec(const Options& options) {
    if (options.config) return config::read_daemon_spec_file(*options.config);
    return ::access(default_config, R_OK) == 0 ? config::read_daemon_spec_file(default_config) : config::DaemonSpec{};
}

std::filesystem::path state_dir(const Options& options) {
    if (options.state_dir) return *options.state_dir;
    if (const char* dir = std::getenv("XDG_STATE_HOME"); dir != nullptr && *dir != '\0')
        return std::filesystem::path(dir) / "lantern-migrate";
    if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
        return std::filesystem::path(home) / ".local" / "state" / "lantern-migrate";
    }
    throw CommandError("there is no place for the journal: neither $XDG_STATE_HOME nor $HOME is set", "name one with --state-dir",
                       exit_usage);
}

}  // namespace lantern_migrate::daemon::cli

int main(int argc, char** argv) {
    using namespace lantern_migrate;
    using namespace lantern_migrate::daemon;
    keep_standard_streams();
    std::signal(SIGPIPE, SIG_IGN);  // `| head` must not end a migration
    try {
        return cli::CommandLine().run(argc, argv);
    } catch (const cli::CommandError& e) {
        return cli::complain(e.what(), e.hint(), e.status());
    } catch (const config::SpecError& e) {
        std::cerr << e.what() << '\n';  // file:line:column: key: message, a line each
        return exit_usage;
    } catch (const cli::OutputError& e) {
        return cli::complain(e.what(), "", exit_failed);
    } catch (const Unreachable& e) {
        return cli::complain(e.what(), e.hint(), exit_unreachable);
    } catch (const migrations_state::JournalError& e) {
        return cli::complain(e.what(), e.hint(), exit_failed);
    } catch (const std::exception& e) {
        return cli::complain(one_line(e.what()), "", exit_failed);
    }
}
