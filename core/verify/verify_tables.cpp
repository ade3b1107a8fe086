#include "core/verify/verify_tables.h"

#include "core/transfer/copy_rows.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

namespace lantern_migrate::verify {
namespace {

using migrations_state::VerifyRecord;

constexpr int tid_range_scan_since_version_num = 140000;
// Pages of the heap that one worker reads back at a time: 64 MiB of heap, and its TOAST.
constexpr std::uint64_t pages_per_range = 8192;

struct Task {
    std::size_t table = 0;
    transfer::RowRange range;
    bool from_target = true;
};

struct Found {
    std::uint64_t rows = 0;
    codec::Digest digest;
    std::uint64_t source_rows = 0;  // of `full`
    codec::Digest source_digest;
    int open = 0;
};

std::uint64_t heap_pages(pg::Session& target, const plan::QualifiedName& table) {
    return target
        .execute(
            "SELECT pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint FROM pg_catalog.pg_class c"
            " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2",
            pqxx::params{table.schema, table.name})
        .one_row()[0]
        .as<std::uint64_t>();
}

std::vector<transfer::RowRange> ranges(std::uint64_t pages) {
    const std::uint64_t count = std::max<std::uint64_t>((pages + pages_per_range - 1) / pages_per_range, 1);
    const auto boundary = [&](std::uint64_t i) {
        return i == 0 || i == count ? std::string{} : "(" + std::to_string(i * pages_per_range) + ",0)";
    };
    std::vector<transfer::RowRange> result;
    for (std::uint64_t i = 0; i < count; ++i) result.push_back({.lower = boundary(i), .upper = boundary(i + 1)});
    return result;
}

class Pool {
public:
    Pool(const std::vector<SentTable>& tables, const VerifyContext& context, std::stop_token stop)
        : tables_(tables), context_(context), found_(tables.size()), on_outer_stop_(std::move(stop), [this] { stop_.request_stop(); }) {
        pg::Session target = context_.connect_target(0);
        for (std::size_t table = 0; table < tables_.size(); ++table) add_tasks(target, table);
    }

    [[nodiscard]] std::size_t tasks() const { return tasks_.size(); }

    void work(int worker) noexcept {
        try {
            std::optional<pg::Session> target, source;
            std::optional<pg::Cancellation::Registration> cancel_target, cancel_source;
            while (const auto task = next()) {
                auto& session = task->from_target ? target : source;
                if (!session) {
                    session = task->from_target ? context_.connect_target(worker) : context_.connect_source(worker);
                    (task->from_target ? cancel_target : cancel_source).emplace(context_.cancellation, *session);
                }
                run(*session, *task);
            }
        } catch (...) {
            std::lock_guard lock(mutex_);
            if (!error_) error_ = std::current_exception();
            stop_.request_stop();
        }
    }

    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

private:
    [[nodiscard]] bool counts_only() const { return context_.method == config::Verification::counts; }

    void add_tasks(pg::Session& target, std::size_t table) {
        const bool whole = counts_only() || target.server_version_num() < tid_range_scan_since_version_num;
        const auto parts = whole ? std::vector<transfer::RowRange>{{}} : ranges(heap_pages(target, tables_[table].plan.name));
        for (const auto& range : parts) tasks_.push_back({table, range, true});
        found_[table].open = static_cast<int>(parts.size());
        if (context_.method == config::Verification::full) {
            tasks_.push_back({table, {}, false});
            ++found_[table].open;
        }
    }

    std::optional<Task> next() {
        std::lock_guard lock(mutex_);
        if (stop_.stop_requested() || taken_ == tasks_.size()) return std::nullopt;
        return tasks_[taken_++];
    }

    void run(pg::Session& session, const Task& task) {
        const SentTable& table = tables_[task.table];
        std::uint64_t rows = 0;
        codec::Digest digest;
        if (counts_only()) {
            rows = session.execute("SELECT pg_catalog.count(*) FROM ONLY " + table.plan.name.sql()).one_row()[0].as<std::uint64_t>();
        } else {
            const codec::Tally tally = transfer::digest_rows(session, table.plan, task.range, task.from_target, stop_.get_token());
            rows = tally.rows;
            digest = tally.digest;
        }
        std::lock_guard lock(mutex_);
        Found& found = found_[task.table];
        (task.from_target ? found.rows : found.source_rows) += rows;
        (task.from_target ? found.digest : found.source_digest).add(digest);
        if (--found.open == 0) context_.table_done(record(table, found));
    }

    [[nodiscard]] VerifyRecord record(const SentTable& table, const Found& found) const {
        VerifyRecord result{.table = table.plan.record.id,
                            .method = std::string(config::to_word(context_.method)),
                            .rows_sent = table.rows,
                            .rows_found = found.rows,
                            .digest_sent = counts_only() ? "" : table.digest.hex(),
                            .digest_found = counts_only() ? "" : found.digest.hex(),
                            .target_state = table.target_state};
        result.equal = found.rows == table.rows && (counts_only() || found.digest == table.digest);
        if (context_.method == config::Verification::full && (found.source_rows != table.rows || found.source_digest != table.digest)) {
            result.equal = false;
            result.digest_sent = found.source_digest.hex();
            result.rows_sent = found.source_rows;
        }
        return result;
    }

    const std::vector<SentTable>& tables_;
    const VerifyContext& context_;
    std::vector<Task> tasks_;
    std::vector<Found> found_;
    std::stop_source stop_;
    std::stop_callback<std::function<void()>> on_outer_stop_;
    std::mutex mutex_;
    std::size_t taken_ = 0;
    std::exception_ptr error_;
};

}  // namespace

void verify_tables(const std::vector<SentTable>& tables, const VerifyContext& context, std::stop_token stop) {
    Pool pool(tables, context, std::move(stop));
    {
        std::vector<std::jthread> threads;
        const int needed = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(context.workers), pool.tasks()));
        for (int worker = 1; worker <= needed; ++worker) threads.emplace_back([&pool, worker] { pool.work(worker); });
    }
    pool.rethrow();
}

}  // namespace lantern_migrate::verify
