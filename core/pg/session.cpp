#include "core/pg/session.h"

#include <array>
#include <vector>

namespace lantern_migrate::pg {
namespace {

constexpr std::size_t statement_in_errors_max = 300;

// What makes a long copy survive a server's or role's defaults, and makes its values the same on both ends.
// Unknown settings of older servers are left out by their version.
struct Setting {
    int since_version_num;
    std::string_view sql;
};
constexpr Setting settings[] = {
    {0, "SET statement_timeout = 0"},
    // An operator may hold a lock for minutes; failing there would discard hours of copying. Where a wait would hurt others
    // (the lock on the source), the step sets its own limit.
    {0, "SET lock_timeout = 0"},
    {0, "SET idle_in_transaction_session_timeout = 0"},
    {140000, "SET idle_session_timeout = 0"},
    {170000, "SET transaction_timeout = 0"},
    // What is looked at behind a lock must be what others committed before it. A snapshot's transaction says its own.
    {0, "SET default_transaction_isolation = 'read committed'"},
    {0, "SET search_path = ''"},
    {0, "SET DateStyle = 'ISO, YMD'"},
    {0, "SET IntervalStyle = 'postgres'"},
    {0, "SET TimeZone = 'UTC'"},
    {0, "SET extra_float_digits = 3"},
    {0, "SET bytea_output = 'hex'"},
    {0, "SET xmloption = content"},
    {0, "SET standard_conforming_strings = on"},
    {0, "SET array_nulls = on"},
    // Rows that go as text must read alike on both servers.
    {0, "SET quote_all_identifiers = off"},
    {0, "SET lc_monetary = 'C'"},
    {0, "SET client_min_messages = error"},  // copy.cpp relies on it
    // A policy must not hide rows from the copy: with row_security off the server refuses instead.
    {0, "SET row_security = off"},
    // A sequential scan that starts in the middle of the table is of no use to chunks.
    {0, "SET synchronize_seqscans = off"},
    {0, "SET jit = off"},
    {0, "SET check_function_bodies = off"},
    // What the journal calls done must be on the disk by then. Chunks turn it off for themselves, and say why (transfer_data.cpp);
    // what waits for more than the disk, remote_apply for one, stays as the operator set it.
    {0, "SELECT pg_catalog.set_config('synchronous_commit', 'on', false) WHERE pg_catalog.current_setting('synchronous_commit') = 'off'"},
};

void ignore_notice(void*, const char*) {}

std::string trim_newlines(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

std::string shorten(std::string_view statement) {
    if (statement.size() <= statement_in_errors_max) return std::string(statement);
    return std::string(statement.substr(0, statement_in_errors_max)) + " ...";
}

// libpq composes "SEVERITY:  primary\nDETAIL:  ...\nHINT:  ..."; the labels after the first line are libpq's own and, without a
// locale set in this process, English. libpqxx hands on this text but not the fields.
void split_message(const std::string& text, PgError::Facts& facts) {
    struct Part {
        std::string_view label;
        std::string* into;
    };
    std::string position;
    const std::array parts{Part{"\nDETAIL:  ", &facts.detail}, Part{"\nHINT:  ", &facts.hint}, Part{"\nCONTEXT:  ", &facts.context},
                           Part{"\nLINE ", &position}};
    std::size_t end = text.size();
    for (const Part& part : parts) end = std::min(end, text.find(part.label));
    std::string primary = text.substr(0, end);
    if (auto severity = primary.find(":  "); severity != std::string::npos) primary.erase(0, severity + 3);
    facts.message = trim_newlines(std::move(primary));
    for (const Part& part : parts) {
        auto begin = text.find(part.label);
        if (begin == std::string::npos) continue;
        begin += part.label.size();
        std::size_t stop = text.size();
        for (const Part& other : parts) stop = std::min(stop, text.find(other.label, begin));
        *part.into = trim_newlines(text.substr(begin, stop - begin));
    }
}

// libpqxx 7 leaves it out of this one of its exceptions.
std::string sqlstate_of(const pqxx::sql_error& error) {
    const bool privilege = dynamic_cast<const pqxx::insufficient_privilege*>(&error) != nullptr;
    return privilege && error.sqlstate().empty() ? "42501" : error.sqlstate();
}

}  // namespace

Session Session::connect(const config::ConnectionParameters& parameters, const SessionOptions& options) {
    const std::string display = options.role + " " + parameters.display();
    auto keywords = parameters.keywords;
    const auto add_default = [&](const char* keyword, const char* value) { keywords.try_emplace(keyword, value); };
    // A peer that vanished without a word must be noticed within about a minute, not after two hours.
    add_default("connect_timeout", "15");
    add_default("keepalives_idle", "20");
    add_default("keepalives_interval", "10");
    add_default("keepalives_count", "3");
    add_default("tcp_user_timeout", "60000");
    keywords["application_name"] = options.application_name;
    keywords["client_encoding"] = "UTF8";
    if (!parameters.password.empty()) keywords["password"] = parameters.password.reveal();
    std::vector<const char*> names, values;
    for (const auto& [name, value] : keywords) {
        names.push_back(name.c_str());
        values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    PGconn* raw = PQconnectdbParams(names.data(), values.data(), 0);
    if (raw == nullptr || PQstatus(raw) != CONNECTION_OK) {
        PgError::Facts facts{.server = display, .connection_lost = true, .while_connecting = true};
        const std::string text = raw == nullptr ? "out of memory" : PQerrorMessage(raw);
        split_message(text, facts);
        facts.message = trim_newlines(text);  // libpq's own words name host, port and reason
        facts.detail.clear();
        if (raw != nullptr) PQfinish(raw);
        throw PgError(std::move(facts));
    }
    PQsetNoticeProcessor(raw, ignore_notice, nullptr);
    Session session(raw, display);
    std::string set;
    for (const Setting& setting : settings) {
        if (session.server_version_num() >= setting.since_version_num) set.append(setting.sql).append(";");
    }
    set += options.read_only ? "SET default_transaction_read_only = on" : "SET default_transaction_read_only = off";
    session.execute(set);
    return session;
}

Session::Session(PGconn* raw, std::string display)
    : raw_(raw),
      display_(std::move(display)),
      connection_(std::make_unique<pqxx::connection>(pqxx::connection::seize_raw_connection(raw))),
      work_(std::make_unique<pqxx::nontransaction>(*connection_)) {}

template <typename Call>
auto Session::guarded(std::string_view statement, Call&& call) {
    PgError::Facts facts{.server = display_};
    try {
        return call();
    } catch (const pqxx::sql_error& e) {
        split_message(e.what(), facts);
        facts.sqlstate = sqlstate_of(e);
    } catch (const pqxx::broken_connection& e) {
        split_message(e.what(), facts);
        facts.connection_lost = true;
    } catch (const pqxx::failure& e) {  // usage, conversion: ours to mend, but told like the others
        facts.message = e.what();
    }
    facts.statement = shorten(statement);
    if (PQstatus(raw_) != CONNECTION_OK) facts.connection_lost = true;
    throw PgError(std::move(facts));
}

pqxx::result Session::execute(std::string_view sql) {
    return guarded(sql, [&] { return work_->exec(sql); });
}

pqxx::result Session::execute(std::string_view sql, const pqxx::params& parameters) {
    return guarded(sql, [&] { return work_->exec(sql, parameters); });
}

void Session::commit() {
    // A transaction that had failed answers COMMIT with ROLLBACK, and to the server that is no error.
    if (PQtransactionStatus(raw_) == PQTRANS_INERROR) {
        rollback();
        throw PgError({.server = display_, .message = "the transaction had failed and cannot be committed"});
    }
    try {
        execute("COMMIT");
    } catch (const PgError& e) {
        if (!e.facts().connection_lost) throw;
        PgError::Facts facts = e.facts();
        facts.in_doubt = true;
        throw PgError(std::move(facts));
    }
}

void Session::rollback() noexcept {
    try {
        if (PQstatus(raw_) == CONNECTION_OK && PQtransactionStatus(raw_) != PQTRANS_IDLE) work_->exec("ROLLBACK");
    } catch (...) {  // the server rolls back by itself when the connection ends
    }
}

PgError Session::error(const PGresult* result, std::string_view statement) const {
    PgError::Facts facts{.server = display_};
    const auto field = [&](int code) {
        const char* text = result == nullptr ? nullptr : PQresultErrorField(result, code);
        return text == nullptr ? std::string{} : std::string(text);
    };
    facts.sqlstate = field(PG_DIAG_SQLSTATE);
    facts.message = field(PG_DIAG_MESSAGE_PRIMARY);
    facts.detail = field(PG_DIAG_MESSAGE_DETAIL);
    facts.hint = field(PG_DIAG_MESSAGE_HINT);
    facts.context = field(PG_DIAG_CONTEXT);
    if (facts.message.empty()) facts.message = trim_newlines(PQerrorMessage(raw_));
    facts.statement = shorten(statement);
    facts.connection_lost = PQstatus(raw_) != CONNECTION_OK;
    return PgError(std::move(facts));
}

}  // namespace lantern_migrate::pg
