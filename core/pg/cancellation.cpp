#include "core/pg/cancellation.h"

#include <chrono>

namespace lantern_migrate::pg {
namespace {

constexpr std::chrono::milliseconds again_after{200};

}  // namespace

Cancellation::Cancellation(std::stop_token stop)
    : thread_([this] { cancel_until_empty(); }), on_stop_(std::move(stop), [this] {
          std::lock_guard lock(mutex_);
          stopping_ = true;
          changed_.notify_all();
      }) {}

Cancellation::~Cancellation() {
    {
        std::lock_guard lock(mutex_);
        ended_ = true;
        changed_.notify_all();
    }
    thread_.join();
}

void Cancellation::cancel_until_empty() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || ended_; });
    while (!ended_) {
        // The lock is held while cancelling, so that no session is unregistered under our hands; a cancel is one short connection.
        for (PGcancelConn* cancel : running_) {
            PQcancelBlocking(cancel);  // a failure is a server that is gone, and then the statement is too
            PQcancelReset(cancel);
        }
        changed_.wait_for(lock, again_after, [this] { return ended_; });
    }
}

Cancellation::Registration::Registration(Cancellation& owner, const Session& session) : owner_(owner) {
    PGcancelConn* cancel = PQcancelCreate(session.raw());
    std::lock_guard lock(owner_.mutex_);
    place_ = owner_.running_.insert(owner_.running_.end(), cancel);
}

Cancellation::Registration::~Registration() {
    PGcancelConn* cancel = *place_;
    {
        std::lock_guard lock(owner_.mutex_);
        owner_.running_.erase(place_);
    }
    PQcancelFinish(cancel);
}

}  // namespace lantern_migrate::pg
