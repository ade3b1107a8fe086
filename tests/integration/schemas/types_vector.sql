-- vector with and without dimensions, NULLs, defaults, NOT NULL, extreme values.
-- index: CREATE INDEX plain_v ON public.plain USING lantern_hnsw (v) WITH (m='16', ef_construction='128', ef='64', dim='3')
-- target: SELECT column_default FROM information_schema.columns WHERE table_name = 'plain' AND column_name = 'd' => '{1,2,3}'::real[]
-- target: SELECT count(*) FROM information_schema.table_constraints WHERE constraint_name LIKE '%_dimensions' => 4
CREATE EXTENSION vector;
CREATE TABLE plain (id int PRIMARY KEY, v vector(3), d vector(3) DEFAULT '[1,2,3]' NOT NULL, one vector(1), untyped vector);
INSERT INTO plain (id, v, one, untyped) SELECT i, CASE WHEN i % 5 > 0 THEN ARRAY[i, -i, 1e-3]::real[]::vector END, ARRAY[i]::real[]::vector,
    (SELECT array_agg(j)::real[]::vector FROM generate_series(1, 1 + i % 7) j) FROM generate_series(1, 200) i;
INSERT INTO plain VALUES (1000, '[3.4028235e38,-3.4028235e38,1e-45]', '[0,-0,0]', '[1.17549435e-38]', NULL);
CREATE TABLE wide (id int, v vector(16000));
INSERT INTO wide SELECT i, array_fill(i::real, ARRAY[16000])::vector FROM generate_series(1, 5) i;
CREATE INDEX plain_v ON plain USING hnsw (v vector_l2_ops);
