#include "core/pg/catalog_reader.h"

#include "core/pg/type_resolver.h"

#include <algorithm>
#include <sstream>

namespace lantern_migrate::pg {
namespace {

using plan::Catalog;
using plan::QualifiedName;

// Relations of users: not the system's, not temporary, not an extension's own, not the ledger.
constexpr std::string_view of_users =
    " n.nspname <> 'information_schema' AND n.nspname <> 'lantern_migrate' AND n.nspname NOT LIKE 'pg\\_%'"
    " AND c.relpersistence <> 't' AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d"
    " WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')";

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
    return parts;
}

void read_database(Session& session, Catalog& catalog) {
    const auto row = session
                         .execute(
                             "SELECT pg_catalog.current_database(), pg_catalog.getdatabaseencoding(),"
                             " (SELECT pg_catalog.count(*) FROM pg_catalog.pg_largeobject_metadata)")
                         .one_row();
    catalog.server_version_num = session.server_version_num();
    catalog.database = row[0].as<std::string>();
    catalog.encoding = row[1].as<std::string>();
    catalog.large_objects = row[2].as<std::uint64_t>();
}

void read_extension(Session& session, Catalog& catalog) {
    const auto extension = session.execute(
        "SELECT e.oid, n.nspname, e.extversion FROM pg_catalog.pg_extension e"
        " JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'");
    if (extension.empty()) return;
    catalog.vector_schema = extension[0][1].as<std::string>();
    catalog.vector_version = extension[0][2].as<std::string>();
    const pqxx::params oid{extension[0][0].as<std::string>()};
    const std::string member =
        " JOIN pg_catalog.pg_depend d ON d.objid = m.oid AND d.deptype = 'e' AND d.refobjid = $1::pg_catalog.oid"
        " AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.classid = ";
    for (const auto& row : session.execute(
             "SELECT DISTINCT m.proname FROM pg_catalog.pg_proc m" + member + "'pg_catalog.pg_proc'::pg_catalog.regclass", oid)) {
        catalog.vector_functions.insert(row[0].as<std::string>());
    }
    for (const auto& row : session.execute(
             "SELECT DISTINCT m.oprname FROM pg_catalog.pg_operator m" + member + "'pg_catalog.pg_operator'::pg_catalog.regclass", oid)) {
        catalog.vector_operators.insert(row[0].as<std::string>());
    }
}

constexpr std::string_view may_select =
    "pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')";

void read_tables(Session& session, Catalog& catalog) {
    // MAINTAIN (PostgreSQL 17) is enough for LOCK in SHARE mode; before, a right to change the rows is.
    const std::string lock_privileges =
        session.server_version_num() >= 170000 ? "'UPDATE, DELETE, TRUNCATE, MAINTAIN'" : "'UPDATE, DELETE, TRUNCATE'";
    const std::string block_size = "pg_catalog.current_setting('block_size')::bigint";
    const std::string sql = "SELECT c.oid, n.nspname, c.relname, pg_catalog.pg_table_size(c.oid), pg_catalog.pg_relation_size(c.oid) / " +
                            block_size +
                            ", CASE WHEN c.reltuples <= 0 AND (c.reltuples < 0 OR c.relpages = 0) THEN -1 ELSE c.reltuples::bigint END,"
                            " pg_catalog.row_security_active(c.oid), " +
                            std::string(may_select) + ", pg_catalog.has_table_privilege(c.oid, " + lock_privileges +
                            "),"
                            " EXISTS (SELECT FROM pg_catalog.pg_trigger g WHERE g.tgrelid = c.oid AND NOT g.tgisinternal)"
                            " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                            " WHERE c.relkind = 'r' AND" +
                            std::string(of_users) + " ORDER BY 4 DESC, 2, 3";
    for (const auto& row : session.execute(sql)) {
        plan::Table table;
        table.oid = row[0].as<std::uint32_t>();
        table.name = {row[1].as<std::string>(), row[2].as<std::string>()};
        // NULL where the table was dropped between the catalog's snapshot and the look at its files.
        table.bytes = row[3].is_null() ? 0 : row[3].as<std::uint64_t>();
        table.pages = row[4].is_null() ? 0 : row[4].as<std::uint64_t>();
        table.estimated_rows = row[5].as<std::int64_t>();
        table.row_security = row[6].as<bool>();
        table.may_select = row[7].as<bool>();
        table.may_lock_share = row[8].as<bool>();
        table.has_user_triggers = row[9].as<bool>();
        catalog.tables.push_back(std::move(table));
    }
}

void read_columns(Session& session, Catalog& catalog) {
    TypeResolver types(session, catalog.vector_schema);
    const std::string sql =
        "SELECT n.nspname, c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.atttypid, a.atttypmod, a.attnotnull,"
        " a.attgenerated <> '', c.relkind = 'm' FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND" +
        std::string(of_users) + " ORDER BY c.oid, a.attnum";
    for (const auto& row : session.execute(sql)) {
        plan::Column column;
        column.name = row[2].as<std::string>();
        column.type = row[3].as<std::string>();
        column.type_oid = row[4].as<std::uint32_t>();
        column.type_modifier = row[5].as<int>();
        column.not_null = row[6].as<bool>();
        column.generated = row[7].as<bool>();
        types.describe(column);
        const QualifiedName relation{row[0].as<std::string>(), row[1].as<std::string>()};
        if (row[8].as<bool>()) catalog.materialized_views.insert(relation);
        catalog.relation_columns[relation].push_back(std::move(column));
    }
    for (plan::Table& table : catalog.tables) table.columns = catalog.relation_columns[table.name];
}

void read_vector_indexes(Session& session, Catalog& catalog) {
    if (catalog.vector_schema.empty()) return;
    // By access method or by operator class, asked of the catalog: a name proves nothing (FACTS 1).
    const auto rows = session.execute(
        "SELECT n.nspname, c.relname, tn.nspname, t.relname, am.amname,"
        " (SELECT pg_catalog.string_agg(o.opcname, ',' ORDER BY k.place) FROM pg_catalog.unnest(x.indclass) WITH ORDINALITY AS k(oid, "
        "place)"
        "  JOIN pg_catalog.pg_opclass o ON o.oid = k.oid),"
        " coalesce(pg_catalog.array_to_string(c.reloptions, ','), ''), pg_catalog.pg_get_indexdef(c.oid), coalesce(s.spcname, ''),"
        " x.indisvalid, c.relkind = 'I', pn.nspname, p.relname, coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), '')"
        " FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_am am ON am.oid = c.relam"
        " JOIN pg_catalog.pg_class t ON t.oid = x.indrelid JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace"
        " LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace"
        " LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_catalog.pg_class p ON p.oid = i.inhparent"
        " LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace"
        " WHERE am.amname IN ('hnsw', 'ivfflat') OR EXISTS (SELECT FROM pg_catalog.unnest(x.indclass) AS k(oid)"
        "  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_opclass'::pg_catalog.regclass AND d.objid = k.oid AND d.deptype = 'e'"
        "  JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid AND e.extname = 'vector')"
        " ORDER BY 3, 4, 1, 2");
    for (const auto& row : rows) {
        plan::SourceIndex index;
        index.name = {row[0].as<std::string>(), row[1].as<std::string>()};
        index.table = {row[2].as<std::string>(), row[3].as<std::string>()};
        index.method = row[4].as<std::string>();
        index.opclasses = split(row[5].as<std::string>(), ',');
        index.options = row[6].as<std::string>();
        index.definition = row[7].as<std::string>();
        index.tablespace = row[8].as<std::string>();
        index.valid = row[9].as<bool>();
        index.partitioned = row[10].as<bool>();
        if (!row[11].is_null()) index.parent = QualifiedName{row[11].as<std::string>(), row[12].as<std::string>()};
        index.comment = row[13].as<std::string>();
        catalog.vector_indexes.push_back(std::move(index));
    }
}

void read_parents(Session& session, Catalog& catalog) {
    const std::string sql =
        "SELECT n.nspname, c.relname, pn.nspname, p.relname FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_class p ON p.oid = i.inhparent"
        " JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace WHERE c.relkind IN ('r', 'p') AND" +
        std::string(of_users);
    for (const auto& row : session.execute(sql)) {
        catalog.parents.emplace_back(QualifiedName{row[0].as<std::string>(), row[1].as<std::string>()},
                                     QualifiedName{row[2].as<std::string>(), row[3].as<std::string>()});
    }
}

void read_sequences(Session& session, Catalog& catalog) {
    const std::string sql =
        "SELECT n.nspname, c.relname, tn.nspname, t.relname,"
        " pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_sequence_privilege(c.oid, 'SELECT') FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " LEFT JOIN pg_catalog.pg_depend o ON o.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND o.objid = c.oid"
        "  AND o.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND o.deptype IN ('a', 'i')"
        " LEFT JOIN pg_catalog.pg_class t ON t.oid = o.refobjid LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace"
        " WHERE c.relkind = 'S' AND" +
        std::string(of_users) + " ORDER BY 1, 2";
    for (const auto& row : session.execute(sql)) {
        plan::Sequence sequence{
            .name = {row[0].as<std::string>(), row[1].as<std::string>()}, .owner_table = {}, .may_select = row[4].as<bool>()};
        if (!row[2].is_null()) sequence.owner_table = QualifiedName{row[2].as<std::string>(), row[3].as<std::string>()};
        catalog.sequences.push_back(std::move(sequence));
    }
}

void read_materialized_views(Session& session, Catalog& catalog) {
    const std::string sql =
        "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'm' AND c.relispopulated AND" +
        std::string(of_users) + " ORDER BY 1, 2";
    for (const auto& row : session.execute(sql)) {
        catalog.populated_materialized_views.push_back({row[0].as<std::string>(), row[1].as<std::string>()});
    }
}

}  // namespace

std::vector<QualifiedName> read_unreadable_tables(Session& session) {
    std::vector<QualifiedName> tables;
    for (const auto& row : session.execute("SELECT n.nspname, c.relname FROM pg_catalog.pg_class c"
                                           " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND NOT (" +
                                           std::string(may_select) + ") AND" + std::string(of_users))) {
        tables.push_back({row[0].as<std::string>(), row[1].as<std::string>()});
    }
    return tables;
}

plan::Catalog read_catalog(Session& session) {
    Catalog catalog;
    read_database(session, catalog);
    read_extension(session, catalog);
    read_tables(session, catalog);
    read_columns(session, catalog);
    read_vector_indexes(session, catalog);
    read_parents(session, catalog);
    read_sequences(session, catalog);
    read_materialized_views(session, catalog);
    return catalog;
}

}  // namespace lantern_migrate::pg
