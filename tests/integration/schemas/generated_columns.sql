-- Generated columns over ordinary columns, and over a vector's length.
-- differs: column public.made.dims: source has integer f  s public.vector_dims(v), target has integer f  s array_length(v, 1)
CREATE EXTENSION vector;
CREATE TABLE made (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED, v vector, dims int GENERATED ALWAYS AS (vector_dims(v)) STORED, low text GENERATED ALWAYS AS (lower(name)) STORED, name text);
INSERT INTO made (id, v, name) SELECT i, (SELECT array_agg(j)::real[]::vector FROM generate_series(1, 1 + i % 4) j), 'NAME ' || i FROM generate_series(1, 100) i;
CREATE INDEX made_dims ON made (dims, twice);
