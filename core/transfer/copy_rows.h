// One COPY from source to target: read, convert, write, overlapped by two threads and a bounded queue.
#pragma once

#include "core/pg/session.h"
#include "core/transfer/rate_limit.h"
#include "core/transfer/table_plan.h"

#include <functional>
#include <stop_token>
#include <string>

namespace lantern_migrate::transfer {

struct RowRange {
    std::string lower;  // ctid; empty: from the start
    std::string upper;  // exclusive; empty: to the end
};

// Told about every buffer that was written: rows so far in this COPY and bytes in the buffer. Called from the writing thread.
using OnWritten = std::function<void(std::uint64_t rows, std::uint64_t bytes)>;

// Copies the rows of `range` into the target within the target session's open transaction, which the caller commits.
// Returns only if every row arrived: the source ended its COPY, the codec saw the end mark, and the target's count is ours.
// After an exception the source session may be in the middle of a COPY and must be closed.
[[nodiscard]] codec::Tally copy_rows(pg::Session& source, pg::Session& target, const TablePlan&, const RowRange&, RateLimit&,
                                     const OnWritten&, std::stop_token);

// Reads rows without writing them and gives their digest in target form; for verification.
// `from_target`: the rows are in target form already.
[[nodiscard]] codec::Tally digest_rows(pg::Session&, const TablePlan&, const RowRange&, bool from_target, std::stop_token);

}  // namespace lantern_migrate::transfer
