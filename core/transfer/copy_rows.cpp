#include "core/transfer/copy_rows.h"

#include "core/pg/copy.h"
#include "core/transfer/buffer_queue.h"

#include <atomic>
#include <exception>
#include <thread>

namespace lantern_migrate::transfer {
namespace {

// Large enough that a system call does not matter, small enough for the processor's cache; a longer row makes its buffer grow.
constexpr std::size_t buffer_bytes = std::size_t{256} << 10;
constexpr std::size_t buffers_per_copy = 4;
// Of what is read before it is converted: small, so that it is in the nearest cache still when the codec comes to it.
constexpr std::size_t input_bytes = std::size_t{64} << 10;
constexpr std::size_t slack(std::size_t bytes) { return bytes + bytes / 4; }

// One COPY from the source in the form that the target wants, whichever format it travels in. Rows in which nothing changes are read
// straight into the buffer that is written.
class Reader {
public:
    Reader(pg::Session& session, std::string statement, const TablePlan& plan, std::vector<codec::Field> fields)
        : plan_(plan),
          text_(plan.format == CopyFormat::text),
          codec_(std::move(fields)),
          input_(converts() ? slack(input_bytes) : 0),
          copy_(session, std::move(statement)) {}

    // Appends rows until `out` holds about `enough` bytes. False at the end of the COPY, once it proved to be whole.
    bool read(codec::Buffer& out, std::size_t enough) {
        bool more = true;
        while (more && out.size() < enough) more = converts() ? read_and_convert(out) : read_and_pass(out, enough);
        // Text has no end mark of its own: there, the server's word is all there is.
        if (!more && !text_ && !codec_.finished()) {
            throw codec::CodecError(tally().rows, "", "the COPY of " + plan_.name.text() + " ended without its end mark");
        }
        return more;
    }
    [[nodiscard]] const codec::Tally& tally() const { return text_ ? text_rows_.tally() : codec_.tally(); }

private:
    [[nodiscard]] bool converts() const { return !text_ && codec_.converts(); }

    bool read_and_convert(codec::Buffer& out) {
        input_.clear();
        const bool more = copy_.read(input_, input_bytes);
        codec_.convert(input_.bytes(), out);
        return more;
    }
    bool read_and_pass(codec::Buffer& out, std::size_t enough) {
        const std::size_t before = out.size();
        const bool more = copy_.read(out, std::min(before + input_bytes, enough));
        const auto fresh = out.bytes().subspan(before);
        if (text_)
            text_rows_.pass(fresh);
        else
            codec_.pass(fresh);
        return more;
    }

    const TablePlan& plan_;
    bool text_;
    codec::RowCodec codec_;
    codec::TextRows text_rows_;
    codec::Buffer input_;
    pg::CopyOut copy_;
};

class Writer {
public:
    Writer(pg::Session& target, const TablePlan& plan, BufferQueue& queue, RateLimit& limit, std::stop_token stop)
        : target_(target), plan_(plan), queue_(queue), limit_(limit), stop_(std::move(stop)) {}

    void run(const OnWritten& on_written, const std::atomic<std::uint64_t>& rows_read) noexcept {
        try {
            pg::CopyIn copy(target_, plan_.copy_in());
            while (auto buffer = queue_.pop()) {
                limit_.pass(buffer->size(), stop_);
                copy.write(buffer->bytes());
                on_written(rows_read.load(std::memory_order_relaxed), buffer->size());
                queue_.give_back(std::move(*buffer));
            }
            if (queue_.completed()) rows_ = copy.finish();
        } catch (...) {
            error_ = std::current_exception();
            queue_.abandon();
        }
    }
    // After the thread was joined.
    [[nodiscard]] std::uint64_t rows() const { return rows_; }
    [[nodiscard]] std::exception_ptr error() const { return error_; }

private:
    pg::Session& target_;
    const TablePlan& plan_;
    BufferQueue& queue_;
    RateLimit& limit_;
    std::stop_token stop_;
    std::uint64_t rows_ = 0;
    std::exception_ptr error_;
};

// Returns early if the writer gave up.
void read_all(Reader& reader, BufferQueue& queue, std::atomic<std::uint64_t>& rows_read, const std::stop_token& stop) {
    for (bool more = true; more;) {
        auto buffer = queue.take_empty();
        if (!buffer) return;
        more = reader.read(*buffer, buffer_bytes);
        if (stop.stop_requested()) throw TransientError("the copy was stopped", "");
        rows_read.store(reader.tally().rows, std::memory_order_relaxed);
        queue.push(std::move(*buffer));
    }
    queue.finish();
}

}  // namespace

codec::Tally copy_rows(pg::Session& source, pg::Session& target, const TablePlan& plan, const RowRange& range, RateLimit& limit,
                       const OnWritten& on_written, std::stop_token stop) {
    BufferQueue queue(buffers_per_copy, slack(buffer_bytes));
    std::atomic<std::uint64_t> rows_read{0};
    Writer writer(target, plan, queue, limit, stop);
    std::exception_ptr read_error;
    codec::Tally tally;
    {
        std::jthread thread([&] { writer.run(on_written, rows_read); });
        try {
            Reader reader(source, plan.copy_out(range.lower, range.upper), plan, plan.fields);
            read_all(reader, queue, rows_read, stop);
            tally = reader.tally();
        } catch (...) {
            read_error = std::current_exception();
            queue.abandon();
        }
    }
    // The writer's reason first: where the target refused, the reader only noticed that nobody takes its rows.
    if (writer.error()) std::rethrow_exception(writer.error());
    if (read_error) std::rethrow_exception(read_error);
    if (writer.rows() != tally.rows) {
        throw MigrationError("the target counted " + std::to_string(writer.rows()) + " rows of " + plan.name.text() + " where " +
                                 std::to_string(tally.rows) + " were sent",
                             "look for a trigger or rule on the target's table that takes rows away, then retry the job");
    }
    return tally;
}

codec::Tally digest_rows(pg::Session& session, const TablePlan& plan, const RowRange& range, bool from_target, std::stop_token stop) {
    std::vector<codec::Field> fields = plan.fields;
    if (from_target) {
        for (codec::Field& field : fields) field = {.column = field.column};
    }
    Reader reader(session, from_target ? plan.copy_back(range.lower, range.upper) : plan.copy_out(range.lower, range.upper), plan,
                  std::move(fields));
    codec::Buffer discarded(slack(buffer_bytes));
    for (bool more = true; more; discarded.clear()) {
        more = reader.read(discarded, buffer_bytes);
        if (stop.stop_requested()) throw TransientError("the verification was stopped", "");
    }
    return reader.tally();
}

}  // namespace lantern_migrate::transfer
