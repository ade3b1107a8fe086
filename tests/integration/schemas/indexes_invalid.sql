-- Indexes whose building failed: a vector index stays behind, and so does an ordinary one, which could not be built from the same rows.
-- finding: warning: index public.docs_v: the index is invalid on the source: its build failed or was interrupted
-- differs: column's settings of public.docs_unique.name is missing: x  -1 {} t 0 default
-- differs: index public.docs_v is missing: a vector index falsefalsefalsefalse
-- differs: index public.docs_unique is missing: CREATE UNIQUE INDEX docs_unique ON public.docs USING btree (name) falsefalsefalsefalse
CREATE EXTENSION vector;
CREATE TABLE docs (id int PRIMARY KEY, name text, v vector(2));
INSERT INTO docs SELECT i, 'same', ARRAY[i, 1]::real[]::vector FROM generate_series(1, 100) i;
CREATE INDEX docs_v ON docs USING hnsw (v vector_l2_ops);
CREATE INDEX docs_good ON docs USING hnsw (v vector_cosine_ops);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'docs_v'::regclass;
\set ON_ERROR_STOP 0
CREATE UNIQUE INDEX CONCURRENTLY docs_unique ON docs (name);
\set ON_ERROR_STOP 1
