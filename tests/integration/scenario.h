// Two servers, a job file and the programs: what every integration and crash test begins with.
#pragma once

#include "tests/support/cluster.h"
#include "tests/support/compare.h"
#include "tests/support/process.h"

#include <memory>
#include <ostream>
#include <string>

namespace lantern_migrate::test {

// Which server is the target: the stand-in for Lantern, or the real one that LANTERN_TEST_TARGET names.
enum class TargetKind { stand_in, lantern };
inline void PrintTo(TargetKind kind, std::ostream* out) { *out << (kind == TargetKind::stand_in ? "the stand-in" : "Lantern"); }

class Scenario {
public:
    explicit Scenario(TargetKind);  // lantern: databases of the scenario's own on that server, dropped with it
    ~Scenario();
    Scenario(const Scenario&) = delete;
    Scenario& operator=(const Scenario&) = delete;
    explicit Scenario(const ClusterOptions& source_options = {}, const ClusterOptions& target_options = {});

    // A source database `app` from a file of tests/integration/sql.
    void load(const std::string& sql_file) const;
    [[nodiscard]] std::string source_url(const std::string& user = "postgres", const std::string& password = "") const;
    // As a URL has it: percent-encoded.
    [[nodiscard]] std::string target_url(const std::string& database = "app") const;
    // words.yaml with these servers; `more` is YAML at the top level.
    [[nodiscard]] std::string write_job(const std::string& more = "", const std::string& name = "words") const;
    [[nodiscard]] std::vector<std::string> run_arguments(const std::string& job_file) const;
    // `lantern-migrate run` to its end.
    [[nodiscard]] Finished run_job(const std::string& job_file, std::map<std::string, std::string> environment = {},
                                   std::vector<std::string> more = {}) const;

    Cluster& source() { return *source_; }
    Cluster& target() { return *target_; }  // the stand-in
    [[nodiscard]] const ScratchDir& scratch() const { return scratch_; }

private:
    ScratchDir scratch_{"scenario"};
    std::unique_ptr<Cluster> source_;
    std::unique_ptr<Cluster> target_;
    std::string lantern_url_;     // of its server's own database
    std::string lantern_prefix_;  // of this scenario's databases there
};

// LANTERN_TEST_TARGET: the URL of a superuser on a real Lantern server; empty if there is none.
[[nodiscard]] std::string lantern_test_target();

// "a\nb\n" for failure messages.
[[nodiscard]] std::string joined(const std::vector<std::string>& lines);

}  // namespace lantern_migrate::test
