#include "tests/support/cluster.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <pqxx/pqxx>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace lantern_migrate::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* server_user = "postgres";
const fs::path debian_bin = "/usr/lib/postgresql/17/bin";
const fs::path build_dir = LANTERN_BUILD_DIR;
const fs::path source_dir = LANTERN_SOURCE_DIR;

// Only one test program at a time makes what all use.
class FileLock {
public:
    explicit FileLock(const fs::path& path) : descriptor_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
        flock(descriptor_, LOCK_EX);
    }
    ~FileLock() { close(descriptor_); }
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    int descriptor_;
};

const passwd& server_account() {
    const passwd* user = getpwnam(server_user);
    if (user == nullptr) throw std::runtime_error("there is no user postgres to run the servers");
    return *user;
}

uid_t server_uid() { return geteuid() == 0 ? server_account().pw_uid : geteuid(); }

void give_to_server_user(const fs::path& path) {
    if (geteuid() != 0) return;
    const passwd& user = server_account();
    if (chown(path.c_str(), user.pw_uid, user.pw_gid) != 0) throw std::runtime_error("cannot chown " + path.string());
}

std::string hash(const fs::path& path) { return std::to_string(std::hash<std::string>{}(path.string())); }

// Debian's programs, or those that LANTERN_TEST_SOURCE_BIN names: another version of PostgreSQL, with pgvector.
fs::path source_bin() {
    const char* named = std::getenv("LANTERN_TEST_SOURCE_BIN");
    return named == nullptr ? debian_bin : fs::path(named);
}

// initdb takes a second or two; a copy of its result does not. One for each user, whose number is another in another toolbox's root.
fs::path data_template(const fs::path& bin) {
    const fs::path directory = fs::temp_directory_path() / ("lantern-migrate-initdb-" + std::to_string(server_uid()) + "-" + hash(bin));
    const FileLock lock(directory.string() + ".lock");
    if (!fs::exists(directory / "done")) {
        fs::remove_all(directory);
        fs::create_directories(directory);
        give_to_server_user(directory);
        run_checked(
            {bin / "initdb", "-D", directory / "data", "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8", "--no-sync", "-A", "trust"},
            {.user = server_user, .working_directory = "/"});
        write_file(directory / "done", "");
    }
    return directory / "data";
}

// The stand-in, or what LANTERN_TEST_MODULE names: a directory with Lantern's own module, control file and script.
fs::path lantern_module() {
    const char* named = std::getenv("LANTERN_TEST_MODULE");
    return named == nullptr ? build_dir / "lantern-stub" : fs::path(named);
}

fs::path target_bin() {
    const fs::path tree = fs::temp_directory_path() / ("lantern-migrate-target-" + hash(lantern_module()));
    const FileLock lock(tree.string() + ".lock");
    static bool made = false;
    if (!made) run_checked({source_dir / "tests/support/make-target-postgres", tree, lantern_module()});
    made = true;
    return tree / "usr/lib/postgresql/17/bin";
}

struct ProcessState {
    char letter = 0;  // of /proc/PID/stat: R, S, Z ...
    pid_t parent = 0;
};

std::optional<ProcessState> state_of(const std::string& id) {
    std::ifstream stat("/proc/" + id + "/stat");
    std::string text;
    std::getline(stat, text);
    const auto close = text.rfind(')');
    ProcessState state;
    if (close == std::string::npos || std::sscanf(text.c_str() + close + 1, " %c %d", &state.letter, &state.parent) != 2)
        return std::nullopt;
    return state;
}

std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> children;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        if (const auto state = state_of(name); state && state->parent == parent) children.push_back(std::stoi(name));
    }
    return children;
}

// One that nobody has waited for yet has no memory and no locks any more; the machine's first process may be slow to wait for it.
bool gone(pid_t process) {
    const auto state = state_of(std::to_string(process));
    return !state || state->letter == 'Z' || state->letter == 'X';
}

// A killed postmaster leaves its segment to the next one in its data directory. Here none comes, and the kernel has 4096 of them.
void remove_shared_memory(const fs::path& postmaster_pid) {
    std::ifstream file(postmaster_pid);
    std::string line;
    for (int i = 0; i < 7; ++i) std::getline(file, line);  // the seventh: key and id
    std::istringstream words(line);
    unsigned long key = 0;
    if (int id = 0; words >> key >> id) shmctl(id, IPC_RMID, nullptr);
}

}  // namespace

int free_port() {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (bind(descriptor, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
        getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        throw std::runtime_error("no free port");
    }
    close(descriptor);
    return ntohs(address.sin_port);
}

Session::Session(const std::string& url) : connection_(std::make_unique<pqxx::connection>(url)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

Rows Session::query(const std::string& sql) {
    pqxx::nontransaction work(*connection_);
    Rows rows;
    for (const auto& row : work.exec(sql)) {
        auto& fields = rows.emplace_back();
        for (const auto& field : row) fields.push_back(field.is_null() ? std::nullopt : std::optional(field.as<std::string>()));
    }
    return rows;
}

Rows query(const std::string& url, const std::string& sql) { return Session(url).query(sql); }

std::string query_text(const std::string& url, const std::string& sql) {
    const Rows rows = query(url, sql);
    return rows.empty() || rows[0].empty() ? "" : rows[0][0].value_or("");
}

std::unique_ptr<Cluster> Cluster::source(const ClusterOptions& options) {
    return std::unique_ptr<Cluster>(new Cluster(source_bin(), options));
}
std::unique_ptr<Cluster> Cluster::target(const ClusterOptions& options) {
    return std::unique_ptr<Cluster>(new Cluster(target_bin(), options));
}

Cluster::Cluster(fs::path bin, const ClusterOptions& options) : bin_(std::move(bin)), port_(free_port()) {
    make_data_directory(options);
    start();
}

Cluster::~Cluster() {
    try {
        crash();
        remove_shared_memory(scratch_ / "data/postmaster.pid");
    } catch (...) {  // the scratch directory goes all the same
    }
}

void Cluster::make_data_directory(const ClusterOptions& options) {
    give_to_server_user(scratch_.path());
    run_checked({"cp", "-a", "--reflink=auto", data_template(bin_ == source_bin() ? bin_ : debian_bin), scratch_ / "data"},
                {.user = server_user});
    std::string settings = "port = " + std::to_string(port_) + "\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '" +
                           scratch_.path().string() +
                           "'\nfsync = off\nmax_connections = 60\nshared_buffers = 32MB\nautovacuum_naptime = 5s\n"
                           "max_wal_size = 4GB\nlogging_collector = off\nlog_line_prefix = '%a %d|'\n";
    if (options.log_statements) settings += "log_statement = all\n";
    for (const std::string& line : options.settings) settings += line + "\n";
    std::ofstream(scratch_ / "data/postgresql.conf", std::ios::app) << settings;
    // Every role but one comes in without a password; `secured` must give its own.
    write_file(scratch_ / "data/pg_hba.conf",
               "host all secured 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\nlocal all all trust\n");
}

void Cluster::start() {
    // Without pg_ctl: the postmaster is our child, and dies with us.
    postmaster_ =
        std::make_unique<Process>(std::vector<std::string>{bin_ / "postgres", "-D", scratch_ / "data"},
                                  ProcessOptions{.environment = {{"LC_ALL", "C.UTF-8"}}, .user = server_user, .working_directory = "/"});
    for (int i = 0; i < 600; ++i) {
        if (!postmaster_->running()) throw std::runtime_error("the server did not start: " + postmaster_->err());
        try {
            query(url("postgres"), "SELECT 1");
            return;
        } catch (const pqxx::failure&) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
    }
    throw std::runtime_error("the server does not answer: " + postmaster_->err());
}

void Cluster::stop() {
    postmaster_->signal(SIGINT);
    if (!postmaster_->wait(std::chrono::seconds(30))) throw std::runtime_error("the server does not stop");
}

void Cluster::crash() {
    if (!postmaster_) return;
    const auto children = children_of(postmaster_->id());
    postmaster_->signal(SIGKILL);
    for (const pid_t child : children) kill(child, SIGKILL);
    postmaster_->wait(std::chrono::seconds(10));
    // The shared memory is free once the last backend is gone.
    for (const pid_t child : children) {
        for (int i = 0; i < 200 && !gone(child); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

void Cluster::create_database(const std::string& name) { query(url("postgres"), "CREATE DATABASE " + name); }

std::string Cluster::url(const std::string& database, const std::string& user, const std::string& password) const {
    return "postgresql://" + user + (password.empty() ? "" : ":" + password) + "@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

std::string Cluster::log() const { return postmaster_->err(); }

}  // namespace lantern_migrate::test
