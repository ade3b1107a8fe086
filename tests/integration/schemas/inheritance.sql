-- Tables that inherit: rows stay where they are.
-- finding: warning: table public.cats: its columns come in another order on the target: first those that it inherits
-- finding: warning: table public.late: its columns come in another order on the target: first those that it inherits
-- computed: public.cats
-- computed: public.late
-- rewritten: column public.cats.twice
-- rewritten: constraint public.kinds.short
-- rewritten: constraint public.cats.short
-- rewritten: constraint public.late.short
-- same: SELECT id, lives, translate(concat(v, twice, later), '[]', '{}') FROM ONLY cats ORDER BY id
-- same: SELECT id, translate(concat(v, later), '[]', '{}') FROM ONLY late ORDER BY id
CREATE EXTENSION vector;
CREATE TABLE animals (name text NOT NULL, v vector(2), CONSTRAINT named CHECK (name <> ''), CONSTRAINT local_only CHECK (length(name) < 50) NO INHERIT);
CREATE TABLE things (weight real DEFAULT 1.5);
CREATE TABLE dogs (breed text) INHERITS (animals);
CREATE TABLE robots (v vector(2), volts int) INHERITS (animals, things);
ALTER TABLE robots ALTER name SET DEFAULT 'rob';
INSERT INTO animals SELECT 'animal ' || i, ARRAY[i, 1]::real[]::vector FROM generate_series(1, 40) i;
INSERT INTO dogs SELECT 'dog ' || i, ARRAY[i, 2]::real[]::vector, 'collie' FROM generate_series(1, 30) i;
INSERT INTO robots (v, volts) SELECT ARRAY[i, 3]::real[]::vector, 12 FROM generate_series(1, 20) i;
CREATE INDEX animals_v ON animals USING hnsw (v vector_l2_ops);
CREATE INDEX dogs_v ON dogs USING hnsw (v vector_l2_ops);
-- A parent that got a column later, and a table that inherits only since, with a generated column and checks of its own.
CREATE TABLE kinds (id int, v vector(2), CONSTRAINT short CHECK (vector_norm(v) < 100));
CREATE TABLE cats (lives int, twice vector(2) GENERATED ALWAYS AS (v + v) STORED) INHERITS (kinds);
ALTER TABLE kinds ADD COLUMN later vector(2) DEFAULT '[7,7]';
CREATE TABLE late (later vector(2), v vector(2), id int, CONSTRAINT short CHECK (vector_norm(v) < 100));
ALTER TABLE late INHERIT kinds;
INSERT INTO cats (id, v, lives) SELECT i, ARRAY[i, 1]::real[]::vector, 9 FROM generate_series(1, 20) i;
INSERT INTO late SELECT '[1,2]', ARRAY[i, 1]::real[]::vector, i FROM generate_series(1, 20) i;
