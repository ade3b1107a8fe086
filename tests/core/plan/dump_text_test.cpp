#include "core/plan/dump_text.h"

#include <gtest/gtest.h>

namespace lantern_migrate::plan {
namespace {

std::string blanks(std::size_t count) { return std::string(count, ' '); }

TEST(DumpText, LosesPsqlsTwoLinesAndNothingMoves) {
    const std::string dump = "--\n-- PostgreSQL database dump\n--\n\n\\restrict aB3\n\nSET x = 1;\n\n\\unrestrict aB3\n\n";
    EXPECT_EQ(without_psql_lines(dump),
              "--\n-- PostgreSQL database dump\n--\n\n" + blanks(13) + "\n\nSET x = 1;\n\n" + blanks(15) + "\n\n");
}

TEST(DumpText, WithoutThemStaysAsItIs) {
    for (const char* dump :
         {"", "\n", "--\n-- dump", "SET x = 1;\n", "--\n\nSELECT '\\restrict x';\n", "\\connect app\nSET x = 1;\n", "\\restrictive x\n"}) {
        EXPECT_EQ(without_psql_lines(dump), dump);
    }
}

TEST(DumpText, KeepsLinesThatOnlyLookLikePsqls) {
    const std::string body = "CREATE FUNCTION f() AS $$\n\\restrict aB3\n\\unrestrict other\n\\unrestrict aB3\n\\unrestrict aB3 \n$$;\n";
    EXPECT_EQ(without_psql_lines("\\restrict aB3\n" + body + "\\unrestrict aB3\n"), blanks(13) + "\n" + body + blanks(15) + "\n");
    // Only at the beginning: what comes behind a statement is not psql's.
    EXPECT_EQ(without_psql_lines("SELECT 1;\n\\restrict aB3\n"), "SELECT 1;\n\\restrict aB3\n");
}

TEST(DumpText, TakesLineEndsOfWindowsAndAMissingLast) {
    EXPECT_EQ(without_psql_lines("\\restrict aB3\r\nSELECT 1;\r\n\\unrestrict aB3\r\n"),
              blanks(13) + "\r\nSELECT 1;\r\n" + blanks(15) + "\r\n");
    EXPECT_EQ(without_psql_lines("\\restrict aB3\nSELECT 1;\n\\unrestrict aB3"), blanks(13) + "\nSELECT 1;\n" + blanks(15));
    EXPECT_EQ(without_psql_lines("\\restrict aB3"), blanks(13));
    EXPECT_EQ(without_psql_lines("\\restrict aB3\nSELECT 1;\n"), blanks(13) + "\nSELECT 1;\n");
}

}  // namespace
}  // namespace lantern_migrate::plan
