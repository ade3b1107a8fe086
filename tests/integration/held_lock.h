// A writer that does not end its transaction: a job that wants to lock this table waits for it, until the object goes.
#pragma once

#include <pqxx/pqxx>

#include <string>

namespace lantern_migrate::test {

class HeldLock {
public:
    HeldLock(const std::string& url, const std::string& table, const std::string& mode = "ROW EXCLUSIVE")
        : connection_(url), transaction_(connection_) {
        transaction_.exec("LOCK TABLE " + table + " IN " + mode + " MODE");
    }

private:
    pqxx::connection connection_;
    pqxx::work transaction_;
};

}  // namespace lantern_migrate::test
