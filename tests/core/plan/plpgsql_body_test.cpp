#include "core/plan/plpgsql_body.h"
#include "core/errors.h"
#include "core/plan/sql_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace lantern_migrate::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;
using Strings = std::vector<std::string>;

PlpgsqlBody body_of(const SqlTree& tree) { return PlpgsqlBody(*tree.statements().front().node->create_function_stmt); }

PlpgsqlBody body_in(const std::string& head, const std::string& body) {
    return body_of(SqlTree("CREATE " + head + " LANGUAGE plpgsql AS $outside$" + body + "$outside$"));
}

PlpgsqlBody body(const std::string& text) {
    return body_in("FUNCTION public.f(q public.vector, n int, arr real[]) RETURNS SETOF int", text);
}

// "e a <-> b": an expression; s, d, t: a statement, dynamic SQL, a type.
Strings described(const PlpgsqlBody& body) {
    Strings lines;
    for (const BodyPart& part : body.parts()) {
        lines.push_back(std::string(1, "sedt"[static_cast<int>(part.kind)]) + " " + part.text);
        EXPECT_EQ(body.text().substr(part.offset, part.length), part.text);
    }
    return lines;
}

std::map<std::size_t, std::string> each_by_itself(const PlpgsqlBody& body) {
    std::map<std::size_t, std::string> texts;
    for (std::size_t i = 0; i < body.parts().size(); ++i) texts[i] = body.parts()[i].sql;
    return texts;
}

struct Taken {
    const char* text;  // what is between BEGIN and END, or a whole body
    Strings parts;
};

void expect_parts(const Taken& taken) {
    const std::string text = taken.text;
    const bool whole = text.find("BEGIN") != std::string::npos;
    const std::string full = whole ? text : "\nDECLARE r record; c refcursor; BEGIN\n  " + text + "\nEND";
    ASSERT_NO_THROW((void)body(full)) << full;
    const PlpgsqlBody taken_apart = body(full);
    Strings expected = taken.parts;
    if (!whole) expected.insert(expected.begin(), {"t record", "t refcursor"});
    EXPECT_THAT(described(taken_apart), ElementsAreArray(expected)) << full;
    EXPECT_THAT(taken_apart.unplaced(), IsEmpty()) << full;
    EXPECT_EQ(taken_apart.text(), full);
    EXPECT_EQ(taken_apart.with({}), full);
    EXPECT_EQ(taken_apart.with(each_by_itself(taken_apart)), full);
}

TEST(PlpgsqlBody, PartsOfAssignmentsAreTheirValues) {
    const Taken cases[] = {
        {"n := q <-> arr;", {"e q <-> arr"}},
        {"n = q <-> arr;", {"e q <-> arr"}},
        {"arr[n + 1] := n * 2;", {"e n * 2"}},
        {"arr[(SELECT 1 WHERE n = 2)] := (n = 3) || ':=';", {"e (n = 3) || ':='"}},
        {"r.v := '[1,2]';", {"e '[1,2]'"}},
        {"r.v[2] := n+1;", {"e n+1"}},
        {"f.n := count(*) FROM t WHERE v <-> q < 1;", {"e count(*) FROM t WHERE v <-> q < 1"}},
        {"n := 1; n := n; n := NULL;", {"e 1", "e n", "e NULL"}},
        {"n := n NOT IN (1) AND n NOT BETWEEN 1 AND 2 AND q NOT LIKE 'x' AND NOT n = 3;",
         {"e n NOT IN (1) AND n NOT BETWEEN 1 AND 2 AND q NOT LIKE 'x' AND NOT n = 3"}},
        {"n := n NOT /* among */ IN -- these\n (1);", {"e n NOT /* among */ IN -- these\n (1)"}},
        {"n := array_agg(a ORDER BY a DESC NULLS LAST) FROM unnest(q) WITH ORDINALITY AS u(a, b) WHERE c::timestamp with time zone < d;",
         {"e array_agg(a ORDER BY a DESC NULLS LAST) FROM unnest(q) WITH ORDINALITY AS u(a, b) WHERE c::timestamp with time zone < d"}},
        {"n := - 1;", {"e - 1"}},
    };
    for (const Taken& taken : cases) expect_parts(taken);
}

TEST(PlpgsqlBody, PartsOfBranchesAndLoopsAreTheirConditions) {
    const Taken cases[] = {
        {"IF q <-> arr < 5 THEN n := n + 1; ELSIF n=2 THEN NULL; ELSEIF n = 3 THEN NULL; ELSE n := n + 4; END IF;",
         {"e q <-> arr < 5", "e n + 1", "e n=2", "e n = 3", "e n + 4"}},
        {"CASE q <-> arr WHEN 1, 2 THEN NULL; WHEN n + 3 THEN NULL; WHEN 4 THEN NULL; WHEN '5' THEN n := n + 6; ELSE n := n + 7; END CASE;",
         {"e q <-> arr", "e 1, 2", "e n + 3", "e '5'", "e n + 6", "e n + 7"}},
        {"CASE WHEN q <-> arr < 1 THEN NULL; WHEN n = 2 THEN NULL; END CASE;", {"e q <-> arr < 1", "e n = 2"}},
        {"WHILE q <-> arr > 1 LOOP EXIT WHEN n > 2; CONTINUE WHEN n < 3; END LOOP;", {"e q <-> arr > 1", "e n > 2", "e n < 3"}},
        {"IF NOT FOUND THEN NULL; ELSIF n THEN NULL; END IF;", {}},
        {"<<again>> LOOP EXIT again WHEN n > 2; END LOOP again;", {"e n > 2"}},
        {"FOR i IN 1..10 LOOP n := n + i; END LOOP;", {"e n + i"}},
        {"FOR i IN REVERSE n + 1 .. n + 2 BY n + 3 LOOP NULL; END LOOP;", {"e n + 1", "e n + 2", "e n + 3"}},
        {"FOR r IN SELECT v FROM t ORDER BY v <-> q LOOP NULL; END LOOP;", {"s SELECT v FROM t ORDER BY v <-> q"}},
        {"FOR r IN EXECUTE 'SELECT v FROM ' || n USING q, n + 1 LOOP NULL; END LOOP;", {"d 'SELECT v FROM ' || n", "e n + 1"}},
        {"FOREACH n SLICE 1 IN ARRAY arr || arr LOOP NULL; END LOOP;", {"e arr || arr"}},
    };
    for (const Taken& taken : cases) expect_parts(taken);
}

TEST(PlpgsqlBody, PartsOfReturnsAreWhatIsReturned) {
    const Taken cases[] = {
        {"RETURN;", {}},
        {"RETURN NEXT n <-> 1;", {"e n <-> 1"}},
        {"RETURN NEXT n;", {}},
        {"RETURN QUERY SELECT id FROM t ORDER BY v <-> q;", {"s SELECT id FROM t ORDER BY v <-> q"}},
        {"RETURN QUERY WITH a AS (SELECT 1) SELECT * FROM a;", {"s WITH a AS (SELECT 1) SELECT * FROM a"}},
        {"RETURN QUERY EXECUTE 'SELECT ' || n USING n + 1;", {"d 'SELECT ' || n", "e n + 1"}},
    };
    for (const Taken& taken : cases) expect_parts(taken);
    EXPECT_THAT(described(body_in("FUNCTION f(a int) RETURNS int", "BEGIN RETURN a <-> 2; END")), ElementsAre("e a <-> 2"));
    EXPECT_THAT(described(body_in("FUNCTION f(a int, OUT b public.vector, OUT c int)",
                                  "BEGIN SELECT v, id INTO b, c FROM t; b := a || 'x'; RETURN; END;")),
                ElementsAre("s SELECT v, id INTO b, c FROM t", "e a || 'x'"));
    EXPECT_THAT(described(body_in("FUNCTION f() RETURNS TABLE (id int, d float8)", "BEGIN d := id + 1; RETURN NEXT; END")),
                ElementsAre("e id + 1"));
    EXPECT_THAT(described(body_in("PROCEDURE f(INOUT a int)", "BEGIN a := a + 1; COMMIT; RETURN; END")), ElementsAre("e a + 1"));
}

TEST(PlpgsqlBody, PartsOfSqlStatementsAreTheStatements) {
    const Taken cases[] = {
        {"INSERT INTO t VALUES (q <-> arr);", {"s INSERT INTO t VALUES (q <-> arr)"}},
        {"UPDATE t SET v = q WHERE id = n;", {"s UPDATE t SET v = q WHERE id = n"}},
        {"SET LOCAL work_mem = '1MB';", {"s SET LOCAL work_mem = '1MB'"}},
        {"CALL p(q <-> arr);", {"s CALL p(q <-> arr)"}},
        {"DO $$ BEGIN END $$;", {"s DO $$ BEGIN END $$"}},
        {"CREATE TEMP TABLE x AS SELECT v <-> q AS d FROM t;", {"s CREATE TEMP TABLE x AS SELECT v <-> q AS d FROM t"}},
        {"PERFORM l2_distance(q, arr) FROM t;", {"s PERFORM l2_distance(q, arr) FROM t"}},
        {"perform 'x'; PERFORM n; Perform\n 1 + 1;", {"s perform 'x'", "s Perform\n 1 + 1"}},
        {"COMMIT; ROLLBACK AND CHAIN; NULL;", {}},
    };
    for (const Taken& taken : cases) expect_parts(taken);
}

TEST(PlpgsqlBody, PartsOfTheRestAreTheirExpressions) {
    const Taken cases[] = {
        {"EXECUTE 'DROP ' || n;", {"d 'DROP ' || n"}},
        {"EXECUTE n; EXECUTE f.n INTO r USING n; EXECUTE 'x';", {"d n", "d f.n", "d 'x'"}},
        {"EXECUTE format('x %s', n) INTO STRICT n USING q <-> arr, 3, n + 1;", {"d format('x %s', n)", "e q <-> arr", "e n + 1"}},
        {"EXECUTE(n);", {"d (n)"}},
        {"GET DIAGNOSTICS n = ROW_COUNT;", {}},
        {"RAISE NOTICE 'is % of %%, %', q <-> arr, '<->' USING HINT = n || 'x', ERRCODE = 'P0001';",
         {"e q <-> arr", "e '<->'", "e n || 'x'", "e 'P0001'"}},
        {"RAISE division_by_zero; RAISE SQLSTATE '22012' USING MESSAGE = 'a' || n; RAISE;", {"e 'a' || n"}},
        {"ASSERT q <-> arr < 1, 'far' || n;", {"e q <-> arr < 1", "e 'far' || n"}},
        {"OPEN c FOR SELECT v <-> q FROM t; FETCH c INTO n; CLOSE c;", {"s SELECT v <-> q FROM t"}},
        {"OPEN c NO SCROLL FOR EXECUTE 'SELECT ' || n USING n + 1;", {"d 'SELECT ' || n", "e n + 1"}},
        {"FETCH RELATIVE n + 1 FROM c INTO n; MOVE FORWARD ALL FROM c; MOVE c;", {"e n + 1"}},
    };
    for (const Taken& taken : cases) expect_parts(taken);
}

TEST(PlpgsqlBody, PartsOfDeclarationsAreTheirTypesAndDefaults) {
    const Taken cases[] = {
        {"DECLARE a vector(3) := '[1,2,3]'; b CONSTANT public.vector(3)[] NOT NULL DEFAULT ARRAY['[1]']::vector[]; BEGIN END",
         {"t vector(3)", "e '[1,2,3]'", "t public.vector(3)[]", "e ARRAY['[1]']::vector[]"}},
        {"DECLARE a items.v%TYPE; b public.items%ROWTYPE; c text COLLATE \"C\" = 'x'; BEGIN b.v := a <-> c; END",
         {"t items.v%TYPE", "t public.items%ROWTYPE", "t text", "e 'x'", "e a <-> c"}},
        {"DECLARE a record NOT NULL := ROW(1, q); b items%ROWTYPE DEFAULT (1, '[1]'); BEGIN a.x := n + 1; END",
         {"t record", "e ROW(1, q)", "t items%ROWTYPE", "e (1, '[1]')", "e n + 1"}},
        {"DECLARE a items := (1, q); BEGIN a.v := n + 1; a := (2, q); END", {"t items", "e (1, q)", "e n + 1", "e (2, q)"}},
        {"DECLARE a public.vector; b public.vector; BEGIN SELECT v, w INTO a, b FROM t; END",
         {"t public.vector", "t public.vector", "s SELECT v, w INTO a, b FROM t"}},
        {"DECLARE p ALIAS FOR q; s ALIAS FOR $2; DECLARE t int; BEGIN s := n + 1; END", {"t int", "e n + 1"}},
        {"DECLARE c CURSOR FOR SELECT v <-> q FROM t; d NO SCROLL CURSOR (a vector(3), b int) IS SELECT a; r record; BEGIN "
         "OPEN d('[1]', n + 1); FOR x IN d(b := n + 2, a := '[2]') LOOP NULL; END LOOP; OPEN c; END",
         {"s SELECT v <-> q FROM t", "t vector(3)", "t int", "s SELECT a", "t record", "e '[1]'", "e n + 1", "e n + 2", "e '[2]'"}},
        {"<<a>>\nDECLARE x double  precision; BEGIN DECLARE x /* of */ timestamp (3) with time zone; BEGIN x := n + 1; a.x := n + 2; END; "
         "IF n = 1 THEN DECLARE y int := 1 + 2; BEGIN NULL; END; END IF; END a",
         {"t double  precision", "t timestamp (3) with time zone", "e n + 1", "e n + 2", "e n = 1", "t int", "e 1 + 2"}},
        {"#variable_conflict use_column\n#print_strict_params on\nDECLARE x int := n + 1; BEGIN END", {"t int", "e n + 1"}},
    };
    for (const Taken& taken : cases) expect_parts(taken);
}

TEST(PlpgsqlBody, LooksIntoBlocksAndTheirExceptions) {
    expect_parts(
        {"BEGIN BEGIN n := n + 1; EXCEPTION WHEN unique_violation OR SQLSTATE '22012' THEN n := n + 2; RAISE; WHEN others THEN "
         "GET STACKED DIAGNOSTICS n = MESSAGE_TEXT; n := n + 3; END; n := n + 4; END",
         {"e n + 1", "e n + 2", "e n + 3", "e n + 4"}});
}

TEST(PlpgsqlBody, TakesARowOfATriggerForARecord) {
    const PlpgsqlBody trigger = body_in("FUNCTION public.f() RETURNS trigger",
                                        "BEGIN IF TG_OP = 'UPDATE' AND OLD.v <-> NEW.v < 1 THEN NEW.v := OLD.v + 1; END IF; "
                                        "NEW.names[1] = TG_ARGV[0] || 'x'; RETURN NEW; END");
    EXPECT_THAT(described(trigger), ElementsAre("e TG_OP = 'UPDATE' AND OLD.v <-> NEW.v < 1", "e OLD.v + 1", "e TG_ARGV[0] || 'x'"));
    EXPECT_THAT(described(body_in("FUNCTION f() RETURNS event_trigger", "BEGIN RAISE NOTICE '%', tg_tag || 'x'; END")),
                ElementsAre("e tg_tag || 'x'"));
}

TEST(PlpgsqlBody, TakesParametersWithFieldsForRecords) {
    const PlpgsqlBody rows =
        body_in("FUNCTION public.f(public.items, i public.items, c refcursor) RETURNS void",
                "DECLARE a ALIAS FOR $1; BEGIN i.v := i.v + 1; f.i.v := 2 + 2; $1.v := 3 + 3; OPEN c FOR SELECT 1; END");
    EXPECT_THAT(described(rows), ElementsAre("e i.v + 1", "e 2 + 2", "e 3 + 3", "s SELECT 1"));
}

TEST(PlpgsqlBody, KeepsTheOrderOfEqualExpressions) {
    const PlpgsqlBody same = body("BEGIN\n n := n + 1; IF n + 1 > 2 THEN n := n + 1; END IF;\n n := /* n + 1 */ n + 1; -- n + 1\nEND");
    ASSERT_THAT(described(same), ElementsAre("e n + 1", "e n + 1 > 2", "e n + 1", "e n + 1"));
    EXPECT_EQ(same.with({{0, "a"}, {2, "b"}, {3, "c"}}),
              "BEGIN\n n := a; IF n + 1 > 2 THEN n := b; END IF;\n n := /* n + 1 */ c; -- n + 1\nEND");
    EXPECT_EQ(same.parts()[0].line, 2);
    EXPECT_EQ(same.parts()[3].line, 3);
}

TEST(PlpgsqlBody, KeepsCommentsAndLayoutAroundWhatIsReplaced) {
    const std::string text =
        "\n  -- nearest <-> first\n  BEGIN /* é <-> */\n\tn := q <-> arr /* a <-> b */ ; -- 語 := <->\r\n"
        "  n := 'ü := <->' || $x$ ' <-> $$ ; $x$ || (q /* in */ <-> -- inside\n arr);\n  END; -- end";
    const PlpgsqlBody commented = body(text);
    ASSERT_THAT(described(commented), ElementsAre("e q <-> arr", "e 'ü := <->' || $x$ ' <-> $$ ; $x$ || (q /* in */ <-> -- inside\n arr)"));
    EXPECT_EQ(commented.with(each_by_itself(commented)), text);
    EXPECT_EQ(commented.with({{0, "d(q, arr)"}}),
              "\n  -- nearest <-> first\n  BEGIN /* é <-> */\n\tn := d(q, arr) /* a <-> b */ ; -- 語 := <->\r\n"
              "  n := 'ü := <->' || $x$ ' <-> $$ ; $x$ || (q /* in */ <-> -- inside\n arr);\n  END; -- end");
    EXPECT_EQ(commented.parts()[1].line, 5);
}

TEST(PlpgsqlBody, ReadsTheServersStringsAndNamesWhateverIsInThem) {
    const Taken cases[] = {
        {"n := E'it\\'s \\n' || n;", {"e E'it\\'s \\n' || n"}},
        {"n := n || U&'d\\0061';", {"e n || U&'d\\0061'"}},
        {"n := B'01' || X'1f' || N'x' || nchar 'y';", {"e B'01' || X'1f' || N'x' || nchar 'y'"}},
        {"n := 'one'\n 'and two'; n := U&'d!0061' UESCAPE '!';", {"e 'one'\n 'and two'", "e U&'d!0061' UESCAPE '!'"}},
        {"n := '/*@at0:3*/' || n /*@at1:4*/; n := n + 1;", {"e '/*@at0:3*/' || n", "e n + 1"}},
        {"n := \"N\" || \"a;b\"\"c\";", {"e \"N\" || \"a;b\"\"c\""}},
        {"n := $1 <-> $2;", {"e $1 <-> $2"}},
        {"n := '\x01\x1f\t' || n;", {"e '\x01\x1f\t' || n"}},
        {"DECLARE \"Größe\" int; größe int; BEGIN \"Größe\" := größe + 1; END", {"t int", "t int", "e größe + 1"}},
        {"n := declare FROM declare;", {"e declare FROM declare"}},
    };
    for (const Taken& taken : cases) expect_parts(taken);
}

struct Into {
    const char *text, *sql, *into, *changed;
};

TEST(PlpgsqlBody, TakesTheIntoClauseOutOfAStatement) {
    const Into cases[] = {
        {"SELECT v <-> q INTO STRICT n, r.a FROM t", "SELECT v <-> q                    FROM t", "INTO STRICT n, r.a",
         "SELECT 1 INTO STRICT n, r.a"},
        {"SELECT INTO n v FROM t", "SELECT        v FROM t", "INTO n", "SELECT 1 INTO n"},
        {"INSERT INTO t VALUES (n) RETURNING id INTO n", "INSERT INTO t VALUES (n) RETURNING id       ", "INTO n", "SELECT 1 INTO n"},
        {"WITH a AS (INSERT INTO t VALUES (n) RETURNING v) SELECT v FROM a INTO r /* all of it */",
         "WITH a AS (INSERT INTO t VALUES (n) RETURNING v) SELECT v FROM a       ", "INTO r", "SELECT 1 INTO r /* all of it */"},
        {"UPDATE t SET v = q", "UPDATE t SET v = q", "", "SELECT 1"},
    };
    for (const Into& c : cases) {
        const PlpgsqlBody statement = body(std::string("DECLARE r record; BEGIN ") + c.text + "; END");
        ASSERT_EQ(statement.parts().size(), 2u) << c.text;
        EXPECT_EQ(statement.parts()[1].sql, c.sql);
        EXPECT_EQ(statement.parts()[1].into, c.into);
        EXPECT_THAT(statement.unplaced(), IsEmpty());
        EXPECT_EQ(statement.with({{1, "SELECT 1"}}), std::string("DECLARE r record; BEGIN ") + c.changed + "; END");
        // What is written is read again.
        EXPECT_EQ(body(statement.with({{1, "SELECT 1"}})).parts()[1].into, c.into);
    }
}

TEST(PlpgsqlBody, GivesPerformAsASelectAndTakesItBack) {
    const PlpgsqlBody perform = body("BEGIN perform a <-> b FROM t; END");
    ASSERT_EQ(perform.parts().size(), 1u);
    EXPECT_EQ(perform.parts()[0].sql, "SELECT a <-> b FROM t");
    EXPECT_EQ(perform.with({{0, "SELECT d(a, b) FROM t"}}), "BEGIN PERFORM d(a, b) FROM t; END");
    EXPECT_THROW((void)perform.with({{0, "WITH x AS (SELECT 1) SELECT 2"}}), SqlError);
}

TEST(PlpgsqlBody, KeepsWordsApart) {
    const PlpgsqlBody tight = body("BEGIN IF(a<->b)THEN n:=(1)+2;END IF;EXECUTE(n);END");
    ASSERT_THAT(described(tight), ElementsAre("e (a<->b)", "e (1)+2", "d (n)"));
    EXPECT_EQ(tight.with({{0, "d(a, b) < c"}, {1, "-1"}, {2, "x"}}), "BEGIN IF d(a, b) < c THEN n:= -1;END IF;EXECUTE x;END");
}

TEST(PlpgsqlBody, KnowsItsVariables) {
    const PlpgsqlBody variables = body_in("FUNCTION f(q public.vector(3), int, OUT \"Res\" double precision)",
                                          "DECLARE a vector(3); B  public.items%ROWTYPE; BEGIN DECLARE a text; BEGIN END; END");
    EXPECT_THAT(variables.variables(), UnorderedElementsAre(Pair("q", "public.vector"), Pair("$1", "public.vector"), Pair("$2", "integer"),
                                                            Pair("Res", "double precision"), Pair("$3", "double precision"),
                                                            Pair("a", "vector(3)"), Pair("b", "public.items%ROWTYPE"), Pair("a", "text")));
}

TEST(PlpgsqlBody, TellsTheTypesThatMereStringsAreReadAs) {
    const PlpgsqlBody typed = body_in("FUNCTION f(q public.vector(3)) RETURNS SETOF public.vector", R"(
        DECLARE a vector(3) := '[1]'; b CONSTANT text NOT NULL DEFAULT '[2]'; r items%ROWTYPE := '[3]'; twice text; vs vector[] = '{}';
                c CURSOR (x vector, y text) FOR SELECT 1; d CURSOR (x jsonb) FOR SELECT 1;
        BEGIN
            a := '[4]'; q := '[5]'; $1 := '[6]'; r.v := '[7]'; vs[1] := '[8]';
            OPEN c('[9]', '[10]'); OPEN c(y := '[11]', x := f('[12]', '[13]')); OPEN d(('[14]')); OPEN c(coalesce(1, 2), '[15]');
            DECLARE twice vector; BEGIN twice := '[16]'; END;
            IF '[17]' THEN RETURN NEXT '[18]'; END IF;
        END)");
    std::vector<std::pair<std::string, std::string>> types;
    for (const BodyPart& part : typed.parts()) {
        if (part.kind == BodyPart::Kind::expression) types.emplace_back(part.text, part.target_type);
    }
    EXPECT_THAT(types,
                ElementsAre(Pair("'[1]'", "vector(3)"), Pair("'[2]'", "text"), Pair("'[3]'", "items%ROWTYPE"), Pair("'{}'", "vector[]"),
                            Pair("'[4]'", "vector(3)"), Pair("'[5]'", "public.vector"), Pair("'[6]'", "public.vector"), Pair("'[7]'", ""),
                            Pair("'[8]'", ""), Pair("'[9]'", "vector"), Pair("'[10]'", "text"), Pair("'[11]'", "text"),
                            Pair("f('[12]', '[13]')", "vector"), Pair("('[14]')", "jsonb"), Pair("coalesce(1, 2)", "vector"),
                            Pair("'[15]'", "text"), Pair("'[16]'", ""), Pair("'[17]'", ""), Pair("'[18]'", "public.vector")));
    EXPECT_THAT(typed.unplaced(), IsEmpty());
}

struct Refused {
    const char *body, *message;
};

TEST(PlpgsqlBody, RefusesWhatTheParserRefuses) {
    const Refused cases[] = {
        {"", "the body has no statements, or a string in it has no end"},
        {"BEGIN x 'no end", "the body has no statements, or a string in it has no end"},
        {"\nBEGIN\n  n := n +;\nEND", "syntax error at end of input near line 3"},
        {"\nBEGIN\n  n := 'a' 'b';\nEND", "syntax error at or near \"'b'\" near line 3"},
        {"BEGIN\n  unknown := 1;\nEND", "\"unknown\" is not a known variable near line 1"},
        {"BEGIN\n  no.such.v := 1;\nEND", "\"no.such.v\" is not a known variable near line 1"},
        {"BEGIN IF n = 1 THEN NULL; END", "syntax error at or near \";\" near line 1"},
        {"BEGIN", "syntax error at or near \";\" near line 1"},
    };
    for (const Refused& c : cases) {
        try {
            const PlpgsqlBody accepted = body(c.body);
            ADD_FAILURE() << "accepted: " << c.body;
        } catch (const SqlError& error) {
            EXPECT_STREQ(error.what(), c.message) << c.body;
        }
    }
    const SqlTree sql("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'");
    EXPECT_THROW(body_of(sql), SqlError);
}

TEST(PlpgsqlBody, SurvivesDeepBlocks) {
    std::string deep;
    for (int i = 0; i < 200; ++i) deep += "BEGIN ";
    deep += "n := n + 1; ";
    for (int i = 0; i < 200; ++i) deep += "END; ";
    EXPECT_THAT(described(body(deep)), ElementsAre("e n + 1"));
}

TEST(PlpgsqlBody, ReadsTheFunctionsOfTheCorpus) {
    const std::ifstream file(std::string(LANTERN_SOURCE_DIR "/tests/integration/schemas/functions.sql"));
    std::ostringstream text;
    text << file.rdbuf();
    const SqlTree tree(text.str());
    Strings lines;
    for (const SqlTree::Statement& statement : tree.statements()) {
        if (statement.node->node_case != PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT) continue;
        if (!statement.text.contains("LANGUAGE plpgsql")) continue;
        const PlpgsqlBody taken_apart(*statement.node->create_function_stmt);
        for (const std::string& line : described(taken_apart)) lines.push_back(line);
        EXPECT_EQ(taken_apart.with(each_by_itself(taken_apart)), taken_apart.text());
        EXPECT_THAT(taken_apart.unplaced(), IsEmpty());
    }
    EXPECT_THAT(lines, ElementsAre("t record", "d 'SELECT 1 AS one'", "e $1 || r.one", "e n + 1", "t text",
                                   "e vector || ' vector <-> in a string'"));
}

}  // namespace
}  // namespace lantern_migrate::plan
