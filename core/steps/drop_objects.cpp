#include "core/steps/drop_objects.h"

#include "core/steps/drop_order.h"

#include <algorithm>
#include <optional>
#include <set>

namespace lantern_migrate::steps {

using transfer::CreatedObject;

namespace {

bool needs_another(const PgError& e) { return e.facts().sqlstate == "2BP01"; }

std::optional<PgError> attempt(pg::Session& session, const std::string& sql) {
    session.execute("SAVEPOINT before_drop");
    try {
        session.execute(sql);
    } catch (const PgError& e) {
        if (!needs_another(e)) throw;
        session.execute("ROLLBACK TO SAVEPOINT before_drop");
        return e;
    }
    session.execute("RELEASE SAVEPOINT before_drop");
    return std::nullopt;
}

}  // namespace

std::vector<std::int64_t> oids_in(const std::vector<CreatedObject>& objects, std::string_view catalog) {
    std::vector<std::int64_t> oids;
    for (const CreatedObject& object : objects) {
        if (object.catalog == catalog) oids.push_back(object.oid);
    }
    return oids;
}

void lock_tables(pg::Session& session, const std::vector<CreatedObject>& objects) {
    std::string names;
    for (const CreatedObject& object : objects) {
        if (object.type == "table") names += (names.empty() ? "ONLY " : ", ONLY ") + object.identity;
    }
    if (!names.empty()) session.execute("LOCK TABLE " + names + " IN ACCESS EXCLUSIVE MODE");
}

void refuse_what_would_go_along(pg::Session& session, const std::vector<CreatedObject>& objects) {
    const auto rows = session.execute(
        "SELECT i.type, i.identity, o.identity FROM pg_catalog.pg_depend d"
        " JOIN pg_catalog.pg_class k ON k.oid = d.objid AND k.relkind IN ('r', 'p', 'f', 'S'),"
        " LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, 0) AS i, LATERAL"
        " pg_catalog.pg_identify_object(d.refclassid, d.refobjid, 0) AS o"
        " WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refclassid = d.classid AND d.objsubid = 0"
        " AND d.deptype = 'a' AND d.refobjid = ANY ($1::pg_catalog.oid[]) AND NOT d.objid = ANY ($1::pg_catalog.oid[]) ORDER BY 2",
        pqxx::params{oids_in(objects, "pg_class")});
    if (rows.empty()) return;
    const std::string other = rows[0][0].as<std::string>() + " " + rows[0][1].as<std::string>();
    throw MigrationError(other + ", which the job did not create, would be dropped with " + rows[0][2].as<std::string>(),
                         std::string("detach it first; ") + without_it);
}

std::vector<CreatedObject> heads_of(pg::Session& session, const std::vector<CreatedObject>& objects) {
    using Key = std::pair<std::string, std::uint32_t>;
    std::set<Key> ours, along;
    std::vector<std::int64_t> oids;
    for (const CreatedObject& object : objects) {
        ours.emplace(object.catalog, object.oid);
        oids.push_back(object.oid);
    }
    for (const auto& row :
         session.execute("SELECT c.relname, d.objid, r.relname, d.refobjid FROM pg_catalog.pg_depend d"
                         " JOIN pg_catalog.pg_class c ON c.oid = d.classid JOIN pg_catalog.pg_class r ON r.oid = d.refclassid"
                         " WHERE d.deptype = 'a' AND d.objsubid = 0 AND d.objid = ANY ($1::pg_catalog.oid[])",
                         pqxx::params{oids})) {
        const Key object{row[0].as<std::string>(), row[1].as<std::uint32_t>()};
        const Key owner{row[2].as<std::string>(), row[3].as<std::uint32_t>()};
        if (object != owner && ours.contains(owner)) along.insert(object);
    }
    std::vector<CreatedObject> heads = objects;
    std::erase_if(heads, [&](const CreatedObject& object) { return along.contains({object.catalog, object.oid}); });
    return heads;
}

bool try_to_drop(pg::Session& session, const std::string& sql) { return !attempt(session, sql); }

// Round by round, because what depends on what is the server's to know. A round that drops nothing shows that it is somebody else's
// object that is in the way: it is the first that the order of the drops meets.
void drop_with_restrict(pg::Session& session, const std::vector<CreatedObject>& heads) {
    std::vector<CreatedObject> left = heads;
    while (!left.empty()) {
        std::vector<CreatedObject> kept;
        std::optional<PgError> first;
        for (const DropGroup& group : drop_order(left)) {
            if (!group.sql.empty() && try_to_drop(session, group.sql)) continue;
            for (const Drop& drop : group.each) {
                const std::optional<PgError> refused = attempt(session, drop.sql);
                if (!refused) continue;
                kept.push_back(drop.object);
                if (!first) first = refused;
            }
        }
        if (kept.size() == left.size()) {
            throw MigrationError("something on the target needs what the job created: " + first.value().facts().message + ": " +
                                     first.value().facts().detail,
                                 std::string("drop that first; ") + without_it);
        }
        left = std::move(kept);
    }
}

}  // namespace lantern_migrate::steps
