-- Materialized views that keep distances and vectors: filled on the target by its own reading of the tables.
-- rewritten: view public.kept
-- rewritten: view public.kept_means
-- rewritten: view public.kept_vectors
-- rewritten: view public.not_filled
-- computed: public.kept
-- computed: public.kept_means
-- computed: public.kept_vectors
-- same: SELECT id, round(d::numeric, 4), round(norm::numeric, 4) FROM kept ORDER BY id
-- same: SELECT id FROM kept WHERE d < 4 ORDER BY id
-- same: SELECT category, round(d::numeric, 4) FROM kept_means ORDER BY category
-- same: SELECT count(*) FROM kept_vectors WHERE v IS NOT NULL
-- same: SELECT relispopulated FROM pg_class WHERE relname = 'not_filled'
-- index: CREATE INDEX kept_vectors_v ON public.kept_vectors USING lantern_hnsw (v) WITH (m='16', ef_construction='128', ef='64', dim='3')
CREATE EXTENSION vector;
CREATE TABLE items (id int PRIMARY KEY, category text, v vector(3));
INSERT INTO items SELECT i, 'c' || i % 4, ARRAY[i % 7 + 1, i / 9.0, -i % 5]::real[]::vector FROM generate_series(1, 60) i;
CREATE MATERIALIZED VIEW kept AS SELECT id, v <-> '[3,1,2]' AS d, vector_norm(v) AS norm FROM items WHERE v <-> '[3,1,2]' < 6;
CREATE UNIQUE INDEX kept_id ON kept (id);
CREATE INDEX kept_d ON kept (d DESC) WHERE d > 1;
CREATE MATERIALIZED VIEW kept_means AS SELECT category, avg(v) <-> '[0,0,0]'::vector AS d FROM items GROUP BY category;
CREATE MATERIALIZED VIEW kept_vectors AS SELECT id, v, v <-> '[3,1,2]' AS d FROM items ORDER BY v <-> '[3,1,2]' LIMIT 30;
CREATE INDEX kept_vectors_v ON kept_vectors USING hnsw (v vector_l2_ops);
CREATE MATERIALIZED VIEW not_filled AS SELECT id, v <=> '[3,1,2]' AS d FROM items WITH NO DATA;
