-- Generated columns made of vectors: their length, the vector of length one, a distance.
-- rewritten: column public.made.d
-- rewritten: column public.made.dims
-- rewritten: column public.made.doubled
-- rewritten: column public.made.is_near
-- rewritten: column public.made.norm
-- rewritten: column public.made.unit
-- computed: public.made
-- same: SELECT id, v::real[] FROM made ORDER BY id
-- same: SELECT id, round(norm::numeric, 4), round(d::numeric, 4), is_near, dims FROM made ORDER BY id
-- same: SELECT id, round(unit_norm::numeric, 3) FROM (SELECT id, norm / nullif(norm, 0) AS unit_norm FROM made) m ORDER BY id
CREATE EXTENSION vector;
CREATE TABLE made (
  id int PRIMARY KEY,
  v vector(3),
  norm double precision GENERATED ALWAYS AS (vector_norm(v)) STORED,
  unit vector(3) GENERATED ALWAYS AS (l2_normalize(v)) STORED,
  d double precision GENERATED ALWAYS AS (v <-> '[3,1,2]') STORED,
  is_near boolean GENERATED ALWAYS AS (v <-> '[3,1,2]' < 4.5) STORED,
  doubled vector(3) GENERATED ALWAYS AS (v + v) STORED,
  dims int GENERATED ALWAYS AS (vector_dims(v)) STORED
);
INSERT INTO made (id, v) SELECT i, ARRAY[i % 7 + 1, i / 9.0, -i % 5]::real[]::vector FROM generate_series(1, 60) i;
INSERT INTO made (id, v) VALUES (61, NULL), (62, '[0,0,0]');
