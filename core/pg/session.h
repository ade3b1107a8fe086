// A session with a Postgres server: one connection, settings that make a copy safe, errors that carry every fact.
//
// Queries go through libpqxx. COPY in binary form goes through libpq on the same connection (copy.h), because libpqxx's
// streams are text; libpqxx adopts the raw connection and we keep its address. libpqxx is never inside a call while libpq works.
#pragma once

#include "config/connection_settings.h"
#include "core/errors.h"

#include <libpq-fe.h>

#include <memory>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

namespace lantern_migrate::pg {

struct SessionOptions {
    std::string role;              // "source" or "target": the first word of every error
    std::string application_name;  // tells a DBA in pg_stat_activity which job and which worker this is
    bool read_only = false;        // default_transaction_read_only: the source is never written by accident
};

class Session {
public:
    // Throws PgError with while_connecting set.
    static Session connect(const config::ConnectionParameters&, const SessionOptions&);

    Session(Session&&) noexcept = default;
    Session& operator=(Session&&) noexcept = default;

    // One statement or several; the result of the last. Throws PgError.
    pqxx::result execute(std::string_view sql);
    pqxx::result execute(std::string_view sql, const pqxx::params& parameters);
    // COMMIT; an answer that does not arrive is PgError with in_doubt.
    void commit();
    // Gives up the open transaction, if any; never throws, because the connection may be gone.
    void rollback() noexcept;

    [[nodiscard]] PGconn* raw() const { return raw_; }
    [[nodiscard]] int server_version_num() const { return PQserverVersion(raw_); }
    [[nodiscard]] const std::string& display() const { return display_; }
    // The error libpq has on this connection now, as PgError. For copy.h.
    [[nodiscard]] PgError error(const PGresult*, std::string_view statement) const;

private:
    Session(PGconn* raw, std::string display);
    template <typename Call>
    auto guarded(std::string_view statement, Call&& call);

    PGconn* raw_;  // owned by connection_
    std::string display_;
    std::unique_ptr<pqxx::connection> connection_;
    std::unique_ptr<pqxx::nontransaction> work_;  // transactions are BEGIN and COMMIT as statements: their isolation differs by use
};

// A transaction that is rolled back unless committed.
class Transaction {
public:
    explicit Transaction(Session& session, std::string_view begin = "BEGIN") : session_(&session) { session.execute(begin); }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction() {
        if (session_ != nullptr) session_->rollback();
    }
    void commit() {
        Session* session = session_;
        session_ = nullptr;
        session->commit();
    }

private:
    Session* session_;
};

}  // namespace lantern_migrate::pg
