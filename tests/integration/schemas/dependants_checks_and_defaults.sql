-- Checks and defaults that speak of vectors, of tables and of domains: they hold on the target as they did.
-- rewritten: column public.docs.u
-- rewritten: constraint public.docs.later
-- rewritten: constraint public.docs.near
-- rewritten: constraint public.docs.other
-- rewritten: constraint public.docs.short
-- rewritten: constraint public.docs.three
-- same: SELECT count(*), count(v) FROM docs
-- same: SELECT conname, convalidated FROM pg_constraint WHERE contype = 'c' AND conrelid = 'docs'::regclass AND conname <> 'docs_v_dimensions' AND conname NOT LIKE '%_dim%' ORDER BY 1
-- same: INSERT INTO docs (id) VALUES (1000) RETURNING array_length(v::real[], 1)
-- same: SELECT (v::real[])[1], (w::real[])[2] FROM docs WHERE id = 1000
CREATE EXTENSION vector;
CREATE TABLE docs (
  id int PRIMARY KEY,
  v vector(3) DEFAULT '[0,0,1]' NOT NULL,
  w vector DEFAULT '[1,2,3]'::vector(3),
  u vector(3) DEFAULT l2_normalize('[3,4,0]'::vector),
  r vector(3),
  CONSTRAINT three CHECK (vector_dims(w) = 3),
  CONSTRAINT short CHECK (vector_norm(v) < 100),
  CONSTRAINT near CHECK (v <-> '[0,0,0]' < 100 AND v <=> '[1,1,1]' <= 2),
  CONSTRAINT other CHECK (r IS NULL OR r <> v),
  CONSTRAINT later CHECK (vector_norm(r) > 1) NOT VALID
);
INSERT INTO docs (id, v, w, r) SELECT i, ARRAY[i % 7 + 1, i / 9.0, -i % 5]::real[]::vector, ARRAY[i, 1, 1]::real[]::vector, ARRAY[i, 9, 9]::real[]::vector FROM generate_series(1, 60) i;
