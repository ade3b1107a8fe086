#include "core/codec/buffer.h"

#include <gtest/gtest.h>

#include <string_view>

using namespace lantern_migrate::codec;

namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }
std::string_view text(const Buffer& buffer) { return {reinterpret_cast<const char*>(buffer.data()), buffer.size()}; }

TEST(Buffer, KeepsWhatWasAppendedAcrossGrowth) {
    Buffer buffer(2);
    buffer.append(bytes("ab"));
    buffer.append(bytes("cdefgh"));
    EXPECT_EQ(text(buffer), "abcdefgh");
}

TEST(Buffer, CountsOnlyWhatWasAdvancedOver) {
    Buffer buffer;
    std::memcpy(buffer.room(4), "wxyz", 4);
    EXPECT_TRUE(buffer.empty());
    buffer.advance(3);
    EXPECT_EQ(text(buffer), "wxy");
}

TEST(Buffer, TakesBackWhatIsBehindTheSizeItIsTruncatedTo) {
    Buffer buffer;
    buffer.append(bytes("good row, bad row"));
    buffer.truncate(8);
    EXPECT_EQ(text(buffer), "good row");
}

TEST(Buffer, KeepsItsMemoryWhenCleared) {
    Buffer buffer(1000);
    const std::byte* memory = buffer.room(1000);
    buffer.advance(1000);
    buffer.clear();
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(buffer.room(1000), memory);
}

TEST(Buffer, CanBeUsedAgainAfterItWasMovedFrom) {
    Buffer first(16);
    first.append(bytes("first"));
    Buffer second = std::move(first);
    first.append(bytes("again"));  // NOLINT(bugprone-use-after-move): that is the promise
    EXPECT_EQ(text(first), "again");
    EXPECT_EQ(text(second), "first");
    second = std::move(first);
    first.append(bytes("once more"));  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(text(second), "again");
    EXPECT_EQ(text(first), "once more");
}

TEST(Buffer, AppendsNothingWithoutMemory) {
    Buffer buffer;
    buffer.append({});
    EXPECT_TRUE(buffer.empty());
    EXPECT_EQ(buffer.capacity(), 0u);
}

}  // namespace
