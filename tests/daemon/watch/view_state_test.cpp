#include "daemon/watch/view_state.h"

#include "tests/daemon/watch/watch_samples.h"

#include <gmock/gmock.h>

namespace lantern_migrate::daemon::watch {
namespace {

using Kind = Key::Kind;
using migrations_state::Disposition;
using migrations_state::Step;

Key character(const std::string& text) { return {.text = text}; }

// Three jobs: b failed, a and c run.
Model three_jobs() {
    Model model;
    model.take({.jobs = {sample_job("a", Disposition::running, Step::transfer_data, 1),
                         sample_job("b", Disposition::failed, Step::connect, 2), sample_job("c", Disposition::running, Step::connect, 3)},
                .at = noon});
    return model;
}

class Keys : public testing::Test {
protected:
    bool press_kind(Kind kind) { return press(state, model, extent, {.kind = kind}); }
    bool press_character(const std::string& text) { return press(state, model, extent, character(text)); }
    void type(const std::string& text) {
        for (const char c : text) EXPECT_FALSE(press_character(std::string(1, c)));
    }

    Model model = three_jobs();
    ViewState state;
    Extent extent{.rows = 10, .count = 25};
};

TEST_F(Keys, MoveTheMarkOverTheJobsAndNoFurther) {
    EXPECT_EQ(selected_job(model, state), "b");
    EXPECT_FALSE(press_kind(Kind::up));
    EXPECT_EQ(selected_job(model, state), "b");
    EXPECT_FALSE(press_character("j"));
    EXPECT_EQ(selected_job(model, state), "a");
    EXPECT_FALSE(press_kind(Kind::page_down));
    EXPECT_EQ(selected_job(model, state), "c");
    EXPECT_FALSE(press_kind(Kind::home));
    EXPECT_EQ(selected_job(model, state), "b");
}

TEST_F(Keys, KeepTheMarkOnItsJobWhenTheOrderChanges) {
    EXPECT_FALSE(press_character("G"));
    EXPECT_EQ(selected_job(model, state), "c");
    auto jobs = model.jobs;
    for (JobStatus& status : jobs) status.job.disposition = status.job.name == "c" ? Disposition::waiting : Disposition::running;
    model.take({.jobs = jobs, .at = noon});
    EXPECT_EQ(selected_job(model, state), "c");
}

TEST_F(Keys, OpenAJobAndComeBack) {
    EXPECT_FALSE(press_kind(Kind::enter));
    EXPECT_EQ(state.page, Page::job);
    EXPECT_EQ(state.selected, "b");
    EXPECT_FALSE(press_kind(Kind::escape));
    EXPECT_EQ(state.page, Page::jobs);
    EXPECT_TRUE(press_kind(Kind::escape));
}

TEST_F(Keys, LeaveFromTheOnlyJobWithEscape) {
    state = {.one_job = true, .page = Page::job, .selected = "b"};
    EXPECT_TRUE(press_kind(Kind::escape));
    EXPECT_TRUE(press_character("q"));
}

TEST_F(Keys, GoThroughTheParts) {
    EXPECT_FALSE(press_kind(Kind::enter));
    for (const Part part : {Part::builds, Part::events, Part::tables}) {
        EXPECT_FALSE(press_kind(Kind::tab));
        EXPECT_EQ(state.part, part);
    }
    EXPECT_FALSE(press_kind(Kind::back_tab));
    EXPECT_EQ(state.part, Part::events);
    model.jobs.front().job.reason = "Connection refused";
    EXPECT_FALSE(press_kind(Kind::tab));
    EXPECT_EQ(state.part, Part::reason);
}

TEST_F(Keys, ScrollToTheLastScreenAndNoFurther) {
    EXPECT_FALSE(press_kind(Kind::enter));
    EXPECT_FALSE(press_kind(Kind::page_down));
    EXPECT_EQ(state.scroll(), 10U);
    EXPECT_FALSE(press_character(" "));
    EXPECT_EQ(state.scroll(), 15U);
    EXPECT_FALSE(press_kind(Kind::up));
    EXPECT_EQ(state.scroll(), 14U);
    EXPECT_FALSE(press_kind(Kind::end));
    EXPECT_EQ(state.scroll(), 15U);
    EXPECT_FALSE(press_character("g"));
    EXPECT_EQ(state.scroll(), 0U);
    extent = {.rows = 10, .count = 3};
    EXPECT_FALSE(press_kind(Kind::down));
    EXPECT_EQ(state.scroll(), 0U);
}

TEST_F(Keys, AreTextWhileAFilterIsTyped) {
    EXPECT_FALSE(press_character("/"));
    type("q?jC");
    EXPECT_EQ(state.filter, "q?jC");
    EXPECT_FALSE(press_kind(Kind::backspace));
    EXPECT_EQ(state.filter, "q?j");
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(press_kind(Kind::backspace));
    type("C");
    EXPECT_FALSE(press_kind(Kind::enter));
    EXPECT_FALSE(state.typing);
    EXPECT_EQ(selected_job(model, state), "c");
    EXPECT_FALSE(press_kind(Kind::escape)) << "ends the filter, not the view";
    EXPECT_EQ(state.filter, "");
    EXPECT_FALSE(press_character("/"));
    type("x");
    EXPECT_EQ(selected_job(model, state), "") << "no job passes";
    EXPECT_FALSE(press_kind(Kind::escape));
    EXPECT_EQ(state.filter, "");
}

TEST_F(Keys, TakeWholeCharactersFromAFilter) {
    EXPECT_FALSE(press_character("/"));
    EXPECT_FALSE(press_character("商"));
    EXPECT_FALSE(press_character("品"));
    EXPECT_FALSE(press_kind(Kind::backspace));
    EXPECT_EQ(state.filter, "商");
}

TEST_F(Keys, CloseTheHelpAgain) {
    EXPECT_FALSE(press_character("?"));
    EXPECT_TRUE(state.help);
    EXPECT_FALSE(press_kind(Kind::escape));
    EXPECT_FALSE(state.help);
    EXPECT_FALSE(press_character("?"));
    EXPECT_TRUE(press_character("q"));
}

}  // namespace
}  // namespace lantern_migrate::daemon::watch
