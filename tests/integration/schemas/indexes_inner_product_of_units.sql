-- Inner product over vectors of norm 1: cosine distance ranks alike, which the copy measures.
-- index: CREATE INDEX units_ip ON public.units USING lantern_hnsw (v dist_cos_ops) WITH (m='16', ef_construction='128', ef='64', dim='2')
-- index: CREATE INDEX halves_ip ON public.halves USING lantern_hnsw (h dist_cos_ops) WITH (m='16', ef_construction='128', ef='64', dim='2', quant_bits='16')
-- index: CREATE INDEX nobody_ip ON public.nobody USING lantern_hnsw (v dist_cos_ops) WITH (m='16', ef_construction='128', ef='64', dim='9')
CREATE EXTENSION vector;
CREATE TABLE units (id int PRIMARY KEY, v vector(2));
INSERT INTO units SELECT i, ARRAY[sin(i), cos(i)]::real[]::vector FROM generate_series(1, 300) i;
INSERT INTO units VALUES (1000, NULL);
CREATE INDEX units_ip ON units USING hnsw (v vector_ip_ops);
CREATE TABLE halves (id int PRIMARY KEY, h halfvec(2));
INSERT INTO halves SELECT id, v::halfvec FROM units;
CREATE INDEX halves_ip ON halves USING hnsw (h halfvec_ip_ops);
CREATE TABLE nobody (id int PRIMARY KEY, v vector(9));
CREATE INDEX nobody_ip ON nobody USING hnsw (v vector_ip_ops);
