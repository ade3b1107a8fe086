#include "core/pg/pg_dump.h"

#include "core/errors.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <map>

extern char** environ;

namespace lantern_migrate::pg {
namespace {

struct ChildOutput {
    std::string out;
    std::string err;
    int status = 0;
};

class Pipe {
public:
    Pipe() {
        if (pipe2(ends_.data(), O_CLOEXEC) != 0) {
            throw MigrationError(std::string("cannot make a pipe: ") + std::strerror(errno), "raise the limit of open files");
        }
    }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    [[nodiscard]] int read_end() const { return ends_[0]; }
    [[nodiscard]] int write_end() const { return ends_[1]; }
    void close_end(std::size_t which) {
        if (ends_[which] >= 0) close(ends_[which]);
        ends_[which] = -1;
    }

private:
    std::array<int, 2> ends_{-1, -1};
};

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    result.reserve(strings.size() + 1);
    for (std::string& text : strings) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

// Reads both streams until both end, so that neither can block the child.
void read_streams(Pipe& out, Pipe& err, ChildOutput& into, pid_t child, std::stop_token stop) {
    std::array<pollfd, 2> streams{pollfd{out.read_end(), POLLIN, 0}, pollfd{err.read_end(), POLLIN, 0}};
    const std::array<std::string*, 2> texts{&into.out, &into.err};
    std::array<char, 65536> chunk{};
    int open_streams = 2;
    bool asked_to_end = false;
    while (open_streams > 0) {
        if (poll(streams.data(), streams.size(), 200) < 0 && errno != EINTR) break;
        if (stop.stop_requested() && !asked_to_end) {
            kill(child, SIGTERM);
            asked_to_end = true;
        }
        for (std::size_t i = 0; i < streams.size(); ++i) {
            if (streams[i].fd < 0 || (streams[i].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
            const ssize_t count = read(streams[i].fd, chunk.data(), chunk.size());
            if (count > 0) {
                texts[i]->append(chunk.data(), static_cast<std::size_t>(count));
            } else if (count == 0 || errno != EINTR) {
                streams[i].fd = -1;
                --open_streams;
            }
        }
    }
}

ChildOutput run_child(std::vector<std::string> arguments, const std::map<std::string, std::string>& more_environment,
                      std::stop_token stop) {
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view name = std::string_view(*entry).substr(0, std::string_view(*entry).find('='));
        if (!more_environment.contains(std::string(name))) environment.emplace_back(*entry);
    }
    for (const auto& [name, value] : more_environment) environment.push_back(name + "=" + value);
    Pipe out, err;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out.write_end(), 1);
    posix_spawn_file_actions_adddup2(&actions, err.write_end(), 2);
    // A child that outlives a killed daemon must not hold its control socket open: the next daemon would take it for a living one.
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    const std::string program = arguments.front();
    auto argument_pointers = pointers(arguments);
    auto environment_pointers = pointers(environment);
    pid_t child = 0;
    const int failed = posix_spawnp(&child, program.c_str(), &actions, nullptr, argument_pointers.data(), environment_pointers.data());
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
        throw MigrationError(
            "cannot run " + program + ": " + std::strerror(failed),
            "install PostgreSQL's client programs, or name the program's path with --pg-dump, or as `pg_dump` in the daemon's file");
    }
    out.close_end(1);
    err.close_end(1);
    ChildOutput result;
    read_streams(out, err, result, child, stop);
    while (waitpid(child, &result.status, 0) < 0 && errno == EINTR) {
    }
    return result;
}

std::string last_line(const std::string& text) {
    const auto end = text.find_last_not_of("\r\n");
    if (end == std::string::npos) return {};
    const auto begin = text.rfind('\n', end);
    return text.substr(begin == std::string::npos ? 0 : begin + 1, end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

// In conninfo's keyword form, a value in quotes with quotes and backslashes escaped.
std::string conninfo(const config::ConnectionParameters& connection, const std::string& application_name) {
    std::map<std::string, std::string> keywords = connection.keywords;
    keywords["application_name"] = application_name;
    // Behind the operator's own. Literals are read as they stand, whatever the database's or the role's settings say.
    std::string& options = keywords["options"];
    options += std::string(options.empty() ? "" : " ") +
               "-c statement_timeout=0 -c default_transaction_read_only=on -c standard_conforming_strings=on";
    std::string text;
    for (const auto& [keyword, value] : keywords) {
        text += keyword + "='";
        for (const char c : value) {
            if (c == '\'' || c == '\\') text += '\\';
            text += c;
        }
        text += "' ";
    }
    return text;
}

}  // namespace

void check_pg_dump_version(const std::filesystem::path& program, int server_version_num) {
    const ChildOutput child = run_child({program.string(), "--version"}, {}, {});
    // "pg_dump (PostgreSQL) 17.5 (Debian 17.5-1)"
    const auto number = child.out.find_first_of("0123456789");
    const int major = number == std::string::npos ? 0 : std::atoi(child.out.c_str() + number);
    if (child.status != 0 || major == 0) {
        throw MigrationError(program.string() + " --version gave no version: " + last_line(child.err.empty() ? child.out : child.err),
                             "name a working one with --pg-dump, or as `pg_dump` in the daemon's file");
    }
    const int server_major = server_version_num / 10000;
    if (major < server_major) {
        throw MigrationError(program.string() + " is of version " + std::to_string(major) + ", and the source is PostgreSQL " +
                                 std::to_string(server_major) + ": an older pg_dump cannot read a newer server",
                             "install the client programs of PostgreSQL " + std::to_string(server_major) +
                                 " or later, or name one of them with --pg-dump, or as `pg_dump` in the daemon's file");
    }
}

std::string dump_schema(const PgDumpRequest& request, std::stop_token stop) {
    std::vector<std::string> arguments{request.program.string(), "--schema-only", "--no-subscriptions", "--lock-wait-timeout=60000",
                                       "--encoding=UTF8"};
    if (!request.owners) arguments.emplace_back("--no-owner");
    if (!request.privileges) arguments.emplace_back("--no-privileges");
    if (!request.snapshot.empty()) arguments.push_back("--snapshot=" + request.snapshot);
    for (const auto& table : request.exclude_tables) {
        const auto quoted = [](const std::string& name) {
            std::string text = "\"";
            for (const char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
            return text + "\"";
        };
        arguments.push_back("--exclude-table=" + quoted(table.schema) + "." + quoted(table.name));
    }
    arguments.push_back("--dbname=" + conninfo(request.connection, request.application_name));
    std::map<std::string, std::string> environment{{"LC_ALL", "C"}};
    if (!request.connection.password.empty()) environment["PGPASSWORD"] = request.connection.password.reveal();
    ChildOutput child = run_child(std::move(arguments), environment, stop);
    if (!WIFEXITED(child.status) || WEXITSTATUS(child.status) != 0) {
        std::string said = child.err;
        while (!said.empty() && said.back() == '\n') said.pop_back();
        for (char& c : said) {
            if (c == '\n') c = ' ';
        }
        throw MigrationError("reading the source's schema failed: " + (said.empty() ? "pg_dump ended without a word" : said),
                             "mend what pg_dump complains of, then retry the job");
    }
    return std::move(child.out);
}

}  // namespace lantern_migrate::pg
