#include "config/units.h"

#include <gtest/gtest.h>

namespace lantern_migrate::config {
namespace {

using namespace std::chrono_literals;

TEST(Sizes, AreWholeNumbersWithAUnitAndEveryKilobyteIs1024) {
    const std::pair<const char*, std::uint64_t> good[] = {
        {"0", 0},
        {"0MiB", 0},
        {"1B", 1},
        {"512kB", 524288},
        {"512KiB", 524288},
        {"1MB", 1048576},
        {"1MiB", 1048576},
        {"1GB", 1073741824},
        {"1GiB", 1073741824},
        {"1TB", 1099511627776},
        {"2TiB", 2199023255552},
        {"128 MiB", 134217728},
        {"16777215TiB", 16777215ULL << 40},
    };
    for (const auto& [text, bytes] : good) EXPECT_EQ(parse_bytes(text), bytes) << text;
}

TEST(Sizes, OfAnyOtherFormAreRefused) {
    for (const char* text : {"", " ", "1", "MiB", "-1MiB", "+1MiB", "1.5GB", "1mb", "1KB", "1Mib", "1M", "1  MiB", " 1MiB", "1MiB ",
                             "1MiB1", "0x10B", "16777216TiB", "99999999999999999999B", "1e3MB"}) {
        EXPECT_EQ(parse_bytes(text), std::nullopt) << text;
    }
}

TEST(Sizes, ArePrintedInTheLargestUnitThatIsExact) {
    EXPECT_EQ(format_bytes(0), "0");
    EXPECT_EQ(format_bytes(8192), "8KiB");
    EXPECT_EQ(format_bytes(8193), "8193B");
    EXPECT_EQ(format_bytes(std::uint64_t{128} << 20), "128MiB");
    EXPECT_EQ(format_bytes(std::uint64_t{1} << 40), "1TiB");
}

TEST(Durations, AreWholeNumbersWithAUnit) {
    const std::pair<const char*, std::chrono::milliseconds> good[] = {
        {"0", 0ms}, {"500ms", 500ms}, {"30s", 30s}, {"5min", 5min}, {"24h", 24h}, {"7d", 168h}, {"5 min", 5min},
    };
    for (const auto& [text, duration] : good) EXPECT_EQ(parse_duration(text), duration) << text;
}

TEST(Durations, OfAnyOtherFormAreRefused) {
    for (const char* text : {"", "5", "5m", "5 minutes", "-5s", "1.5h", "1h30min", "5S", "213503982335d", "9223372036854775808ms"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

TEST(Durations, ArePrintedInTheLargestUnitThatIsExact) {
    EXPECT_EQ(format_duration(0ms), "0");
    EXPECT_EQ(format_duration(1500ms), "1500ms");
    EXPECT_EQ(format_duration(90s), "90s");
    EXPECT_EQ(format_duration(24h), "1d");
}

}  // namespace
}  // namespace lantern_migrate::config
