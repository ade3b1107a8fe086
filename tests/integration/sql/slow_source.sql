-- Enough rows that a copy with a limited rate can be watched, stopped and killed.
CREATE EXTENSION vector;
CREATE TABLE big (id integer PRIMARY KEY, v vector(16));
INSERT INTO big SELECT i, array_fill(i::real, ARRAY[16])::vector FROM generate_series(1, 20000) i;
CREATE TABLE small (id integer PRIMARY KEY, note text, v vector(3));
INSERT INTO small SELECT i, 'note ' || i, ('[' || i || ',1,2]')::vector FROM generate_series(1, 200) i;
CREATE INDEX small_l2 ON small USING hnsw (v vector_l2_ops);
ANALYZE;
