#include "core/transfer/created_objects.h"

namespace lantern_migrate::transfer {
namespace {

// Objects of the server itself have lower ones (FirstNormalObjectId).
constexpr const char* first_oid_of_users = "16384";

std::string in_every(std::span<const std::string_view> catalogs, std::string_view condition) {
    std::string sql;
    for (const std::string_view catalog : catalogs) {
        sql += sql.empty() ? "SELECT '" : " UNION ALL SELECT '";
        sql.append(catalog).append("' AS catalog, oid FROM pg_catalog.").append(catalog);
        sql.append(" WHERE oid >= ").append(first_oid_of_users).append(condition);
        if (catalog == "pg_class") sql += " AND relkind NOT IN ('i', 'I')";
    }
    return sql;
}

// A table's row type, an identity column's sequence, the array of a type: internal. An extension's function: its member.
std::vector<CreatedObject> read_objects(pg::Session& session, std::span<const std::string_view> catalogs, std::string_view condition) {
    std::vector<CreatedObject> objects;
    for (const auto& row :
         session.execute("SELECT w.catalog, w.oid, i.type, i.identity FROM (" + in_every(catalogs, condition) +
                         ") AS w, LATERAL pg_catalog.pg_identify_object(('pg_catalog.' || w.catalog)::pg_catalog.regclass, w.oid, 0) AS i"
                         " WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = w.oid AND d.objsubid = 0"
                         " AND d.classid = ('pg_catalog.' || w.catalog)::pg_catalog.regclass AND d.deptype IN ('i', 'e'))"
                         " ORDER BY w.oid")) {
        objects.push_back({.catalog = row[0].as<std::string>(),
                           .oid = row[1].as<std::uint32_t>(),
                           .type = row[2].as<std::string>(),
                           .identity = row[3].as<std::string>()});
    }
    return objects;
}

}  // namespace

CreationWatch::CreationWatch(pg::Session& session, std::span<const std::string_view> catalogs) : catalogs_(catalogs) {
    for (const auto& row : session.execute(in_every(catalogs, ""))) before_.emplace(row[0].as<std::string>(), row[1].as<std::uint32_t>());
}

std::vector<CreatedObject> CreationWatch::created(pg::Session& session) const {
    auto objects = read_objects(session, catalogs_, " AND xmin = pg_catalog.pg_current_xact_id()::pg_catalog.xid");
    std::erase_if(objects, [&](const CreatedObject& object) { return before_.contains({object.catalog, object.oid}); });
    return objects;
}

std::vector<CreatedObject> objects_of_users(pg::Session& session) { return read_objects(session, catalogs_of_objects, ""); }

}  // namespace lantern_migrate::transfer
