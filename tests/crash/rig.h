// What every crash test begins with: two servers that a test program starts once, fresh databases for each test, and jobs that are killed.
#pragma once

#include "tests/support/cluster.h"
#include "tests/support/compare.h"
#include "tests/support/process.h"

#include <boost/json.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace lantern_migrate::test {

class Servers {
public:
    explicit Servers(const ClusterOptions& source_options = {}, const ClusterOptions& target_options = {});
    // One pair for all tests of a program that do not harm it.
    static Servers& shared();

    Cluster& source() { return *source_; }
    Cluster& target() { return *target_; }
    // The source's rows of all cases, loaded once: a database that no test writes to.
    const std::string& seed();
    // pg_dump of it.
    const std::string& seed_dump();

private:
    std::unique_ptr<Cluster> source_;
    std::unique_ptr<Cluster> target_;
    std::string seed_;
    std::string seed_dump_;
};

// A row of the target's ledger; `xid` is the transaction that wrote it, and with it the chunk's rows.
struct LedgerRow {
    std::string xid;
    std::string finished_at;
    int attempt = 0;
    std::int64_t rows = 0;

    bool operator==(const LedgerRow&) const = default;
    friend std::ostream& operator<<(std::ostream& out, const LedgerRow& row) {
        return out << row.rows << " rows by attempt " << row.attempt << ", transaction " << row.xid << " at " << row.finished_at;
    }
};
using LedgerRows = std::map<std::pair<std::string, int>, LedgerRow>;  // by item and part

[[nodiscard]] LedgerRows read_ledger(const std::string& target_url);
[[nodiscard]] bool is_chunk(const LedgerRows::value_type&);
// Without statements, and without chunks of these tables.
[[nodiscard]] LedgerRows chunks_of(const LedgerRows&, const std::set<std::string>& but_tables = {});
[[nodiscard]] int count_chunks(const LedgerRows&);
// Of "table public.words": "public.words".
[[nodiscard]] std::string table_of(const LedgerRows::value_type&);
[[nodiscard]] std::set<std::string> tables_of(const LedgerRows&);

// Rows that `then` has and `now` has not, or not the same; one line each. Empty: what was finished was not touched again.
[[nodiscard]] std::vector<std::string> done_again(const LedgerRows& then, const LedgerRows& now);

// Every row of the target's tables was written by a transaction that has a row in the ledger, and as many of it as the ledger says.
// One line for each difference. Asked in one statement, so that it holds at every moment of a job.
[[nodiscard]] std::vector<std::string> rows_that_the_ledger_does_not_explain(const std::string& target_url);

// Sessions of ours, whatever their state.
[[nodiscard]] int our_backends(const std::string& url);

// True as soon as the condition is; false at the end of a time that is long enough for the slowest machine.
[[nodiscard]] bool eventually(const std::function<bool()>& condition, std::chrono::seconds limit = std::chrono::seconds(90));

// A source and a target database of its own, and a job between them.
class CrashCase {
public:
    explicit CrashCase(Servers& servers = Servers::shared(), const std::string& template_database = "");
    ~CrashCase();  // the databases go: autovacuum comes to each that there is every few seconds
    CrashCase(const CrashCase&) = delete;
    CrashCase& operator=(const CrashCase&) = delete;

    [[nodiscard]] std::string source_url() const { return servers_.source().url(database_); }
    [[nodiscard]] std::string target_url() const { return servers_.target().url(database_); }
    [[nodiscard]] const std::string& database() const { return database_; }
    [[nodiscard]] const ScratchDir& scratch() const { return scratch_; }

    // The job `words`: it waits for the cutover, so that the ledger can be looked at. `more` is YAML at the top level.
    void write_job(const std::string& copy = "{workers: 2, chunk_size: 32KiB}", const std::string& more = "");
    [[nodiscard]] std::string job_file() const { return scratch_ / "words.yaml"; }
    // `lantern-migrate run`, with a failpoint if one is named.
    [[nodiscard]] Finished run(const std::string& failpoint = "", const std::vector<std::string>& more = {}) const;
    // The journal's word on the job while nobody works on it.
    [[nodiscard]] boost::json::value status() const;
    [[nodiscard]] boost::json::value report() const;

    // What all have to hold once the cutover is done: rows and schema are equal by SQL of our own, and the source is as `source_dump`.
    void expect_moved(const std::string& source_dump) const;

private:
    Servers& servers_;
    ScratchDir scratch_{"crash"};
    std::string database_;
};

// The tables that the report says started again from nothing, each as often as it did.
[[nodiscard]] std::multiset<std::string> tables_started_again(const boost::json::value& report);
[[nodiscard]] int chunks_repeated(const boost::json::value& report);

// lantern-migrated with spool, journal and socket of its own.
class Daemon {
public:
    explicit Daemon(const std::filesystem::path& dir);

    void start(std::map<std::string, std::string> environment = {});
    void submit(const std::string& job_file) const;
    void signal(int number) const { process_->signal(number); }
    [[nodiscard]] bool running() { return process_->running(); }
    [[nodiscard]] std::optional<Ending> wait(std::chrono::seconds limit) { return process_->wait(limit); }
    Ending kill() const;  // -9
    // Null while it does not answer or does not know the job.
    [[nodiscard]] boost::json::value status(const std::string& job = "words") const;
    [[nodiscard]] std::string disposition(const std::string& job = "words") const;
    [[nodiscard]] boost::json::value report(const std::string& job = "words") const;
    [[nodiscard]] std::string events(const std::string& job = "words") const;
    // Until the job waits for the cutover. False if it fails for good.
    [[nodiscard]] bool until_waiting(const std::string& job = "words") const;
    // Allows the cutover and sees the job to its end.
    void cut_over(const std::string& job = "words") const;
    // What it logged since it was started.
    [[nodiscard]] std::string log() const { return process_->err(); }

private:
    std::string ask(const std::vector<std::string>& arguments) const;

    std::filesystem::path dir_;
    std::unique_ptr<Process> process_;
};

// "a\nb\n" for failure messages.
[[nodiscard]] std::string joined(const std::vector<std::string>& lines);

}  // namespace lantern_migrate::test
