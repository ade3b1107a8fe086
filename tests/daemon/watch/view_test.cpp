// Whole screens, at the sizes of an old terminal, a large one, and one that is hardly one. What they should look like is in screens/;
// with LANTERN_WRITE_SCREENS set, those files are written anew, to be looked at before they are committed.
#include "daemon/watch/view.h"

#include "tests/daemon/watch/watch_samples.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace lantern_migrate::daemon::watch {
namespace {

using migrations_state::Disposition;
using migrations_state::Step;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr Size sizes[] = {{80, 24}, {120, 40}, {40, 10}};

// What a person sees: without the sequences that set tones, and without blanks at the end.
std::vector<std::string> seen(const std::string& rendered) {
    std::vector<std::string> lines(1);
    for (std::size_t at = 0; at < rendered.size(); ++at) {
        if (rendered[at] == '\x1b') {
            at = rendered.find('m', at);
        } else if (rendered[at] == '\n') {
            lines.emplace_back();
        } else if (rendered[at] != '\r') {
            lines.back() += rendered[at];
        }
    }
    for (std::string& line : lines) {
        while (!line.empty() && line.back() == ' ') line.pop_back();
    }
    return lines;
}

std::vector<std::string> screen(const Model& model, const ViewState& state, const Size& size, migrations_state::Timestamp now = noon) {
    return seen(render(draw(model, state, size, now).lines, size, true));
}

std::string text_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + '\n';
    return text;
}

void expect_screens(const std::string& name, const Model& model, const ViewState& state, migrations_state::Timestamp now = noon) {
    for (const Size& size : sizes) {
        const auto lines = screen(model, state, size, now);
        const std::string file = std::format("{}/{}-{}x{}.txt", LANTERN_WATCH_SCREENS, name, size.width, size.height);
        EXPECT_EQ(lines.size(), size.height) << file;
        for (const std::string& line : lines) EXPECT_LE(width_of(line), size.width) << file << ": " << line;
        if (std::getenv("LANTERN_WRITE_SCREENS") != nullptr) std::ofstream(file) << text_of(lines);
        std::ifstream in(file);
        std::stringstream expected;
        expected << in.rdbuf();
        EXPECT_EQ(text_of(lines), expected.str()) << file;
    }
}

ViewState job_page(Part part = Part::tables) { return {.one_job = true, .page = Page::job, .selected = "shop", .part = part}; }

Model thirty() {
    Model model;
    auto jobs = thirty_jobs();
    // Seven of them were done before anybody looked; one ends while somebody looks.
    model.take({.jobs = jobs, .at = noon});
    jobs[8].job.disposition = Disposition::done;
    JobStatus chosen = failed_job();
    chosen.job.name = jobs[11].job.name;
    chosen.job.id = 12;
    model.take({.jobs = jobs, .chosen = chosen, .events = copying_events(), .at = noon});
    return model;
}

TEST(WatchView, ShowsACopyThatRuns) { expect_screens("copying", model_of(copying_job(), copying_events()), job_page()); }

TEST(WatchView, ShowsBuilds) { expect_screens("building", model_of(building_job(), copying_events()), job_page(Part::builds)); }

TEST(WatchView, ShowsEvents) { expect_screens("events", model_of(copying_job(), copying_events()), job_page(Part::events)); }

TEST(WatchView, ShowsWhyAJobFailedAndWhatToDo) { expect_screens("failed", model_of(failed_job(), copying_events()), job_page()); }

TEST(WatchView, ShowsTheWholeOfALongReason) { expect_screens("reason", model_of(failed_job(), copying_events()), job_page(Part::reason)); }

TEST(WatchView, ShowsThirtyJobsThoseThatNeedSomebodyFirst) { expect_screens("jobs", thirty(), {}); }

TEST(WatchView, KeepsTheMarkedJobInSight) { expect_screens("jobs-end", thirty(), {.selected = "tenant_30"}); }

TEST(WatchView, ShowsItsKeys) { expect_screens("help", thirty(), {.help = true}); }

TEST(WatchView, SaysSinceWhenTheDaemonIsSilent) {
    Model model = model_of(copying_job(), copying_events());
    model.miss("the daemon does not answer at /run/lantern-migrate/control.sock: Connection refused");
    expect_screens("silent", model, job_page(), noon + std::chrono::seconds(17));
}

TEST(WatchView, SaysThatThereAreNoJobs) {
    Model model;
    model.take({.at = noon});
    expect_screens("none", model, {});
}

TEST(WatchView, NeverPassesAHundredPercent) {
    JobStatus status = copying_job();
    status.progress.bytes = 3 * status.progress.bytes_total;
    status.progress.tables[1].bytes = 7 * status.progress.tables[1].bytes_total;
    status.progress.builds_list[1].share = 1.7;
    const std::string text = text_of(screen(model_of(status), job_page(), {120, 40}));
    EXPECT_THAT(text, HasSubstr("[========================================] 100%  9.8 GiB of 9.8 GiB  1,234,567 rows\n"));
    EXPECT_THAT(text, HasSubstr("[============================] 100%         800,000     5.9 GiB\n"));
    EXPECT_THAT(text, HasSubstr("scanning table 100% "));
}

TEST(WatchView, SaysThatItDoesNotKnowTheTimeLeft) {
    JobStatus status = copying_job();
    status.progress.left.reset();
    status.progress.bytes_per_s = 0;
    status.progress.bytes_per_s_average = 0;
    status.progress.builds = 0;
    EXPECT_EQ(screen(model_of(status), job_page(), {80, 24}).at(3), "0 B/s now, time left not known");
    EXPECT_THAT(screen(model_of(building_job()), job_page(), {80, 24}).at(3),
                "copied at 79.0 MiB/s; builds 2 of 4, 1 failed, time left not known");
}

TEST(WatchView, SaysWhatSlowsTheCopy) {
    JobStatus status = copying_job();
    status.progress.throttle = "throttled to 12.0 MiB/s: 14 sessions are active on the source, limit 8";
    EXPECT_EQ(screen(model_of(status), job_page(), {80, 24}).at(4),
              "throttled to 12.0 MiB/s: 14 sessions are active on the source, limit 8");
}

TEST(WatchView, ShowsOnlyWhatPassesTheFilter) {
    ViewState state = job_page();
    state.filter = "EMBED";
    const auto lines = screen(model_of(copying_job()), state, {80, 24});
    const std::string text = text_of(lines);
    EXPECT_THAT(text, HasSubstr("public.product_embeddings"));
    EXPECT_THAT(text, Not(HasSubstr("public.customers ")));
    EXPECT_THAT(lines.back(), HasSubstr("q leave  Esc all  filter: EMBED"));
    state.filter = "nothing like it";
    EXPECT_THAT(text_of(screen(model_of(copying_job()), state, {80, 24})), HasSubstr("\n  none with this filter\n"));
    state.typing = true;
    EXPECT_THAT(screen(model_of(copying_job()), state, {80, 24}).back(), HasSubstr("/nothing like it_"));
}

TEST(WatchView, ScrollsOverAllTables) {
    JobStatus status = copying_job();
    for (int i = 0; i < 2000; ++i)
        status.progress.tables.push_back({.name = std::format("public.t{:04}", i), .bytes_total = mib, .chunks = 1});
    ViewState state = job_page();
    const Model model = model_of(status);
    const Picture first = draw(model, state, {80, 24}, noon);
    EXPECT_EQ(first.extent.count, 2006U);
    EXPECT_THAT(text_of(screen(model, state, {80, 24})), HasSubstr("1-13 of 2006\n"));
    state.scroll() = 1'000'000;
    const std::string text = text_of(screen(model, state, {80, 24}));
    EXPECT_THAT(text, HasSubstr("1994-2006 of 2006\n"));
    EXPECT_THAT(text, HasSubstr("  public.customers "));
}

TEST(WatchView, StandsAnyTerminalsSize) {
    const Model jobs = thirty();
    const Model job = model_of(failed_job(), copying_events());
    for (std::size_t width = 1; width < 130; width += 9) {
        for (std::size_t height = 1; height < 50; height += 5) {
            for (const Part part : {Part::tables, Part::builds, Part::events, Part::reason}) {
                EXPECT_EQ(screen(job, job_page(part), {width, height}).size(), height);
            }
            EXPECT_EQ(screen(jobs, {}, {width, height}).size(), height);
            EXPECT_EQ(screen(jobs, {.help = true}, {width, height}).size(), height);
        }
    }
}

TEST(WatchView, SetsColoursOnlyIfTheyAreWanted) {
    const Picture picture = draw(model_of(failed_job()), job_page(), {80, 24}, noon);
    EXPECT_THAT(render(picture.lines, {80, 24}, true), HasSubstr("\x1b[31m"));
    for (const int color : {31, 32, 33, 36, 37}) {
        EXPECT_THAT(render(picture.lines, {80, 24}, false), Not(HasSubstr(std::format("\x1b[{}m", color))));
    }
}

}  // namespace
}  // namespace lantern_migrate::daemon::watch
