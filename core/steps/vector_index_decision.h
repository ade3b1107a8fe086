// Some translations depend on the rows: inner product on their norms, an untyped column on its dimensions. They are decided here,
// once the index's table has been copied.
#pragma once

#include "core/pg/session.h"
#include "core/steps/run.h"

#include <string>

namespace lantern_migrate::steps {

// The SQL of the build, also written to the journal; empty if the index cannot be built or the job leaves it out, and then the build
// is failed or skipped in the journal with the reason.
[[nodiscard]] std::string decide_vector_index(Run&, pg::Session& target, const migrations_state::BuildRecord&);

}  // namespace lantern_migrate::steps
