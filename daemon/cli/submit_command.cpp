// `submit`: checks a job file fully, then drops it into the spool in one step.
#include "config/job_reader.h"
#include "daemon/cli/control_point.h"
#include "daemon/cli/options.h"
#include "daemon/cli/output.h"
#include "daemon/control_client.h"
#include "daemon/spool.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <format>
#include <fstream>
#include <sstream>

namespace lantern_migrate::daemon::cli {
namespace {

namespace fs = std::filesystem;

std::string read_text(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (in.bad() || !in.is_open()) throw CommandError(std::format("cannot read {}", file.string()), "", exit_usage);
    return text.str();
}

// The daemon would refuse it, but only its report would tell. A daemon that does not answer now takes the job later.
void refuse_name_in_use(const Options& options, const std::string& name) {
    try {
        const JobStatus other = control_point(options)->status(name);
        if (!other.job.unfinished()) return;
        throw CommandError(std::format("an unfinished job is named {} already: {} at step {}", name,
                                       migrations_state::to_word(other.job.disposition), migrations_state::to_word(other.job.step)),
                           std::format("give this job another `name`, or first let {} end, retry or cancel it", name), exit_usage);
    } catch (const Unreachable&) {
    } catch (const CommandError& e) {
        if (e.status() == exit_usage) throw;
    }
}

const char* what_to_do(int error) {
    switch (error) {
        case ENOSPC:
        case EDQUOT: return "make room on the spool's filesystem, then submit it again";
        case ENAMETOOLONG: return "give the file a shorter name";
        default: return "is lantern-migrated installed, and are you in the spool's group? `--spool-dir` names another spool";
    }
}

[[noreturn]] void cannot_write(const fs::path& file) {
    const int error = errno;
    throw CommandError(std::format("cannot write {}: {}", file.string(), std::strerror(error)), what_to_do(error), exit_failed);
}

// Readable by the spool's group, which the daemon is in, and by nobody else: a job file may hold a password.
void write_file(const fs::path& file, const std::string& text) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (fd < 0) cannot_write(file);
    bool fine = ::fchmod(fd, 0640) == 0;
    for (std::size_t at = 0; fine && at < text.size();) {
        const ssize_t written = ::write(fd, text.data() + at, text.size() - at);
        fine = written > 0 || (written < 0 && errno == EINTR);
        if (written > 0) at += static_cast<std::size_t>(written);
    }
    fine = fine && ::fsync(fd) == 0;
    fine = ::close(fd) == 0 && fine;
    if (fine) return;
    const int error = errno;
    ::unlink(file.c_str());
    errno = error;
    cannot_write(file);
}

fs::path drop(const fs::path& incoming, const std::string& name, const std::string& text) {
    const fs::path to = incoming / name;
    const fs::path temporary = incoming / std::format(".{}.{}.tmp", name, ::getpid());
    write_file(temporary, text);
    if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return to;
    const int error = errno;
    ::unlink(temporary.c_str());
    if (error == EEXIST) {
        throw CommandError(std::format("{} waits to be taken up already", to.string()), "is lantern-migrated running?", exit_failed);
    }
    errno = error;
    cannot_write(to);
}

}  // namespace

int submit_command(const Options& options) {
    const config::JobSpec spec = config::read_job_file(options.job);
    refuse_name_in_use(options, spec.name);
    const fs::path spool = options.spool_dir ? fs::path(*options.spool_dir) : daemon_spec(options).spool_dir;
    // Under its own stem, which is the job's name where the file gives none.
    const std::string extension = fs::path(options.job).extension();
    const std::string name = fs::path(options.job).stem().string() + (extension == ".yml" ? extension : ".yaml");
    if (Spool::ignored(name)) {
        throw CommandError(std::format("{} would not be taken up: the daemon leaves files alone whose names begin with a dot", options.job),
                           "give the file another name", exit_usage);
    }
    const fs::path file = drop(spool / "incoming", name, read_text(options.job));
    if (options.json) {
        print_json({{"job", spec.name}, {"file", file.string()}});
    } else {
        print(std::format("submitted {} as {}\n", spec.name, file.string()));
    }
    return exit_done;
}

}  // namespace lantern_migrate::daemon::cli
