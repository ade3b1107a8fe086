// Which table is a partition of which, as the statements of a dump say.
#pragma once

#include "core/plan/catalog.h"

#include <pg_query/pg_query.pb-c.h>

#include <map>

namespace lantern_migrate::plan {

class PartitionTree {
public:
    // Statements that attach no table are passed over.
    void note(const PgQuery__Node& statement);
    // How many tables are above it.
    [[nodiscard]] int depth(const QualifiedName& table) const;

private:
    std::map<QualifiedName, QualifiedName> parents_;
};

}  // namespace lantern_migrate::plan
