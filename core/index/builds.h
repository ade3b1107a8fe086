// What is built on the target once rows are in: keys, indexes, vector indexes, each table's as soon as its rows are there, several at once.
#pragma once

#include "core/index/build_poll.h"
#include "core/pg/cancellation.h"
#include "core/progress.h"
#include "core/transfer/batches.h"
#include "core/transfer/ledger.h"
#include "migrations-state/journal.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace lantern_migrate::index {

// A build that lost its server this often is not tried again by itself.
inline constexpr int server_losses_max = 2;

// Order within a table: keys one after the other, then indexes side by side, then what refers to them (comments, replica identity),
// and its statistics last, when there are indexes on expressions to have some.
// `constraint`, `trigger`, `materialized_view` and `other` come after all tables, one by one, in the order saved.
namespace kind {
inline constexpr std::string_view key = "key";
inline constexpr std::string_view index = "index";
inline constexpr std::string_view vector_index = "vector_index";
inline constexpr std::string_view table_setting = "table_setting";
inline constexpr std::string_view analyze = "analyze";
inline constexpr std::string_view constraint = "constraint";
inline constexpr std::string_view materialized_view = "materialized_view";
inline constexpr std::string_view trigger = "trigger";
inline constexpr std::string_view other = "other";
}  // namespace kind

// Of the kinds that a table's lane takes, as soon as the table's rows are in; the others wait for all tables.
[[nodiscard]] bool needs_one_table(const migrations_state::BuildRecord&);

// Builds of tables up to this size share transactions, so many at a time.
inline constexpr std::uint64_t small_table_bytes = transfer::small_table_bytes;
inline constexpr std::size_t builds_per_transaction = 32;

struct BuilderContext {
    migrations_state::Journal& journal;
    migrations_state::JobId job;
    const transfer::Ledger& ledger;
    Progress& progress;
    pg::Cancellation& cancellation;
    std::function<pg::Session(int builder)> connect_target;
    // SQL of a build that has none yet; empty: it was skipped or failed, and the journal says why.
    std::function<std::string(pg::Session&, const migrations_state::BuildRecord&)> decide;
    std::function<void(migrations_state::Severity, const std::string& kind, const std::string& text)> event;
    int concurrent_builds = 2;
    std::uint64_t maintenance_work_mem_bytes = 0;  // the total
    std::shared_ptr<BuildPoll> poll{};             // of how far they are; none: nobody asks
};

// Runs one build to its end in a transaction with its ledger row. A statement that the server refuses fails this build in the journal
// and returns; a lost connection or a stop throws.
void run_build(pg::Session&, const migrations_state::BuildRecord&, const BuilderContext&, const std::stop_token&);

// The same for several in one transaction; each must have its SQL. If the server refuses one, each is run by itself.
void run_builds(pg::Session&, std::span<const migrations_state::BuildRecord>, const BuilderContext&, const std::stop_token&);

// Builder threads. Made by one thread; `table_ready` may be called from any.
class Builder {
public:
    Builder(BuilderContext context, std::vector<migrations_state::BuildRecord> builds, std::stop_token stop);
    ~Builder();
    Builder(const Builder&) = delete;
    Builder& operator=(const Builder&) = delete;

    // `bytes`: what the table weighs on the source's disk.
    void table_ready(const std::string& schema, const std::string& table, std::uint64_t bytes);
    // False once everything that is ready is built.
    [[nodiscard]] bool working();
    // Every table is ready that will be. Waits until all is built; then builds one by one what took a server down before.
    // Throws the first error that was not a statement's.
    void finish();

private:
    struct Lane {  // a table's builds, by phase
        std::deque<migrations_state::BuildRecord> keys;
        std::deque<migrations_state::BuildRecord> indexes;
        std::deque<migrations_state::BuildRecord> settings;  // and statistics, which were saved last
        int indexes_open = 0;
        bool busy = false;  // a key or setting is being built
        bool ready = false;
        bool small = false;
    };
    using Name = std::pair<std::string, std::string>;
    struct Place {
        Name table;
        bool exclusive = false;
    };
    struct Task {
        std::vector<migrations_state::BuildRecord> builds;  // more than one: of small tables
        std::vector<Place> places;                          // one a build
    };
    void work(int builder) noexcept;
    std::optional<Task> take(std::unique_lock<std::mutex>&);
    static std::deque<migrations_state::BuildRecord>* next_phase(Lane&);
    static void take_from(const Name&, Lane&, Task&);
    void ended(const Task&);
    [[nodiscard]] bool all_done() const;

    BuilderContext context_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<Name, Lane> lanes_;
    std::deque<migrations_state::BuildRecord> suspects_;  // lost their server before
    bool finishing_ = false;
    std::exception_ptr error_;
    std::stop_source stop_;
    std::stop_callback<std::function<void()>> on_outer_stop_;
    std::vector<std::jthread> threads_;
};

}  // namespace lantern_migrate::index
