// What a migration did, from the journal alone: the same after years, and on any machine.
#pragma once

#include "core/steps/migration.h"
#include "migrations-state/journal.h"

#include <boost/json/fwd.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace lantern_migrate::daemon {

struct Report {
    struct Table {
        std::string name;
        std::uint64_t rows = 0;
        std::uint64_t bytes = 0;          // on the source's disk, TOAST included, when planned
        std::uint64_t bytes_read = 0;     // as the source sent them
        std::uint64_t bytes_written = 0;  // as the target got them
        int chunks_done = 0;
        int chunks = 0;
        int chunks_repeated = 0;  // begun more than once
        int epoch = 1;            // above 1: it had to start again from nothing
    };
    struct StepTime {
        migrations_state::Step step = migrations_state::first_step;
        int attempts = 0;
        int unended = 0;                        // cut off by a crash or a failure
        std::chrono::milliseconds duration{0};  // of the attempts that ended
        std::vector<std::string> notes{};
    };
    struct Index {
        migrations_state::SavedIndex saved;
        std::optional<migrations_state::BuildRecord> build{};
        [[nodiscard]] std::string state() const;  // "done", "failed", ... or the translation's state
    };
    struct Verified {
        std::string table;
        migrations_state::VerifyRecord record;
    };

    migrations_state::Job job;
    std::optional<migrations_state::ServerIdentity> source, target;
    std::vector<Table> tables{};  // largest first
    std::vector<StepTime> steps{};
    std::vector<migrations_state::CopyRun> copies{};  // one a run that copied to the end
    std::vector<migrations_state::FindingRecord> findings{};
    std::vector<Index> indexes{};
    std::vector<migrations_state::BuildRecord> other_builds{};  // keys, ordinary indexes, constraints ...
    std::vector<Verified> verifications{};
    std::vector<migrations_state::EventRecord> incidents{};  // the newest events that were more than information, oldest first
    std::vector<std::string> application_changes{};
    std::string target_end{};  // of a cancelled job: what became of its objects on the target

    [[nodiscard]] std::uint64_t rows() const;
    [[nodiscard]] std::uint64_t bytes_written() const;
    [[nodiscard]] bool different() const;
};

// Throws JournalError.
[[nodiscard]] Report build_report(const migrations_state::Journal&, migrations_state::JobId);

[[nodiscard]] boost::json::object to_json(const Report&);
// For a terminal or a mail: at most 100 columns but for names that are longer.
[[nodiscard]] std::string report_text(const Report&);
// Every saved index as a comment beside its translation, as SQL that a person could run on the target.
[[nodiscard]] std::string indexes_sql(const std::vector<steps::PlannedIndex>&);
[[nodiscard]] boost::json::array indexes_json(const std::vector<steps::PlannedIndex>&);
[[nodiscard]] std::vector<steps::PlannedIndex> saved_as_planned(const std::vector<migrations_state::SavedIndex>&);

}  // namespace lantern_migrate::daemon
