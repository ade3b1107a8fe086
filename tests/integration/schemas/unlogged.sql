-- Unlogged tables and sequences.
CREATE EXTENSION vector;
CREATE UNLOGGED TABLE cache (id serial PRIMARY KEY, v vector(3));
CREATE UNLOGGED SEQUENCE numbers;
INSERT INTO cache (v) SELECT ARRAY[i, 2, 3]::real[]::vector FROM generate_series(1, 100) i;
CREATE INDEX cache_v ON cache USING hnsw (v vector_cosine_ops);
