// What `lantern-migrate plan` shows.
#pragma once

#include "core/steps/migration.h"

#include <boost/json/fwd.hpp>
#include <string>

namespace lantern_migrate::daemon {

[[nodiscard]] std::string plan_text(const steps::PlanReport&);
[[nodiscard]] boost::json::object to_json(const steps::PlanReport&);

}  // namespace lantern_migrate::daemon
