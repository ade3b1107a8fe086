// What a transaction on the target created, exactly: told from the catalog, not from the statements.
#pragma once

#include "core/pg/session.h"

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace lantern_migrate::transfer {

struct CreatedObject {
    std::string catalog;     // "pg_class"
    std::uint32_t oid = 0;   // there
    std::string type{};      // as pg_identify_object has it: "table", "materialized view", "function"
    std::string identity{};  // the same's: "public.items", "public.f(integer)"

    bool operator==(const CreatedObject&) const = default;
};

// The catalogs whose objects are dropped by themselves. Indexes, constraints, triggers and the like go with their tables, the members
// of an extension with it. Not here: user mappings, which only a superuser may look at.
inline constexpr std::string_view catalogs_of_objects[] = {
    "pg_namespace",
    "pg_extension",
    "pg_class",
    "pg_type",
    "pg_proc",
    "pg_operator",
    "pg_opclass",
    "pg_opfamily",
    "pg_cast",
    "pg_collation",
    "pg_conversion",
    "pg_language",
    "pg_foreign_data_wrapper",
    "pg_foreign_server",
    "pg_ts_config",
    "pg_ts_dict",
    "pg_ts_parser",
    "pg_ts_template",
    "pg_transform",
    "pg_am",
    "pg_event_trigger",
    "pg_publication",
};
// Those of them that a statement after the rows may add to.
inline constexpr std::string_view catalogs_after_rows[] = {"pg_event_trigger", "pg_publication"};

// Made in a transaction before its first statement; `created` at its end gives what these catalogs got from it. A row of this
// transaction was inserted or changed by it (GRANT on a schema changes its row), so what was there before does not count.
class CreationWatch {
public:
    explicit CreationWatch(pg::Session&, std::span<const std::string_view> catalogs = catalogs_of_objects);
    [[nodiscard]] std::vector<CreatedObject> created(pg::Session&) const;

private:
    std::span<const std::string_view> catalogs_;
    std::set<std::pair<std::string, std::uint32_t>> before_;
};

// All that users have in this database.
[[nodiscard]] std::vector<CreatedObject> objects_of_users(pg::Session&);

}  // namespace lantern_migrate::transfer
