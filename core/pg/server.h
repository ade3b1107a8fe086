// Questions to a server that are not about its schema: who it is, what it has, who else is there.
#pragma once

#include "core/pg/session.h"
#include "core/plan/catalog.h"
#include "migrations-state/records.h"

#include <optional>
#include <string>
#include <vector>

namespace lantern_migrate::pg {

// pg_control_system() needs no superuser; the timeline is pg_control_checkpoint()'s.
[[nodiscard]] migrations_state::ServerIdentity read_identity(Session&);

// Whether both sessions are in one database of one running server. A system identifier does not tell: a server made from a copy of
// another one's files has the same.
[[nodiscard]] bool same_database(Session&, Session&);

// Changes whenever the server recovers from a crash, because that resets its statistics; a restart in order, or a lost network, leaves it.
[[nodiscard]] std::string crash_marker(Session&);

// What the operator reads in a plan: "PostgreSQL 17.5, pgvector 0.8.0".
[[nodiscard]] std::string version_text(Session&, const std::string& extension);

struct ExtensionState {
    bool available = false;
    std::optional<std::string> installed_version;
    std::string schema;  // where it is installed
};
[[nodiscard]] ExtensionState extension_state(Session&, const std::string& name);

// Those of `names` that are relations (tables, views, sequences, indexes ...) on this server already.
[[nodiscard]] std::vector<plan::QualifiedName> existing_relations(Session&, const std::vector<plan::QualifiedName>& names);

// Ends this role's backends whose application_name begins with `prefix`, ours excepted: what an earlier run of the same job left.
// Gives their number. The journal's exclusive lock proves that no other run of the job is alive.
int end_stale_backends(Session&, const std::string& application_name_prefix);

}  // namespace lantern_migrate::pg
