#include "core/steps/throttle_work.h"

#include "core/transfer/source_load.h"

namespace lantern_migrate::steps {
namespace {

// A look that takes longer than this is none. And a stop, which ends the looking, has to be quick: nothing can cancel the making of a
// connection, and a peer that vanished is waited for.
constexpr const char* look_limit_s = "5";
constexpr const char* look_limit_ms = "5000";

pg::Session connect(const Run& run) {
    config::ConnectionParameters parameters = run.source_parameters();
    parameters.keywords["connect_timeout"] = look_limit_s;
    parameters.keywords["tcp_user_timeout"] = look_limit_ms;
    pg::Session session =
        pg::Session::connect(parameters, {.role = "source", .application_name = run.reader_name("throttle"), .read_only = true});
    session.execute(std::string("SET statement_timeout = ") + look_limit_ms);
    return session;
}

}  // namespace

std::unique_ptr<transfer::Throttle> start_throttle(Run& run) {
    if (!run.spec.copy.throttle.on()) return nullptr;
    auto sampler = std::make_shared<transfer::SourceSampler>([&run] { return connect(run); }, run.application_prefix(), run.cancellation);
    return std::make_unique<transfer::Throttle>(
        run.spec.copy.throttle, run.spec.copy.max_rate_bytes_per_s,
        transfer::ThrottleContext{.sample = [sampler] { return sampler->sample(); },
                                  .limit = run.rate_limit,
                                  .progress = run.progress,
                                  .event = [&run](auto severity, const auto& kind, const auto& text) { run.event(severity, kind, text); }},
        run.stop);
}

std::optional<plan::Finding> throttle_finding(pg::Session& source, const config::ThrottleSpec& throttle) {
    if (!throttle.on() || transfer::may_see_source_load(source)) return std::nullopt;
    const auto role = source.execute("SELECT current_user").one_row()[0].as<std::string>();
    std::string hidden;
    if (throttle.max_active_sessions > 0) hidden = "what sessions of other roles do, which `copy.throttle.max_active_sessions` is about";
    if (throttle.max_replication_lag_bytes > 0) {
        hidden += hidden.empty() ? "" : ", nor ";
        hidden += "how far standbys are behind, which `copy.throttle.max_replication_lag` is about";
    }
    return plan::Finding{plan::Severity::warning, "role " + role + " of the source", "it may not see " + hidden,
                         "GRANT pg_read_all_stats TO " + plan::quote_identifier(role) + " on the source"};
}

}  // namespace lantern_migrate::steps
