// Text of a job file -> JobSpec, or every mistake in it at once.
#pragma once

#include "config/job_spec.h"
#include "config/mistakes.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace lantern_migrate::config {

// A job file larger than this is not one.
inline constexpr std::size_t max_job_file_bytes = std::size_t{1} << 20;

// `file` is how the file is called in messages; its stem is the job's name where the text gives none.
// Throws SpecError with every mistake. Pure: touches neither files nor environment.
[[nodiscard]] JobSpec read_job(std::string_view text, const std::filesystem::path& file);

// The same for a file on disk; an unreadable, empty, binary or oversized file is a SpecError too (line 1, column 1).
[[nodiscard]] JobSpec read_job_file(const std::filesystem::path& file);

}  // namespace lantern_migrate::config
