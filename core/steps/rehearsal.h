// What the target's server refuses: all that the plan makes there is made once, empty, in a transaction that is always rolled back.
// Roles, extensions, tablespaces, languages, rights, names that are taken: no list of questions about a server would ever be whole, and
// the server itself knows.
#pragma once

#include "core/pg/session.h"
#include "core/plan/finding.h"
#include "core/plan/schema.h"

#include <vector>

namespace lantern_migrate::steps {

// Blocking findings, one for each statement that is refused, without those that are refused because of one before them. A target that
// others keep busy is not waited for: a finding says that nothing was tried.
// Of the target nothing must be in the way already: no transaction open, no table of the plan there. Vector indexes are not tried: they
// are index_rules.h's own SQL.
[[nodiscard]] std::vector<plan::Finding> rehearse(pg::Session& target, const plan::SchemaPlan&);

}  // namespace lantern_migrate::steps
