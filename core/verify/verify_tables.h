// What the source sent is what the target holds.
#pragma once

#include "config/job_spec.h"
#include "core/pg/cancellation.h"
#include "core/pg/session.h"
#include "core/progress.h"
#include "core/transfer/table_plan.h"
#include "migrations-state/records.h"

#include <functional>
#include <stop_token>
#include <vector>

namespace lantern_migrate::verify {

struct SentTable {
    transfer::TablePlan plan;
    std::uint64_t rows = 0;
    codec::Digest digest;      // the sum over its chunks
    std::string target_state;  // for the record
};

struct VerifyContext {
    config::Verification method = config::Verification::digest;
    int workers = 1;
    pg::Cancellation& cancellation;
    std::function<pg::Session(int worker)> connect_target;
    std::function<pg::Session(int worker)> connect_source;                  // on the snapshot; only for `full`
    std::function<void(const migrations_state::VerifyRecord&)> table_done;  // from a worker's thread, one at a time
};

// Compares every table, several at a time; a large table is read back in several ranges. Throws PgError, CodecError, TransientError;
// a difference is not an error here but a record with equal = false.
void verify_tables(const std::vector<SentTable>&, const VerifyContext&, std::stop_token);

}  // namespace lantern_migrate::verify
