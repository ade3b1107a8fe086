-- Settings of the database that change how literals are read and written, while views, defaults and texts hold backslashes and dates.
-- finding: warning: database app: its own settings are not moved: DateStyle, IntervalStyle, array_nulls, bytea_output, client_encoding, extra_float_digits, lc_monetary, quote_all_identifiers, standard_conforming_strings
-- rewritten: view public.near
-- target: SELECT count(*) FROM near => 5
-- target: SELECT s || d FROM items LIMIT 1 => a\b'é2026-02-03
CREATE EXTENSION vector;
SET standard_conforming_strings = on;
CREATE TABLE items (id int PRIMARY KEY, v vector(2), s text DEFAULT 'a\b''é', d date DEFAULT '2026-02-03', i interval DEFAULT '1 year 2 days -3:04', b bytea DEFAULT '\x00015c', a text[] DEFAULT '{NULL,"\\n"}', r regclass DEFAULT 'pg_class', m money DEFAULT 12.34);
INSERT INTO items (id, v) SELECT i, ARRAY[i, 1]::real[]::vector FROM generate_series(1, 20) i;
CREATE VIEW near AS SELECT id FROM items WHERE v <-> '[1,1]' < 5 AND s = 'a\b''é' AND d = '2026-02-03' AND b = '\x00015c';
ALTER DATABASE app SET standard_conforming_strings = off;
ALTER DATABASE app SET "DateStyle" = 'SQL, DMY';
ALTER DATABASE app SET "IntervalStyle" = 'sql_standard';
ALTER DATABASE app SET array_nulls = off;
ALTER DATABASE app SET bytea_output = 'escape';
ALTER DATABASE app SET client_encoding = 'LATIN1';
ALTER DATABASE app SET extra_float_digits = -15;
ALTER DATABASE app SET lc_monetary = 'POSIX';
ALTER DATABASE app SET quote_all_identifiers = on;
