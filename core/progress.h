// How far a job is, now: counters that worker threads add to and anybody may look at. In memory only; the journal has what must last.
#pragma once

#include "migrations-state/records.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace lantern_migrate {

// A picture of a job at one moment. Bytes are the source's on-disk bytes, TOAST included, so that they never exceed the total.
struct ProgressView {
    struct Table {
        std::string name;  // schema.table
        std::uint64_t rows = 0;
        std::uint64_t bytes = 0;
        std::uint64_t bytes_total = 0;
        int chunks_done = 0;
        int chunks = 0;
    };
    struct Build {
        std::string item;
        std::string table;
        migrations_state::BuildState state = migrations_state::BuildState::pending;
        std::chrono::milliseconds elapsed{0};
        std::string phase{};            // of a build that runs, where the target says it: "scanning table"
        std::optional<double> share{};  // of the phase, 0 to 1; empty: unknown
    };
    migrations_state::Step step = migrations_state::first_step;
    std::string activity;  // one line: "copying 4 of 12 tables", "waiting for a lock on public.items"
    std::string throttle;  // one line: "throttled to 12.0 MiB/s: 14 sessions are active on the source, limit 8"; empty: it is not
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    std::uint64_t bytes_total = 0;
    std::uint64_t wire_bytes = 0;              // written to the target in this run
    double bytes_per_s = 0;                    // over the last few seconds
    double bytes_per_s_average = 0;            // over this run's copy, until its last chunk
    std::optional<std::chrono::seconds> left;  // of the copy; empty: unknown
    int chunks_done = 0;
    int chunks = 0;
    int builds_done = 0;
    int builds = 0;
    std::vector<Table> tables;
    std::vector<Build> builds_list;
};

// Every member may be called from any thread.
class Progress {
public:
    void set_step(migrations_state::Step);
    void set_activity(std::string);
    void set_throttle(std::string);                     // stays beside any activity, until the next step
    void set_tables(std::vector<ProgressView::Table>);  // what is done already included
    // `table` is the position in set_tables.
    void add_rows(std::size_t table, std::uint64_t rows, std::uint64_t wire_bytes);  // of a chunk in flight
    void set_in_flight(std::size_t table, std::int64_t bytes_change);                // estimated disk bytes of chunks in flight
    void chunk_done(std::size_t table, std::uint64_t disk_bytes);
    void chunk_abandoned(std::size_t table, std::uint64_t rows, std::uint64_t disk_bytes_in_flight);
    void set_builds(std::vector<ProgressView::Build>);
    void build_began(const std::string& item);
    void build_phase(const std::string& item, const std::string& phase, std::optional<double> share);  // of one that runs
    void build_ended(const std::string& item, migrations_state::BuildState);

    [[nodiscard]] ProgressView view() const;

private:
    struct BuildClock {
        ProgressView::Build build;
        std::optional<std::chrono::steady_clock::time_point> began;
    };
    mutable std::mutex mutex_;
    ProgressView now_;
    std::vector<BuildClock> builds_;
    struct Sample {
        std::chrono::steady_clock::time_point at;
        std::uint64_t bytes = 0;
    };
    void sample() const;
    void measure_rate(ProgressView&, std::chrono::steady_clock::time_point now) const;

    void measure_average(ProgressView&) const;

    mutable std::vector<Sample> samples_;  // of the last few seconds
    Sample copy_began_{};                  // set_tables
    mutable Sample copy_at_{};             // the last that was copied
};

}  // namespace lantern_migrate
