#include "core/transfer/ledger.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lantern_migrate::transfer {
namespace {

TEST(LedgerMeasures, ComeBackExactly) {
    const std::vector<codec::VectorMeasure> measures{{.values = 18'000'000'000ULL,
                                                      .nulls = 3,
                                                      .min_dimensions = 1,
                                                      .max_dimensions = 16000,
                                                      .min_norm = 0.1,
                                                      .max_norm = std::nextafter(1.0, 2.0)},
                                                     {}};  // no value at all: infinite minimum
    EXPECT_EQ(parse_measures(format_measures(measures)), measures);
    EXPECT_TRUE(parse_measures("").empty());
}

TEST(LedgerItem, NamesATable) { EXPECT_EQ(table_item("public", "Odd Name"), "table public.Odd Name"); }

}  // namespace
}  // namespace lantern_migrate::transfer
