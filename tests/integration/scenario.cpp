#include "tests/integration/scenario.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace lantern_migrate::test {

std::string lantern_test_target() {
    const char* url = std::getenv("LANTERN_TEST_TARGET");
    return url == nullptr ? "" : url;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

Scenario::Scenario(const ClusterOptions& source_options, const ClusterOptions& target_options)
    : source_(Cluster::source(source_options)), target_(Cluster::target(target_options)) {
    source_->create_database("app");
    target_->create_database("app");
}

Scenario::Scenario(TargetKind kind) : source_(Cluster::source()) {
    source_->create_database("app");
    if (kind == TargetKind::stand_in) {
        target_ = Cluster::target();
        target_->create_database("app");
        return;
    }
    static std::atomic<int> number{0};
    lantern_url_ = lantern_test_target();
    lantern_prefix_ = "lantern_migrate_test_" + std::to_string(getpid()) + "_" + std::to_string(++number) + "_";
    query(lantern_url_, "CREATE DATABASE " + lantern_prefix_ + "app");
}

Scenario::~Scenario() {
    if (lantern_url_.empty()) return;
    try {
        for (const auto& row :
             query(lantern_url_, "SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database WHERE starts_with(datname, '" +
                                     lantern_prefix_ + "')")) {
            query(lantern_url_, row[0].value());
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "databases named %s... stay on the Lantern server: %s\n", lantern_prefix_.c_str(), e.what());
    }
}

void Scenario::load(const std::string& sql_file) const {
    run_checked({"psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f",
                 std::string(LANTERN_SOURCE_DIR "/tests/integration/sql/") + sql_file, source_url()});
}

std::string Scenario::source_url(const std::string& user, const std::string& password) const { return source_->url("app", user, password); }

std::string Scenario::target_url(const std::string& database) const {
    if (lantern_url_.empty()) return target_->url(database);
    // postgresql://user@host:port/database?options
    const auto host = lantern_url_.find("://") + 3;
    const auto path = lantern_url_.find('/', host);
    const auto options = lantern_url_.find('?', host);
    return lantern_url_.substr(0, std::min(path, options)) + "/" + lantern_prefix_ + database +
           (options == std::string::npos ? "" : lantern_url_.substr(options));
}

std::string Scenario::write_job(const std::string& more, const std::string& name) const {
    const std::filesystem::path file = scratch_ / (name + ".yaml");
    write_file(file, "source:\n  url: " + source_url() + "\ntarget:\n  url: " + target_url() + "\n" + more);
    return file;
}

std::vector<std::string> Scenario::run_arguments(const std::string& job_file) const {
    return {LANTERN_MIGRATE_BIN, "run", job_file, "--state-dir", scratch_ / "state"};
}

Finished Scenario::run_job(const std::string& job_file, std::map<std::string, std::string> environment,
                           std::vector<std::string> more) const {
    auto arguments = run_arguments(job_file);
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments, {.environment = std::move(environment)});
}

}  // namespace lantern_migrate::test
