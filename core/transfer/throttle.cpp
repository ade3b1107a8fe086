#include "core/transfer/throttle.h"

#include "core/errors.h"

#include <algorithm>
#include <utility>

namespace lantern_migrate::transfer {
namespace {

using migrations_state::Severity;

constexpr const char* lifted_kind = "throttle lifted";

std::string one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text;
}

}  // namespace

Throttle::Throttle(const config::ThrottleSpec& bounds, std::uint64_t max_bytes_per_s, ThrottleContext context, std::stop_token stop)
    : context_(std::move(context)),
      control_(bounds, max_bytes_per_s),
      outer_stop_(stop),
      on_outer_stop_(std::move(stop), [this] { stop_.request_stop(); }),
      thread_([this] { watch(); }) {}

Throttle::~Throttle() { end(); }

void Throttle::end() {
    stop_.request_stop();
    if (thread_.joinable()) thread_.join();
    context_.limit.throttle(0);
    context_.progress.set_throttle({});
}

void Throttle::finish() {
    end();
    if (error_) std::rethrow_exception(error_);
    if (control_.bytes_per_s() > 0) context_.event(Severity::info, lifted_kind, "no longer throttled: all rows are copied");
}

void Throttle::watch() noexcept {
    const std::stop_token stop = stop_.get_token();
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        try {
            look();
        } catch (...) {  // the copy goes on, and so does the throttle: `finish` tells
            if (!error_) error_ = std::current_exception();
        }
        tick_.wait_for(lock, stop, context_.interval, [] { return false; });
    }
}

void Throttle::look() {
    const std::uint64_t flow = flow_.add(std::chrono::steady_clock::now(), context_.limit.passed_bytes());
    SourceLoad load;
    try {
        load = context_.sample();
    } catch (const PgError& e) {
        // A stop cancels the query: that is no loss of sight.
        if (stop_.stop_requested() || outer_stop_.stop_requested()) return;
        lost_sight(one_line(e.facts().message));
        return;
    }
    const bool saw_again = std::exchange(blind_, false);
    const bool before = control_.bytes_per_s() > 0;
    control_.sample(load, flow);
    const bool now = control_.bytes_per_s() > 0;
    context_.limit.throttle(control_.bytes_per_s());
    context_.progress.set_throttle(control_.describe());
    if (saw_again) context_.event(Severity::info, "throttle sees again", "the source's load can be sampled again");
    if (now && !before) context_.event(Severity::info, "throttled", control_.describe());
    if (before && !now) context_.event(Severity::info, lifted_kind, "no longer throttled: the source is within its limits again");
}

void Throttle::lost_sight(const std::string& why) {
    const std::string rate = control_.bytes_per_s() == 0 ? "without a throttle" : "throttled to " + mib_text(control_.bytes_per_s()) + "/s";
    const std::string text = rate + " until the source's load can be sampled again: " + why;
    context_.progress.set_throttle(text);
    if (!std::exchange(blind_, true)) context_.event(Severity::warning, "throttle blind", text);
}

}  // namespace lantern_migrate::transfer
