// copy.throttle as the copy's step needs it.
#pragma once

#include "core/steps/run.h"
#include "core/transfer/throttle.h"

#include <memory>

namespace lantern_migrate::steps {

// Looks at the source until it goes; nothing where the job has no throttle.
[[nodiscard]] std::unique_ptr<transfer::Throttle> start_throttle(Run&);

// "the source's role may not see ...", where the job has a throttle that its role makes blind. For the plan.
[[nodiscard]] std::optional<plan::Finding> throttle_finding(pg::Session& source, const config::ThrottleSpec&);

}  // namespace lantern_migrate::steps
