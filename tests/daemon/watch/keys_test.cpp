#include "daemon/watch/keys.h"

#include <gmock/gmock.h>

namespace lantern_migrate::daemon::watch {
namespace {

using Kind = Key::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(WatchKeys, AreReadFromTheirSequences) {
    const struct {
        const char* bytes;
        Kind kind;
    } cases[] = {{"\x1b[A", Kind::up},   {"\x1bOB", Kind::down},     {"\x1b[5~", Kind::page_up}, {"\x1b[6~", Kind::page_down},
                 {"\x1b[H", Kind::home}, {"\x1b[4~", Kind::end},     {"\r", Kind::enter},        {"\n", Kind::enter},
                 {"\t", Kind::tab},      {"\x1b[Z", Kind::back_tab}, {"\x7f", Kind::backspace},  {"\b", Kind::backspace}};
    for (const auto& [bytes, kind] : cases) EXPECT_THAT(KeyReader().feed(bytes), ElementsAre(Key{.kind = kind})) << bytes + 1;
    EXPECT_THAT(KeyReader().feed("q商"), ElementsAre(Key{.text = "q"}, Key{.text = "商"}));
}

TEST(WatchKeys, ComeInPiecesToo) {
    KeyReader reader;
    EXPECT_THAT(reader.feed("j\x1b"), ElementsAre(Key{.text = "j"}));
    EXPECT_TRUE(reader.halfway());
    EXPECT_THAT(reader.feed("["), IsEmpty());
    EXPECT_THAT(reader.feed("6"), IsEmpty());
    EXPECT_THAT(reader.feed("~k"), ElementsAre(Key{.kind = Kind::page_down}, Key{.text = "k"}));
    EXPECT_FALSE(reader.halfway());
    EXPECT_THAT(reader.feed("\xe5\x95"), IsEmpty());
    EXPECT_THAT(reader.feed("\x86"), ElementsAre(Key{.text = "商"}));
}

TEST(WatchKeys, TakeAnEscapeThatStaysAloneForTheKey) {
    KeyReader reader;
    EXPECT_THAT(reader.feed("\x1b"), IsEmpty());
    EXPECT_THAT(reader.pause(), ElementsAre(Key{.kind = Kind::escape}));
    EXPECT_THAT(reader.pause(), IsEmpty());
    EXPECT_THAT(reader.feed("\x1b\x1b"), ElementsAre(Key{.kind = Kind::escape}));
    EXPECT_THAT(reader.pause(), ElementsAre(Key{.kind = Kind::escape}));
    EXPECT_THAT(reader.feed("\x1b["), IsEmpty());
    EXPECT_THAT(reader.pause(), IsEmpty()) << "half a sequence is no key";
}

TEST(WatchKeys, SwallowWhatMeansNothing) {
    EXPECT_THAT(KeyReader().feed("\x1b[200~\x1b[1;5Cx\x01"), ElementsAre(Key{.text = "x"}));
    KeyReader endless;
    EXPECT_LE(endless.feed("\x1b[" + std::string(1000, ';')).size(), 1000U);
    EXPECT_THAT(endless.feed("q"), testing::Contains(Key{.text = "q"}));
}

}  // namespace
}  // namespace lantern_migrate::daemon::watch
