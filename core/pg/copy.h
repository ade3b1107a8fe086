// The two ends of a COPY over libpq. Success is explicit: a stream that was not finished is abandoned.
#pragma once

#include "core/pg/session.h"

#include <span>
#include <string>

namespace lantern_migrate::pg {

// COPY ... TO STDOUT: one message at a time. A message lives until the next call.
class CopyOut {
public:
    CopyOut(Session& session, std::string statement);
    ~CopyOut();
    CopyOut(const CopyOut&) = delete;
    CopyOut& operator=(const CopyOut&) = delete;

    // False at the end, once the server has said that all went well. Throws PgError.
    [[nodiscard]] bool next(std::span<const std::byte>& message);

private:
    void free_message();

    Session& session_;
    std::string statement_;
    char* message_ = nullptr;
};

// COPY ... FROM STDIN. Unless `finish` was called, the destructor makes the server discard the rows.
class CopyIn {
public:
    CopyIn(Session& session, std::string statement);
    ~CopyIn();
    CopyIn(const CopyIn&) = delete;
    CopyIn& operator=(const CopyIn&) = delete;

    void write(std::span<const std::byte> bytes);
    // The number of rows the server took. Throws PgError with what it did not like.
    std::uint64_t finish();

private:
    [[noreturn]] void fail();

    Session& session_;
    std::string statement_;
    bool open_ = false;
};

}  // namespace lantern_migrate::pg
