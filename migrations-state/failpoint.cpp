#include "migrations-state/failpoint.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace lantern_migrate::migrations_state {
namespace {

constexpr std::string_view names[] = {
    "connect.before_end",         "save_indexes.before_end",   "stop_source.before_end",      "transfer_schema.before_commit",
    "transfer_schema.before_end", "chunk.before_begin",        "chunk.after_begin",           "chunk.before_commit",
    "chunk.after_commit",         "chunk.after_end",           "table_restart.before_commit", "table_restart.after_commit",
    "transfer_data.before_end",   "build.after_begin",         "build.before_commit",         "build.after_commit",
    "create_indexes.before_end",  "verify.before_end",         "cutover.before_sequences",    "cutover.before_ledger_drop",
    "cutover.after_ledger_drop",  "drop_target.before_commit", "drop_target.after_commit",
};

struct Armed {
    std::string name;
    std::atomic<long> remaining{0};

    Armed() {
        const char* setting = std::getenv("LANTERN_FAILPOINT");
        if (setting == nullptr) return;
        name = setting;
        long count = 1;
        if (auto colon = name.find(':'); colon != std::string::npos) {
            count = std::strtol(name.c_str() + colon + 1, nullptr, 10);
            name.resize(colon);
        }
        remaining = count;
    }
};

}  // namespace

std::span<const std::string_view> failpoint_names() { return names; }

void pass_failpoint(std::string_view name) {
    static Armed armed;
    if (armed.name != name) return;
    if (armed.remaining.fetch_sub(1) == 1) std::raise(SIGKILL);
}

}  // namespace lantern_migrate::migrations_state
