#include "core/transfer/buffer_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace lantern_migrate::transfer {
namespace {

std::vector<std::byte> bytes(std::size_t count, int value) { return std::vector<std::byte>(count, static_cast<std::byte>(value)); }

TEST(BufferQueue, HandsBuffersOverInOrderAndUsesThemAgain) {
    BufferQueue queue(2, 16);
    std::vector<int> got;
    std::jthread consumer([&] {
        while (auto buffer = queue.pop()) {
            got.push_back(static_cast<int>(buffer->bytes()[0]));
            queue.give_back(std::move(*buffer));
        }
    });
    for (int i = 0; i < 100; ++i) {
        auto buffer = queue.take_empty();
        ASSERT_TRUE(buffer);
        EXPECT_TRUE(buffer->empty());
        buffer->append(bytes(10, i));
        queue.push(std::move(*buffer));
    }
    queue.finish();
    consumer.join();
    ASSERT_EQ(got.size(), 100U);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(got[static_cast<std::size_t>(i)], i);
    EXPECT_TRUE(queue.completed());
}

TEST(BufferQueue, AProducerWhoseConsumerGaveUpIsNotLeftWaiting) {
    BufferQueue queue(1, 16);
    auto first = queue.take_empty();
    ASSERT_TRUE(first);
    queue.push(std::move(*first));
    std::jthread consumer([&] { queue.abandon(); });
    EXPECT_FALSE(queue.take_empty());
    EXPECT_FALSE(queue.completed());
}

TEST(BufferQueue, WhatWasPushedBeforeAnAbandonIsNotTakenForComplete) {
    BufferQueue queue(2, 16);
    auto buffer = queue.take_empty();
    buffer->append(bytes(3, 1));
    queue.push(std::move(*buffer));
    queue.finish();
    queue.abandon();
    EXPECT_FALSE(queue.pop());
    EXPECT_FALSE(queue.completed());
}

}  // namespace
}  // namespace lantern_migrate::transfer
