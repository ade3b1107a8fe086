// A copy that takes some seconds, for what is to happen in its middle. The source is slow_source.sql's.
#pragma once

#include "tests/integration/daemon_process.h"
#include "tests/integration/scenario.h"

namespace lantern_migrate::test {

inline constexpr const char* slow_copy = "copy: {workers: 1, chunk_size: 128KiB, max_rate: 1MiB/s}\n";

// Chunks that the target's ledger holds.
inline int chunks_done(const std::string& target_url) {
    if (query_text(target_url, "SELECT to_regclass('lantern_migrate.ledger')").empty()) return 0;
    return std::stoi(query_text(target_url, "SELECT count(*) FROM lantern_migrate.ledger WHERE item LIKE 'table %'"));
}

}  // namespace lantern_migrate::test
