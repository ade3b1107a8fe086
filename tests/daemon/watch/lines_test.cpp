#include "daemon/watch/lines.h"

#include <gmock/gmock.h>

namespace lantern_migrate::daemon::watch {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(WatchLines, CountColumnsNotCharacters) {
    const struct {
        const char* text;
        std::size_t width;
    } cases[] = {{"", 0}, {"words", 5}, {"größe", 5}, {"商品", 4}, {"e\u0301", 1}, {"ab商c", 5}};
    for (const auto& [text, width] : cases) EXPECT_EQ(width_of(text), width) << text;
}

TEST(WatchLines, CutTextsAtTheirEndAndNamesInTheirMiddle) {
    EXPECT_EQ(shorten("words", 5), "words");
    EXPECT_EQ(shorten("many words", 8), "many ...");
    EXPECT_EQ(shorten("many words", 2), "ma");
    EXPECT_EQ(shorten("商品の説明", 8), "商品...") << "half a character has no room";
    EXPECT_EQ(shorten_name("public.events_2024_01", 15), "public.e...4_01");
    EXPECT_EQ(shorten_name("public.商品の説明文ベクトル", 20), "public.商品...クトル");
    EXPECT_EQ(shorten_name("public.words", 8), "publi...");
    EXPECT_EQ(left("商品", 6), "商品  ");
    EXPECT_EQ(right("12", 4), "  12");
    EXPECT_EQ(left("", 0), "");
}

TEST(WatchLines, BreakTextsAtBlanksAndLongWordsAnywhere) {
    EXPECT_THAT(wrapped("", 20), IsEmpty());
    EXPECT_THAT(wrapped("one two three four", 10), ElementsAre("one two", "three four"));
    EXPECT_THAT(wrapped("one two three four", 10, 2), ElementsAre("one two", "  three", "  four"));
    EXPECT_THAT(wrapped("0123456789abcdef", 10, 1), ElementsAre("0123456789", " abcdef"));
    EXPECT_THAT(wrapped("商品の説明文", 8), ElementsAre("商品の説", "明文"));
}

TEST(WatchLines, DrawBarsThatAreFullOnlyAtTheEnd) {
    EXPECT_EQ(bar(0, 100, 12), "[          ]");
    EXPECT_EQ(bar(1, 100, 12), "[>         ]");
    EXPECT_EQ(bar(99, 100, 12), "[=========>]");
    EXPECT_EQ(bar(100, 100, 12), "[==========]");
    EXPECT_EQ(bar(300, 100, 12), "[==========]");
    EXPECT_EQ(bar(5, 0, 12), "[>         ]");
}

}  // namespace
}  // namespace lantern_migrate::daemon::watch
