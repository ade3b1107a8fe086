-- hnsw indexes in every form that has a counterpart.
-- index: CREATE INDEX docs_l2 ON public.docs USING lantern_hnsw (v) WITH (m='24', ef_construction='64', ef='64', dim='8')
-- index: CREATE INDEX docs_cosine ON public.docs USING lantern_hnsw (v dist_cos_ops) WITH (m='16', ef_construction='128', ef='64', dim='8')
-- index: CREATE INDEX docs_half ON public.docs USING lantern_hnsw (h) WITH (m='16', ef_construction='128', ef='64', dim='8', quant_bits='16')
-- index: CREATE INDEX docs_half_cast ON public.docs USING lantern_hnsw (v dist_cos_ops) WITH (m='16', ef_construction='128', ef='64', dim='8', quant_bits='16')
-- index: CREATE INDEX docs_half_up ON public.docs USING lantern_hnsw (h) WITH (m='16', ef_construction='128', ef='64', dim='8')
-- index: CREATE INDEX docs_model_1 ON public.docs USING lantern_hnsw (u) WITH (m='16', ef_construction='128', ef='64', dim='3') WHERE (model = 1)
-- index: CREATE INDEX docs_model_2 ON public.docs USING lantern_hnsw (u dist_cos_ops) WITH (m='16', ef_construction='128', ef='64', dim='5') WHERE (model = 2)
-- index: CREATE INDEX docs_bounds ON public.docs USING lantern_hnsw (v) WITH (m='2', ef_construction='400', ef='64', dim='8')
-- index: CREATE INDEX docs_twice ON public.docs USING lantern_hnsw (v) WITH (m='16', ef_construction='128', ef='64', dim='8')
-- index: CREATE INDEX docs_twice_again ON public.docs USING lantern_hnsw (v) WITH (m='16', ef_construction='128', ef='64', dim='8')
CREATE EXTENSION vector;
CREATE TABLE docs (id int PRIMARY KEY, model int, v vector(8), h halfvec(8), u vector);
INSERT INTO docs SELECT i, 1 + i % 2, a::vector, a::halfvec, CASE i % 2 WHEN 0 THEN a[1:3]::vector ELSE a[1:5]::vector END
  FROM generate_series(1, 400) i, LATERAL (SELECT array_agg(sin(i * j)::real) AS a FROM generate_series(1, 8) j) x;
CREATE INDEX docs_l2 ON docs USING hnsw (v vector_l2_ops) WITH (m = 24, ef_construction = 64);
CREATE INDEX docs_cosine ON docs USING hnsw (v vector_cosine_ops);
CREATE INDEX docs_half ON docs USING hnsw (h halfvec_l2_ops);
CREATE INDEX docs_half_cast ON docs USING hnsw ((v::halfvec(8)) halfvec_cosine_ops);
CREATE INDEX docs_half_up ON docs USING hnsw ((h::vector(8)) vector_l2_ops);
CREATE INDEX docs_model_1 ON docs USING hnsw ((u::vector(3)) vector_l2_ops) WHERE model = 1;
CREATE INDEX docs_model_2 ON docs USING hnsw ((u::vector(5)) vector_cosine_ops) WHERE model = 2;
CREATE INDEX docs_bounds ON docs USING hnsw (v vector_l2_ops) WITH (m = 2, ef_construction = 1000);
CREATE INDEX docs_twice ON docs USING hnsw (v vector_l2_ops);
CREATE INDEX CONCURRENTLY docs_twice_again ON docs USING hnsw (v vector_l2_ops);
