-- ivfflat becomes lantern_hnsw with the job's defaults.
-- job: indexes: {defaults: {m: 12, ef_construction: 100, ef: 80}}
-- index: CREATE INDEX docs_default ON public.docs USING lantern_hnsw (v) WITH (m='12', ef_construction='100', ef='80', dim='4')
-- index: CREATE INDEX docs_cosine ON public.docs USING lantern_hnsw (v dist_cos_ops) WITH (m='12', ef_construction='100', ef='80', dim='4')
-- index: CREATE INDEX docs_half ON public.docs USING lantern_hnsw (h) WITH (m='12', ef_construction='100', ef='80', dim='4', quant_bits='16')
CREATE EXTENSION vector;
CREATE TABLE docs (id int PRIMARY KEY, v vector(4), h halfvec(4));
INSERT INTO docs SELECT i, ARRAY[i, sin(i), cos(i), 1]::real[]::vector, ARRAY[i, sin(i), cos(i), 1]::real[]::halfvec FROM generate_series(1, 300) i;
CREATE INDEX docs_default ON docs USING ivfflat (v) WITH (lists = 10);
CREATE INDEX docs_cosine ON docs USING ivfflat (v vector_cosine_ops) WITH (lists = 3);
CREATE INDEX docs_half ON docs USING ivfflat (h halfvec_l2_ops) WITH (lists = 2);
