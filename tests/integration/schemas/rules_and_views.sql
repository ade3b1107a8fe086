-- Rules, views of every kind, materialized views that need each other.
CREATE EXTENSION vector;
CREATE TABLE items (id int PRIMARY KEY, name text, price numeric, v vector(3));
INSERT INTO items SELECT i, 'item ' || i, i / 4.0, ARRAY[i, 1, 2]::real[]::vector FROM generate_series(1, 100) i;
CREATE TABLE log (what text);
INSERT INTO log VALUES ('before');
CREATE RULE items_log AS ON INSERT TO items DO ALSO INSERT INTO log VALUES (NEW.name);
CREATE RULE log_stays AS ON DELETE TO log DO INSTEAD NOTHING;
CREATE VIEW cheap WITH (security_barrier) AS SELECT id, name, v FROM items WHERE price < 10 WITH LOCAL CHECK OPTION;
CREATE VIEW "Cheap Names" (n) WITH (security_invoker = true) AS SELECT name FROM cheap;
CREATE RULE through AS ON INSERT TO "Cheap Names" DO INSTEAD INSERT INTO items (id, name) VALUES (-1, NEW.n);
CREATE RECURSIVE VIEW counting (n) AS SELECT 1 UNION ALL SELECT n + 1 FROM counting WHERE n < 5;
CREATE MATERIALIZED VIEW dear AS SELECT id, name, v FROM items WHERE price > 20;
CREATE UNIQUE INDEX dear_id ON dear (id);
CREATE MATERIALIZED VIEW dear_count AS SELECT count(*) AS n FROM dear;
CREATE MATERIALIZED VIEW empty_one AS SELECT * FROM dear WITH NO DATA;
CREATE VIEW over_the_top AS SELECT n, (SELECT max(id) FROM dear) AS m FROM dear_count;
COMMENT ON COLUMN cheap.name IS 'a name';
ALTER VIEW cheap ALTER COLUMN name SET DEFAULT 'unnamed';
