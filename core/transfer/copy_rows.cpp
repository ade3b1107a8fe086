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

// The codec of a table, whichever format it travels in.
class Converter {
public:
    explicit Converter(const TablePlan& plan) : text_(plan.format == CopyFormat::text), codec_(plan.fields) {
        text_rows_.start();
        codec_.start();
    }
    void convert(std::span<const std::byte> message, codec::Buffer& out) {
        if (text_)
            text_rows_.pass(message, out);
        else
            codec_.convert(message, out);
    }
    void digest_only(std::span<const std::byte> message) {
        if (text_)
            text_rows_.digest_only(message);
        else
            codec_.digest_only(message);
    }
    [[nodiscard]] const codec::Tally& tally() const { return text_ ? text_rows_.tally() : codec_.tally(); }
    // Text has no end mark of its own: there, the server's word is all there is.
    void require_end(const TablePlan& plan) const {
        if (!text_ && !codec_.finished()) {
            throw codec::CodecError(tally().rows, "", "the source's COPY of " + plan.name.text() + " ended without its end mark");
        }
    }

private:
    bool text_;
    codec::RowCodec codec_;
    codec::TextRows text_rows_;
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

// False if the writer gave up.
bool read_all(pg::Session& source, const TablePlan& plan, const RowRange& range, Converter& converter, BufferQueue& queue,
              std::atomic<std::uint64_t>& rows_read, const std::stop_token& stop) {
    pg::CopyOut copy(source, plan.copy_out(range.lower, range.upper));
    auto buffer = queue.take_empty();
    for (std::span<const std::byte> message; buffer && copy.next(message);) {
        converter.convert(message, *buffer);
        if (buffer->size() < buffer_bytes) continue;
        if (stop.stop_requested()) throw TransientError("the copy was stopped", "");
        rows_read.store(converter.tally().rows, std::memory_order_relaxed);
        queue.push(std::move(*buffer));
        buffer = queue.take_empty();
    }
    if (!buffer) return false;
    converter.require_end(plan);
    rows_read.store(converter.tally().rows, std::memory_order_relaxed);
    queue.push(std::move(*buffer));
    queue.finish();
    return true;
}

}  // namespace

codec::Tally copy_rows(pg::Session& source, pg::Session& target, const TablePlan& plan, const RowRange& range, RateLimit& limit,
                       const OnWritten& on_written, std::stop_token stop) {
    Converter converter(plan);
    BufferQueue queue(buffers_per_copy, buffer_bytes + buffer_bytes / 4);
    std::atomic<std::uint64_t> rows_read{0};
    Writer writer(target, plan, queue, limit, stop);
    std::exception_ptr read_error;
    {
        std::jthread thread([&] { writer.run(on_written, rows_read); });
        try {
            read_all(source, plan, range, converter, queue, rows_read, stop);
        } catch (...) {
            read_error = std::current_exception();
            queue.abandon();
        }
    }
    // The writer's reason first: where the target refused, the reader only noticed that nobody takes its rows.
    if (writer.error()) std::rethrow_exception(writer.error());
    if (read_error) std::rethrow_exception(read_error);
    if (writer.rows() != converter.tally().rows) {
        throw MigrationError("the target counted " + std::to_string(writer.rows()) + " rows of " + plan.name.text() + " where " +
                                 std::to_string(converter.tally().rows) + " were sent",
                             "look for a trigger or rule on the target's table that takes rows away, then retry the job");
    }
    return converter.tally();
}

codec::Tally digest_rows(pg::Session& session, const TablePlan& plan, const RowRange& range, bool from_target, std::stop_token stop) {
    TablePlan read_plan = plan;
    if (from_target) {
        for (codec::Field& field : read_plan.fields) field.kind = codec::FieldKind::pass_through;
    }
    Converter converter(read_plan);
    pg::CopyOut copy(session, from_target ? plan.copy_back(range.lower, range.upper) : plan.copy_out(range.lower, range.upper));
    codec::Buffer discarded(buffer_bytes);
    std::uint64_t messages = 0;
    for (std::span<const std::byte> message; copy.next(message);) {
        if (++messages % 4096 == 0 && stop.stop_requested()) throw TransientError("the verification was stopped", "");
        if (from_target) {
            converter.digest_only(message);
        } else {
            converter.convert(message, discarded);
            discarded.clear();
        }
    }
    converter.require_end(read_plan);
    return converter.tally();
}

}  // namespace lantern_migrate::transfer
