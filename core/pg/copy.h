// The two ends of a COPY over libpq. Success is explicit: a stream that was not finished is abandoned.
#pragma once

#include "core/codec/buffer.h"
#include "core/pg/session.h"

#include <span>
#include <string>

namespace lantern_migrate::pg {

// COPY ... TO STDOUT.
class CopyOut {
public:
    CopyOut(Session& session, std::string statement);
    ~CopyOut();
    CopyOut(const CopyOut&) = delete;
    CopyOut& operator=(const CopyOut&) = delete;

    // Appends whole messages (one is a row or a line; the first has the header of binary COPY in front) until `rows` holds `enough` bytes.
    // False once all was appended and the server has said that all went well. Throws PgError.
    [[nodiscard]] bool read(codec::Buffer& rows, std::size_t enough);

private:
    int take_received(codec::Buffer& rows);
    int receive(codec::Buffer& rows);
    int receive_encrypted(codec::Buffer& rows);
    void consume_input();
    void wait_for_input();
    void wake_at(int bytes);
    void finish();

    Session& session_;
    std::string statement_;
    bool encrypted_;
    std::uint64_t received_ = 0;
    int wakes_at_ = 1;  // bytes
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
