#include "core/steps/ending.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>

namespace lantern_migrate::steps {
namespace {

struct Tokens {
    bool after_chunks = false;
    bool now = false;

    bool operator==(const Tokens&) const = default;
    friend std::ostream& operator<<(std::ostream& out, const Tokens& tokens) {
        return out << "after chunks " << tokens.after_chunks << ", now " << tokens.now;
    }
};

Tokens tokens(const Ending& ending) { return {ending.after_chunks().stop_requested(), ending.now().stop_requested()}; }

constexpr Tokens going{false, false}, draining{true, false}, ended{true, true};

TEST(Ending, GoesOnUntilSomebodySaysOtherwise) {
    Ending ending;
    EXPECT_EQ(tokens(ending), going);
    {
        const Ending::Copying copying(ending);
    }
    EXPECT_EQ(tokens(ending), going);
}

TEST(Ending, PausesAtOnceWhereNoChunkIsInHand) {
    Ending before, behind;
    EXPECT_EQ(before.pause(), Pause::at_once);
    EXPECT_EQ(tokens(before), ended);
    {
        const Ending::Copying copying(behind);
    }
    EXPECT_EQ(behind.pause(), Pause::at_once);
    EXPECT_EQ(tokens(behind), ended);
    EXPECT_EQ(behind.pause(), Pause::at_once) << "said again, there is still nothing to give up";
}

TEST(Ending, PausesBehindTheChunksInHand) {
    Ending ending;
    std::optional<Ending::Copying> copying(std::in_place, ending);
    EXPECT_EQ(ending.pause(), Pause::after_chunks);
    EXPECT_EQ(tokens(ending), draining);
    copying.reset();
    EXPECT_EQ(tokens(ending), ended);
}

TEST(Ending, GivesTheChunksUpWhenPauseIsSaidAgain) {
    Ending ending;
    const Ending::Copying copying(ending);
    EXPECT_EQ(ending.pause(), Pause::after_chunks);
    EXPECT_EQ(ending.pause(), Pause::giving_up);
    EXPECT_EQ(tokens(ending), ended);
}

TEST(Ending, StopsAtOnceWhateverIsInHand) {
    Ending idle, copying_one, pausing_one;
    const Ending::Copying first(copying_one), second(pausing_one);
    EXPECT_EQ(pausing_one.pause(), Pause::after_chunks);
    for (Ending* ending : {&idle, &copying_one, &pausing_one}) {
        ending->stop();
        EXPECT_EQ(tokens(*ending), ended);
    }
}

// Whoever looks at `now` in a callback of `after chunks` must not wait for itself.
TEST(Ending, LetsACallbackLookAtItAgain) {
    Ending ending;
    Pause again = Pause::at_once;
    const Ending::Copying copying(ending);
    const std::stop_callback<std::function<void()>> callback(ending.after_chunks(), [&] { again = ending.pause(); });
    EXPECT_EQ(ending.pause(), Pause::after_chunks);
    EXPECT_EQ(again, Pause::giving_up);
    EXPECT_EQ(tokens(ending), ended);
}

}  // namespace
}  // namespace lantern_migrate::steps
