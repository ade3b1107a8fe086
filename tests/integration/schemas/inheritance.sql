-- Tables that inherit: rows stay where they are.
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
