// Where a text is made of a vector or a vector of a text without a cast that says so: the text stays [1,2,3].
#include "tests/core/plan/translated_case.h"

#include <gmock/gmock.h>

namespace lantern_migrate::plan {
namespace {

constexpr const char* schema =
    "CREATE TABLE public.items (id integer, name text, v public.vector(3), h public.halfvec(3), s public.sparsevec(9),"
    " several public.vector[]);"
    "CREATE TABLE public.groups (id integer, centre public.vector(3));"
    "CREATE PROCEDURE public.store(q vector) LANGUAGE sql AS 'INSERT INTO items (v) VALUES (q)';";

std::string translated(const std::string& sql) { return translated_text(sql, schema); }

// The body of a function in PL/pgSQL, without its first and its last word.
std::string body(const std::string& declarations, const std::string& statements, const std::string& returns = "void") {
    const std::string begin = "DECLARE " + declarations + " BEGIN ";
    const std::string sql =
        translated("CREATE FUNCTION f(q vector, word text) RETURNS " + returns + " LANGUAGE plpgsql AS $$" + begin + statements + " END$$");
    if (sql.starts_with("LEFT: ")) return sql;
    const std::size_t from = sql.find(" BEGIN ") + 7;
    return sql.substr(from, sql.rfind(" END$$") - from);
}

void check(std::initializer_list<TranslatedCase> cases) { check_translated(cases, schema); }

void check_bodies(std::initializer_list<TranslatedCase> cases, const std::string& returns = "void") {
    const std::string declarations = "t text; v vector(3); w vector(3); h halfvec(3); s sparsevec(9); several vector[]; n int; item items;";
    for (const TranslatedCase& c : cases) EXPECT_EQ(body(declarations, c.sql, returns), c.expected) << c.sql;
}

TEST(TranslatedTexts, ReadWhatReturningGivesAWith) {
    check({{"WITH u AS (UPDATE items SET name = 'x' RETURNING *) SELECT v::text, avg(v) FROM u GROUP BY v",
            "WITH u AS (UPDATE items SET name = 'x' RETURNING *) SELECT pgvector_compat.to_text(v)::text AS v, pgvector_compat.avg(v) FROM "
            "u GROUP BY v"},
           {"WITH u AS (DELETE FROM items RETURNING items.*) SELECT v::text FROM u",
            "WITH u AS (DELETE FROM items RETURNING items.*) SELECT pgvector_compat.to_text(v)::text AS v FROM u"},
           {"WITH u AS (UPDATE items SET name = 'x' FROM groups g RETURNING v, g.centre) SELECT centre::text FROM u",
            "WITH u AS (UPDATE items SET name = 'x' FROM groups g RETURNING v, g.centre) SELECT pgvector_compat.to_text(centre)::text AS "
            "centre FROM u"},
           {"WITH u AS (DELETE FROM items USING groups g RETURNING *) SELECT centre::text FROM u",
            "WITH u AS (DELETE FROM items USING groups g RETURNING *) SELECT pgvector_compat.to_text(centre)::text AS centre FROM u"},
           {"WITH u AS (MERGE INTO items i USING groups g ON i.id = g.id WHEN MATCHED THEN DELETE RETURNING g.*, i.v AS old) "
            "SELECT centre::text, old <-> centre FROM u",
            "WITH u AS (MERGE INTO items i USING groups g ON i.id = g.id WHEN MATCHED THEN DELETE RETURNING g.*, i.v AS old) "
            "SELECT pgvector_compat.to_text(centre)::text AS centre, sqrt(old <-> centre) FROM u"},
           {"WITH u AS (INSERT INTO items (v) VALUES ('[1,2,3]') RETURNING *) INSERT INTO items (name) SELECT v FROM u",
            "WITH u AS (INSERT INTO items (v) VALUES ('{1,2,3}') RETURNING *) INSERT INTO items (name) SELECT pgvector_compat.to_text(v) "
            "FROM u"}});
}

TEST(TranslatedTexts, HoldWhatAssignmentsInBodiesMakeOfVectors) {
    check_bodies({{"t := v;", "t := pgvector_compat.to_text(v);"},
                  {"t := v + '[1,1,1]';", "t := pgvector_compat.to_text(pgvector_compat.vector_add(v, '{1,1,1}'));"},
                  {"t := v FROM items WHERE id = 1;", "t := pgvector_compat.to_text(v) FROM items WHERE id = 1;"},
                  {"t := (v <-> w)::text;", "t := sqrt(v <-> w)::text;"},
                  {"item.name := q;", "item.name := pgvector_compat.to_text(q);"},
                  {"v := word;", "v := pgvector_compat.to_vector(word);"},
                  {"t := s;", "LEFT: casts a value to text of sparsevec in its body, which has no counterpart"},
                  {"t := several;", "LEFT: casts a value to text of an array of vectors in its body, which has no counterpart"}});
}

TEST(TranslatedTexts, AreNotRewrittenTwiceInAnAssignment) {
    check_bodies(
        {{"v := CASE WHEN v <-> w < 1 THEN v ELSE '[0,0,0]' END;", "v := CASE WHEN sqrt(v <-> w) < 1 THEN v ELSE '{0,0,0}' END;"}});
}

TEST(TranslatedTexts, HoldWhatDefaultsAndReturnsMakeOfVectors) {
    EXPECT_EQ(
        translated("CREATE FUNCTION f(q vector) RETURNS text LANGUAGE plpgsql AS $$DECLARE t text := q; u constant text not null "
                   "default q; BEGIN RETURN q; END$$"),
        "CREATE FUNCTION f(q real[]) RETURNS text LANGUAGE plpgsql AS $$DECLARE t text := pgvector_compat.to_text(q); u constant text "
        "not null default pgvector_compat.to_text(q); BEGIN RETURN pgvector_compat.to_text(q); END$$");
    EXPECT_EQ(translated("CREATE FUNCTION f(e text) RETURNS vector LANGUAGE plpgsql AS $$DECLARE v vector(3) := e; BEGIN RETURN e; END$$"),
              "CREATE FUNCTION f(e text) RETURNS real[] LANGUAGE plpgsql AS $$DECLARE v real[] := pgvector_compat.to_vector(e); BEGIN "
              "RETURN pgvector_compat.to_vector(e); END$$");
    check_bodies({{"RETURN NEXT v; RETURN NEXT v + w; RETURN NEXT t;",
                   "RETURN NEXT pgvector_compat.to_text(v); RETURN NEXT pgvector_compat.to_text(pgvector_compat.vector_add(v, w)); RETURN "
                   "NEXT t;"}},
                 "SETOF text");
}

TEST(TranslatedTexts, HoldWhatQueriesReadIntoVariables) {
    check_bodies({{"SELECT i.v INTO t FROM items i;", "SELECT pgvector_compat.to_text(i.v) FROM items i INTO t;"},
                  {"SELECT id, i.v INTO STRICT n, item.name FROM items i;",
                   "SELECT id, pgvector_compat.to_text(i.v) FROM items i INTO STRICT n, item.name;"},
                  {"SELECT name INTO v FROM items;", "SELECT pgvector_compat.to_vector(name) FROM items INTO v;"},
                  {"SELECT '[1,2,3]' INTO v;", "SELECT '{1,2,3}' INTO v;"},
                  {"UPDATE items SET id = 1 RETURNING items.v INTO t;",
                   "UPDATE items SET id = 1 RETURNING pgvector_compat.to_text(items.v) INTO t;"},
                  {"SELECT DISTINCT i.v INTO t FROM items i;", "LEFT: casts a value to text in its body, which has no counterpart"},
                  {"SELECT i.v AS e INTO t FROM items i ORDER BY e;", "LEFT: casts a value to text in its body, which has no counterpart"},
                  {"FOR t IN SELECT i.v FROM items i LOOP NULL; END LOOP;",
                   "FOR t IN SELECT pgvector_compat.to_text(i.v) FROM items i LOOP NULL; END LOOP;"},
                  {"FOR n, t IN SELECT id, i.v FROM items i LOOP NULL; END LOOP;",
                   "FOR n, t IN SELECT id, pgvector_compat.to_text(i.v) FROM items i LOOP NULL; END LOOP;"}});
}

TEST(TranslatedTexts, HoldWhatRaiseShows) {
    check_bodies({{"RAISE WARNING '%', v;", "RAISE WARNING '%', pgvector_compat.to_text(v);"},
                  {"RAISE WARNING '% % %', v, CASE WHEN n = 1 THEN 2 ELSE 3 END, v + w USING hint = v;",
                   "RAISE WARNING '% % %', pgvector_compat.to_text(v), CASE WHEN n = 1 THEN 2 ELSE 3 END, "
                   "pgvector_compat.to_text(pgvector_compat.vector_add(v, w)) USING hint = pgvector_compat.to_text(v);"},
                  {"IF n = 1 THEN RAISE '%', t; ELSE n := 1; END IF;", "IF n = 1 THEN RAISE '%', t; ELSE n := 1; END IF;"}});
}

TEST(TranslatedTexts, AreFoundInWhatExecuteReads) {
    check_bodies({{"EXECUTE 'SELECT v FROM items' INTO t;", "LEFT: casts a value to text by EXECUTE in its body, which has no counterpart"},
                  {"EXECUTE 'SELECT id, name FROM items WHERE id = $1' INTO STRICT n, v USING n;",
                   "LEFT: casts a value to vector by EXECUTE in its body, which has no counterpart"},
                  {"FOR t IN EXECUTE 'SELECT v FROM items' LOOP NULL; END LOOP;",
                   "LEFT: casts a value to text by EXECUTE in its body, which has no counterpart"},
                  {"EXECUTE 'SELECT $2' INTO v USING n + 1, word;",
                   "LEFT: casts a value to vector by EXECUTE in its body, which has no counterpart"},
                  {"EXECUTE 'SELECT v, name FROM items' INTO v, t;", "EXECUTE 'SELECT v, name FROM items' INTO v, t;"}});
}

TEST(TranslatedTexts, HoldWhatRecordsHave) {
    const std::string declarations = "r record; t text; c CURSOR FOR SELECT id, v FROM items; d refcursor; ";
    EXPECT_EQ(body(declarations, "SELECT * INTO STRICT r FROM items; t := r.v; RAISE '%', r.v; t := r.id || r.v::text;"),
              "SELECT * INTO STRICT r FROM items; t := pgvector_compat.to_text(r.v); RAISE '%', pgvector_compat.to_text(r.v); t := r.id || "
              "pgvector_compat.to_text(r.v)::text;");
    EXPECT_EQ(body(declarations, "FOR r IN SELECT v AS e FROM items LOOP t := t || r.e; END LOOP;"),
              "FOR r IN SELECT v AS e FROM items LOOP t := t || pgvector_compat.to_text(r.e); END LOOP;");
    EXPECT_EQ(body(declarations, "FOR r IN c LOOP t := r.v; END LOOP;"), "FOR r IN c LOOP t := pgvector_compat.to_text(r.v); END LOOP;");
    EXPECT_EQ(body(declarations, "OPEN c; FETCH NEXT FROM c INTO r; t := r.v;"),
              "OPEN c; FETCH NEXT FROM c INTO r; t := pgvector_compat.to_text(r.v);");
    EXPECT_EQ(body(declarations, "OPEN d FOR SELECT v FROM items; FETCH d INTO t;"),
              "LEFT: casts a value to text by FETCH in its body, which has no counterpart");
}

TEST(TranslatedTexts, AreOfAVariableThoughATriggersRowHasItsName) {
    EXPECT_EQ(translated("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$DECLARE v text; w text; BEGIN v := NEW.v; w := v; "
                         "RETURN NEW; END$$; CREATE TRIGGER g BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION f(); "
                         "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$DECLARE v text; w text; BEGIN v := NEW.v; "
                         "w := v || '.'; RETURN NEW; END$$"),
              "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$DECLARE v text; w text; BEGIN v := "
              "pgvector_compat.to_text(new.v); w := v || '.'; RETURN NEW; END$$");
}

TEST(TranslatedTexts, ReadLiteralsForParametersOfProceduresAndCursors) {
    check({{"CALL store('[1,2,3]')", "CALL store('{1,2,3}')"}, {"CALL store(q => '[1,2,3]')", "CALL store(q := '{1,2,3}')"}});
    const std::string declarations = "c CURSOR (q vector, n int) FOR SELECT v <-> q FROM items; r record; v vector; ";
    EXPECT_EQ(body(declarations, "CALL store('[1,2,3]'); OPEN c('[1,2,3]', 1); OPEN c(q := '[1,2,3]', n := 2);"),
              "CALL store('{1,2,3}'); OPEN c('{1,2,3}', 1); OPEN c(q := '{1,2,3}', n := 2);");
    EXPECT_EQ(body(declarations, "OPEN c(word, 1); OPEN c(n := 1, q := word); OPEN c(v, 1);"),
              "OPEN c(pgvector_compat.to_vector(word), 1); OPEN c(n := 1, q := pgvector_compat.to_vector(word)); OPEN c(v, 1);");
    EXPECT_EQ(body(declarations, "FOR r IN c(v + '[1,2,3]', 1) LOOP NULL; END LOOP; OPEN c('[1,2,3]', 1);"),
              "FOR r IN c(pgvector_compat.vector_add(v, '{1,2,3}'), 1) LOOP NULL; END LOOP; OPEN c('{1,2,3}', 1);");
}

TEST(TranslatedTexts, HoldWhatJsonAndXmlShow) {
    check({{"SELECT JSON_OBJECT('v': v, 'n': id) FROM items", "SELECT JSON_OBJECT('v': pgvector_compat.to_text(v), 'n': id) FROM items"},
           {"SELECT JSON_ARRAY(v, id), JSON_ARRAYAGG(v), JSON_OBJECTAGG(id: v) FROM items",
            "SELECT JSON_ARRAY(pgvector_compat.to_text(v), id), JSON_ARRAYAGG(pgvector_compat.to_text(v)), JSON_OBJECTAGG(id: "
            "pgvector_compat.to_text(v)) FROM items"},
           {"SELECT JSON_SCALAR(v), JSON_OBJECT('d': v <-> '[1,2,3]') FROM items",
            "SELECT JSON_SCALAR(pgvector_compat.to_text(v)), JSON_OBJECT('d': sqrt(v <-> '{1,2,3}')) FROM items"},
           {"SELECT xmlforest(v, id), xmlelement(name e, xmlattributes(v AS a), v) FROM items",
            "SELECT xmlforest(pgvector_compat.to_text(v) AS v, id), xmlelement(name e, xmlattributes(pgvector_compat.to_text(v) AS a), "
            "pgvector_compat.to_text(v)) FROM items"},
           {"SELECT JSON_ARRAY(several) FROM items", "LEFT: casts a value to text of an array of vectors, which has no counterpart"}});
}

TEST(TranslatedTexts, HaveNoRootTakenTwiceInAnAlteration) {
    check({{"ALTER TABLE items ADD COLUMN d float8 GENERATED ALWAYS AS (v <-> '[1,2,3]') STORED",
            "ALTER TABLE items ADD COLUMN d float8 GENERATED ALWAYS AS (sqrt(v <-> '{1,2,3}')) STORED"},
           {"ALTER TABLE items ADD COLUMN d int CHECK (v <-> v < 2)", "ALTER TABLE items ADD COLUMN d int CHECK (sqrt(v <-> v) < 2)"}});
}

TEST(TranslatedTexts, AreFoundInRows) {
    constexpr const char* left = "LEFT: casts a value to text of a row with vectors, which has no counterpart";
    check({{"SELECT ROW(id, v)::text FROM items", left},
           {"SELECT (i.*)::text FROM items i", left},
           {"SELECT i::text FROM items i", left},
           {"SELECT ROW(id, name)::text FROM items", "unchanged"},
           {"SELECT (i).v::text AS e, (i).name::text FROM items i",
            "SELECT pgvector_compat.to_text((i).v)::text AS e, (i).name::text FROM items i"}});
}

TEST(TranslatedTexts, AreFoundInArraysOfVectors) {
    constexpr const char* left = "LEFT: casts a value to text of an array of vectors, which has no counterpart";
    check({{"SELECT several::text FROM items", left},
           {"SELECT ARRAY(SELECT v FROM items)::text", left},
           {"SELECT ARRAY['[9,9,9]', v]::text FROM items", left}});
}

TEST(TranslatedTexts, AreFoundWhereRowsAreReadFromThem) {
    check({{"SELECT e FROM JSON_TABLE('[]', '$[*]' COLUMNS (NESTED PATH '$.x' COLUMNS (e vector(3) PATH '$.e'))) j",
            "LEFT: uses type vector in JSON_TABLE, which has no counterpart"},
           {"SELECT JSON_VALUE('{}', '$.e' RETURNING vector)", "LEFT: uses type vector in RETURNING, which has no counterpart"},
           {"SELECT e FROM XMLTABLE('/a' PASSING x COLUMNS e vector(3) PATH 'e') x",
            "LEFT: uses type vector in XMLTABLE, which has no counterpart"},
           {"SELECT e FROM jsonb_to_recordset('[]') AS t(e vector(3))",
            "LEFT: uses type vector in the columns of jsonb_to_recordset, which has no counterpart"},
           {"SELECT * FROM jsonb_populate_recordset(NULL::items, '[]')",
            "LEFT: uses function jsonb_populate_recordset of a row with vectors, which has no counterpart"},
           {"SELECT (jsonb_populate_record(i, '{}')).id FROM items i",
            "LEFT: uses function jsonb_populate_record of a row with vectors, which has no counterpart"},
           {"SELECT * FROM jsonb_populate_recordset(NULL::groups_of_others, '[]')", "unchanged"}});
}

TEST(TranslatedTexts, ReadLiteralsInRowsOfATypeAndAskAboutOthers) {
    const std::string type = "CREATE TYPE pair AS (name text, v vector(3)); CREATE TABLE pairs (p pair); ";
    EXPECT_EQ(translated(type + "SELECT ROW('[1]', '[1,2,3]')::pair"), "SELECT ROW('[1]', '{1,2,3}')::pair");
    EXPECT_EQ(translated(type + "SELECT '(a,\"[1,2,3]\")'::pair"),
              "LEFT: has a literal of pair that cannot be written as an array, which has no counterpart");
    EXPECT_EQ(
        translated(type + "INSERT INTO pairs VALUES (ROW('m', '[1,2,3]'))"),
        "LEFT: cannot tell whether a string in ROW(...) is a vector: nothing is known of the column; give the schema (--schema FILE)");
}

TEST(TranslatedTexts, HoldWhatFunctionsInSqlGiveBack) {
    check({{"CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT 1; SELECT v FROM items WHERE id = 1'",
            "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$SELECT 1;\nSELECT pgvector_compat.to_text(v) FROM items WHERE id = 1$$"},
           {"CREATE FUNCTION f() RETURNS TABLE (a int, b text) LANGUAGE sql AS 'UPDATE items SET id = 1 RETURNING id, v'",
            "CREATE FUNCTION f() RETURNS TABLE (a int, b text) LANGUAGE sql AS $$UPDATE items SET id = 1 RETURNING id, "
            "pgvector_compat.to_text(v)$$"},
           {"CREATE FUNCTION f() RETURNS halfvec LANGUAGE sql AS 'SELECT v FROM items'",
            "CREATE FUNCTION f() RETURNS real[] LANGUAGE sql AS $$SELECT pgvector_compat.to_halfvec(v) FROM items$$"},
           {"CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT * FROM (SELECT v FROM items) i'",
            "LEFT: casts a value to text in its body, which has no counterpart"},
           {"CREATE FUNCTION f() RETURNS text LANGUAGE sql RETURN (SELECT v FROM items)",
            "CREATE FUNCTION f() RETURNS text LANGUAGE sql RETURN pgvector_compat.to_text((SELECT v FROM items))"}});
}

}  // namespace
}  // namespace lantern_migrate::plan
