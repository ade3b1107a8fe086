// What is wrong before anything is touched: one message saying what, where and what to do; nothing changed; mended, the job goes on.
#include "tests/integration/scenario.h"

#include <gmock/gmock.h>

#include <filesystem>

namespace lantern_migrate::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

struct Refusal {
    std::string name;
    std::string source, target;
    std::string reason, hint;
    std::vector<std::string> arguments{};
};

class ARefusal : public testing::Test {
protected:
    ARefusal() {
        scenario_.load("small_source.sql");
        query(scenario_.source_url(), "CREATE ROLE secured LOGIN SUPERUSER PASSWORD 'right-word'");
    }

    std::string job(const std::string& name, const std::string& source, const std::string& target, const std::string& more = "") {
        const auto file = scenario_.scratch() / (name + ".yaml");
        write_file(file, "source:\n  url: " + source + "\ntarget:\n  url: " + target + "\n" + more);
        return file;
    }
    // The last thing it says is this, once; exit status 1.
    void expect_refused(const std::string& file, const std::string& reason, const std::string& hint,
                        const std::vector<std::string>& arguments = {}) {
        const std::string name = std::filesystem::path(file).stem();
        const Finished finished = scenario_.run_job(file, {}, arguments);
        EXPECT_EQ(finished.ending.exit_code, 1);
        EXPECT_THAT(finished.err, EndsWith("\nlantern-migrate: " + name + ": " + reason + "\nhint: " + hint + "\n"));
        EXPECT_THAT(finished.err.substr(finished.err.find(reason) + 1), Not(HasSubstr(reason))) << "said twice";
        EXPECT_EQ(finished.out, "");
    }
    void expect_done(const std::string& file, const std::string& target) {
        const Finished finished = scenario_.run_job(file);
        EXPECT_EQ(finished.ending.exit_code, 0) << finished.out << finished.err;
        EXPECT_THAT(finished.err, HasSubstr("resuming "));
        EXPECT_THAT(compare_tables(scenario_.source_url(), target), testing::IsEmpty());
        EXPECT_EQ(query_text(target, "SELECT count(*) FROM pg_namespace WHERE nspname = 'lantern_migrate'"), "0");
    }
    std::string connection(const Cluster& server) const {
        return "connection to server at \"127.0.0.1\", port " + std::to_string(server.port()) + " failed: ";
    }

    Scenario scenario_;
};

TEST_F(ARefusal, OfWhatCannotBeReachedOrIsNotThere) {
    const std::string good_source = scenario_.source_url(), good_target = scenario_.target_url();
    const std::string port = std::to_string(scenario_.source().port());
    const std::string no_host = std::string(64, 'x') + ".invalid";  // too long for a label: no name server is asked
    const auto old_dump = scenario_.scratch() / "old_pg_dump";
    write_file(old_dump, "#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.8 (Debian 15.8-1)'\n");
    std::filesystem::permissions(old_dump, std::filesystem::perms(0755));
    const std::string check_database = "check the database name of the job's source";
    const std::vector<Refusal> refusals{
        {"wrong_password", scenario_.source_url("secured", "wrong-word"), good_target,
         "source " + scenario_.source_url("secured") + ": " + connection(scenario_.source()) +
             "FATAL: password authentication failed for user \"secured\"",
         "check user and password of the job's source, then retry"},
        {"no_password", scenario_.source_url("secured"), good_target,
         "source " + scenario_.source_url("secured") + ": " + connection(scenario_.source()) + "fe_sendauth: no password supplied",
         "give the source's password in its url_file, url_env or credential, or in ~/.pgpass, then retry"},
        {"unknown_role", scenario_.source_url("nobody"), good_target,
         "source " + scenario_.source_url("nobody") + ": " + connection(scenario_.source()) + "FATAL: role \"nobody\" does not exist",
         "check the user of the job's source, then retry"},
        {"unknown_host", "postgresql://postgres@" + no_host + ":5432/app", good_target,
         "source postgresql://postgres@" + no_host + ":5432/app: could not translate host name \"" + no_host +
             "\" to address: Name or service not known",
         "check the host name of the job's source, then retry"},
        {"missing_database", scenario_.source().url("nothing"), good_target,
         "source " + scenario_.source().url("nothing") + ": " + connection(scenario_.source()) +
             "FATAL: database \"nothing\" does not exist",
         check_database},
        {"no_pgvector", scenario_.source().url("postgres"), good_target,
         "the source database postgres has no extension `vector`: there is nothing to migrate",
         "check the database's name in `source`; an extension belongs to one database, not to the server"},
        // The source's server has pgvector, and no lantern.
        {"no_lantern", good_source, scenario_.source().url("postgres"),
         "database postgres of the target: the extension `lantern` is not available on the target's server",
         "install Lantern on that server, or check the target's URL"},
        {"same_database", good_source, "postgresql://postgres@localhost:" + port + "/app", "source and target are the same database, app",
         "give `target` another database"},
        {"old_pg_dump",
         good_source,
         good_target,
         old_dump.string() + " is of version 15, and the source is PostgreSQL 17: an older pg_dump cannot read a newer server",
         "install the client programs of PostgreSQL 17 or later, or name one of them with --pg-dump, or as `pg_dump` in the daemon's file",
         {"--pg-dump", old_dump}},
        {"no_pg_dump",
         good_source,
         good_target,
         "cannot run /nowhere/pg_dump: No such file or directory",
         "install PostgreSQL's client programs, or name the program's path with --pg-dump, or as `pg_dump` in the daemon's file",
         {"--pg-dump", "/nowhere/pg_dump"}},
    };
    const std::string source_before = dump(good_source), target_before = dump(good_target);
    for (const Refusal& refusal : refusals) {
        SCOPED_TRACE(refusal.name);
        expect_refused(job(refusal.name, refusal.source, refusal.target), refusal.reason, refusal.hint, refusal.arguments);
    }
    EXPECT_EQ(dump(good_source), source_before);
    EXPECT_EQ(dump(good_target), target_before);
    // Mended, the same job goes on; by the password in its file, or by a newer pg_dump.
    expect_done(job("wrong_password", scenario_.source_url("secured", "right-word"), good_target), good_target);
}

TEST_F(ARefusal, OfATargetThatIsNotReady) {
    const std::string fresh = scenario_.target().url("fresh");
    const std::string later = job("later", scenario_.source_url(), fresh);
    expect_refused(later, "target " + fresh + ": " + connection(scenario_.target()) + "FATAL: database \"fresh\" does not exist",
                   "check the database name of the job's target; for a new one, set `target.create_database: true`");
    scenario_.target().create_database("fresh");
    expect_done(later, fresh);

    // The tables are there: made by that other job, or by anybody.
    const std::string target_before = dump(fresh);
    const std::string again = job("again", scenario_.source_url(), fresh);
    expect_refused(again, "table public.items: it exists on the target already (and 1 more of `lantern-migrate plan`)",
                   "drop it there, or set `schema.existing` to use or replace");
    EXPECT_EQ(dump(fresh), target_before);
    query(fresh, "DROP TABLE items, notes");
    expect_done(again, fresh);
}

TEST_F(ARefusal, OfARoleThatMayNotReadOneTable) {
    query(scenario_.source_url(), "CREATE ROLE reader LOGIN; GRANT SELECT, UPDATE ON items TO reader");
    const std::string file = job("reading", scenario_.source_url("reader"), scenario_.target_url());
    const std::string source_before = dump(scenario_.source_url()), target_before = dump(scenario_.target_url());
    expect_refused(file, "table public.notes: the source's role may not read it (and 1 more of `lantern-migrate plan`)",
                   "GRANT SELECT ON public.notes and USAGE on its schema to the role, or exclude the table");
    EXPECT_EQ(dump(scenario_.source_url()), source_before);
    EXPECT_EQ(dump(scenario_.target_url()), target_before);
    query(scenario_.source_url(), "GRANT SELECT, MAINTAIN ON notes TO reader");
    expect_done(file, scenario_.target_url());
}

// From PostgreSQL 15 on, CREATE on a database says nothing about its schema public.
TEST_F(ARefusal, OfARoleThatMayNotCreateOnTheTarget) {
    query(scenario_.target_url(), "CREATE ROLE builder LOGIN; GRANT CREATE ON DATABASE app TO builder");
    const std::string file = job("building", scenario_.source_url(), scenario_.target().url("app", "builder"));
    const Finished plan = run({LANTERN_MIGRATE_BIN, "plan", file, "--json"});
    EXPECT_EQ(plan.ending.exit_code, 1);
    EXPECT_THAT(plan.out, HasSubstr("\"role builder is no superuser, and may not create the extension `lantern`\""));
    EXPECT_THAT(plan.out,
                HasSubstr("\"let a superuser run CREATE EXTENSION lantern in that database, unless its provider lets this role\""));
    expect_refused(file, "schema public of the target: role builder may not create tables in it",
                   "GRANT USAGE, CREATE ON SCHEMA public TO builder");

    query(scenario_.target_url(), "GRANT USAGE, CREATE ON SCHEMA public TO builder");
    expect_refused(file, "extension lantern: the target refuses it: permission denied to create extension \"lantern\" (SQLSTATE 42501)",
                   "let a superuser create the extension in that database, or use another role");
    query(scenario_.target_url(), "CREATE EXTENSION lantern");
    expect_done(file, scenario_.target_url());
}

}  // namespace
}  // namespace lantern_migrate::test
