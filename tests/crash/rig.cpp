#include "tests/crash/rig.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>

namespace lantern_migrate::test {
namespace {

namespace json = boost::json;

void load(const std::string& url, const std::string& sql_file) {
    run_checked(
        {"psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f", LANTERN_SOURCE_DIR "/tests/crash/sql/" + sql_file, url});
}

}  // namespace

// --- servers

Servers::Servers(const ClusterOptions& source_options, const ClusterOptions& target_options)
    : source_(Cluster::source(source_options)), target_(Cluster::target(target_options)) {}

Servers& Servers::shared() {
    static Servers servers;
    return servers;
}

const std::string& Servers::seed() {
    if (seed_.empty()) {
        source_->create_database("seed");
        load(source_->url("seed"), "crash_source.sql");
        // After a crash, sequences go on where their last record in the log says, which is ahead; behind a checkpoint there is none.
        query(source_->url("seed"), "CHECKPOINT");
        seed_ = "seed";
    }
    return seed_;
}

const std::string& Servers::seed_dump() {
    if (seed_dump_.empty()) seed_dump_ = dump(source_->url(seed()));
    return seed_dump_;
}

// --- the ledger

LedgerRows read_ledger(const std::string& target_url) {
    LedgerRows ledger;
    if (query_text(target_url, "SELECT to_regclass('lantern_migrate.ledger')").empty()) return ledger;
    for (const auto& row : query(target_url, "SELECT item, part, xmin, finished_at, attempt, rows FROM lantern_migrate.ledger")) {
        ledger[{row[0].value(), std::stoi(row[1].value())}] = {
            .xid = row[2].value(), .finished_at = row[3].value(), .attempt = std::stoi(row[4].value()), .rows = std::stoll(row[5].value())};
    }
    return ledger;
}

bool is_chunk(const LedgerRows::value_type& row) { return row.first.first.starts_with("table "); }
std::string table_of(const LedgerRows::value_type& row) { return row.first.first.substr(std::string("table ").size()); }

int count_chunks(const LedgerRows& ledger) { return static_cast<int>(std::count_if(ledger.begin(), ledger.end(), is_chunk)); }

std::set<std::string> tables_of(const LedgerRows& ledger) {
    std::set<std::string> tables;
    for (const auto& row : ledger) {
        if (is_chunk(row)) tables.insert(table_of(row));
    }
    return tables;
}

LedgerRows chunks_of(const LedgerRows& ledger, const std::set<std::string>& but_tables) {
    LedgerRows chunks;
    for (const auto& row : ledger) {
        if (is_chunk(row) && !but_tables.contains(table_of(row))) chunks.insert(row);
    }
    return chunks;
}

std::vector<std::string> done_again(const LedgerRows& then, const LedgerRows& now) {
    std::vector<std::string> differences;
    for (const auto& row : then) {
        const auto found = now.find(row.first);
        const std::string name = row.first.first + " part " + std::to_string(row.first.second);
        if (found == now.end()) {
            differences.push_back(name + " was in the ledger and is not any more");
        } else if (found->second != row.second) {
            differences.push_back(name + " was finished at " + row.second.finished_at + " by attempt " +
                                  std::to_string(row.second.attempt) + ", and again at " + found->second.finished_at + " by attempt " +
                                  std::to_string(found->second.attempt));
        }
    }
    return differences;
}

std::vector<std::string> rows_that_the_ledger_does_not_explain(const std::string& target_url) {
    if (query_text(target_url, "SELECT to_regclass('lantern_migrate.ledger')").empty()) return {};
    std::string tables;
    for (const auto& row :
         query(target_url,
               "SELECT format('SELECT %L, xmin::text, count(*) FROM ONLY %I.%I GROUP BY 2', 'table ' || nspname || '.' || relname,"
               " nspname, relname) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
               " WHERE relkind = 'r' AND nspname = 'public'")) {
        tables += (tables.empty() ? "" : " UNION ALL ") + row[0].value();
    }
    if (tables.empty()) return {};
    std::vector<std::string> differences;
    for (const auto& row :
         query(target_url,
               "SELECT item, xid, t.n, l.n FROM (" + tables +
                   ") AS t(item, xid, n) FULL JOIN"
                   " (SELECT item, xmin::text, sum(rows) FROM lantern_migrate.ledger WHERE item LIKE 'table %' AND rows > 0 GROUP BY 1, 2)"
                   " AS l(item, xid, n) USING (item, xid) WHERE t.n IS DISTINCT FROM l.n")) {
        differences.push_back(row[0].value() + ": transaction " + row[1].value() + " left " + row[2].value_or("no") +
                              " rows, the ledger says " + row[3].value_or("nothing"));
    }
    return differences;
}

int our_backends(const std::string& url) {
    return std::stoi(query_text(url, "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'lantern-migrate%'"));
}

bool eventually(const std::function<bool()>& condition, std::chrono::seconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
}

// --- a case

CrashCase::CrashCase(Servers& servers, const std::string& template_database) : servers_(servers) {
    static std::atomic<int> cases{0};
    database_ = "case_" + std::to_string(++cases);
    const std::string& from = template_database.empty() ? servers_.seed() : template_database;
    query(servers_.source().url("postgres"), "CREATE DATABASE " + database_ + " TEMPLATE " + from);
    servers_.target().create_database(database_);
    write_job();
}

CrashCase::~CrashCase() {
    for (Cluster* cluster : {&servers_.source(), &servers_.target()}) {
        try {
            query(cluster->url("postgres"), "DROP DATABASE IF EXISTS " + database_ + " WITH (FORCE)");
        } catch (const std::exception&) {  // a server that the test has ended
        }
    }
}

void CrashCase::write_job(const std::string& copy, const std::string& more) {
    write_file(job_file(), "source: {url: \"" + source_url() + "\"}\ntarget: {url: \"" + target_url() +
                               "\"}\ncutover: wait\ncopy: " + copy + "\n" + more);
}

Finished CrashCase::run(const std::string& failpoint, const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{LANTERN_MIGRATE_BIN, "run", job_file(), "--state-dir", scratch_ / "state"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    std::map<std::string, std::string> environment;
    if (!failpoint.empty()) environment["LANTERN_FAILPOINT"] = failpoint;
    return test::run(arguments, {.environment = environment});
}

json::value CrashCase::status() const {
    return json::parse(test::run({LANTERN_MIGRATE_BIN, "status", "words", "--json", "--state-dir", scratch_ / "state"}).out);
}

json::value CrashCase::report() const {
    return json::parse(test::run({LANTERN_MIGRATE_BIN, "report", "words", "--json", "--state-dir", scratch_ / "state"}).out);
}

void CrashCase::expect_moved(const std::string& source_dump) const {
    const auto rows = compare_tables(source_url(), target_url());
    EXPECT_TRUE(rows.empty()) << joined(rows);
    const auto objects = compare_schemas(source_url(), target_url());
    EXPECT_TRUE(objects.empty()) << joined(objects);
    EXPECT_EQ(dump(source_url()), source_dump) << "the source changed";
    EXPECT_EQ(query_text(target_url(), "SELECT count(*) FROM pg_namespace WHERE nspname = 'lantern_migrate'"), "0")
        << "the ledger stayed behind";
}

std::multiset<std::string> tables_started_again(const json::value& report) {
    std::multiset<std::string> tables;
    for (const json::value& table : report.at("tables").as_array()) {
        for (int i = 0; i < table.at("started_again").to_number<int>(); ++i) tables.emplace(table.at("name").as_string());
    }
    return tables;
}

int chunks_repeated(const json::value& report) {
    int repeated = 0;
    for (const json::value& table : report.at("tables").as_array()) repeated += table.at("chunks_repeated").to_number<int>();
    return repeated;
}

// --- the daemon

Daemon::Daemon(const std::filesystem::path& dir) : dir_(dir) {
    std::filesystem::create_directories(dir_ / "spool/incoming");
    write_file(dir_ / "daemon.yaml", "retry: {initial_delay: 100ms, max_delay: 500ms}\n");
}

void Daemon::start(std::map<std::string, std::string> environment) {
    process_ = std::make_unique<Process>(
        std::vector<std::string>{LANTERN_MIGRATED_BIN, "--config", dir_ / "daemon.yaml", "--spool-dir", dir_ / "spool", "--state-dir",
                                 dir_ / "state", "--control-socket", dir_ / "control.sock"},
        ProcessOptions{.environment = std::move(environment)});
}

std::string Daemon::ask(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all{LANTERN_MIGRATE_BIN};
    all.insert(all.end(), arguments.begin(), arguments.end());
    all.emplace_back("--socket");
    all.push_back(dir_ / "control.sock");
    return test::run(std::move(all)).out;
}

void Daemon::submit(const std::string& job_file) const {
    run_checked({LANTERN_MIGRATE_BIN, "submit", job_file, "--spool-dir", dir_ / "spool", "--socket", dir_ / "control.sock"});
}

Ending Daemon::kill() const {
    process_->signal(SIGKILL);
    return process_->wait(std::chrono::seconds(30)).value_or(Ending{});
}

json::value Daemon::status(const std::string& job) const {
    const std::string text = ask({"status", job, "--json"});
    return text.empty() ? json::value(nullptr) : json::parse(text);
}

std::string Daemon::disposition(const std::string& job) const {
    const json::value now = status(job);
    return now.is_null() ? "" : std::string(now.at("disposition").as_string());
}

json::value Daemon::report(const std::string& job) const { return json::parse(ask({"report", job, "--json"})); }
std::string Daemon::events(const std::string& job) const { return ask({"events", job}); }

bool Daemon::until_waiting(const std::string& job) const {
    std::string last;
    const bool ended = eventually([&] {
        const json::value now = status(job);
        if (now.is_null()) return false;
        last = now.at("disposition").as_string();
        return last == "waiting" || last == "done" || last == "cancelled" || (last == "failed" && !now.at("transient").as_bool());
    });
    return ended && last == "waiting";
}

void Daemon::cut_over(const std::string& job) const {
    ask({"cutover", job});
    ASSERT_TRUE(eventually([&] { return disposition(job) == "done"; })) << log();
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

}  // namespace lantern_migrate::test
