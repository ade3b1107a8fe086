#include "daemon/verdict.h"

#include "config/connection_settings.h"
#include "config/mistakes.h"
#include "core/errors.h"
#include "migrations-state/journal.h"

#include <gtest/gtest.h>

#include <new>

namespace lantern_migrate::daemon {
namespace {

template <typename Error>
Verdict judged(Error error, bool servers_known = false) {
    return judge(std::make_exception_ptr(std::move(error)), {.servers_known = servers_known});
}

PgError connecting(std::string server, std::string message) {
    PgError::Facts facts;
    facts.server = std::move(server);
    facts.message = std::move(message);
    facts.connection_lost = true;
    facts.while_connecting = true;
    return PgError(facts);
}

PgError statement(std::string sqlstate, bool connection_lost = false) {
    PgError::Facts facts;
    facts.server = "target postgresql://owner@new.example/app";
    facts.sqlstate = std::move(sqlstate);
    facts.message = "it says";
    facts.connection_lost = connection_lost;
    return PgError(facts);
}

struct ConnectCase {
    const char* message;
    bool first, later;  // transient
    const char* hint;
};

class ConnectVerdict : public testing::TestWithParam<ConnectCase> {};

TEST_P(ConnectVerdict, IsByTheServersWords) {
    const ConnectCase& c = GetParam();
    const PgError error = connecting("source postgresql://reader@old.example/app", c.message);
    const Verdict first = judged(error, false);
    EXPECT_EQ(first.transient, c.first);
    EXPECT_EQ(judged(error, true).transient, c.later);
    EXPECT_EQ(first.reason, std::string("source postgresql://reader@old.example/app: ") + c.message);
    EXPECT_EQ(first.hint, c.hint);
    EXPECT_EQ(first.exit_status, exit_failed);
}

constexpr const char* does_not_take_connections = "the source does not take connections now; the job goes on as soon as it does";

INSTANTIATE_TEST_SUITE_P(
    Connecting, ConnectVerdict,
    testing::Values(
        ConnectCase{"connection to server at \"old.example\" (10.0.0.1), port 5432 failed: FATAL: password authentication failed for user "
                    "\"reader\"",
                    false, false, "check user and password of the job's source, then retry"},
        ConnectCase{"connection to server at \"old.example\" (10.0.0.1), port 5432 failed: fe_sendauth: no password supplied", false, false,
                    "give the source's password in its url_file, url_env or credential, or in ~/.pgpass, then retry"},
        ConnectCase{"connection to server at \"old.example\" (10.0.0.1), port 5432 failed: FATAL: database \"app\" does not exist", false,
                    false, "check the database name of the job's source"},
        ConnectCase{"connection to server at \"old.example\" (10.0.0.1), port 5432 failed: FATAL: role \"reader\" does not exist", false,
                    false, "check the user of the job's source, then retry"},
        ConnectCase{"FATAL: no pg_hba.conf entry for host \"10.0.0.2\", user \"reader\", database \"app\", no encryption", false, false,
                    "allow this user, database and address in pg_hba.conf on the source's server, then retry"},
        ConnectCase{"could not translate host name \"old.example\" to address: Name or service not known", false, true,
                    "check the host name of the job's source, then retry"},
        ConnectCase{"connection to server at \"127.0.0.1\", port 1 failed: Connection refused Is the server running on that host and "
                    "accepting TCP/IP connections?",
                    true, true, "is the source's server running, and is it listening on this host and port?"},
        ConnectCase{"connection to server on socket \"/run/x/.s.PGSQL.5432\" failed: No such file or directory", true, true,
                    "is the source's server running, and is this its socket directory and port?"},
        ConnectCase{"connection to server at \"old.example\" (10.0.0.1), port 5432 failed: timeout expired", true, true,
                    "the source does not answer: check host, port and firewall"},
        ConnectCase{"FATAL: the database system is starting up", true, true, does_not_take_connections},
        ConnectCase{"FATAL: the database system is not yet accepting connections", true, true, does_not_take_connections},
        ConnectCase{"FATAL: sorry, too many clients already", true, true,
                    "the source has no free connections: raise its max_connections, or lower `copy.workers`"},
        ConnectCase{"SSL error: certificate verify failed", false, false,
                    "check sslrootcert, sslcert, sslkey and sslmode of the job's source, then retry"},
        ConnectCase{"FATAL: Passwort-Authentifizierung fehlgeschlagen", false, true,
                    "check the connection settings of the job's source, then retry"}));

struct SqlstateCase {
    const char* sqlstate;
    bool transient;
    const char* hint;
};

class SqlstateVerdict : public testing::TestWithParam<SqlstateCase> {};

TEST_P(SqlstateVerdict, IsByTheTable) {
    const SqlstateCase& c = GetParam();
    const Verdict verdict = judged(statement(c.sqlstate));
    EXPECT_EQ(verdict.transient, c.transient);
    EXPECT_EQ(verdict.hint, c.hint);
    EXPECT_EQ(verdict.sqlstate, c.sqlstate);
    EXPECT_EQ(verdict.reason, std::string("target postgresql://owner@new.example/app: it says (SQLSTATE ") + c.sqlstate + ")");
}

INSTANTIATE_TEST_SUITE_P(
    Sqlstates, SqlstateVerdict,
    testing::Values(
        SqlstateCase{"08006", true, "the connection broke; the job goes on as soon as the target answers"}, SqlstateCase{"40001", true, ""},
        SqlstateCase{"40P01", true, ""},
        SqlstateCase{"53300", true,
                     "the target has no free connections: raise its max_connections, or lower `copy.workers` in the job file"},
        SqlstateCase{"55P03", true, "another session holds a lock; the job tries again"},
        SqlstateCase{"57P01", true, "the target ended the session; the job goes on as soon as it may connect again"},
        SqlstateCase{"57P03", true, "the target is starting up or shutting down; the job goes on as soon as it takes connections"},
        SqlstateCase{"28P01", false, "check user and password of the job's target, then retry"},
        SqlstateCase{"42501", false, "grant the job's role on the target what is missing, then retry"},
        SqlstateCase{"53100", false, "the target's disk is full: make room there, then retry; what is copied stays"},
        SqlstateCase{"22P03", false,
                     "the target refuses this value: mend the row on the source, or leave its table out with `tables.exclude`"},
        SqlstateCase{"23514", false, "the target refuses this row: mend it on the source, or leave its table out with `tables.exclude`"},
        SqlstateCase{"42P01", false,
                     "an object that the plan counted on is gone; if that was on purpose, cancel the job and submit it anew"},
        SqlstateCase{"0A000", false, ""}));

TEST(Verdict, OfALostConnectionIsToTryAgainWhateverTheServersLastWords) {
    const Verdict verdict = judged(statement("XX000", true));
    EXPECT_TRUE(verdict.transient);
    EXPECT_EQ(verdict.hint, "the connection to the target was lost; the job goes on as soon as it answers");
}

TEST(Verdict, OfACommitInDoubtIsToTryAgain) {
    PgError::Facts facts;
    facts.server = "target x";
    facts.message = "no answer";
    facts.in_doubt = true;
    EXPECT_TRUE(judged(PgError(facts)).transient);
}

TEST(Verdict, UsesTheServersHintWhereThereIsNoRule) {
    PgError::Facts facts;
    facts.server = "target x";
    facts.sqlstate = "0A000";
    facts.message = "extension \"lantern\" is not available";
    facts.hint = "The extension must first be installed on the system\nwhere PostgreSQL is running.";
    EXPECT_EQ(judged(PgError(facts)).hint, "The extension must first be installed on the system where PostgreSQL is running.");
}

TEST(Verdict, OfAFullJournalDiskIsToWaitForRoom) {
    using migrations_state::JournalError;
    using migrations_state::JournalErrorKind;
    const Verdict full = judged(JournalError(JournalErrorKind::full, "journal /x/journal.db: no space left", ""));
    EXPECT_TRUE(full.transient);
    EXPECT_EQ(full.reason, "journal /x/journal.db: no space left");
    EXPECT_EQ(full.hint, "make room on the journal's filesystem; the job goes on by itself");
    EXPECT_TRUE(judged(JournalError(JournalErrorKind::io, "x", "")).transient);
    EXPECT_FALSE(judged(JournalError(JournalErrorKind::damaged, "x", "")).transient);
}

TEST(Verdict, OfTheEnginesOwnErrors) {
    EXPECT_TRUE(judged(TransientError("the snapshot is gone", "")).transient);
    EXPECT_FALSE(judged(MigrationError("the plan is blocked", "see plan")).transient);
    EXPECT_EQ(judged(MigrationError("the plan is blocked", "see plan")).hint, "see plan");
    EXPECT_EQ(judged(VerificationError("table x differs", "")).exit_status, exit_different);
    EXPECT_EQ(judged(config::ConnectionSettingsError("url_env X is not set")).exit_status, exit_usage);
    EXPECT_EQ(judged(config::SpecError("words.yaml", {{.line = 3, .column = 1, .key = "copy", .message = "unknown key"}})).exit_status,
              exit_usage);
    EXPECT_TRUE(judged(std::bad_alloc()).transient);
    EXPECT_EQ(judged(std::runtime_error("two\nlines")).reason, "two lines");
    EXPECT_EQ(judge(std::make_exception_ptr(7)).reason, "an exception that is not a std::exception");
}

}  // namespace
}  // namespace lantern_migrate::daemon
