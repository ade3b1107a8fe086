#include "core/pg/copy.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace lantern_migrate::pg {
namespace {

struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

struct FreeMessage {
    void operator()(char* message) const { PQfreemem(message); }
};

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

// What is offered to libpq for one message; a longer one comes in pieces.
constexpr std::size_t room_min = std::size_t{8} << 10;
constexpr std::size_t room_max = std::size_t{1} << 30;

// A COPY that has sent this much is a stream; then it is read when so much has gathered, or after this time.
constexpr std::uint64_t flows_from = std::uint64_t{1} << 20;
constexpr int gathered_bytes = 128 << 10;
constexpr int gather_limit_ms = 5;

// Besides numbers of bytes; libpq's own.
constexpr int nothing_received = 0;
constexpr int end_of_copy = -1;

}  // namespace

CopyOut::CopyOut(Session& session, std::string statement)
    : session_(session), statement_(std::move(statement)), encrypted_(PQsslInUse(session.raw()) != 0 || PQgssEncInUse(session.raw()) != 0) {
    const Result result{PQexec(session_.raw(), statement_.c_str())};
    if (PQresultStatus(result.get()) != PGRES_COPY_OUT) throw session_.error(result.get(), statement_);
}

CopyOut::~CopyOut() { wake_at(1); }

bool CopyOut::read(codec::Buffer& rows, std::size_t enough) {
    while (rows.size() < enough) {
        int taken = take_received(rows);
        if (taken == nothing_received) taken = receive(rows);
        if (taken == end_of_copy) {
            finish();
            return false;
        }
        received_ += static_cast<std::uint64_t>(taken);
    }
    return true;
}

// The next message, if libpq has received it. PQgetlineAsync puts it where we want it: PQgetCopyData would allocate memory for every row.
// It does not wait, and tells a message that did not fit by filling the room.
int CopyOut::take_received(codec::Buffer& rows) {
    int taken = 0;
    for (;;) {
        const std::size_t room = std::clamp(rows.capacity() - rows.size(), room_min, room_max);
        auto* to = reinterpret_cast<char*>(rows.room(room));
        const int length = PQgetlineAsync(session_.raw(), to, static_cast<int>(room));
        if (length <= 0) return taken > 0 ? taken : length;
        rows.advance(static_cast<std::size_t>(length));
        taken += length;
        if (static_cast<std::size_t>(length) < room) return taken;
    }
}

// What has arrived at the socket; waits for it if there is nothing.
int CopyOut::receive(codec::Buffer& rows) {
    if (encrypted_) return receive_encrypted(rows);
    consume_input();
    const int taken = take_received(rows);
    if (taken != nothing_received) return taken;
    wait_for_input();
    consume_input();
    return take_received(rows);
}

// Encryption may have bytes in hand that the socket does not show; PQgetCopyData knows how to wait then.
int CopyOut::receive_encrypted(codec::Buffer& rows) {
    char* raw = nullptr;
    const int length = PQgetCopyData(session_.raw(), &raw, 0);
    const std::unique_ptr<char, FreeMessage> message(raw);  // append() may have no memory to grow the buffer
    if (length == -2) throw session_.error(nullptr, statement_);
    if (length < 0) return end_of_copy;
    rows.append(std::as_bytes(std::span(message.get(), static_cast<std::size_t>(length))));
    return length;
}

void CopyOut::consume_input() {
    if (PQconsumeInput(session_.raw()) == 0) throw session_.error(nullptr, statement_);
}

// The server writes 8 KiB at a time; to be woken for each of them costs both ends more than the bytes do (narrow rows, loopback: a third
// of the daemon's CPU time and a sixth of the source's). A stream that flows is let gather; its last bytes, which are fewer, are found when
// the wait times out.
void CopyOut::wait_for_input() {
    if (received_ > flows_from) wake_at(gathered_bytes);
    pollfd descriptor{.fd = PQsocket(session_.raw()), .events = POLLIN, .revents = 0};
    static_cast<void>(poll(&descriptor, 1, wakes_at_ == 1 ? -1 : gather_limit_ms));  // an interruption is but a short wait
}

// Of TCP; a Unix socket wakes for any byte.
void CopyOut::wake_at(int bytes) {
    if (wakes_at_ == bytes) return;
    if (setsockopt(PQsocket(session_.raw()), SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes) == 0) wakes_at_ = bytes;
}

void CopyOut::finish() {
    wake_at(1);  // what follows is short
    const Result result = drain(session_.raw());
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) throw session_.error(result.get(), statement_);
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
