-- Vectors, and types of users, at every depth of other types.
CREATE SCHEMA extensions;
CREATE EXTENSION vector SCHEMA extensions;
SET search_path = public, extensions;
-- Types of other numbers than on the target, where nothing of this is.
CREATE TYPE dropped_first AS ENUM ('a');
CREATE TABLE dropped_too (x dropped_first[]);
DROP TABLE dropped_too;
DROP TYPE dropped_first;

CREATE SCHEMA "Odd Types";
CREATE TYPE "Odd Types"."Mood" AS ENUM ('sad', 'ok', 'happy; very');
CREATE DOMAIN embedding AS vector(3) CHECK (VALUE <> '[0,0,0]');
CREATE DOMAIN outer_embedding AS embedding NOT NULL;
CREATE DOMAIN percent AS integer CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN tags AS text[] CHECK (cardinality(VALUE) < 5);
CREATE TYPE plain_pair AS (x integer, note text);
CREATE TYPE pair AS (v vector(2), h halfvec, s sparsevec, note text, dropped integer, m "Odd Types"."Mood");
ALTER TYPE pair DROP ATTRIBUTE dropped;
CREATE TYPE holder AS (many pair[], e embedding, es embedding[], vs vector[], ps percent[], t tags, ms "Odd Types"."Mood"[]);
CREATE TYPE deep AS (h holder, hs holder[], p plain_pair, n numeric);
CREATE DOMAIN checked_pair AS pair CHECK ((VALUE).note <> 'bad');
CREATE TYPE span AS RANGE (subtype = vector, multirange_type_name = spans);
CREATE TYPE half_span AS RANGE (subtype = halfvec);
CREATE TYPE e_span AS RANGE (subtype = embedding);
CREATE TYPE pair_span AS RANGE (subtype = plain_pair);
CREATE TYPE array_span AS RANGE (subtype = int4[]);
CREATE TYPE text_span AS RANGE (subtype = text, collation = "C", multirange_type_name = text_spans);

CREATE TABLE composites (id integer PRIMARY KEY, p pair, c checked_pair, h holder, d deep, ps pair[], cs checked_pair[], x plain_pair);
INSERT INTO composites
SELECT i, ROW(('[' || i || ',2]')::vector, '[1.5,0.1]', ('{1:' || i || ',4:-0.5}/5')::sparsevec, 'it''s, "quoted" \ (' || i, 'ok')::pair,
       ROW('[1,2]', NULL, NULL, '', 'happy; very')::checked_pair,
       ROW(ARRAY[ROW('[1,2]', '[3]', '{}/2', NULL, NULL)::pair, NULL], '[1,2,3]', ARRAY['[1,2,3]', NULL]::embedding[],
           ARRAY['[1]', '[2]']::vector[], ARRAY[1, NULL, 100]::percent[], ARRAY['a', 'b,c', NULL], ARRAY['sad', NULL]::"Odd Types"."Mood"[])::holder,
       ROW(ROW(ARRAY[]::pair[], NULL, '[5:6]={"[1,2,3]","[4,5,6]"}', NULL, '{}', '{}', NULL)::holder, ARRAY[NULL, NULL]::holder[],
           ROW(i, 'x')::plain_pair, 'NaN')::deep,
       ARRAY[[ROW('[1,2]', NULL, NULL, 'a', NULL)], [NULL]]::pair[], ARRAY[ROW('[3,4]', NULL, NULL, 'b', NULL)]::checked_pair[],
       ROW(i, repeat('long ', 3000))::plain_pair
FROM generate_series(1, 200) i;
INSERT INTO composites (id) VALUES (1001);
INSERT INTO composites VALUES (1002, ROW(NULL, NULL, NULL, NULL, NULL), NULL, ROW(NULL, NULL, NULL, NULL, NULL, NULL, NULL), NULL, '{}', '{}', NULL);
-- A NULL that was in an array once leaves its flag behind.
UPDATE composites SET ps[1][1] = ps[1][1], h.ps[2] = 5 WHERE id <= 50;
ALTER TYPE plain_pair ADD ATTRIBUTE added percent CASCADE;

CREATE TABLE ranges (id serial PRIMARY KEY, s span, m spans, h half_span, e e_span, p pair_span, a array_span, t text_span, ts text_spans,
    i int4range, im int4multirange, ss span[]);
INSERT INTO ranges (s, m, h, e, p, a, t, ts, i, im, ss) VALUES
    ('["[1,2]","[3]")', '{["[1]","[2]"), ["[3,4]",]}', '("[1]",]', '["[1,2,3]","[4,5,6]"]', '["(1,a,)","(2,b,7)")', '["{1,NULL}","{2,3}"]',
     '[a,b)', '{[a,b), (c,]}', '[1,5)', '{[1,2), [7,9)}', ARRAY['["[1]","[2]"]', NULL, 'empty', '(,)']::span[]),
    ('empty', '{}', '(,)', NULL, 'empty', '(,"{}")', '(,)', '{}', 'empty', '{}', '{}'),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO ranges (s, e) SELECT span(('[' || i || ']')::vector, ('[' || i + 1 || ',0]')::vector, '[]'),
    e_span(('[1,2,' || i || ']')::embedding, NULL) FROM generate_series(1, 300) i;

CREATE TABLE arrays (id integer, v vector(3)[], h halfvec[], s sparsevec(4)[], e embedding[], o outer_embedding, ms "Odd Types"."Mood"[],
    xs plain_pair[], ps percent[], ts tags[], r int4range[]);
INSERT INTO arrays SELECT i, ARRAY[('[' || i || ',2,3]')::vector, '[4,5,6]'], ARRAY['[1]', '[2]']::halfvec[],
    ARRAY[('{1:' || i || '}/4')::sparsevec, '{}/4'], ARRAY['[1,2,3]', NULL, '[4,5,6]']::embedding[], '[7,8,9]', ARRAY['sad', 'ok']::"Odd Types"."Mood"[],
    ARRAY[ROW(i, 'n', NULL), NULL]::plain_pair[], ARRAY[i % 100, NULL], ARRAY[ARRAY['x', NULL]::tags, NULL]::tags[], ARRAY[int4range(1, i + 1), 'empty']
FROM generate_series(1, 300) i;
INSERT INTO arrays VALUES (1000, '{}', '{}', '{}', '{}', '[1,1,1]', '{}', '{}', '{}', '{}', '{}');
INSERT INTO arrays (id, v, h, s, o) VALUES (1001, NULL, NULL, NULL, '[1,1,1]'),
    (1002, '[7:8]={"[1,2,3]","[4,5,6]"}', '[0:0]={"[1]"}', '[-1:0]={"{1:1}/4","{}/4"}', '[1,1,1]');

-- A type without a binary form (aclitem) sends the whole table through text.
CREATE TABLE by_text AS SELECT id, v, h, s, o, ms, xs, 'postgres=r/postgres'::aclitem AS a FROM arrays;
-- Types whose numbers are of the server's making, though they are not of users.
CREATE TYPE standard AS (name information_schema.sql_identifier, number information_schema.cardinal_number);
CREATE TABLE standards (s standard, ns information_schema.cardinal_number[]);
INSERT INTO standards VALUES (ROW('n', 7), ARRAY[1, NULL, 3]);
-- A table's own type.
CREATE TABLE rows_of_tables (id integer, r arrays, rs arrays[]);
INSERT INTO rows_of_tables SELECT id, a, ARRAY[a, NULL] FROM arrays a;
