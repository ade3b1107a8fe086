-- No columns, only a generated one, dropped ones, and a vector behind dropped ones.
CREATE EXTENSION vector;
CREATE TABLE none ();
INSERT INTO none DEFAULT VALUES; INSERT INTO none DEFAULT VALUES; INSERT INTO none DEFAULT VALUES;
CREATE TABLE all_dropped (a int, b vector(3));
INSERT INTO all_dropped SELECT i, '[1,2,3]' FROM generate_series(1, 7) i;
ALTER TABLE all_dropped DROP COLUMN a, DROP COLUMN b;
CREATE TABLE only_generated (g int GENERATED ALWAYS AS (1 + 1) STORED);
INSERT INTO only_generated DEFAULT VALUES; INSERT INTO only_generated DEFAULT VALUES;
CREATE TABLE dropped (a int, b text, v vector(2), c int, w vector(3) NOT NULL DEFAULT '[0,0,0]');
ALTER TABLE dropped DROP COLUMN b;
INSERT INTO dropped SELECT i, ARRAY[i, 2]::real[]::vector, i FROM generate_series(1, 50) i;
ALTER TABLE dropped DROP COLUMN c, ADD COLUMN late int DEFAULT 7;
