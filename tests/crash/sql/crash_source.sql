-- Small, and with everything in it that is made in another step than the rows: some twenty chunks of 32 KiB, keys between the tables,
-- vector indexes, a trigger, a materialized view. `loose` has no key, and rows that are equal: one too many would be seen by nothing but a count.
CREATE EXTENSION vector;
CREATE TABLE items (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, v vector(16), half halfvec(8));
INSERT INTO items (name, v, half)
SELECT 'item ' || i, (SELECT array_agg(sin(i * j))::real[]::vector(16) FROM generate_series(1, 16) j),
       CASE WHEN i % 7 <> 0 THEN (SELECT array_agg(cos(i * j))::real[]::halfvec(8) FROM generate_series(1, 8) j) END
FROM generate_series(1, 2000) i;
CREATE INDEX items_l2 ON items USING hnsw (v vector_l2_ops);
CREATE INDEX items_cosine ON items USING ivfflat (v vector_cosine_ops) WITH (lists = 4);
CREATE INDEX items_half ON items USING hnsw (half halfvec_l2_ops) WHERE id > 100;
CREATE INDEX items_name ON items (lower(name));

CREATE TABLE notes (id integer PRIMARY KEY, item bigint NOT NULL REFERENCES items (id), note text);
INSERT INTO notes SELECT i, 1 + i % 2000, repeat('note ' || i || ' ', 8) FROM generate_series(1, 1500) i;
CREATE INDEX notes_item ON notes (item);

CREATE TABLE "Odd Pairs" ("from" bigint REFERENCES items (id), "to" bigint REFERENCES items (id), v vector(3), PRIMARY KEY ("from", "to"));
INSERT INTO "Odd Pairs" SELECT i, 2001 - i, ('[' || i || ',1,2]')::vector FROM generate_series(1, 1000) i;
CREATE INDEX "Odd index" ON "Odd Pairs" USING hnsw (v vector_l2_ops);

CREATE TABLE loose (word text, n integer);
INSERT INTO loose SELECT 'the same', 1 FROM generate_series(1, 1200);
CREATE TABLE empty_table (id integer PRIMARY KEY, v vector(5));

CREATE VIEW first_items AS SELECT id, name FROM items WHERE id < 10;
CREATE MATERIALIZED VIEW note_count AS SELECT item, count(*) AS notes FROM notes GROUP BY item;
CREATE UNIQUE INDEX note_count_item ON note_count (item);
-- Would change every row if it fired while rows are loaded.
CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := upper(NEW.note); RETURN NEW; END $$;
CREATE TRIGGER notes_shout BEFORE INSERT OR UPDATE OF note ON notes FOR EACH ROW EXECUTE FUNCTION shout();
ANALYZE;
