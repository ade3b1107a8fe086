// Log lines as entries of systemd's journal, with the keys of a line as fields of its own: `journalctl LANTERN_MIGRATE_JOB=words`.
#pragma once

#include <spdlog/sinks/sink.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lantern_migrate::daemon {

// "LANTERN_MIGRATE_EVENT=run began", "LANTERN_MIGRATE_JOB=words" ... of a line "run began job=words run=1 step=connect". Only what
// stands before the first text of somebody else's (a reason, a file's name) is believed.
[[nodiscard]] std::vector<std::string> systemd_fields(std::string_view line);

// $JOURNAL_STREAM is inherited by whatever a service starts; only if it names this process's standard error is that the journal.
[[nodiscard]] bool stderr_is_systemds();

// Writes to standard error, in the logger's pattern, while there is no journal to be reached.
[[nodiscard]] std::shared_ptr<spdlog::sinks::sink> systemd_sink(std::string identifier);

}  // namespace lantern_migrate::daemon
