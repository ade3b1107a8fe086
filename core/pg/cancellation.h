// Ends statements that are running when a stop is asked for: an index build may take an hour, a stop may take seconds.
#pragma once

#include "core/pg/session.h"

#include <condition_variable>
#include <list>
#include <mutex>
#include <stop_token>
#include <thread>

namespace lantern_migrate::pg {

// Once `stop` is requested, every registered session's running statement is cancelled, again and again until it is
// unregistered: a cancel that arrives between two statements has no effect, and the next statement could be the long one.
// Sessions are registered and unregistered by the threads that use them.
class Cancellation {
public:
    explicit Cancellation(std::stop_token stop);
    ~Cancellation();
    Cancellation(const Cancellation&) = delete;
    Cancellation& operator=(const Cancellation&) = delete;

    class [[nodiscard]] Registration {
    public:
        Registration(Cancellation& owner, const Session& session);
        ~Registration();
        Registration(const Registration&) = delete;
        Registration& operator=(const Registration&) = delete;

    private:
        Cancellation& owner_;
        std::list<PGcancelConn*>::iterator place_;
    };

private:
    void cancel_until_empty();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<PGcancelConn*> running_;
    bool stopping_ = false;
    bool ended_ = false;
    std::jthread thread_;
    std::stop_callback<std::function<void()>> on_stop_;
};

}  // namespace lantern_migrate::pg
