#include "daemon/cli/watch_screen.h"

#include "daemon/cli/control_point.h"
#include "daemon/cli/progress_printer.h"
#include "daemon/control_client.h"
#include "daemon/verdict.h"
#include "daemon/watch/asker.h"
#include "daemon/watch/terminal.h"
#include "daemon/watch/view.h"

#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <format>

namespace lantern_migrate::daemon::cli {
namespace {

using migrations_state::EventRecord;

// Often enough for a clock that shows seconds.
constexpr auto draw_every = std::chrono::milliseconds(500);
// A sequence's bytes come together; an ESC that stays alone for this long is the key.
constexpr auto escape_alone_after = std::chrono::milliseconds(50);

watch::Questions questions(ControlPoint& point) {
    return {.jobs = [&point] { return point.statuses(); },
            .job = [&point](const std::string& job) { return point.status(job); },
            .events =
                [&point](const std::string& job, std::int64_t after) {
                    std::vector<EventRecord> events;
                    const auto document = point.get_json(job_target(job, std::format("/events?after={}", after)));
                    for (const auto& event : document.at("events").as_array()) events.push_back(event_from_json(event));
                    return events;
                }};
}

bool with_color() {
    const char* no_color = std::getenv("NO_COLOR");
    return no_color == nullptr || *no_color == '\0';
}

migrations_state::Timestamp now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(migrations_state::Clock::now()); }

class Screen {
public:
    Screen(const Options& options, watch::Asker& asker, watch::Model& model)
        : asker_(asker), model_(model), by_name_(!options.job.empty()) {
        state_.one_job = by_name_;
        if (by_name_) state_.page = watch::Page::job;
        state_.selected = options.job;
    }

    // Until it is left; the exit status.
    int run() {
        asker_.start();
        watch::Terminal terminal;
        for (;;) {
            asker_.choose(watch::selected_job(model_, state_));
            const watch::Size size = terminal.size();
            const watch::Picture picture = watch::draw(model_, state_, size, now());
            terminal.show(watch::render(picture.lines, size, color_));
            const auto input = terminal.wait(asker_.wake_fd(), keys_.halfway() ? escape_alone_after : draw_every);
            if (input.ended) return exit_done;
            if (const std::optional<int> status = hear()) return *status;
            for (const watch::Key& key : keys_of(input.bytes)) {
                if (watch::press(state_, model_, picture.extent, key)) return exit_done;
            }
        }
    }

private:
    std::vector<watch::Key> keys_of(const std::string& bytes) {
        const auto at = std::chrono::steady_clock::now();
        if (bytes.empty()) return keys_.halfway() && at - last_bytes_ >= escape_alone_after ? keys_.pause() : std::vector<watch::Key>{};
        last_bytes_ = at;
        return keys_.feed(bytes);
    }

    // The exit status once there is nothing left to wait for.
    std::optional<int> hear() {
        std::optional<watch::News> news = asker_.take();
        if (!news) return std::nullopt;
        if (news->error) std::rethrow_exception(news->error);
        if (!news->answer) {
            model_.miss(news->lost);
            if (!model_.answered_at || now() - *model_.answered_at > watch_patience)
                throw Unreachable(news->lost, "is lantern-migrated running?");
            return std::nullopt;
        }
        const bool over = std::ranges::all_of(news->answer->jobs, watch::rests);
        model_.take(*std::move(news->answer));
        if (!over) return std::nullopt;
        return by_name_ ? exit_status(model_.jobs.front()) : exit_done;
    }

    watch::Asker& asker_;
    watch::Model& model_;
    bool by_name_;
    watch::ViewState state_;
    watch::KeyReader keys_;
    std::chrono::steady_clock::time_point last_bytes_;
    bool color_ = with_color();
};

}  // namespace

bool can_watch_on_screen() { return watch::can_draw_on_terminal(); }

int watch_on_screen(const Options& options) {
    const std::stop_source stop;
    const std::unique_ptr<ControlPoint> point = control_point(options);
    point->abandon_on(stop.get_token());
    watch::Asker asker(questions(*point), options.job, stop);
    watch::Answer first = asker.ask();
    ProgressPrinter printer(STDOUT_FILENO);
    if (std::ranges::all_of(first.jobs, watch::rests)) {
        printer.show(first.jobs);
        if (first.jobs.empty()) printer.say("no jobs");
        return options.job.empty() ? exit_done : exit_status(first.jobs.front());
    }
    watch::Model model;
    model.take(std::move(first));
    // The last picture stays as text, whatever ends the view.
    struct Summary {
        ~Summary() { printer.show(model.jobs); }
        ProgressPrinter& printer;
        const watch::Model& model;
    } const summary{printer, model};
    return Screen(options, asker, model).run();
}

}  // namespace lantern_migrate::daemon::cli
