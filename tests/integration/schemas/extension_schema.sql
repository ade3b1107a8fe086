-- pgvector in a schema of its own, as managed providers have it.
-- differs: constraint app.docs.docs_v_check: source has CHECK ((extensions.vector_dims(v) = 3)) truetruefalse, target has CHECK ((array_length(v, 1) = 3)) truetruefalse
-- index: CREATE INDEX docs_v ON app.docs USING lantern_hnsw (v dist_cos_ops) WITH (m='16', ef_construction='128', ef='64', dim='3')
CREATE SCHEMA extensions;
CREATE EXTENSION vector SCHEMA extensions;
CREATE EXTENSION citext SCHEMA extensions;
CREATE SCHEMA app;
SET search_path = app, extensions;
CREATE TABLE docs (id int PRIMARY KEY, name citext UNIQUE, v vector(3) DEFAULT '[1,2,3]', vs vector(3)[], h halfvec, CHECK (vector_dims(v) = 3));
INSERT INTO docs SELECT i, 'name ' || i, ARRAY[i, 1, 2]::real[]::vector, ARRAY['[1,2,3]']::vector[], '[1]' FROM generate_series(1, 100) i;
CREATE INDEX docs_v ON docs USING hnsw (v vector_cosine_ops);
