#include "core/transfer/tripwire.h"

#include <gtest/gtest.h>

namespace lantern_migrate::transfer {
namespace {

const Tripwire then{.filenode = "16385/16385",
                    .inserted = 100,
                    .updated = 5,
                    .deleted = 1,
                    .resets = "- 2026-01-01 00:00:00+00",
                    .snapshot = "800:800:",
                    .started = "2026-01-01 00:00:00+00",
                    .taken_at = "2026-01-02 00:00:00+00"};

// The same table later: other transactions ran, on other tables.
Tripwire later() {
    Tripwire now = then;
    now.snapshot = "900:905:901,903";
    now.taken_at = "2026-01-02 00:05:00+00";
    return now;
}

TEST(Tripwire, SurvivesTheJournal) {
    const auto parsed = Tripwire::parse(then.format());
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->format(), then.format());
    EXPECT_FALSE(Tripwire::parse(""));
    EXPECT_FALSE(Tripwire::parse("1|2|3"));
}

TEST(Tripwire, AnUntouchedTableStays) { EXPECT_EQ(compare(then, later(), true).change, Change::none); }

TEST(Tripwire, WithoutAnyTransactionInBetweenNothingHasToSettle) {
    EXPECT_EQ(compare(then, then, false).change, Change::none);
    Tripwire late_counts = then;  // writes from before the baseline that were counted after it
    late_counts.inserted += 10;
    EXPECT_EQ(compare(then, late_counts, false).change, Change::none);
}

TEST(Tripwire, ASnapshotOfAnotherServerStartProvesNothing) {
    Tripwire now = then;  // after a crash, transaction ids of lost transactions are given again
    now.started = "2026-01-02 00:01:00+00";
    EXPECT_EQ(compare(then, now, false).change, Change::unknowable);
}

TEST(Tripwire, EveryKindOfWriteIsSeen) {
    for (auto counter : {&Tripwire::inserted, &Tripwire::updated, &Tripwire::deleted}) {
        Tripwire now = later();
        now.*counter += 1;
        EXPECT_EQ(compare(then, now, true).change, Change::changed);
    }
    Tripwire inserted = later();
    inserted.inserted += 3;
    EXPECT_EQ(compare(then, inserted, true).reason, "rows were inserted (3), updated (0) or deleted (0)");
}

TEST(Tripwire, ARewriteIsSeenEvenIfNoTransactionIs) {
    Tripwire now = then;
    now.filenode = "16999/16385";
    EXPECT_EQ(compare(then, now, true).change, Change::changed);
    EXPECT_EQ(compare(then, now, true).reason, "it was rewritten or truncated");
}

TEST(Tripwire, ResetStatisticsAndSessionsThatHoldBackCountsAreUnknowable) {
    Tripwire reset = later();
    reset.resets = "- 2026-01-02 00:03:00+00";
    EXPECT_EQ(compare(then, reset, true).change, Change::unknowable);
    EXPECT_EQ(compare(then, later(), false).change, Change::unknowable);
}

}  // namespace
}  // namespace lantern_migrate::transfer
