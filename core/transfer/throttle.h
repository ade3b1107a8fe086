// copy.throttle: a thread that looks at the source about once a second and sets the rate of the copy by what it sees.
#pragma once

#include "core/progress.h"
#include "core/transfer/rate_limit.h"
#include "core/transfer/throttle_control.h"

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace lantern_migrate::transfer {

struct ThrottleContext {
    std::function<SourceLoad()> sample;  // from the throttle's thread; throws PgError where the source cannot be asked
    RateLimit& limit;
    Progress& progress;
    std::function<void(migrations_state::Severity, const std::string& kind, const std::string& text)> event;  // from the same thread
    std::chrono::milliseconds interval{1000};
};

// Looks from its construction on. Losing the source costs it nothing but sight: the rate stays as it is, and it tries again.
class Throttle {
public:
    // `max_bytes_per_s`: copy.max_rate.
    Throttle(const config::ThrottleSpec&, std::uint64_t max_bytes_per_s, ThrottleContext, std::stop_token stop);
    ~Throttle();  // lifts the throttle
    Throttle(const Throttle&) = delete;
    Throttle& operator=(const Throttle&) = delete;

    // The rows are copied: ends the looking, lifts the throttle and says so. Throws what went wrong beside the sampling, such as
    // a journal that cannot be written.
    void finish();

private:
    void watch() noexcept;
    void look();
    void lost_sight(const std::string& why);
    void end();

    ThrottleContext context_;
    ThrottleControl control_;
    FlowMeter flow_;
    bool blind_ = false;
    std::exception_ptr error_;
    std::mutex mutex_;
    std::condition_variable_any tick_;
    std::stop_token outer_stop_;
    std::stop_source stop_;
    std::stop_callback<std::function<void()>> on_outer_stop_;
    std::jthread thread_;  // the last, so that it finds all the others made
};

}  // namespace lantern_migrate::transfer
