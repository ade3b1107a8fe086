#include "daemon/log.h"

#include "daemon/systemd_log.h"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace lantern_migrate::daemon {

Log make_log(const std::string& level) {
    const bool systemds = stderr_is_systemds();
    const spdlog::sink_ptr sink = systemds ? systemd_sink("lantern-migrated") : std::make_shared<spdlog::sinks::stderr_sink_mt>();
    auto log = std::make_shared<spdlog::logger>("lantern-migrated", sink);
    set_level(log, level);
    log->set_pattern(systemds ? "%l: %v" : "%Y-%m-%dT%H:%M:%S.%e%z %l: %v");
    return log;
}

void set_level(const Log& log, const std::string& level) { log->set_level(spdlog::level::from_str(level)); }

Log quiet_log() { return std::make_shared<spdlog::logger>("quiet", std::make_shared<spdlog::sinks::null_sink_mt>()); }

}  // namespace lantern_migrate::daemon
