// What the target's server refuses: all that the plan makes there is made once, empty, in a transaction that is always rolled back.
// Roles, extensions, tablespaces, languages, rights, names that are taken: no list of questions about a server would ever be whole, and
// the server itself knows.
#pragma once

#include "core/pg/session.h"
#include "core/plan/finding.h"
#include "core/plan/schema.h"

#include <string_view>
#include <vector>

namespace lantern_migrate::steps {

// Any constant. Jobs on one database take turns at their schemas: what several of them make, functions of pgvector_compat above all, cannot
// be made by two at once.
inline constexpr std::string_view take_schema_turn = "SELECT pg_catalog.pg_advisory_xact_lock(5497853170222)";

// Blocking findings, one for each statement that is refused, without those that are refused because of one before them. A target that
// others keep busy is not waited for: a finding says that nothing was tried.
// Of the target nothing must be in the way already: no transaction open, no table of the plan there. Vector indexes are not tried: they
// are index_rules.h's own SQL.
[[nodiscard]] std::vector<plan::Finding> rehearse(pg::Session& target, const plan::SchemaPlan&);

}  // namespace lantern_migrate::steps
