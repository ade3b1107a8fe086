#include "daemon/verdict.h"

#include "config/connection_settings.h"
#include "config/mistakes.h"
#include "core/errors.h"
#include "daemon/text.h"
#include "migrations-state/journal.h"

#include <algorithm>
#include <filesystem>
#include <new>
#include <optional>
#include <string_view>

namespace lantern_migrate::daemon {
namespace {

using migrations_state::JournalError;
using migrations_state::JournalErrorKind;

// In hints, {side} becomes "source" or "target", and {new database} what to do about a missing one on the target.

struct SqlstateRule {
    std::string_view prefix;  // a whole SQLSTATE or the beginning of one; the first rule that matches counts
    bool transient;
    std::string_view hint;
};
constexpr SqlstateRule sqlstate_rules[] = {
    {"08", true, "the connection broke; the job goes on as soon as the {side} answers"},
    {"40001", true, ""},  // serialization failure
    {"40P01", true, ""},  // deadlock
    {"53300", true, "the {side} has no free connections: raise its max_connections, or lower `copy.workers` in the job file"},
    {"55P03", true, "another session holds a lock; the job tries again"},
    {"57P01", true, "the {side} ended the session; the job goes on as soon as it may connect again"},
    {"57P02", true, "the {side} crashed; the job goes on when it has recovered"},
    {"57P03", true, "the {side} is starting up or shutting down; the job goes on as soon as it takes connections"},
    {"25P03", true, ""},  // a session timeout set over our head by the server's administrator
    {"25P04", true, ""},
    {"72000", true, ""},  // snapshot too old
    {"28P01", false, "check user and password of the job's {side}, then retry"},
    {"28", false, "check the user of the job's {side} and pg_hba.conf on its server, then retry"},
    {"3D000", false, "check the database name of the job's {side}{new database}"},
    {"57P04", false, "the database was dropped while the job ran"},
    {"57014", false, "somebody cancelled the statement on the {side}; retry when it may run"},
    {"42501", false, "grant the job's role on the {side} what is missing, then retry"},
    {"53100", false, "the {side}'s disk is full: make room there, then retry; what is copied stays"},
    {"53200", false, "the {side} is out of memory: lower `indexes.maintenance_work_mem` or `copy.workers` in the job file, then retry"},
    {"53", false, "the {side} is short of resources; see its log, then retry"},
    {"25006", false, "the {side} is read-only: is it a replica, or is default_transaction_read_only set?"},
    {"42P01", false, "an object that the plan counted on is gone; if that was on purpose, cancel the job and submit it anew"},
    {"42703", false, "a column that the plan counted on is gone; if that was on purpose, cancel the job and submit it anew"},
    {"42P07", false, "the target has this object already: drop it there, or set `schema.existing` in the job file"},
    {"42710", false, "the target has this object already: drop it there, then retry; `schema.existing` is about tables only"},
    {"22", false, "the {side} refuses this value: mend the row on the source, or leave its table out with `tables.exclude`"},
    {"23", false, "the {side} refuses this row: mend it on the source, or leave its table out with `tables.exclude`"},
    {"58", false, "the {side} cannot read or write its own files; see its log, then retry"},
    {"XX", false, "the {side} reports an internal error; see its log, then retry"},
};

// libpq hands no SQLSTATE out of a failed connection attempt, so these go by its words and the server's (lc_messages permitting:
// on a server that speaks another language the rule for the rest decides).
enum class Passing { yes, no, once_known };
struct ConnectRule {
    std::string_view words;
    std::string_view more_words;
    Passing passing;
    std::string_view hint;
};
constexpr std::string_view not_yet = "the {side} does not take connections now; the job goes on as soon as it does";
constexpr ConnectRule connect_rules[] = {
    {"password authentication failed", "", Passing::no, "check user and password of the job's {side}, then retry"},
    {"authentication failed", "", Passing::no, "check user and authentication of the job's {side}, then retry"},
    {"no password supplied", "", Passing::no,
     "give the {side}'s password in its url_file, url_env or credential, or in ~/.pgpass, then retry"},
    {"no pg_hba.conf entry", "", Passing::no, "allow this user, database and address in pg_hba.conf on the {side}'s server, then retry"},
    {"role \"", "\" does not exist", Passing::no, "check the user of the job's {side}, then retry"},
    {"is not permitted to log in", "", Passing::no, "give the role LOGIN on the {side}, or use another one, then retry"},
    {"permission denied for database", "", Passing::no, "grant CONNECT on the database to the job's role on the {side}, then retry"},
    {"database \"", "\" does not exist", Passing::no, "check the database name of the job's {side}{new database}"},
    {"is not currently accepting connections", "", Passing::no,
     "the {side}'s database is closed with ALLOW_CONNECTIONS false; open it, then retry"},
    {"certificate", "", Passing::no, "check sslrootcert, sslcert, sslkey and sslmode of the job's {side}, then retry"},
    {"does not support SSL", "", Passing::no, "the {side}'s server has no SSL: set sslmode of the job's {side} accordingly, then retry"},
    {"definition of service", "not found", Passing::no, "check the service name of the job's {side} and its pg_service.conf, then retry"},
    {"could not translate host name", "", Passing::once_known, "check the host name of the job's {side}, then retry"},
    {"invalid ", "", Passing::no, "check the connection settings of the job's {side}, then retry"},
    {"Connection refused", "", Passing::yes, "is the {side}'s server running, and is it listening on this host and port?"},
    {"No such file or directory", "", Passing::yes, "is the {side}'s server running, and is this its socket directory and port?"},
    {"the database system is ", "", Passing::yes, not_yet},  // starting up, shutting down, in recovery mode, not yet accepting connections
    {"too many clients already", "", Passing::yes,
     "the {side} has no free connections: raise its max_connections, or lower `copy.workers`"},
    {"remaining connection slots are reserved", "", Passing::yes,
     "the {side} has no free connections: raise its max_connections, or lower `copy.workers`"},
    {"too many connections for", "", Passing::yes,
     "the {side}'s limit for this role or database is reached: raise it, or lower `copy.workers`"},
    {"timeout expired", "", Passing::yes, "the {side} does not answer: check host, port and firewall"},
    {"timed out", "", Passing::yes, "the {side} does not answer: check host, port and firewall"},
    {"No route to host", "", Passing::yes, "the {side}'s host cannot be reached from here: check network and firewall"},
    {"Network is unreachable", "", Passing::yes, "the {side}'s host cannot be reached from here: check network and firewall"},
    {"server closed the connection unexpectedly", "", Passing::yes, not_yet},
};
constexpr std::string_view unknown_connect_hint = "check the connection settings of the job's {side}, then retry";

constexpr std::string_view new_database = "; for a new one, set `target.create_database: true`";

std::string with_side(std::string_view hint, std::string_view server) {
    const std::string side = server.starts_with("source") ? "source" : server.starts_with("target") ? "target" : "server";
    std::string text(hint);
    for (std::size_t at = text.find("{side}"); at != std::string::npos; at = text.find("{side}")) text.replace(at, 6, side);
    constexpr std::string_view mark = "{new database}";  // which only a target can become
    if (const auto at = text.find(mark); at != std::string::npos) text.replace(at, mark.size(), side == "target" ? new_database : "");
    return text;
}

const ConnectRule* connect_rule(std::string_view message) {
    const auto* const rule = std::ranges::find_if(connect_rules, [&](const ConnectRule& r) {
        const auto at = message.find(r.words);
        return at != std::string_view::npos && message.find(r.more_words, at) != std::string_view::npos;
    });
    return rule == std::end(connect_rules) ? nullptr : rule;
}

const SqlstateRule* sqlstate_rule(std::string_view sqlstate) {
    const auto* const rule = std::ranges::find_if(sqlstate_rules, [&](const SqlstateRule& r) { return sqlstate.starts_with(r.prefix); });
    return sqlstate.empty() || rule == std::end(sqlstate_rules) ? nullptr : rule;
}

Verdict judge_connecting(const PgError& error, const VerdictContext& context) {
    const ConnectRule* rule = connect_rule(error.facts().message);
    const Passing passing = rule == nullptr ? Passing::once_known : rule->passing;
    return {.transient = passing == Passing::yes || (passing == Passing::once_known && context.servers_known),
            .reason = one_line(error.what()),
            .hint = with_side(rule == nullptr ? unknown_connect_hint : rule->hint, error.facts().server)};
}

Verdict judge_pg(const PgError& error, const VerdictContext& context) {
    const PgError::Facts& facts = error.facts();
    const SqlstateRule* rule = sqlstate_rule(facts.sqlstate);
    if (facts.while_connecting && rule == nullptr) return judge_connecting(error, context);
    Verdict verdict{.reason = one_line(error.what()), .sqlstate = facts.sqlstate};
    if (rule != nullptr) {
        verdict.transient = rule->transient;
        verdict.hint = with_side(rule->hint, facts.server);
    }
    // A server that is going down may give its last words another code; what counts is that the session is gone.
    if (!facts.while_connecting && (facts.connection_lost || facts.in_doubt)) {
        verdict.transient = true;
        if (rule == nullptr || !rule->transient) {
            verdict.hint = with_side("the connection to the {side} was lost; the job goes on as soon as it answers", facts.server);
        }
    }
    if (verdict.hint.empty()) verdict.hint = one_line(facts.hint);
    return verdict;
}

Verdict judge_journal(const JournalError& error) {
    const bool passes = error.kind() == JournalErrorKind::full || error.kind() == JournalErrorKind::io;
    std::string hint = one_line(error.hint());
    if (error.kind() == JournalErrorKind::full && hint.empty()) hint = "make room on the journal's filesystem; the job goes on by itself";
    return {.transient = passes, .reason = one_line(error.what()), .hint = hint};
}

}  // namespace

Verdict judge(const std::exception_ptr& exception, const VerdictContext& context) {
    try {
        std::rethrow_exception(exception);
    } catch (const PgError& e) {
        return judge_pg(e, context);
    } catch (const JournalError& e) {
        return judge_journal(e);
    } catch (const TransientError& e) {
        return {.transient = true, .reason = one_line(e.what()), .hint = one_line(e.hint())};
    } catch (const VerificationError& e) {
        return {.reason = one_line(e.what()), .hint = one_line(e.hint()), .exit_status = exit_different};
    } catch (const MigrationError& e) {
        return {.reason = one_line(e.what()), .hint = one_line(e.hint())};
    } catch (const config::SpecError& e) {
        return {.reason = one_line(e.what()), .hint = "mend the job file, then retry", .exit_status = exit_usage};
    } catch (const config::ConnectionSettingsError& e) {
        return {.reason = one_line(e.what()), .hint = "mend the job's connection settings, then retry", .exit_status = exit_usage};
    } catch (const SqlError& e) {
        return {.reason = one_line(std::string("PostgreSQL's parser refuses a statement: ") + e.what() + "; statement: " + e.statement()),
                .hint = "leave the object out with `tables.exclude`, and report this as a defect of lantern-migrate"};
    } catch (const std::bad_alloc&) {
        return {
            .transient = true, .reason = "out of memory", .hint = "give the daemon more memory, or lower `copy.workers` in the job file"};
    } catch (const std::filesystem::filesystem_error& e) {
        return {.reason = one_line(e.what()), .hint = "mend the permissions or the path, then retry"};
    } catch (const std::exception& e) {
        return {.reason = one_line(e.what()), .hint = "retry; if it comes back, report it as a defect of lantern-migrate"};
    } catch (...) {
        return {.reason = "an exception that is not a std::exception", .hint = "report it as a defect of lantern-migrate"};
    }
}

}  // namespace lantern_migrate::daemon
