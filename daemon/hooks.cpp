#include "daemon/hooks.h"

#include "daemon/hook_dir.h"
#include "daemon/text.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>
#include <charconv>
#include <format>
#include <ranges>

namespace lantern_migrate::daemon {

namespace fs = std::filesystem;
using migrations_state::Disposition;

namespace {

constexpr std::size_t jobs_at_once = 4;
constexpr std::size_t queued_bytes_max = std::size_t{16} << 20;
constexpr std::size_t output_lines_max = 20;
constexpr std::size_t output_columns_max = 500;

constexpr std::string_view started = "started";
constexpr std::string_view failed = "failed";

// Empty: nothing to be told of.
std::string_view word_of(const JobStatus& status) {
    switch (status.job.disposition) {
        case Disposition::running: return status.wish == Wish::none ? started : "";
        case Disposition::waiting: return "waiting";
        case Disposition::failed: return status.job.transient ? "" : failed;
        case Disposition::done: return "done";
        case Disposition::queued:
        case Disposition::paused:
        case Disposition::cancelled: return "";
    }
    std::unreachable();
}

std::string document_of(const JobStatus& status, std::string_view word) {
    boost::json::object document = to_json(status, true);
    document["event"] = word;
    return boost::json::serialize(document) + "\n";
}

// Nothing of the daemon's own environment: no credentials, no PG*.
std::vector<std::string> environment_of(const std::string& job, const std::string& word) {
    return {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "LC_ALL=C.UTF-8",
            "LANTERN_MIGRATE_JOB=" + job, "LANTERN_MIGRATE_EVENT=" + word};
}

}  // namespace

Hooks::Hooks(boost::asio::io_context& io, migrations_state::Journal& journal, StatusOf status_of, config::HooksSpec spec, Log log)
    : io_(io), journal_(journal), status_of_(std::move(status_of)), spec_(std::move(spec)), log_(std::move(log)), patience_(io) {}

void Hooks::set(config::HooksSpec spec) { spec_ = std::move(spec); }

HookFigures Hooks::figures() const {
    HookFigures figures = figures_;
    figures.queued = queue_.size() + calls_.size();
    return figures;
}

void Hooks::take_up() {
    try {
        for (const auto& job : journal_.jobs()) {
            // Without the fact, it ended before there were hooks.
            if (job.disposition != Disposition::running && last_told(job.id)) look_at(job.id);
        }
    } catch (const std::exception& e) {
        log_->warn("hooks not taken up reason=\"{}\"", one_line(e.what()));
    }
}

std::optional<Hooks::Told> Hooks::last_told(JobId job) {
    if (const auto found = last_.find(job); found != last_.end()) return found->second;
    const std::optional<std::string> fact = journal_.fact(job, hooks_told_fact);
    if (!fact) return std::nullopt;
    Told told{.word = fact->substr(0, fact->find(' '))};
    const std::string_view run = std::string_view(*fact).substr(std::min(told.word.size() + 1, fact->size()));
    std::from_chars(run.data(), run.data() + run.size(), told.run);
    return told;
}

bool Hooks::to_tell(const JobStatus& status, const Told& now, const Told& last) const {
    if (now.word == started) return last.word.empty() || last.word == failed;
    // The operator's word came already: the job goes on by itself.
    if (now.word == "waiting" && journal_.fact(status.job.id, cutover_fact)) return false;
    return now != last;
}

void Hooks::look_at(JobId job) {
    if (stopping_) return;  // the next daemon's
    try {
        const JobStatus status = status_of_(job);
        Told now{.word = std::string(word_of(status))};
        if (now.word.empty()) return;
        if (now.word != started) now.run = status.job.runs;
        const std::optional<Told> last = last_told(job);
        // From here on a daemon that starts knows that this job's hooks have something to hear.
        if (!last) journal_.set_fact(job, hooks_told_fact, "");
        if (!to_tell(status, now, last.value_or(Told{}))) return;
        queue({.job = job, .name = status.job.name, .told = now, .document = document_of(status, now.word)});
    } catch (const std::exception& e) {
        log_->warn("hooks not called job_id={} reason=\"{}\"", job, one_line(e.what()));
    }
}

void Hooks::queue(Event event) {
    if (!queue_.empty() && queued_bytes_ + event.document.size() > queued_bytes_max) {
        log_->warn("hooks not called job={} event={} reason=\"too much waits to be told already; told at the next start\"", event.name,
                   event.told.word);
        return;
    }
    last_[event.job] = event.told;
    queued_bytes_ += event.document.size();
    queue_.push_back(std::move(event));
    boost::asio::post(io_, [this] { fill(); });
}

void Hooks::fill() {
    while (!stopping_ && calls_.size() < jobs_at_once) {
        const auto next = std::ranges::find_if(queue_, [this](const Event& event) { return !calls_.contains(event.job); });
        if (next == queue_.end()) return;
        Event event = std::move(*next);
        queue_.erase(next);
        queued_bytes_ -= event.document.size();
        const JobId job = event.job;
        HookDir dir = read_hook_dir(spec_.dir);
        if (!dir.objection.empty()) warn(event, spec_.dir, dir.objection);
        Call& call = calls_[job];
        call.event = std::move(event);
        call.files.assign(dir.files.begin(), dir.files.end());
        advance(job);
    }
}

void Hooks::advance(JobId job) {
    Call& call = calls_.at(job);
    while (!stopping_ && !call.files.empty()) {
        const fs::path file = std::move(call.files.front());
        call.files.pop_front();
        if (start(call, file)) return;
    }
    finish(job);
}

bool Hooks::start(Call& call, const fs::path& file) {
    const Event& event = call.event;
    std::string trouble = hook_objection(file);
    if (trouble.empty()) {
        try {
            call.process = HookProcess::start(io_,
                                              {.program = file,
                                               .arguments = {event.told.word},
                                               .environment = environment_of(event.name, event.told.word),
                                               .document = event.document,
                                               .timeout = spec_.timeout},
                                              [this, job = event.job, file](const HookEnding& ending) { ended(job, file, ending); });
            return true;
        } catch (const std::exception& e) {
            trouble = e.what();
        }
    }
    warn(event, file, trouble);
    return false;
}

void Hooks::ended(JobId job, const fs::path& file, const HookEnding& ending) {
    Call& call = calls_.at(job);
    call.process.reset();
    log_output(call.event, file, ending.output);
    if (ending.trouble.empty()) {
        ++figures_.succeeded;
        log_->info("hook done job={} event={} hook=\"{}\"", call.event.name, call.event.told.word, one_line(file.filename().string()));
    } else {
        warn(call.event, file, ending.trouble);
    }
    advance(job);
    fill();
}

void Hooks::finish(JobId job) {
    auto call = calls_.extract(job);
    // One that was not called, or not to its end, hears of it from the next daemon, and so do the others.
    const bool cut_short = call.mapped().ended_by_us || (stopping_ && !call.mapped().files.empty());
    const Told told = call.mapped().event.told;
    try {
        if (!cut_short)
            journal_.set_fact(job, hooks_told_fact, told.word == started ? told.word : std::format("{} {}", told.word, told.run));
    } catch (const std::exception& e) {
        log_->warn("hooks may be called again job={} event={} reason=\"{}\"", call.mapped().event.name, told.word, one_line(e.what()));
    }
    if (told.word == "done") last_.erase(job);
    if (stopping_ && calls_.empty() && stopped_) {
        patience_.cancel();
        std::exchange(stopped_, nullptr)();
    }
}

void Hooks::stop(std::chrono::milliseconds patience, std::function<void()> stopped) {
    stopping_ = true;
    queue_.clear();
    queued_bytes_ = 0;
    stopped_ = std::move(stopped);
    if (calls_.empty()) {
        boost::asio::post(io_, [this] {
            if (stopped_) std::exchange(stopped_, nullptr)();
        });
        return;
    }
    patience_.expires_after(patience);
    patience_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        for (Call& call : calls_ | std::views::values) {
            call.ended_by_us = true;
            if (call.process) call.process->end("the daemon stops");
        }
    });
}

void Hooks::kill() {
    for (const Call& call : calls_ | std::views::values) {
        if (call.process) call.process->kill();
    }
}

void Hooks::warn(const Event& event, const fs::path& file, const std::string& reason) {
    ++figures_.failed;
    log_->warn("hook failed job={} event={} hook=\"{}\" reason=\"{}\"", event.name, event.told.word, one_line(file.string()),
               one_line(reason));
}

void Hooks::log_output(const Event& event, const fs::path& file, const std::string& output) {
    std::size_t lines = 0;
    for (const auto& part : output | std::views::split('\n')) {
        const std::string_view line(part);
        if (line.empty()) continue;
        if (++lines > output_lines_max) continue;
        const std::string text = one_line(line);
        log_->info("hook output job={} event={} hook=\"{}\" text=\"{}\"", event.name, event.told.word, one_line(file.filename().string()),
                   columns(text) > output_columns_max ? cut(text, output_columns_max) : text);
    }
    if (lines > output_lines_max) {
        log_->info("hook output cut job={} event={} hook=\"{}\" lines={}", event.name, event.told.word, one_line(file.filename().string()),
                   lines);
    }
}

}  // namespace lantern_migrate::daemon
