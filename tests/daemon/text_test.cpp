#include "daemon/text.h"

#include <gmock/gmock.h>

namespace lantern_migrate::daemon {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(FormatBytes, ChangesItsUnitBeforeItReadsAThousandAndTwentyFour) {
    EXPECT_EQ(format_bytes(0), "0 B");
    EXPECT_EQ(format_bytes(1023), "1023 B");
    EXPECT_EQ(format_bytes(1024), "1.0 KiB");
    EXPECT_EQ(format_bytes(1024 * 1024 - 1), "1.0 MiB");
    EXPECT_EQ(format_bytes(UINT64_MAX), "16.0 EiB");
}

TEST(FormatCount, GroupsByThousands) {
    EXPECT_EQ(format_count(0), "0");
    EXPECT_EQ(format_count(999), "999");
    EXPECT_EQ(format_count(1000), "1,000");
    EXPECT_EQ(format_count(1234567), "1,234,567");
}

TEST(FormatDuration, SaysTheTwoLargestUnits) {
    EXPECT_EQ(format_duration(milliseconds(-5)), "0.0s");
    EXPECT_EQ(format_duration(milliseconds(450)), "0.5s");
    EXPECT_EQ(format_duration(milliseconds(9999)), "10s");
    EXPECT_EQ(format_duration(milliseconds(59700)), "1m 00s");
    EXPECT_EQ(format_duration(seconds(184)), "3m 04s");
    EXPECT_EQ(format_duration(hours(2) + seconds(200)), "2h 03m");
    EXPECT_EQ(format_duration(hours(101)), "4d 05h");
}

TEST(FormatTime, IsUtc) {
    const migrations_state::Timestamp at{milliseconds(1738324801250)};
    EXPECT_EQ(format_time(at), "2025-01-31 12:00:01Z");
    EXPECT_EQ(format_time_iso(at), "2025-01-31T12:00:01.250Z");
}

TEST(Printable, LetsNothingThroughThatDrivesATerminal) {
    EXPECT_EQ(printable("Wörter"), "Wörter");
    EXPECT_EQ(printable("a\x1b[2Jb\nc"), "a?[2Jb?c");
    EXPECT_EQ(printable("a\xff\xc3"), "a??");
    EXPECT_EQ(printable("\xc2\x9b"), "?");  // CSI in one character
    EXPECT_EQ(printable("x\xe2\x80\xae"
                        "y"),
              "x?y");  // turns the direction of writing
}

TEST(OneLine, JoinsLinesAndBlanks) { EXPECT_EQ(one_line("first\n\n  second\tthird \n"), "first second third"); }

TEST(Cut, CountsCharactersNotBytes) {
    EXPECT_EQ(cut("Wörterbücher", 12), "Wörterbücher");
    EXPECT_EQ(cut("Wörterbücher", 8), "Wörte...");
    EXPECT_EQ(cut("abcdef", 2), "ab");
}

TEST(Wrap, BreaksAtBlanksAndLongWordsHard) {
    EXPECT_THAT(wrap("the quick brown fox", 11, 2), testing::ElementsAre("  the quick", "  brown fox"));
    EXPECT_THAT(wrap("abcdefghijkl", 8), testing::ElementsAre("abcdefgh", "ijkl"));
    EXPECT_THAT(wrap("", 8), testing::IsEmpty());
}

TEST(TextTable, AlignsNumbersToTheRight) {
    TextTable table({{"table"}, {"rows", TextTable::Align::right}});
    table.add({"public.words", "10,000"});
    table.add({"public.x", "7"});
    EXPECT_EQ(table.text(60, 2),
              "  table           rows\n"
              "  public.words  10,000\n"
              "  public.x           7\n");
}

TEST(TextTable, GivesANameThatIsTooLongALineOfItsOwn) {
    TextTable table({{"table"}, {"rows", TextTable::Align::right}});
    table.add({"public.a_table_with_a_very_long_name", "1"});
    table.add({"public.x", "7"});
    EXPECT_EQ(table.text(30),
              "table     rows\n"
              "public.a_table_with_a_very_lon\n"
              "g_name\n"
              "             1\n"
              "public.x     7\n");
}

}  // namespace
}  // namespace lantern_migrate::daemon
