// A growable run of bytes that is written once, handed on, cleared and used again: no zero-filling, no copy on clear.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

namespace lantern_migrate::codec {

class Buffer {
public:
    explicit Buffer(std::size_t capacity = 0) { reserve(capacity); }
    // A buffer that was moved from is empty and can be used again.
    Buffer(Buffer&& other) noexcept
        : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)), capacity_(std::exchange(other.capacity_, 0)) {}
    Buffer& operator=(Buffer&& other) noexcept {
        Buffer taken(std::move(other));
        std::swap(bytes_, taken.bytes_);
        std::swap(size_, taken.size_);
        std::swap(capacity_, taken.capacity_);
        return *this;
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] const std::byte* data() const { return bytes_.get(); }
    [[nodiscard]] std::span<const std::byte> bytes() const { return {bytes_.get(), size_}; }

    void clear() { size_ = 0; }
    void reserve(std::size_t capacity) {
        if (capacity > capacity_) grow(capacity);
    }

    // Room for `count` more bytes; what is written there counts only after `advance`.
    [[nodiscard]] std::byte* room(std::size_t count) {
        if (capacity_ - size_ < count) grow(size_ + count);
        return bytes_.get() + size_;
    }
    void advance(std::size_t count) { size_ += count; }
    void append(std::span<const std::byte> bytes) {
        if (bytes.empty()) return;
        std::memcpy(room(bytes.size()), bytes.data(), bytes.size());
        advance(bytes.size());
    }
    // What was written at `offset` already: a length that is known only behind what it counts.
    [[nodiscard]] std::byte* at(std::size_t offset) { return bytes_.get() + offset; }
    // Forgets everything from `size` on: a half-written row is taken back.
    void truncate(std::size_t size) { size_ = size; }

private:
    void grow(std::size_t needed) {
        const std::size_t doubled = capacity_ * 2;
        const std::size_t capacity = needed > doubled ? needed : doubled;
        auto bytes = std::make_unique_for_overwrite<std::byte[]>(capacity);
        if (size_ != 0) std::memcpy(bytes.get(), bytes_.get(), size_);
        bytes_ = std::move(bytes);
        capacity_ = capacity;
    }

    std::unique_ptr<std::byte[]> bytes_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace lantern_migrate::codec
