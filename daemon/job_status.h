// What there is to say about a job at one moment: the journal's record, what memory knows better, and how far it is.
#pragma once

#include "core/progress.h"
#include "daemon/job_runner.h"
#include "migrations-state/journal.h"

#include <boost/json/fwd.hpp>
#include <optional>

namespace lantern_migrate::daemon {

struct JobStatus {
    migrations_state::Job job;  // with the disposition as it is now
    Wish wish = Wish::none;     // asked for and being carried out
    ProgressView progress{};
    bool different = false;  // verification found a difference
};

// How far a job is by its journal alone: for one that does not run now.
[[nodiscard]] ProgressView progress_at_rest(const migrations_state::Journal&, const migrations_state::Job&);
[[nodiscard]] bool verification_differs(const migrations_state::Journal&, migrations_state::JobId);

// What `status` and `report` end with: 0 done or on its way, 1 failed or cancelled, 3 waiting for the operator, 4 verification
// found a difference.
[[nodiscard]] int exit_status(const JobStatus&);

// The documents of the control socket. `whole` has each table and build; a list leaves them out.
[[nodiscard]] boost::json::object to_json(const JobStatus&, bool whole);
[[nodiscard]] boost::json::object to_json(const ProgressView&, bool whole);
[[nodiscard]] boost::json::object to_json(const migrations_state::EventRecord&);
// The other end of the socket. Throws boost::system::system_error for what is no such document.
[[nodiscard]] JobStatus job_status_from_json(const boost::json::value&);
[[nodiscard]] migrations_state::EventRecord event_from_json(const boost::json::value&);

}  // namespace lantern_migrate::daemon
