#include "daemon/intake.h"

#include "config/job_reader.h"
#include "daemon/report.h"
#include "daemon/report_html.h"
#include "daemon/text.h"

#include <boost/json.hpp>
#include <format>
#include <ranges>

namespace lantern_migrate::daemon {

namespace fs = std::filesystem;
using migrations_state::Disposition;
using migrations_state::Job;
using migrations_state::JournalError;
using migrations_state::JournalErrorKind;

namespace {

// The report has all of them. A file of a megabyte can hold a hundred thousand, and the log is everybody's.
constexpr std::size_t mistakes_in_log_max = 20;

}  // namespace

Intake::Intake(const Spool& spool, migrations_state::Journal& journal, Log log) : spool_(spool), journal_(journal), log_(std::move(log)) {}

void Intake::reconcile() {
    std::set<fs::path> known;
    for (const Job& job : journal_.jobs()) {
        if (!job.unfinished() || (job.disposition == Disposition::failed && !job.transient)) {
            if (fs::path(job.file).parent_path() == spool_.active()) file_away(job);
        } else if (const fs::path file = spool_.find_again(job.file); file != job.file) {
            journal_.set_job_file(job.id, file);
        }
        known.insert(journal_.job(job.id).file);
    }
    for (const fs::path& file : spool_.active_files()) {
        if (!known.contains(file)) admit(file, file.filename());
    }
}

void Intake::take(const std::string& name) {
    const fs::path file = spool_.incoming() / name;
    std::error_code ignore;
    if (!fs::exists(fs::symlink_status(file, ignore))) return;  // claimed already: a scan and an event may both tell of it
    if (const std::string objection = Spool::objection(file); !objection.empty()) {
        return refuse(file, objection, "drop a regular file named NAME.yaml, by `lantern-migrate submit` or by renaming it into place");
    }
    fs::path claimed;
    try {
        claimed = spool_.claim(name);
    } catch (const SpoolError& e) {
        return log_once(name, e.what(), e.hint());
    }
    admit(claimed, name);
}

void Intake::admit(const fs::path& claimed, const std::string& name) {
    // Once more: in incoming/ it could have been changed into something else after the first look.
    if (const std::string objection = Spool::objection(claimed); !objection.empty()) return refuse(claimed, objection, "");
    try {
        config::JobSpec spec = config::read_job_file(claimed);
        // A job that takes its name from its file is called as its file was, not as it was renamed to find room in active/.
        if (spec.name == claimed.stem().string()) spec.name = fs::path(name).stem();
        admit_spec(std::move(spec), claimed);
    } catch (const config::SpecError& e) {
        refuse(claimed, std::format("{} {} in the job file", e.mistakes().size(), e.mistakes().size() == 1 ? "mistake" : "mistakes"),
               "mend the file and drop it again", e.mistakes());
    }
}

void Intake::admit_spec(config::JobSpec spec, const fs::path& claimed) {
    try {
        if (const auto other = journal_.find_job(spec.name); other && other->unfinished()) {
            return refuse(claimed,
                          std::format("an unfinished job is named {} already: {}, {} at step {}", spec.name, other->file,
                                      migrations_state::to_word(other->disposition), migrations_state::to_word(other->step)),
                          std::format("give this job another `name`, or first let {} end, retry or cancel it", spec.name));
        }
        scheduler_->admit(spec, claimed);
        waiting_.erase(claimed);
    } catch (const JournalError& e) {
        if (e.kind() == JournalErrorKind::conflict) return refuse(claimed, e.what(), e.hint());
        waiting_.insert(claimed);
        log_once(claimed, std::format("the job waits for the journal: {}", e.what()), e.hint());
    }
}

void Intake::take_waiting() {
    for (const fs::path& file : std::set(waiting_)) {
        waiting_.erase(file);
        admit(file, file.filename());
    }
}

void Intake::refuse(const fs::path& file, const std::string& reason, const std::string& hint,
                    const std::vector<config::Mistake>& mistakes) {
    waiting_.erase(file);
    try {
        const fs::path to = spool_.refuse(file, reason, hint, mistakes);
        log_->warn("job file refused file={} reason=\"{}\"", printable(to.string()), one_line(reason));
        for (const config::Mistake& mistake : mistakes | std::views::take(mistakes_in_log_max)) {
            log_->warn("job file mistake file={} line={} column={} key={} reason=\"{}\"", printable(to.string()), mistake.line,
                       mistake.column, printable(mistake.key), one_line(mistake.message));
        }
        if (mistakes.size() > mistakes_in_log_max) {
            log_->warn("job file has more mistakes file={} not_logged={}", printable(to.string()), mistakes.size() - mistakes_in_log_max);
        }
    } catch (const SpoolError& e) {
        log_once(file, std::format("{}; {}", reason, e.what()), e.hint());
    }
}

void Intake::log_once(const std::string& name, const std::string& reason, const std::string& hint) {
    constexpr std::size_t remembered_max = 1000;
    if (troubles_.size() >= remembered_max) troubles_.clear();
    if (!troubles_.insert(name + ": " + reason).second) return;
    log_->error("job file not taken file={} reason=\"{}\" hint=\"{}\"", printable(name), one_line(reason), one_line(hint));
}

void Intake::file_away(const Job& job) {
    const bool failed = job.disposition == Disposition::failed && !job.transient;
    if (job.unfinished() && !failed) return;
    try {
        fs::path file = job.file;
        std::error_code ignore;
        if (file.parent_path() == spool_.active() && fs::exists(fs::symlink_status(file, ignore))) {
            file = spool_.finish(file, job.disposition == Disposition::done ? Spool::End::done : Spool::End::failed);
            journal_.set_job_file(job.id, file);
        }
        if (file.parent_path().parent_path() != spool_.dir()) return;
        const Report report = build_report(journal_, job.id);
        Spool::write_report_page(file, report_html(report));
        Spool::write_report(file, to_json(report));  // last: who waits for it finds both
    } catch (const SpoolError& e) {
        log_->error("report not written job={} reason=\"{}\" hint=\"{}\"", job.name, one_line(e.what()), one_line(e.hint()));
    } catch (const JournalError& e) {
        log_->error("report not written job={} reason=\"{}\" hint=\"{}\"", job.name, one_line(e.what()), one_line(e.hint()));
    }
}

void Intake::bring_back(const Job& job) {
    const fs::path file = spool_.reactivate(spool_.find_again(job.file));
    if (file != job.file) journal_.set_job_file(job.id, file);
}

}  // namespace lantern_migrate::daemon
