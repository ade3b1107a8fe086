-- Vectors of several lengths in one column that declares none: they move as they are, and the plan counts them.
-- finding: info: table public.docs, column v: its vectors have several lengths: of 90 values in the first rows, 60 of 3, 30 of 5 dimensions
-- finding: info: table public.docs, column h: its vectors have several lengths: of 100 values in the first rows, 50 of 1, 50 of 2 dimensions
-- index: CREATE INDEX docs_v3 ON public.docs USING lantern_hnsw (v) WITH (m='16', ef_construction='128', ef='64', dim='3') WHERE (model = 'three'::text)
CREATE EXTENSION vector;
CREATE TABLE docs (id int PRIMARY KEY, model text, v vector, h halfvec, same vector);
INSERT INTO docs SELECT i, CASE WHEN i <= 60 THEN 'three' ELSE 'five' END, CASE WHEN i <= 60 THEN ARRAY[i, 1, 2] WHEN i <= 90 THEN ARRAY[i, 1, 2, 3, 4] END::real[]::vector,
    CASE WHEN i % 2 = 0 THEN ARRAY[i] ELSE ARRAY[i, 1] END::real[]::halfvec, '[1,2]' FROM generate_series(1, 100) i;
CREATE INDEX docs_v3 ON docs USING hnsw ((v::vector(3)) vector_l2_ops) WHERE model = 'three';
