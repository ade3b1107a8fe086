-- Small and quick: two tables, three indexes, a key between them.
CREATE EXTENSION vector;
CREATE TABLE items (id integer PRIMARY KEY, name text NOT NULL, v vector(3));
INSERT INTO items SELECT i, 'item ' || i, ('[' || i || ',1,2]')::vector FROM generate_series(1, 500) i;
CREATE INDEX items_l2 ON items USING hnsw (v vector_l2_ops);
CREATE INDEX items_cosine ON items USING hnsw (v vector_cosine_ops);
CREATE TABLE notes (item integer REFERENCES items (id), note text);
INSERT INTO notes SELECT i, 'note ' || i FROM generate_series(1, 300) i;
CREATE INDEX notes_item ON notes (item);
ANALYZE;
