// What a server was asked to do, from its log with log_statement = all, and what of it is more than reading.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::test {

// Every statement in a log whose log_line_prefix is the one of Cluster, in order; one that goes on over several lines is put together.
[[nodiscard]] std::vector<std::string> logged_statements(std::string_view log);

// Without transactions that began as READ WRITE and were rolled back, of one session at a time.
[[nodiscard]] std::vector<std::string> without_rolled_back(const std::vector<std::string>& statements);

// Those that are on no list of what a reader may say: reading SELECTs, settings of its own session, read-only transactions, and the
// ACCESS SHARE locks of pg_dump. `volatile_functions`: the server's; a SELECT that calls one is on the list only if the function is.
[[nodiscard]] std::vector<std::string> more_than_reading(const std::vector<std::string>& statements,
                                                         const std::set<std::string>& volatile_functions);

}  // namespace lantern_migrate::test
