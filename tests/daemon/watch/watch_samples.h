// Jobs as `watch` may meet them.
#pragma once

#include "daemon/watch/model.h"

#include <format>

namespace lantern_migrate::daemon::watch {

inline constexpr std::uint64_t mib = std::uint64_t{1} << 20;
// 2025-01-31 12:00:01Z
inline constexpr migrations_state::Timestamp noon{std::chrono::milliseconds(1738324801000)};

inline migrations_state::EventRecord event(std::int64_t id, std::chrono::seconds before_noon, const std::string& kind,
                                           const std::string& text,
                                           migrations_state::Severity severity = migrations_state::Severity::info) {
    return {.id = id, .job = 1, .at = noon - before_noon, .severity = severity, .kind = kind, .text = text};
}

inline JobStatus sample_job(const std::string& name, migrations_state::Disposition disposition, migrations_state::Step step,
                            std::int64_t id = 1) {
    JobStatus status;
    status.job.id = id;
    status.job.name = name;
    status.job.disposition = disposition;
    status.job.step = status.progress.step = step;
    return status;
}

// Names that are wide, long, or would drive the terminal.
inline JobStatus copying_job() {
    using migrations_state::BuildState;
    JobStatus status = sample_job("shop", migrations_state::Disposition::running, migrations_state::Step::transfer_data);
    status.job.source = "url postgresql://reader@old.example/app";
    status.job.target = "url postgresql://owner@db.lantern.example/app";
    ProgressView& view = status.progress;
    view.activity = "copying rows";
    view.rows = 1'234'567;
    view.bytes = 4321 * mib;
    view.bytes_total = 10'000 * mib;
    view.bytes_per_s = static_cast<double>(83 * mib);
    view.bytes_per_s_average = static_cast<double>(79 * mib);
    view.left = std::chrono::seconds(68);
    view.chunks = 80;
    view.chunks_done = 31;
    view.tables = {
        {.name = "public.customers", .rows = 20'000, .bytes = 90 * mib, .bytes_total = 90 * mib, .chunks_done = 1, .chunks = 1},
        {.name = "public.product_embeddings",
         .rows = 800'000,
         .bytes = 3200 * mib,
         .bytes_total = 6000 * mib,
         .chunks_done = 25,
         .chunks = 48},
        {.name = "public.商品の説明文ベクトル",
         .rows = 414'567,
         .bytes = 1031 * mib,
         .bytes_total = 2000 * mib,
         .chunks_done = 5,
         .chunks = 16},
        {.name = "archive.events_of_the_recommendation_service_by_customer_and_day_2024_01", .bytes_total = 900 * mib, .chunks = 7},
        {.name = "archive.events_of_the_recommendation_service_by_customer_and_day_2024_02", .bytes_total = 900 * mib, .chunks = 7},
        {.name = "public.\x1b[31mevil\nname", .bytes_total = 110 * mib, .chunks = 1}};
    view.builds = 4;
    view.builds_done = 1;
    view.builds_list = {{.item = "constraint public.customers customers_pkey",
                         .table = "public.customers",
                         .state = BuildState::done,
                         .elapsed = std::chrono::milliseconds(1300)},
                        {.item = "index public.customers_by_name",
                         .table = "public.customers",
                         .state = BuildState::begun,
                         .elapsed = std::chrono::seconds(12),
                         .phase = "scanning table",
                         .share = 0.429},
                        {.item = "constraint public.product_embeddings product_embeddings_pkey", .table = "public.product_embeddings"},
                        {.item = "index public.product_embeddings_embedding_idx", .table = "public.product_embeddings"}};
    return status;
}

inline std::vector<migrations_state::EventRecord> copying_events() {
    using std::chrono::seconds;
    return {
        event(1, seconds(90'000), "extension created", "created extension lantern on the target"),
        event(2, seconds(70), "locked", "SHARE locks on 6 tables of the source"),
        event(3, seconds(66), "chunk lost", "chunk 3 of table public.product_embeddings is not in the target's ledger; it is copied again",
              migrations_state::Severity::warning)};
}

inline JobStatus building_job() {
    using migrations_state::BuildState;
    JobStatus status = copying_job();
    status.job.step = migrations_state::Step::create_indexes;
    ProgressView& view = status.progress;
    view.step = status.job.step;
    view.activity = "building keys and indexes";
    view.chunks_done = view.chunks;
    view.bytes = view.bytes_total;
    view.left = std::chrono::seconds(0);
    for (auto& table : view.tables) {
        table.chunks_done = table.chunks;
        table.bytes = table.bytes_total;
        table.rows = 300'000;
    }
    view.builds_done = 2;
    view.builds_list[1] = {.item = "index public.customers_by_name", .table = "public.customers", .state = BuildState::failed};
    view.builds_list[2].state = BuildState::begun;
    view.builds_list[2].elapsed = std::chrono::seconds(184);
    view.builds_list[2].phase = "sorting live tuples";
    view.builds_list[3].state = BuildState::begun;
    view.builds_list[3].elapsed = std::chrono::seconds(5400);
    return status;
}

inline JobStatus failed_job() {
    JobStatus status = copying_job();
    status.job.disposition = migrations_state::Disposition::failed;
    status.progress.activity.clear();
    status.progress.bytes_per_s = 0;
    status.progress.left.reset();
    status.job.sqlstate = "53100";
    status.job.reason =
        "target postgresql://owner@db.lantern.example/app: could not extend file \"base/16384/16431.12\": No space left on device "
        "(SQLSTATE 53100), while copying table public.product_embeddings, chunk 26";
    status.job.hint =
        "free space where the target keeps its data, or move the tablespace to a larger disk, then `lantern-migrate retry shop`: what is "
        "copied stays, only the chunks that were in hand are copied again. The target needs about 5.6 GiB more for rows, and as much as "
        "the largest table again for each index that is built at the same time (indexes.concurrent_builds).";
    return status;
}

inline std::vector<JobStatus> thirty_jobs() {
    using migrations_state::Disposition;
    using migrations_state::Step;
    std::vector<JobStatus> jobs;
    for (int i = 1; i <= 30; ++i) {
        JobStatus status = sample_job(std::format("tenant_{:02}", i), i < 8 ? Disposition::done : Disposition::queued, Step::connect, i);
        if (i == 8 || i == 9) {
            const std::string name = status.job.name;
            status = copying_job();
            status.job.name = name;
            status.job.id = i;
            status.progress.tables.clear();  // as in a list
            status.progress.builds_list.clear();
            if (i == 9) status.progress.left.reset();
        }
        if (i == 12) {
            status = failed_job();
            status.job.name = "tenant_12_with_quite_a_long_name_of_its_own_in_europe_west";
            status.job.id = i;
        }
        if (i == 20) {
            status.job.disposition = Disposition::waiting;
            status.job.step = Step::cutover;
            status.job.reason = "everything is copied, built and verified; cutover waits for the operator";
        }
        if (i == 21) {
            status.job.disposition = Disposition::failed;
            status.job.transient = true;
            status.job.retry_at = noon + std::chrono::seconds(14);
            status.job.reason = "source postgresql://reader@old.example/app: Connection refused";
        }
        jobs.push_back(std::move(status));
    }
    return jobs;
}

inline Model model_of(JobStatus status, std::vector<migrations_state::EventRecord> events = {}) {
    Model model;
    model.take({.jobs = {status}, .chosen = status, .events = std::move(events), .at = noon});
    return model;
}

}  // namespace lantern_migrate::daemon::watch
