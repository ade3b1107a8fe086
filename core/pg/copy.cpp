#include "core/pg/copy.h"

#include <poll.h>

#include <cstdlib>
#include <memory>

namespace lantern_migrate::pg {
namespace {

struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

// Reads results until there is none, so that the connection can take the next statement; keeps the first error.
Result drain(PGconn* raw) {
    Result first_error, last;
    while (Result result{PQgetResult(raw)}) {
        const auto status = PQresultStatus(result.get());
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) break;  // still in COPY: the caller handles it
        if (status == PGRES_FATAL_ERROR && !first_error)
            first_error = std::move(result);
        else
            last = std::move(result);
        if (PQstatus(raw) != CONNECTION_OK) break;
    }
    return first_error ? std::move(first_error) : std::move(last);
}

// While it takes rows, a server says nothing but an error (notices below ERROR are off, session.cpp), and libpq would not tell us
// before the end of the COPY: the source would be read for nothing.
bool server_has_spoken(PGconn* raw) {
    pollfd descriptor{.fd = PQsocket(raw), .events = POLLIN, .revents = 0};
    return poll(&descriptor, 1, 0) > 0;
}

// libpq takes an int; larger runs are cut.
constexpr std::size_t write_max = std::size_t{1} << 20;

}  // namespace

CopyOut::CopyOut(Session& session, std::string statement) : session_(session), statement_(std::move(statement)) {
    const Result result{PQexec(session_.raw(), statement_.c_str())};
    if (PQresultStatus(result.get()) != PGRES_COPY_OUT) throw session_.error(result.get(), statement_);
}

CopyOut::~CopyOut() { free_message(); }

void CopyOut::free_message() {
    if (message_ != nullptr) PQfreemem(message_);
    message_ = nullptr;
}

bool CopyOut::next(std::span<const std::byte>& message) {
    free_message();
    const int length = PQgetCopyData(session_.raw(), &message_, 0);
    if (length > 0) {
        message = std::as_bytes(std::span(message_, static_cast<std::size_t>(length)));
        return true;
    }
    if (length == -2) throw session_.error(nullptr, statement_);
    const Result result = drain(session_.raw());
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) throw session_.error(result.get(), statement_);
    return false;
}

CopyIn::CopyIn(Session& session, std::string statement) : session_(session), statement_(std::move(statement)) {
    const Result result{PQexec(session_.raw(), statement_.c_str())};
    if (PQresultStatus(result.get()) != PGRES_COPY_IN) throw session_.error(result.get(), statement_);
    open_ = true;
}

CopyIn::~CopyIn() {
    if (!open_ || PQstatus(session_.raw()) != CONNECTION_OK) return;
    if (PQputCopyEnd(session_.raw(), "abandoned by lantern-migrate") == 1) drain(session_.raw());
}

void CopyIn::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto piece = bytes.first(std::min(bytes.size(), write_max));
        if (PQputCopyData(session_.raw(), reinterpret_cast<const char*>(piece.data()), static_cast<int>(piece.size())) != 1) fail();
        bytes = bytes.subspan(piece.size());
    }
    if (server_has_spoken(session_.raw())) fail();
}

// The server's own reason is in the results, if it had time to send one.
void CopyIn::fail() {
    open_ = false;
    PQputCopyEnd(session_.raw(), nullptr);
    const Result result = drain(session_.raw());
    throw session_.error(PQresultStatus(result.get()) == PGRES_FATAL_ERROR ? result.get() : nullptr, statement_);
}

std::uint64_t CopyIn::finish() {
    if (PQputCopyEnd(session_.raw(), nullptr) != 1) fail();
    open_ = false;
    const Result result = drain(session_.raw());
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) throw session_.error(result.get(), statement_);
    return std::strtoull(PQcmdTuples(result.get()), nullptr, 10);
}

}  // namespace lantern_migrate::pg
