// A throwaway PostgreSQL cluster with its own data directory and port.
#pragma once

#include "tests/support/process.h"
#include "tests/support/scratch_dir.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pqxx {
class connection;
}

namespace lantern_migrate::test {

using Rows = std::vector<std::vector<std::optional<std::string>>>;

// A connection for several questions: it is the connection that costs, not the question.
class Session {
public:
    explicit Session(const std::string& url);
    ~Session();
    Session(Session&&) noexcept;
    Session& operator=(Session&&) noexcept;
    // One statement or several; the rows of the last.
    Rows query(const std::string& sql);

private:
    std::unique_ptr<pqxx::connection> connection_;
};

// The same on a connection of their own.
Rows query(const std::string& url, const std::string& sql);
// The first field of the first row; empty if there is none or it is NULL.
std::string query_text(const std::string& url, const std::string& sql);

struct ClusterOptions {
    std::vector<std::string> settings;  // lines of postgresql.conf
    bool log_statements = false;
};

class Cluster {
public:
    // pgvector is installed on this server, lantern is not.
    static std::unique_ptr<Cluster> source(const ClusterOptions& options = {});
    // The stand-in for lantern is installed on this server, pgvector is not.
    static std::unique_ptr<Cluster> target(const ClusterOptions& options = {});
    ~Cluster();
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    void start();
    void stop();   // in order
    void crash();  // SIGKILL to every process of it, as a power failure would
    void create_database(const std::string& name);
    [[nodiscard]] std::string url(const std::string& database, const std::string& user = "postgres",
                                  const std::string& password = "") const;
    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string log() const;
    [[nodiscard]] const std::filesystem::path& bin() const { return bin_; }

private:
    Cluster(std::filesystem::path bin, const ClusterOptions& options);
    void make_data_directory(const ClusterOptions& options);

    std::filesystem::path bin_;
    ScratchDir scratch_{"cluster"};
    int port_ = 0;
    std::unique_ptr<Process> postmaster_;
};

// Any port that nobody listens on.
[[nodiscard]] int free_port();

}  // namespace lantern_migrate::test
