// Dropping what a job created, and nothing else: the part of drop_target.h that is about any objects. All in the caller's transaction.
#pragma once

#include "core/transfer/created_objects.h"

#include <string>
#include <vector>

namespace lantern_migrate::steps {

// The end of every hint of a refusal.
inline constexpr const char* without_it = "`cancel` without --drop-target-objects leaves the target as it is";

// So that nobody reads or writes them until they are gone.
void lock_tables(pg::Session&, const std::vector<transfer::CreatedObject>&);

// A partition or an owned sequence goes with its table, without a word from the server: MigrationError if it is not among the objects.
void refuse_what_would_go_along(pg::Session&, const std::vector<transfer::CreatedObject>&);

// Without partitions and owned sequences.
[[nodiscard]] std::vector<transfer::CreatedObject> heads_of(pg::Session&, const std::vector<transfer::CreatedObject>&);

// Throws MigrationError if something else needs one of them; then the caller has to give the transaction up.
void drop_with_restrict(pg::Session&, const std::vector<transfer::CreatedObject>& heads);

// False: something needs what the statement would drop, and nothing happened.
[[nodiscard]] bool try_to_drop(pg::Session&, const std::string& sql);

[[nodiscard]] std::vector<std::int64_t> oids_in(const std::vector<transfer::CreatedObject>&, std::string_view catalog);

}  // namespace lantern_migrate::steps
