// Exceptions that carry facts. Only the job runner (daemon/job_runner.h) judges between retry and stop; nobody logs and rethrows.
#pragma once

#include <stdexcept>
#include <string>

namespace lantern_migrate {

// Something that stops a job, with what the operator should do. what() is in lower case and has no secrets.
class MigrationError : public std::runtime_error {
public:
    MigrationError(const std::string& message, std::string hint) : std::runtime_error(message), hint_(std::move(hint)) {}
    [[nodiscard]] const std::string& hint() const { return hint_; }

private:
    std::string hint_;
};

// What can be expected to pass by itself: the snapshot's session is gone, a lock is still held. The runner takes the job up again.
class TransientError : public MigrationError {
public:
    using MigrationError::MigrationError;
};

// The rows on the target are not what was sent (exit status 4).
class VerificationError : public MigrationError {
public:
    using MigrationError::MigrationError;
};

// libpg_query refused a statement.
class SqlError : public std::runtime_error {
public:
    SqlError(const std::string& message, int cursor, std::string statement)
        : std::runtime_error(message), cursor_(cursor), statement_(std::move(statement)) {}
    [[nodiscard]] int cursor() const { return cursor_; }  // in bytes, from 1; 0: unknown
    [[nodiscard]] const std::string& statement() const { return statement_; }

private:
    int cursor_;
    std::string statement_;
};

// What a server said, or that it is gone.
class PgError : public std::runtime_error {
public:
    struct Facts {
        std::string server;    // "source postgresql://reader@old.example:5432/app"
        std::string sqlstate;  // empty where there was no answer
        std::string message;
        std::string detail;
        std::string hint;
        std::string context;
        std::string statement;         // what we sent; shortened; never has a password
        bool connection_lost = false;  // the connection, not only the statement
        bool in_doubt = false;         // a COMMIT whose answer did not arrive
        bool while_connecting = false;
    };
    explicit PgError(Facts facts);
    [[nodiscard]] const Facts& facts() const { return facts_; }

private:
    Facts facts_;
};

}  // namespace lantern_migrate
