// The bounded queue between the thread that reads and converts and the thread that writes: memory does not grow with the table.
#pragma once

#include "core/codec/buffer.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace lantern_migrate::transfer {

// One producer, one consumer. Buffers are used again: `take_empty` gives back what the consumer has returned.
class BufferQueue {
public:
    BufferQueue(std::size_t buffers, std::size_t buffer_bytes) {
        for (std::size_t i = 0; i < buffers; ++i) empty_.emplace_back(buffer_bytes);
    }

    // Producer. Empty: the consumer has given up.
    std::optional<codec::Buffer> take_empty() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !empty_.empty() || abandoned_; });
        if (abandoned_) return std::nullopt;
        codec::Buffer buffer = std::move(empty_.back());
        empty_.pop_back();
        buffer.clear();
        return buffer;
    }
    void push(codec::Buffer buffer) {
        std::lock_guard lock(mutex_);
        full_.push_back(std::move(buffer));
        changed_.notify_all();
    }
    // No more will come, and all that came is good.
    void finish() {
        std::lock_guard lock(mutex_);
        finished_ = true;
        changed_.notify_all();
    }

    // Consumer. Empty: at the end; then `completed` tells whether the producer finished.
    std::optional<codec::Buffer> pop() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !full_.empty() || finished_ || abandoned_; });
        if (full_.empty() || abandoned_) return std::nullopt;
        codec::Buffer buffer = std::move(full_.front());
        full_.pop_front();
        return buffer;
    }
    void give_back(codec::Buffer buffer) {
        std::lock_guard lock(mutex_);
        empty_.push_back(std::move(buffer));
        changed_.notify_all();
    }
    [[nodiscard]] bool completed() {
        std::lock_guard lock(mutex_);
        return finished_ && !abandoned_;
    }

    // Either side: something failed; the other side stops at its next call.
    void abandon() {
        std::lock_guard lock(mutex_);
        abandoned_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<codec::Buffer> empty_;
    std::deque<codec::Buffer> full_;
    bool finished_ = false;
    bool abandoned_ = false;
};

}  // namespace lantern_migrate::transfer
