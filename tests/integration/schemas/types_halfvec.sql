-- halfvec with and without dimensions: every kind of half, also the smallest and the largest.
-- index: CREATE INDEX halves_h ON public.halves USING lantern_hnsw (h dist_cos_ops) WITH (m='16', ef_construction='128', ef='64', dim='4', quant_bits='16')
CREATE EXTENSION vector;
CREATE TABLE halves (id int PRIMARY KEY, h halfvec(4), u halfvec);
INSERT INTO halves SELECT i, ARRAY[i, 1, -0.1, i / 3.0]::real[]::halfvec, CASE WHEN i % 3 > 0 THEN ARRAY[i / 7.0]::real[]::halfvec END FROM generate_series(1, 300) i;
INSERT INTO halves VALUES (1000, '[65504,-65504,5.9604645e-08,-0]', '[6.097555e-05,6.103516e-05]'), (1001, NULL, NULL);
CREATE INDEX halves_h ON halves USING hnsw (h halfvec_cosine_ops);
