#include "daemon/log.h"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <cstdlib>

namespace lantern_migrate::daemon {

Log make_log(const std::string& level) {
    auto log = std::make_shared<spdlog::logger>("lantern-migrated", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    log->set_level(spdlog::level::from_str(level));
    log->set_pattern(std::getenv("JOURNAL_STREAM") != nullptr ? "%l: %v" : "%Y-%m-%dT%H:%M:%S.%e%z %l: %v");
    return log;
}

Log quiet_log() { return std::make_shared<spdlog::logger>("quiet", std::make_shared<spdlog::sinks::null_sink_mt>()); }

}  // namespace lantern_migrate::daemon
