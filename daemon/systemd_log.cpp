#include "daemon/systemd_log.h"

#include <spdlog/sinks/base_sink.h>
#include <sys/stat.h>
#include <sys/syslog.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <format>
#include <mutex>

// Else its macro adds the place in this file to every entry.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

namespace lantern_migrate::daemon {
namespace {

struct Field {
    std::string_view key;
    std::string_view name;
};
constexpr Field fields[] = {
    {"job", "LANTERN_MIGRATE_JOB"},
    {"run", "LANTERN_MIGRATE_RUN"},
    {"step", "LANTERN_MIGRATE_STEP"},
    {"sqlstate", "LANTERN_MIGRATE_SQLSTATE"},
    // Quoted texts and file= are absent: they may hold anything, also what looks like a key.
};

constexpr const char* journal_socket = "/run/systemd/journal/socket";

int priority(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::trace:
        case spdlog::level::debug: return LOG_DEBUG;
        case spdlog::level::info: return LOG_INFO;
        case spdlog::level::warn: return LOG_WARNING;
        case spdlog::level::err: return LOG_ERR;
        case spdlog::level::critical: return LOG_CRIT;
        case spdlog::level::off:
        case spdlog::level::n_levels: break;
    }
    return LOG_INFO;
}

// spdlog's own systemd sink knows of no fields but the message's.
class SystemdSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit SystemdSink(std::string identifier) : identifier_(std::move(identifier)) {}

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        const std::string_view line(message.payload.data(), message.payload.size());
        std::vector<std::string> entry = systemd_fields(line);
        entry.push_back(std::format("MESSAGE={}", line));
        entry.push_back(std::format("PRIORITY={}", priority(message.level)));
        entry.push_back("SYSLOG_IDENTIFIER=" + identifier_);
        std::vector<iovec> parts;
        parts.reserve(entry.size());
        for (std::string& field : entry) parts.push_back({.iov_base = field.data(), .iov_len = field.size()});
        // Where there is no socket, sd_journal_sendv says that all is well.
        if (::access(journal_socket, F_OK) == 0 && sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0) return;
        spdlog::memory_buf_t text;
        formatter_->format(message, text);
        std::fwrite(text.data(), 1, text.size(), stderr);
    }
    void flush_() override { std::fflush(stderr); }

    std::string identifier_;
};

}  // namespace

std::vector<std::string> systemd_fields(std::string_view line) {
    std::vector<std::string> found;
    std::size_t at = 0;
    // The words before the first key are the event.
    while (at < line.size()) {
        const std::size_t end = std::min(line.find(' ', at), line.size());
        if (line.substr(at, end - at).contains('=')) break;
        at = std::min(end + 1, line.size());
    }
    std::string_view event = line.substr(0, at);
    while (event.ends_with(' ')) event.remove_suffix(1);
    if (!event.empty()) found.push_back(std::format("LANTERN_MIGRATE_EVENT={}", event));
    while (at < line.size()) {
        const std::size_t end = std::min(line.find(' ', at), line.size());
        const std::string_view token = line.substr(at, end - at);
        const std::size_t equals = std::min(token.find('='), token.size());
        const auto* const field = std::ranges::find(fields, token.substr(0, equals), &Field::key);
        if (field == std::end(fields) || equals == token.size()) break;
        if (equals + 1 < token.size()) found.push_back(std::format("{}={}", field->name, token.substr(equals + 1)));
        at = end + 1;
    }
    return found;
}

bool stderr_is_systemds() {
    const char* const stream = std::getenv("JOURNAL_STREAM");
    struct stat status{};
    return stream != nullptr && ::fstat(STDERR_FILENO, &status) == 0 && std::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

std::shared_ptr<spdlog::sinks::sink> systemd_sink(std::string identifier) { return std::make_shared<SystemdSink>(std::move(identifier)); }

}  // namespace lantern_migrate::daemon
