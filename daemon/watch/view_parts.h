// The pieces of the screen.
#pragma once

#include "daemon/watch/view.h"

namespace lantern_migrate::daemon::watch {

// One word or two: "running", "failed", "to try again".
[[nodiscard]] Span state_span(const JobStatus&);
// What there is to say about a job before its parts: first why it does not run, then step, bar and rates. At most `height` lines; `more` is
// the last one where the reason has no room.
[[nodiscard]] Lines job_lines(const JobStatus&, const Size&, migrations_state::Timestamp now, const std::string& more);
// The steps with a mark before each: done, at work, to come.
[[nodiscard]] Lines step_lines(const JobStatus&, std::size_t width);
// Above a part's rows: what its columns are; none where there are no columns.
[[nodiscard]] Lines heading_lines(Part, std::size_t width);
// The rows of a part; what is being worked on comes first. `filter` is of names.
[[nodiscard]] Lines table_lines(const JobStatus&, const std::string& filter, std::size_t width);
[[nodiscard]] Lines build_lines(const JobStatus&, const std::string& filter, std::size_t width);
[[nodiscard]] Lines event_lines(const Model&, const JobStatus&, const std::string& filter, std::size_t width,
                                migrations_state::Timestamp now);
[[nodiscard]] Lines reason_lines(const JobStatus&, std::size_t width, migrations_state::Timestamp now);
// The tables and builds at work, for a job of which only a part is shown.
[[nodiscard]] Lines active_lines(const JobStatus&, std::size_t width);

// What is left of the width by the name's column, which has all that the others leave.
[[nodiscard]] Line spread(std::string_view before, Span after, std::size_t width);

[[nodiscard]] Picture draw_jobs(const Model&, const ViewState&, const Size&, migrations_state::Timestamp now);
[[nodiscard]] Picture draw_job(const Model&, const ViewState&, const Size&, migrations_state::Timestamp now);

}  // namespace lantern_migrate::daemon::watch
