#include "tests/support/schema_queries.h"

namespace lantern_migrate::test {
namespace {

#define OF_USERS(schema) \
    " " schema " NOT IN ('information_schema', 'lantern_migrate', 'pgvector_compat', 'pg_toast') AND " schema " NOT LIKE 'pg\\_%' "
// Not an extension's own.
#define NO_MEMBER(catalog, oid)                                                                                    \
    " NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = " oid " AND d.classid = 'pg_catalog." catalog \
    "'::pg_catalog.regclass AND d.deptype = 'e') "
#define USER_RELATIONS OF_USERS("n.nspname") "AND" NO_MEMBER("pg_class", "c.oid")
#define CLASS_AND_SCHEMA " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
#define RELATION "pg_catalog.format('%I.%I', n.nspname, c.relname)"
// The text of a type, a signature or an expression as it is on the target.
#define AS_TYPE(text)                                                                                                                     \
    "pg_catalog.regexp_replace(pg_catalog.regexp_replace(" text                                                                           \
    ", '([a-z]+\\.|\"[^.]*\"\\.)?\\m(vector|halfvec|sparsevec)\\M(\\([0-9]+\\))?(?!\\.)', 'real[]', 'g'), 'real\\[\\]\\[\\]', 'real[]', " \
    "'g')"
#define AS_REAL(text) \
    "pg_catalog.regexp_replace(pg_catalog.regexp_replace(" AS_TYPE(text) ", $r$'\\[([^]']*)\\]'::real$r$, $r$'{\\1}'::real$r$, 'g'),"       \
    " $r$OPERATOR\\(\\w+\\.([<>=]+)\\)$r$, $r$\\1$r$, 'g')"
#define IS_VECTOR "t.typname IN ('vector', 'halfvec', 'sparsevec', '_vector', '_halfvec', '_sparsevec')"

constexpr SchemaQuery queries[] = {
    {"column",
     "SELECT pg_catalog.format('%I.%I.%I', n.nspname, c.relname, a.attname), pg_catalog.concat_ws(' ',"
     " CASE WHEN " IS_VECTOR " THEN 'real[]' ELSE pg_catalog.format_type(a.atttypid, a.atttypmod) END, a.attnotnull, a.attidentity,"
     " a.attgenerated, " AS_REAL(
         "pg_catalog.pg_get_expr(e.adbin, e.adrelid)") ")" CLASS_AND_SCHEMA " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid JOIN "
                                                       "pg_catalog.pg_type t ON t.oid = a.atttypid"
                                                       " LEFT JOIN pg_catalog.pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum"
                                                       " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'c', 'f') AND a.attnum > 0 AND NOT "
                                                       "a.attisdropped AND" USER_RELATIONS},
    {"column's settings of",
     "SELECT pg_catalog.format('%I.%I.%I', n.nspname, c.relname, a.attname), pg_catalog.concat_ws(' ', CASE WHEN t.typname IN ('_vector', "
     "'_halfvec', '_sparsevec') THEN 'e' ELSE a.attstorage END, coalesce(pg_catalog.to_jsonb(a) ->> 'attcompression', ''),"
     " coalesce(a.attstattarget, -1), pg_catalog.array_remove(ARRAY(SELECT o FROM pg_catalog.unnest(a.attoptions) o WHERE o NOT LIKE "
     "'pg\\_attver=%'), NULL), a.attfdwoptions, a.attislocal, a.attinhcount,"
     " (SELECT collname FROM pg_catalog.pg_collation WHERE oid = a.attcollation))" CLASS_AND_SCHEMA
     " JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
     " WHERE c.relkind IN ('r', 'p', 'f', 'i') AND a.attnum > 0 AND NOT a.attisdropped AND" USER_RELATIONS
     " AND NOT EXISTS (SELECT FROM pg_catalog.pg_am WHERE oid = c.relam AND amname IN ('hnsw', 'ivfflat', 'lantern_hnsw'))"},
    {"relation",
     "SELECT " RELATION ", pg_catalog.concat_ws(' ', c.relkind, c.relpersistence, c.relispopulated, c.relrowsecurity,"
     " c.relforcerowsecurity, c.relreplident, c.reloptions, (SELECT reloptions FROM pg_catalog.pg_class WHERE oid = c.reltoastrelid),"
     " (SELECT amname FROM pg_catalog.pg_am WHERE oid = c.relam), pg_catalog.pg_get_expr(c.relpartbound, c.oid),"
     " pg_catalog.pg_get_partkeydef(c.oid))" CLASS_AND_SCHEMA " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND" USER_RELATIONS},
    {"inheritance", "SELECT pg_catalog.format('%s %s', " RELATION ", h.inhseqno), h.inhparent::pg_catalog.regclass::text" CLASS_AND_SCHEMA
                    " JOIN pg_catalog.pg_inherits h ON h.inhrelid = c.oid WHERE c.relkind IN ('r', 'p', 'f') AND" USER_RELATIONS},
    {"index", "SELECT " RELATION ", CASE WHEN m.amname IN ('hnsw', 'ivfflat', 'lantern_hnsw') THEN 'a vector index'"
              " ELSE pg_catalog.regexp_replace(pg_catalog.pg_get_indexdef(c.oid), ' [^ ]*\\mvector_ops', '') END || ' ' || x.indisvalid || "
              "x.indisclustered ||"
              " x.indisreplident || EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid)"
              " FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = "
              "c.relnamespace"
              " JOIN pg_catalog.pg_am m ON m.oid = c.relam WHERE" USER_RELATIONS},
    {"constraint",
     "SELECT pg_catalog.format('%I.%I.%I', n.nspname, c.relname, k.conname), pg_catalog.pg_get_constraintdef(k.oid) || ' ' || "
     "k.convalidated ||"
     " k.conislocal || (k.contype = 'c' AND k.connoinherit)" CLASS_AND_SCHEMA "JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid"
     " WHERE k.contype <> 't' AND NOT (k.conname LIKE '%\\_dimensions%' AND pg_catalog.pg_get_constraintdef(k.oid) LIKE 'CHECK "
     "((array\\_length(%')"
     " AND" USER_RELATIONS},
    {"view", "SELECT " RELATION ", " AS_REAL("pg_catalog.pg_get_viewdef(c.oid)") CLASS_AND_SCHEMA
     " WHERE c.relkind IN ('v', 'm') AND" USER_RELATIONS},
    {"rule",
     "SELECT pg_catalog.format('%I.%I.%I', n.nspname, c.relname, r.rulename), pg_catalog.pg_get_ruledef(r.oid) || "
     "r.ev_enabled::text" CLASS_AND_SCHEMA
     "JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid WHERE r.rulename <> '_RETURN' AND" USER_RELATIONS},
    {"policy",
     "SELECT pg_catalog.format('%I.%I.%I', n.nspname, c.relname, p.polname), pg_catalog.concat_ws(' ', p.polcmd, p.polpermissive,"
     " pg_catalog.pg_get_expr(p.polqual, p.polrelid), pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))" CLASS_AND_SCHEMA
     "JOIN pg_catalog.pg_policy p ON p.polrelid = c.oid WHERE" USER_RELATIONS},
    {"trigger",
     "SELECT pg_catalog.format('%I.%I.%I', n.nspname, c.relname, g.tgname), pg_catalog.pg_get_triggerdef(g.oid) || "
     "g.tgenabled::text" CLASS_AND_SCHEMA "JOIN pg_catalog.pg_trigger g ON g.tgrelid = c.oid WHERE NOT g.tgisinternal AND" USER_RELATIONS},
    {"statistics",
     "SELECT pg_catalog.format('%I.%I', n.nspname, s.stxname), pg_catalog.pg_get_statisticsobjdef(s.oid) || ' ' || "
     "coalesce(s.stxstattarget, -1)"
     " FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace WHERE" OF_USERS("n.nspname")},
    {"sequence",
     "SELECT pg_catalog.format('%I.%I', q.schemaname, q.sequencename), pg_catalog.concat_ws(' ', q.data_type, q.start_value, q.min_value,"
     " q.max_value, q.increment_by, q.cycle, q.cache_size, q.last_value) FROM pg_catalog.pg_sequences q"},
    {"type",
     "SELECT pg_catalog.format('%I.%I', n.nspname, t.typname), pg_catalog.concat_ws(' ', t.typtype, t.typstorage,"
     " t.typsend <> 0, (SELECT pg_catalog.string_agg(pg_catalog.quote_literal(e.enumlabel), ',' ORDER BY e.enumsortorder) FROM "
     "pg_catalog.pg_enum e"
     " WHERE e.enumtypid = t.oid), (SELECT " AS_REAL(
         "r.rngsubtype::pg_catalog.regtype::text") " || (pg_catalog.to_jsonb(r) ->> "
                                                   "'rngmultitypid')::pg_catalog.oid::pg_catalog.regtype::text FROM pg_catalog.pg_range r "
                                                   "WHERE "
                                                   "r.rngtypid = t.oid))"
                                                   " FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace "
                                                   "WHERE t.typtype IN ('e', 'r', 'm', 'b') AND"
                                                   " t.typelem = 0 AND" OF_USERS("n.nspname") "AND" NO_MEMBER("pg_type", "t.oid")},
    {"domain",
     "SELECT pg_catalog.format('%I.%I', n.nspname, t.typname), pg_catalog.concat_ws(' ', CASE WHEN b.typname IN ('vector', 'halfvec', "
     "'sparsevec')"
     " THEN 'real[]' ELSE pg_catalog.format_type(t.typbasetype, t.typtypmod) END, t.typnotnull, t.typdefault,"
     " (SELECT collname FROM pg_catalog.pg_collation WHERE oid = t.typcollation),"
     " (SELECT pg_catalog.string_agg(k.conname || ' ' || " AS_REAL(
         "pg_catalog.pg_get_constraintdef(k.oid)") " || k.convalidated, '; ' ORDER BY k.conname)"
                                                   "  FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid AND k.conname <> "
                                                   "'value_dimensions'))"
                                                   " FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace "
                                                   "JOIN pg_catalog.pg_type b ON b.oid = "
                                                   "t.typbasetype"
                                                   " WHERE t.typtype = 'd' AND" OF_USERS("n.nspname") "AND" NO_MEMBER("pg_type", "t.oid")},
    {"function",
     "SELECT " AS_REAL(
         "p.oid::pg_catalog.regprocedure::text") ", CASE p.prokind WHEN 'a' THEN (SELECT pg_catalog.concat_ws(' ', g.aggtransfn,"
                                                 " g.aggcombinefn, g.aggtranstype::pg_catalog.regtype, g.agginitval) FROM "
                                                 "pg_catalog.pg_aggregate g WHERE g.aggfnoid = p.oid)"
                                                 " ELSE " AS_REAL(
                                                     "pg_catalog.pg_get_functiondef(p.oid)") " END"
                                                                                             " FROM pg_catalog.pg_proc p JOIN "
                                                                                             "pg_catalog.pg_namespace n ON n.oid = "
                                                                                             "p.pronamespace WHERE" OF_USERS(
                                                                                                 "n.nspname") "AND" NO_MEMBER("pg_proc",
                                                                                                                              "p.oid")},
    {"operator",
     "SELECT o.oid::pg_catalog.regoperator::text, pg_catalog.concat_ws(' ', o.oprcode, o.oprcom::pg_catalog.regoper)"
     " FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace WHERE" OF_USERS("n.nspname") "AND" NO_MEMBER(
         "pg_operator", "o.oid")},
    {"cast",
     "SELECT pg_catalog.format('%s AS %s', k.castsource::pg_catalog.regtype, k.casttarget::pg_catalog.regtype), pg_catalog.concat_ws(' ',"
     " k.castfunc::pg_catalog.regproc, k.castcontext, k.castmethod) FROM pg_catalog.pg_cast k WHERE k.oid >= 16384 AND" NO_MEMBER("pg_cast",
                                                                                                                                  "k.oid")},
    {"collation",
     "SELECT pg_catalog.format('%I.%I', n.nspname, c.collname), pg_catalog.concat_ws(' ', c.collprovider, c.collisdeterministic, "
     "coalesce(pg_catalog.to_jsonb(c) ->> 'colllocale', pg_catalog.to_jsonb(c) ->> 'colliculocale'))"  // before 17
     " FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace WHERE" OF_USERS("n.nspname")},
    {"text search configuration",
     "SELECT pg_catalog.format('%I.%I %s', n.nspname, c.cfgname, m.maptokentype), m.mapdict::pg_catalog.regdictionary::text"
     " FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace JOIN pg_catalog.pg_ts_config_map m ON "
     "m.mapcfg = c.oid"
     " WHERE" OF_USERS("n.nspname")},
    {"publication",
     "SELECT pg_catalog.format('%I %s', p.pubname, r.prrelid::pg_catalog.regclass), pg_catalog.concat_ws(' ', p.puballtables, p.pubinsert, "
     "p.pubupdate,"
     " p.pubdelete, p.pubtruncate, p.pubviaroot, r.prattrs, pg_catalog.pg_get_expr(r.prqual, r.prrelid),"
     " (SELECT pg_catalog.string_agg(s.pnnspid::pg_catalog.regnamespace::text, ',') FROM pg_catalog.pg_publication_namespace s WHERE "
     "s.pnpubid = p.oid))"
     " FROM pg_catalog.pg_publication p LEFT JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid",
     15},
    {"event trigger",
     "SELECT e.evtname, pg_catalog.concat_ws(' ', e.evtevent, e.evtfoid::pg_catalog.regproc, e.evtenabled, e.evttags) FROM "
     "pg_catalog.pg_event_trigger e"},
    {"foreign server",
     "SELECT s.srvname, pg_catalog.concat_ws(' ', w.fdwname, ARRAY(SELECT o FROM pg_catalog.unnest(s.srvoptions) o ORDER BY 1), (SELECT "
     "pg_catalog.string_agg(pg_catalog.concat_ws(' ', "
     "u.umuser, u.umoptions), ',')"
     " FROM pg_catalog.pg_user_mapping u WHERE u.umserver = s.oid)) FROM pg_catalog.pg_foreign_server s JOIN "
     "pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw"},
    {"foreign table", "SELECT " RELATION ", pg_catalog.concat_ws(' ', s.srvname, f.ftoptions)" CLASS_AND_SCHEMA
                      "JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = c.oid JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver "
                      "WHERE" USER_RELATIONS},
    {"schema", "SELECT n.nspname, '' FROM pg_catalog.pg_namespace n WHERE" OF_USERS("n.nspname") "AND" NO_MEMBER("pg_namespace", "n.oid")},
    {"comment on", "SELECT pg_catalog.format('%s %s', i.type, " AS_REAL(
                       "i.identity") "), x.description FROM pg_catalog.pg_description x,"
                                     " LATERAL pg_catalog.pg_identify_object(x.classoid, x.objoid, x.objsubid) i"
                                     " WHERE x.objoid >= 16384 AND i.type <> 'extension' AND i.identity NOT LIKE 'lantern\\_migrate%' AND "
                                     "i.identity NOT LIKE 'pgvector\\_compat%'"
                                     " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = x.objoid AND d.classid = "
                                     "x.classoid AND d.deptype = 'e')"},
};

}  // namespace

std::span<const SchemaQuery> schema_queries() { return queries; }

}  // namespace lantern_migrate::test
