// What a statement of a dump is about and where it belongs: before the rows, with its table's keys and indexes, or behind all rows.
#pragma once

#include "core/plan/object_names.h"
#include "core/plan/schema.h"

#include <vector>

namespace lantern_migrate::plan {

enum class Place {
    nowhere,      // settings of the session, which are ours to make
    before_rows,  // pg_dump's pre-data; behind the first statement of another place it is post-data that depends on keys: `after_rows`
    with_table,   // keys, indexes and what names them
    after_rows,   // foreign keys, partitions' indexes to their parents
    last,         // what acts on rows or hides them: triggers, rules, policies, publications
};

struct Subject {
    ObjectName name;  // what the statement creates or changes. If name.owner does not move, the statement goes with it, unsaid
    Place place = Place::before_rows;
    StatementKind kind = StatementKind::schema_object;
    // Of `with_table`; elsewhere only where a table that starts again from nothing needs the statement again.
    QualifiedName table;
    bool creates = true;             // else it changes what another statement created
    bool goes_with_any = false;      // the same for everything it mentions: an attachment has two sides
    std::vector<ObjectKey> aliases;  // a key's index has the key's name
};

[[nodiscard]] Subject subject_of(const PgQuery__Node& statement);

}  // namespace lantern_migrate::plan
