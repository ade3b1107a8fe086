#include "daemon/spool.h"

#include "daemon/text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <format>
#include <fstream>
#include <system_error>
#include <utility>

namespace lantern_migrate::daemon {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr int names_to_try = 10000;
constexpr std::array report_endings{".report.json", ".report.html"};

bool job_file_name(const std::string& name) {
    const std::string extension = fs::path(name).extension();
    return extension == ".yaml" || extension == ".yml";
}

// rename() that refuses to replace what is there, in one step.
bool rename_if_free(const fs::path& from, const fs::path& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
    if (errno == EEXIST) return false;
    if (errno == EINVAL) {  // a filesystem without the flag; only we write to the directory it goes to
        if (fs::exists(fs::symlink_status(to))) return false;
        if (::rename(from.c_str(), to.c_str()) == 0) return true;
    }
    throw std::system_error(errno, std::generic_category());
}

class FileDescriptor {
public:
    explicit FileDescriptor(int fd) : fd_(fd) {}
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

enum class OpenForWriting { yes, no, unknown };

// The kernel grants a read lease only on a file that nobody has open for writing, and only to the file's owner or root.
OpenForWriting open_for_writing(const fs::path& file) {
    const FileDescriptor fd(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    if (fd.get() < 0) return OpenForWriting::unknown;
    if (::fcntl(fd.get(), F_SETLEASE, F_RDLCK) == 0) {
        ::fcntl(fd.get(), F_SETLEASE, F_UNLCK);
        return OpenForWriting::no;
    }
    return errno == EAGAIN ? OpenForWriting::yes : OpenForWriting::unknown;
}

std::string error_text(const std::error_code& error) { return error.message(); }

bool has_report(const fs::path& file) {
    return std::ranges::any_of(report_endings, [&](const char* ending) { return fs::exists(fs::symlink_status(file.string() + ending)); });
}

void write_by_rename(const fs::path& to, const std::string& text) {
    const fs::path temporary = to.parent_path() / ".report.tmp";  // whatever the name's length; reports are written one by one
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    out << text;
    out.close();
    if (out.fail() || ::rename(temporary.c_str(), to.c_str()) != 0) {
        const int why = errno;
        std::error_code ignore;
        fs::remove(temporary, ignore);
        throw SpoolError(std::format("cannot write {}: {}", to.string(), std::strerror(why)),
                         why == ENAMETOOLONG ? "give job files shorter names" : "is the spool's filesystem full?");
    }
}

json::array to_json(const std::vector<config::Mistake>& mistakes) {
    json::array array;
    for (const config::Mistake& mistake : mistakes) {
        array.push_back({{"line", mistake.line}, {"column", mistake.column}, {"key", mistake.key}, {"message", mistake.message}});
    }
    return array;
}

}  // namespace

Spool::Spool(fs::path dir) : dir_(fs::absolute(std::move(dir)).lexically_normal()) { create_directories(); }

void Spool::create_directories() const {
    try {
        fs::create_directories(dir_);
        for (const char* name : {"incoming", "active", "done", "failed"}) {
            const fs::path directory = dir_ / name;
            if (!fs::create_directory(directory)) continue;
            const mode_t mode = std::string_view(name) == "incoming" ? 02770 : 02750;
            if (::chmod(directory.c_str(), mode) != 0) throw fs::filesystem_error("chmod", directory, {errno, std::generic_category()});
        }
    } catch (const fs::filesystem_error& e) {
        throw SpoolError(std::format("cannot make the spool {}: {}", dir_.string(), error_text(e.code())),
                         "give the daemon's user the right to write there, or name another directory with --spool-dir");
    }
}

bool Spool::ignored(const std::string& name) { return name.empty() || name.front() == '.' || name.ends_with(".tmp"); }

std::string Spool::objection(const fs::path& file) {
    if (!job_file_name(file.filename())) return "not a job file: its name ends neither in .yaml nor in .yml";
    struct stat info{};
    if (::lstat(file.c_str(), &info) != 0) return std::format("cannot be looked at: {}", std::strerror(errno));
    if (S_ISLNK(info.st_mode)) return "a symbolic link, and only regular files are taken";
    if (S_ISDIR(info.st_mode)) return "a directory, and only regular files are taken";
    if (S_ISFIFO(info.st_mode)) return "a pipe, and only regular files are taken";
    if (!S_ISREG(info.st_mode)) return "not a regular file";
    // A second name for a file of somebody else's would let it be read with our rights.
    if (info.st_nlink > 1) return "a file with several hard links, and only files with one name are taken";
    return "";
}

Spool::Scan Spool::scan_incoming(std::chrono::milliseconds settle) const {
    Scan scan;
    std::vector<std::pair<fs::file_time_type, std::string>> found;
    std::error_code error;
    for (auto entry = fs::directory_iterator(incoming(), error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
        const std::string name = entry->path().filename();
        if (ignored(name)) continue;
        std::error_code ignore;
        const auto written = entry->is_symlink(ignore) ? fs::file_time_type::min() : entry->last_write_time(ignore);
        if (!ignore && entry->is_regular_file(ignore)) {
            const OpenForWriting open = open_for_writing(entry->path());
            const bool fresh = fs::file_time_type::clock::now() - written < settle;
            if (open == OpenForWriting::yes || (open == OpenForWriting::unknown && fresh)) {
                scan.unsettled = true;
                continue;
            }
        }
        found.emplace_back(written, name);
    }
    if (error) {
        throw SpoolError(std::format("cannot read {}: {}", incoming().string(), error_text(error)),
                         "give the daemon's user the right to read and write there");
    }
    std::ranges::sort(found);
    for (auto& [written, name] : found) scan.names.push_back(std::move(name));
    return scan;
}

std::vector<fs::path> Spool::active_files() const {
    std::vector<fs::path> files;
    std::error_code error;
    for (auto entry = fs::directory_iterator(active(), error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
        if (!ignored(entry->path().filename())) files.push_back(entry->path());
    }
    std::ranges::sort(files);
    return files;
}

fs::path Spool::move_into(const fs::path& file, const std::string& directory) const {
    const std::string stem = file.stem(), extension = file.extension();
    try {
        for (int number = 0; number < names_to_try; ++number) {
            const std::string name = number == 0 ? stem + extension : std::format("{}.{}{}", stem, number, extension);
            const fs::path to = dir_ / directory / name;
            // A report of another file must not be overwritten either.
            if (directory != "active" && has_report(to)) continue;
            if (rename_if_free(file, to)) return to;
        }
    } catch (const std::system_error& e) {
        throw SpoolError(
            std::format("cannot move {} to {}: {}", printable(file.string()), (dir_ / directory).string(), error_text(e.code())),
            "give the daemon's user the right to write in both directories");
    }
    throw SpoolError(
        std::format("cannot move {} to {}: too many files of this name are there", printable(file.string()), (dir_ / directory).string()),
        "remove old files there");
}

fs::path Spool::claim(const std::string& name) const { return move_into(incoming() / name, "active"); }

fs::path Spool::reactivate(const fs::path& file) const {
    if (file.parent_path() == active() || !fs::exists(file)) return file;
    const fs::path to = move_into(file, "active");
    std::error_code ignore;
    for (const char* ending : report_endings) fs::remove(file.string() + ending, ignore);
    return to;
}

void Spool::write_report(const fs::path& file, const json::value& report) {
    write_by_rename(file.string() + report_endings[0], json::serialize(report) + '\n');
}

void Spool::write_report_page(const fs::path& file, const std::string& html) { write_by_rename(file.string() + report_endings[1], html); }

fs::path Spool::refuse(const fs::path& file, const std::string& reason, const std::string& hint,
                       const std::vector<config::Mistake>& mistakes) const {
    const fs::path to = move_into(file, "failed");
    write_report(to, {{"file", printable(file.filename().string())},
                      {"disposition", "refused"},
                      {"reason", reason},
                      {"hint", hint},
                      {"mistakes", to_json(mistakes)}});
    return to;
}

fs::path Spool::finish(const fs::path& file, End end) const { return move_into(file, end == End::done ? "done" : "failed"); }

fs::path Spool::find_again(const fs::path& file) const {
    if (fs::exists(fs::symlink_status(file))) return file;
    for (const char* directory : {"active", "failed"}) {
        fs::path there = dir_ / directory / file.filename();
        if (fs::is_regular_file(fs::symlink_status(there))) return there;
    }
    return file;
}

}  // namespace lantern_migrate::daemon
