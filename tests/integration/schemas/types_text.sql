-- Texts of every kind: empty, with quotes, backslashes, tabs, newlines, far code points; JSON, XML, search vectors and contrib types.
CREATE EXTENSION vector;
CREATE EXTENSION citext;
CREATE EXTENSION ltree;
CREATE EXTENSION hstore;
CREATE TABLE texts (id int PRIMARY KEY, t text, v varchar(40), c char(10), "char" "char", n name, b bytea, j json, jb jsonb, x xml, ts tsvector, q tsquery, ci citext, cis citext[], l ltree, lq lquery, h hstore, jp jsonpath, e vector(2));
INSERT INTO texts VALUES (1, '', '', '', '', '', '', '{}', '[]', '', '', '', '', '{}', '', '*', '', '$', '[1,2]'),
    (2, E'a\tb\nc\\d\re''f"g\u0001\U0001F600', E'\\N', 'x', 'y', repeat('n', 63), '\x00ff0a0d5c', '{"a" : [1, null,  "\u0041"]}', '{"a": [1, null, "é", 1e400]}', '<a b="c">&lt;</a>', 'cat:3A fat:2B,4', 'fat & (rat | !cat:A)', 'Ünï', '{A,NULL,"b,c"}', 'Top.Science.Astronomy', 'a.*{1,2}.!b', '"a b"=>NULL, c=>"\"x\""', '$.a[*] ? (@.b == 1)', NULL);
INSERT INTO texts (id, t) SELECT i, repeat(md5(i::text), 1 + i) FROM generate_series(3, 300) i;
CREATE INDEX texts_l ON texts USING gist (l);
CREATE INDEX texts_jb ON texts USING gin (jb jsonb_path_ops);
CREATE INDEX texts_ts ON texts USING gin (ts);
